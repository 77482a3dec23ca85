/*
 * Jumps and branches. Rows 6, 7, 9, 15 and 104 of the list of corner cases.
 */
#include "roms/lib/rom.h"

CASE(jalr_reads_its_base_before_it_links)
{
    uint32_t link, after;

    __asm__ volatile(".option push\n .option norvc\n .option norelax\n"
                     "la t0, 1f\n jalr t0, 0(t0)\n2: j 3f\n"
                     "1: mv %0, t0\n la %1, 2b\n3:\n .option pop"
                     : "=r"(link), "=r"(after)::"t0");
    EXPECT(link, after);
}

CASE(jalr_clears_bit_zero_and_keeps_bit_one)
{
    uint32_t value;

    /* The target is only 2-aligned, and given with bit 0 set. */
    __asm__ volatile(".option push\n .option norelax\n li %0, 1\n"
                     "la t0, 1f\n jalr t1, 1(t0)\n c.nop\n"
                     "1: c.j 2f\n c.nop\n c.nop\n2: li %0, 2\n .option pop"
                     : "=&r"(value)::"t0", "t1");
    EXPECT(value, 2);
}

CASE(jalr_adds_a_negative_offset)
{
    uint32_t value;

    __asm__ volatile(".option push\n .option norelax\n li %0, 1\n"
                     "la t0, 1f + 2046\n jalr x0, -2046(t0)\n li %0, 3\n"
                     "1: addi %0, %0, 1\n .option pop"
                     : "=&r"(value)::"t0");
    EXPECT(value, 2);
}

CASE(branches_reach_four_kib_both_ways)
{
    uint32_t value;

    /* Forward by 4094 bytes, back by 4096. */
    __asm__ volatile(
        ".option push\n .option norvc\n .option norelax\n"
        "li %0, 0\n j 1f\n"
        "2: addi %0, %0, 1\n j 3f\n .space 4088 - 4\n .option rvc\n"
        "c.nop\n c.nop\n .option norvc\n"
        "1: beq x0, x0, 2b\n"
        "3: beq x0, x0, 4f\n .space 4088\n"
        "4: addi %0, %0, 1\n .option pop"
        : "=&r"(value));
    EXPECT(value, 2);
}

/* Generated, as the assembler would relax it: a jal at each end of a range. */
static uint32_t encode_jal(uint32_t rd, int32_t offset)
{
    const uint32_t o = (uint32_t)offset;

    return (o >> 20 & 1) << 31 | (o >> 1 & 0x3ff) << 21 | (o >> 11 & 1) << 20 |
           (o >> 12 & 0xff) << 12 | rd << 7 | 0x6f;
}

CASE(jal_reaches_one_mib_both_ways)
{
    /* Far above this ROM: 0x80800000 jumps 0xffffe ahead, that 1 MiB back. */
    const uint32_t base = 0x80800000;
    const uint32_t far_pa = base + 0x000ffffe;

    *word_at(base) = encode_jal(1, 0x000ffffe);
    *(volatile uint16_t *)far_pa = (uint16_t)encode_jal(5, -0x00100000);
    *(volatile uint16_t *)(far_pa + 2) =
        (uint16_t)(encode_jal(5, -0x00100000) >> 16);
    *(volatile uint16_t *)(far_pa - 0x00100000) = 0x9002; /* c.ebreak */
    fence_i();
    const struct trap *t = rom_run(M, (void *)base, 0, 0, 0);

    EXPECT(t->cause, CAUSE_BREAKPOINT);
    EXPECT(t->epc, base - 2);
    EXPECT(t->x[1], base + 4);
    EXPECT(t->x[5], far_pa + 4);
}

CASE(every_branch_decides_by_its_own_rule)
{
#define TAKEN(insn, a, b)                                                      \
    ({                                                                         \
        uint32_t taken_;                                                       \
        __asm__ volatile("li %0, 1\n " insn " %1, %2, 1f\n li %0, 0\n1:"       \
                         : "=&r"(taken_)                                       \
                         : "r"(a), "r"(b));                                    \
        taken_;                                                                \
    })
    EXPECT(TAKEN("blt", -1, 0), 1);
    EXPECT(TAKEN("bltu", -1, 0), 0);
    EXPECT(TAKEN("bge", -1, 0), 0);
    EXPECT(TAKEN("bgeu", -1, 0), 1);
    EXPECT(TAKEN("bge", 5, 5), 1);
    EXPECT(TAKEN("bgeu", 5, 5), 1);
    EXPECT(TAKEN("blt", 5, 5), 0);
    EXPECT(TAKEN("bltu", 5, 5), 0);
    EXPECT(TAKEN("beq", 5, 5), 1);
    EXPECT(TAKEN("bne", 5, 5), 0);
    EXPECT(TAKEN("blt", 0x80000000, 0x7fffffff), 1);
}

CASE(targets_at_two_byte_boundaries_do_not_trap)
{
    /* With C, IALIGN is 16: row 9's trap cannot happen. One of the two targets
     * is not 4-aligned. */
    uint32_t value;

    __asm__ volatile("li %0, 0\n beq x0, x0, 1f\n c.nop\n"
                     "1: addi %0, %0, 9\n beq x0, x0, 2f\n c.nop\n c.nop\n"
                     "2: addi %0, %0, 9\n"
                     : "=&r"(value));
    EXPECT(value, 18);
}

CASE(a_jump_into_nothing_faults_at_the_target_and_has_linked)
{
    const struct trap *t = rom_run(M, stub_call, 0x40, 0, 0);

    EXPECT_TRAP(t, CAUSE_FETCH_ACCESS, 0x40, 0x40);
    EXPECT(t->x[1], (uint32_t)stub_call + 4);
}
