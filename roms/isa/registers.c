/*
 * Shifts, upper immediates, and x0 as a destination. Rows 4, 5 and 8 of the
 * list of corner cases.
 */
#include "roms/lib/rom.h"

CASE(shifts_use_the_low_five_bits_of_the_amount)
{
    EXPECT(op2("sll", 1, 32), 1);
    EXPECT(op2("sll", 1, 63), 0x80000000);
    EXPECT(op2("srl", 0x80000000, 0xffffffff), 1);
    EXPECT(op2("sra", 0x80000000, 31), ~0u);
    EXPECT(op2("sra", 0x80000000, 32), 0x80000000);
    EXPECT(op2("sra", 0x40000000, 0x3e), 1);
}

CASE(immediate_shifts_with_bit_five_are_illegal)
{
    /* slli, srli, srai a0, a0, 32 */
    const uint32_t words[] = {0x02051513, 0x02055513, 0x42055513};

    for (unsigned i = 0; i < 3; i++)
        EXPECT_TRAP(rom_exec(M, words[i], 0, 0), CAUSE_ILLEGAL, rom_exec_pc(),
                    words[i]);
}

CASE(comparisons_honour_signedness)
{
    EXPECT(op2("slt", -1, 1), 1);
    EXPECT(op2("sltu", -1, 1), 0);
    EXPECT(op2("sltu", 0, 1), 1);
    EXPECT(op2("slt", 0x80000000, 0x7fffffff), 1);
}

CASE(immediates_are_sign_extended)
{
    uint32_t value;

    __asm__ volatile("sltiu %0, %1, -1" : "=r"(value) : "r"(5));
    EXPECT(value, 1);
    __asm__ volatile("sltiu %0, %1, -1" : "=r"(value) : "r"(-5));
    EXPECT(value, 1);
    __asm__ volatile("sltiu %0, %1, -5" : "=r"(value) : "r"(-1));
    EXPECT(value, 0);
    __asm__ volatile("slti %0, %1, -1" : "=r"(value) : "r"(-5));
    EXPECT(value, 1);
    __asm__ volatile("xori %0, %1, -1" : "=r"(value) : "r"(5));
    EXPECT(value, ~5u);
    __asm__ volatile("addi %0, %1, -2048" : "=r"(value) : "r"(0));
    EXPECT(value, -2048);
}

CASE(lui_and_auipc_reach_the_sign_bit)
{
    uint32_t value, pc;

    __asm__ volatile("lui %0, 0x80000" : "=r"(value));
    EXPECT(value, 0x80000000);
    __asm__ volatile("lui %0, 0xfffff" : "=r"(value));
    EXPECT(value, 0xfffff000);
    __asm__ volatile(".option push\n .option norelax\n la %1, 1f\n"
                     "1: auipc %0, 0x80000\n .option pop"
                     : "=r"(value), "=r"(pc));
    EXPECT(value, pc + 0x80000000);
    __asm__ volatile(".option push\n .option norelax\n la %1, 1f\n"
                     "1: auipc %0, 0xfffff\n .option pop"
                     : "=r"(value), "=r"(pc));
    EXPECT(value, pc - 0x1000);
    /* As any register with that bit, to all that looks at it. */
    __asm__ volatile("auipc %0, 0\n slti %0, %0, 0" : "=r"(value));
    EXPECT(value, 1);
    __asm__ volatile("auipc %0, 0\n srai %0, %0, 31" : "=r"(value));
    EXPECT(value, ~0u);
    __asm__ volatile("lui %0, 0x80000\n slti %0, %0, 0" : "=r"(value));
    EXPECT(value, 1);
    __asm__ volatile("jal %0, 1f\n 1: slti %0, %0, 0" : "=r"(value));
    EXPECT(value, 1);
}

CASE(loads_extend_by_their_kind)
{
    volatile uint32_t *word = frame_words(0);
    uint32_t value;

    *word = 0x8081f2ff;
    __asm__ volatile("lb %0, 0(%1)" : "=r"(value) : "r"(word));
    EXPECT(value, -1);
    __asm__ volatile("lbu %0, 3(%1)" : "=r"(value) : "r"(word));
    EXPECT(value, 0x80);
    __asm__ volatile("lh %0, 2(%1)" : "=r"(value) : "r"(word));
    EXPECT(value, 0xffff8081);
    __asm__ volatile("lhu %0, 0(%1)" : "=r"(value) : "r"(word));
    EXPECT(value, 0xf2ff);
    __asm__ volatile("sb %1, 1(%0)\n sh %1, 2(%0)" ::"r"(word), "r"(0x12345678)
                     : "memory");
    EXPECT(*word, 0x567878ff);
}

CASE(x0_stays_zero_whatever_writes_it)
{
    uint32_t zero;
    volatile uint32_t *word = frame_words(0);

    *word = 7;
    __asm__ volatile("addi x0, %1, 5\n add %0, x0, x0" : "=r"(zero) : "r"(3));
    EXPECT(zero, 0);
    __asm__ volatile("lw x0, 0(%1)\n mv %0, x0" : "=r"(zero) : "r"(word));
    EXPECT(zero, 0);
    __asm__ volatile("amoadd.w x0, %2, (%1)\n mv %0, x0"
                     : "=r"(zero)
                     : "r"(word), "r"(1)
                     : "memory");
    EXPECT(zero, 0);
    EXPECT(*word, 8);
    __asm__ volatile("lr.w x0, (%1)\n mv %0, x0" : "=r"(zero) : "r"(word));
    EXPECT(zero, 0);
    __asm__ volatile("sc.w x0, x0, (%1)\n mv %0, x0"
                     : "=r"(zero)
                     : "r"(word + 64)
                     : "memory");
    EXPECT(zero, 0);
    __asm__ volatile("csrr x0, mtvec\n auipc x0, 1\n lui x0, 1\n mv %0, x0"
                     : "=r"(zero));
    EXPECT(zero, 0);
    __asm__ volatile("jal x0, 1f\n nop\n1: mv %0, x0" : "=r"(zero));
    EXPECT(zero, 0);
}

STUB(load_to_x0, "lw x0, 0(a0)");

CASE(a_load_to_x0_still_faults)
{
    /* Nothing is at 0x40. */
    EXPECT_TRAP(rom_run(M, load_to_x0, 0x40, 0, 0), CAUSE_LOAD_ACCESS,
                load_to_x0, 0x40);
}
