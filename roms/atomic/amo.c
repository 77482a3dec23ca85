/*
 * What AMOs compute and where they leave it. Rows 5, 111, 112 and 113 of the
 * list of corner cases.
 */
#include "roms/lib/rom.h"

/* The old value comes back, memory holds the new one. */
#define AMO(insn, memory, operand, result)                                     \
    do {                                                                       \
        volatile uint32_t *word_ = frame_words(0);                             \
        uint32_t old_;                                                         \
        word_[0] = (memory);                                                   \
        word_[1] = 0x5a5a5a5a;                                                 \
        __asm__ volatile(insn " %0, %2, (%1)"                                  \
                         : "=&r"(old_)                                         \
                         : "r"(word_), "r"(operand)                            \
                         : "memory");                                          \
        EXPECT(old_, memory);                                                  \
        EXPECT(word_[0], result);                                              \
        EXPECT(word_[1], 0x5a5a5a5a);                                          \
    } while (0)

CASE(each_operation_computes_its_own)
{
    AMO("amoswap.w", 0x1234, 0x5678, 0x5678);
    AMO("amoadd.w", 0xffffffff, 2, 1);
    AMO("amoxor.w", 0xff00ff00, 0x0ff00ff0, 0xf0f0f0f0);
    AMO("amoand.w", 0xff00ff00, 0x0ff00ff0, 0x0f000f00);
    AMO("amoor.w", 0xff00ff00, 0x0ff00ff0, 0xfff0fff0);
}

CASE(minimum_and_maximum_honour_signedness)
{
    AMO("amomin.w", 1, 0xffffffff, 0xffffffff);
    AMO("amomin.w", 0x80000000, 0x7fffffff, 0x80000000);
    AMO("amomax.w", 1, 0xffffffff, 1);
    AMO("amomax.w", 0x80000000, 0x7fffffff, 0x7fffffff);
    AMO("amominu.w", 1, 0xffffffff, 1);
    AMO("amominu.w", 0x80000000, 0x7fffffff, 0x7fffffff);
    AMO("amomaxu.w", 1, 0xffffffff, 0xffffffff);
    AMO("amomaxu.w", 0x80000000, 0x7fffffff, 0x80000000);
    AMO("amomax.w", 5, 5, 5);
}

CASE(acquire_and_release_change_nothing_here)
{
    AMO("amoadd.w.aq", 1, 2, 3);
    AMO("amoadd.w.rl", 1, 2, 3);
    AMO("amoadd.w.aqrl", 1, 2, 3);
    AMO("amoswap.w.aqrl", 1, 2, 2);
}

CASE(operands_may_share_registers)
{
    volatile uint32_t *word = frame_words(0);
    uint32_t value;

    /* rd == rs2 */
    *word = 5;
    value = 7;
    __asm__ volatile("amoadd.w %0, %0, (%1)"
                     : "+r"(value)
                     : "r"(word)
                     : "memory");
    EXPECT(value, 5);
    EXPECT(*word, 12);
    /* rd == rs1 */
    value = (uint32_t)word;
    __asm__ volatile("amoswap.w %0, %1, (%0)"
                     : "+r"(value)
                     : "r"(99)
                     : "memory");
    EXPECT(value, 12);
    EXPECT(*word, 99);
    /* rs1 == rs2: the address is the operand. */
    __asm__ volatile("amoswap.w %0, %1, (%1)"
                     : "=&r"(value)
                     : "r"(word)
                     : "memory");
    EXPECT(value, 99);
    EXPECT(*word, (uint32_t)word);
}

CASE(lr_with_a_second_source_is_illegal)
{
    /* lr.w a0, (a0) with rs2 = x1 */
    const uint32_t word = 0x1005252f | 1u << 20;

    EXPECT_TRAP(rom_exec(M, word, frame_pa(0), 0), CAUSE_ILLEGAL, rom_exec_pc(),
                word);
    EXPECT_DONE(rom_exec(M, 0x1005252f, frame_pa(0), 0), M);
}

CASE(atomics_of_other_widths_are_illegal)
{
    /* amoadd with funct3 0, 1, 3, 4. */
    const uint32_t funct3[] = {0, 1, 3, 4};

    for (unsigned i = 0; i < 4; i++) {
        const uint32_t word = 0x00b5052f | funct3[i] << 12;

        EXPECT_TRAP(rom_exec(M, word, frame_pa(0), 0), CAUSE_ILLEGAL,
                    rom_exec_pc(), word);
    }
}
