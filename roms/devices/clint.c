/*
 * The CLINT: mtime, mtimecmp, msip. Rows 57 and 58 of the list of corner
 * cases.
 */
#include "roms/lib/rom.h"

#define MTIMECMP (CLINT_BASE + CLINT_MTIMECMP)
#define MTIME (CLINT_BASE + CLINT_MTIME)
#define MTIP (1u << IRQ_M_TIMER)

static void mtime_write(uint64_t value)
{
    *word_at(MTIME) = 0;
    *word_at(MTIME + 4) = (uint32_t)(value >> 32);
    *word_at(MTIME) = (uint32_t)value;
}

CASE(mtime_runs)
{
    const uint64_t start = mtime_now();

    while (mtime_now() == start)
        ;
    EXPECT_TRUE(mtime_now() > start);
}

CASE(mtip_is_the_comparison_and_nothing_else)
{
    EXPECT(csr_read(mip) & MTIP, 0);
    mtimecmp_set(mtime_now());
    EXPECT(csr_read(mip) & MTIP, MTIP);
    mtimecmp_set(mtime_now() + 1000000);
    EXPECT(csr_read(mip) & MTIP, 0);
    mtimecmp_set(0);
    EXPECT(csr_read(mip) & MTIP, MTIP);
    csr_clear(mip, MTIP);
    EXPECT(csr_read(mip) & MTIP, MTIP);
    mtimecmp_set(~0ull);
    EXPECT(csr_read(mip) & MTIP, 0);
}

CASE(mtip_rises_when_its_time_comes)
{
    const uint64_t until = mtime_now() + 200;

    mtimecmp_set(until);
    while (!(csr_read(mip) & MTIP))
        EXPECT_TRUE(mtime_now() < until + 100000);
    EXPECT_TRUE(mtime_now() >= until);
}

CASE(the_high_half_first_gives_no_spurious_interrupt)
{
    csr_write(mie, MTIP);
    mtimecmp_set(mtime_now() + (1ull << 32));
    csr_set(mstatus, MSTATUS_MIE);
    /* An interrupt here would be an unexpected trap. */
    *word_at(MTIMECMP + 4) = ~0u;
    *word_at(MTIMECMP) = 0;
    *word_at(MTIMECMP + 4) = (uint32_t)(mtime_now() >> 32) + 1;
    csr_clear(mstatus, MSTATUS_MIE);
    EXPECT(*word_at(MTIMECMP), 0);
    EXPECT(*word_at(MTIMECMP + 4), (uint32_t)(mtime_now() >> 32) + 1);
}

CASE(mtime_can_be_set_forward_and_back)
{
    const uint64_t start = mtime_now();

    mtime_write(0x123400000000ull);
    EXPECT_TRUE(mtime_now() >= 0x123400000000ull);
    EXPECT_TRUE(mtime_now() < 0x123400000000ull + 100000000);
    mtimecmp_set(0x123300000000ull);
    EXPECT(csr_read(mip) & MTIP, MTIP);
    mtime_write(start);
    EXPECT(csr_read(mip) & MTIP, 0);
    EXPECT_TRUE(mtime_now() < start + 100000000);
}

CASE(mtime_carries_into_its_high_half)
{
    mtime_write(0x5fffffff0ull);
    while (*word_at(MTIME + 4) == 5)
        EXPECT_TRUE(mtime_now() < 0x600100000ull);
    EXPECT(*word_at(MTIME + 4), 6);
    mtime_write(0);
}

CASE(mtime_rolls_over_to_zero)
{
    mtime_write(~0ull - 200000);
    EXPECT_TRUE(mtime_now() >= ~0ull - 200000);
    while (*word_at(MTIME + 4) != 0)
        ;
    EXPECT_TRUE(mtime_now() < 100000000);
}

CASE(msip_has_one_bit)
{
    *word_at(CLINT_BASE + CLINT_MSIP) = ~0u;
    EXPECT(*word_at(CLINT_BASE + CLINT_MSIP), 1);
    EXPECT(csr_read(mip) & 1u << IRQ_M_SOFT, 1u << IRQ_M_SOFT);
    *word_at(CLINT_BASE + CLINT_MSIP) = 0;
    EXPECT(csr_read(mip) & 1u << IRQ_M_SOFT, 0);
}
