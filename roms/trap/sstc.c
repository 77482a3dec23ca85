/*
 * Sstc: stimecmp drives STIP while menvcfg.STCE is set, and who may reach it.
 */
#include "roms/lib/rom.h"
#include "roms/lib/sstc.h"

#define TM 2u

STUB(spin, "1: j 1b");
STUB(sleep, "wfi");

/* csrr a0, stimecmp | stimecmph; csrw the same, a0 */
static const uint32_t accesses[] = {0x14d02573, 0x15d02573, 0x14d51073,
                                    0x15d51073};

static void begin(void)
{
    set_stimecmp(~UINT64_C(0));
    csr_write(mip, 0);
    set_stce(true);
}

CASE(both_halves_can_be_written)
{
    csr_write(0x14d, 0x12345678);
    csr_write(0x15d, 0x9abcdef0);
    EXPECT(csr_read(0x14d), 0x12345678);
    EXPECT(csr_read(0x15d), 0x9abcdef0);
}

CASE(s_needs_stce_and_tm)
{
    for (unsigned on = 0; on < 4; on++) {
        set_stce(on & 1);
        csr_write(mcounteren, on & 2 ? TM : ~TM);
        for (unsigned i = 0; i < 4; i++) {
            const struct trap *t = rom_exec(S, accesses[i], ~0u, 0);

            if (on == 3)
                EXPECT_DONE(t, S);
            else
                EXPECT_TRAP(t, CAUSE_ILLEGAL, rom_exec_pc(), accesses[i]);
        }
    }
}

CASE(m_needs_neither_and_u_has_none)
{
    csr_write(mcounteren, 0);
    set_stce(false);
    for (unsigned i = 0; i < 4; i++)
        EXPECT_DONE(rom_exec(M, accesses[i], ~0u, 0), M);
    csr_write(mcounteren, ~0u);
    csr_write(scounteren, ~0u);
    set_stce(true);
    for (unsigned i = 0; i < 4; i++)
        EXPECT_TRAP(rom_exec(U, accesses[i], ~0u, 0), CAUSE_ILLEGAL,
                    rom_exec_pc(), accesses[i]);
}

CASE(stip_is_the_comparison)
{
    begin();
    EXPECT(csr_read(mip) & STIP, 0);
    set_stimecmp(0);
    EXPECT(csr_read(mip) & STIP, STIP);
    set_stimecmp(~UINT64_C(0));
    EXPECT(csr_read(mip) & STIP, 0);
    set_stimecmp(mtime_now() + 20);
    while (!(csr_read(mip) & STIP))
        ;
    EXPECT_TRUE(((uint64_t)csr_read(0x15d) << 32 | csr_read(0x14d)) <=
                mtime_now());
    set_stimecmp(~UINT64_C(0));
}

CASE(it_interrupts_s_and_can_be_delegated)
{
    begin();
    csr_write(mie, STIP);
    set_stimecmp(mtime_now() + 50);
    EXPECT(rom_run(S, spin, 0, 0, 0)->cause, CAUSE_INTERRUPT(IRQ_S_TIMER));
    csr_write(mideleg, STIP);
    csr_write(stvec, (uint32_t)stub_ecall);
    set_stimecmp(mtime_now() + 50);
    EXPECT(rom_run(U, spin, 0, 0, 0)->cause, CAUSE_ECALL_S);
    EXPECT(csr_read(scause), CAUSE_INTERRUPT(IRQ_S_TIMER));
    set_stimecmp(~UINT64_C(0));
}

CASE(it_ends_wfi)
{
    begin();
    csr_write(mie, STIP);
    const uint64_t when = mtime_now() + 1000;

    set_stimecmp(when);
    csr_clear(mstatus, MSTATUS_MIE | MSTATUS_MPIE);
    EXPECT_DONE(rom_run(M, sleep, 0, 0, 0), M);
    EXPECT_TRUE(mtime_now() >= when);
    set_stimecmp(~UINT64_C(0));
}
