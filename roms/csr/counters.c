/*
 * Who may read the counters, and that they run. Rows 33, 34 and 37 of the list
 * of corner cases. Our choice for 37: the time CSR reads mtime.
 */
#include "roms/lib/rom.h"

/* csrr a0, cycle | time | instret, and the upper halves */
static const uint32_t reads[] = {0xc0002573, 0xc0102573, 0xc0202573,
                                 0xc8002573, 0xc8102573, 0xc8202573};

CASE(s_needs_mcounteren)
{
    for (unsigned i = 0; i < 6; i++) {
        csr_write(mcounteren, ~(1u << i % 3));
        csr_write(scounteren, ~0u);
        EXPECT_TRAP(rom_exec(S, reads[i], 0, 0), CAUSE_ILLEGAL, rom_exec_pc(),
                    reads[i]);
        csr_write(mcounteren, 1u << i % 3);
        csr_write(scounteren, 0);
        EXPECT_DONE(rom_exec(S, reads[i], 0, 0), S);
    }
}

CASE(u_needs_both)
{
    for (unsigned i = 0; i < 6; i++) {
        const uint32_t bit = 1u << i % 3;

        csr_write(mcounteren, bit);
        csr_write(scounteren, ~bit);
        EXPECT_TRAP(rom_exec(U, reads[i], 0, 0), CAUSE_ILLEGAL, rom_exec_pc(),
                    reads[i]);
        csr_write(mcounteren, ~bit);
        csr_write(scounteren, bit);
        EXPECT_TRAP(rom_exec(U, reads[i], 0, 0), CAUSE_ILLEGAL, rom_exec_pc(),
                    reads[i]);
        csr_write(mcounteren, bit);
        EXPECT_DONE(rom_exec(U, reads[i], 0, 0), U);
    }
}

CASE(m_needs_neither)
{
    for (unsigned i = 0; i < 6; i++)
        EXPECT_DONE(rom_exec(M, reads[i], 0, 0), M);
}

static uint64_t wide(uint32_t (*high)(void), uint32_t (*low)(void))
{
    uint32_t h, l;

    do {
        h = high();
        l = low();
    } while (h != high());
    return (uint64_t)h << 32 | l;
}

static uint32_t cycle_high(void)
{
    return csr_read(cycleh);
}

static uint32_t cycle_low(void)
{
    return csr_read(cycle);
}

static uint32_t time_high(void)
{
    return csr_read(timeh);
}

static uint32_t time_low(void)
{
    return csr_read(time);
}

static uint32_t instret_high(void)
{
    return csr_read(instreth);
}

static uint32_t instret_low(void)
{
    return csr_read(instret);
}

CASE(cycle_and_instret_run)
{
    uint64_t cycle = wide(cycle_high, cycle_low);
    uint64_t instret = wide(instret_high, instret_low);

    for (unsigned i = 0; i < 1000; i++)
        __asm__ volatile("");
    EXPECT_TRUE(wide(cycle_high, cycle_low) > cycle);
    EXPECT_TRUE(wide(instret_high, instret_low) > instret);
}

CASE(time_is_mtime)
{
    for (unsigned i = 0; i < 100; i++) {
        const uint64_t before = mtime_now();
        const uint32_t high = csr_read(timeh);
        const uint32_t low = csr_read(time);
        const uint64_t after = mtime_now();

        if (high != csr_read(timeh))
            continue;
        EXPECT_TRUE(before <= ((uint64_t)high << 32 | low));
        EXPECT_TRUE(((uint64_t)high << 32 | low) <= after);
    }
}

CASE(time_never_goes_back)
{
    uint64_t last = 0;

    for (unsigned i = 0; i < 1000; i++) {
        const uint64_t now = wide(time_high, time_low);

        EXPECT_TRUE(now >= last);
        last = now;
    }
}

CASE(user_counters_mirror_the_machines)
{
    csr_write(mcountinhibit, ~0u);
    csr_write(mcycle, 0x1234);
    csr_write(mcycleh, 0x56);
    EXPECT(csr_read(mcycleh), 0x56);
    EXPECT(csr_read(cycleh), 0x56);
}
