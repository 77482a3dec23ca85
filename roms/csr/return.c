/*
 * MRET and SRET: where they go, what they change, who may use them. Rows 25,
 * 26, 51 and 104 of the list of corner cases.
 */
#include "roms/lib/rom.h"

#define MRET 0x30200073u
#define SRET 0x10200073u

/* a0 = mstatus before, a1 = target. What follows is reached in M only. */
STUB(do_mret, "csrw mepc, a1\n csrw mstatus, a0\n mret");
STUB(do_sret, "csrw sepc, a1\n csrw mstatus, a0\n sret");
STUB(read_status, "csrr a0, mstatus");

static uint32_t status_after(const char *stub, uint32_t before,
                             const char *target)
{
    return rom_run(M, stub, before, (uint32_t)target, 0)->x[10];
}

CASE(mret_to_m_restores_mie_and_keeps_mprv)
{
    const uint32_t before = MSTATUS_MPP | MSTATUS_MPRV;

    EXPECT(status_after(do_mret, before, read_status),
           MSTATUS_MPIE | MSTATUS_MPRV);
    EXPECT(status_after(do_mret, before | MSTATUS_MPIE, read_status),
           MSTATUS_MPIE | MSTATUS_MPRV | MSTATUS_MIE);
}

CASE(mret_to_s_and_u_leaves_u_in_mpp)
{
    const enum mode modes[] = {U, S};

    for (unsigned i = 0; i < 2; i++) {
        const struct trap *t = rom_run(
            M, do_mret, (uint32_t)modes[i] << MSTATUS_MPP_SHIFT | MSTATUS_MPIE,
            (uint32_t)stub_ecall, 0);

        /* The ECALL has moved MIE to MPIE and the mode to MPP. */
        EXPECT_TRAP(t, CAUSE_ECALL_U + modes[i], stub_ecall, 0);
        EXPECT(t->status,
               (uint32_t)modes[i] << MSTATUS_MPP_SHIFT | MSTATUS_MPIE);
    }
}

/* Each mode has a stack of its own: what MIE was goes to MPIE and comes from
 * there, whatever SIE and SPIE are, and the other way round. */
STUB(set_status, "csrw mstatus, a0");

CASE(a_trap_to_m_stacks_mie_alone)
{
    EXPECT(rom_run(M, set_status, MSTATUS_SIE, 0, 0)->status,
           MSTATUS_MPP | MSTATUS_SIE);
    EXPECT(rom_run(M, set_status, MSTATUS_MIE | MSTATUS_SPIE, 0, 0)->status,
           MSTATUS_MPP | MSTATUS_MPIE | MSTATUS_SPIE);
}

CASE(mret_takes_mie_from_mpie_alone)
{
    EXPECT(status_after(do_mret, MSTATUS_MPP | MSTATUS_SPIE, read_status),
           MSTATUS_MPIE | MSTATUS_SPIE);
    EXPECT(status_after(do_mret, MSTATUS_MPP | MSTATUS_MPIE, read_status),
           MSTATUS_MPIE | MSTATUS_MIE);
}

/* In S-mode, after a trap there: SPIE, and MPIE as the ECALL left it. */
STUB(trapped_s, "");

CASE(a_trap_to_s_stacks_sie_alone)
{
    const uint32_t mask = MSTATUS_SPIE | MSTATUS_SIE | MSTATUS_MPIE;

    csr_write(medeleg, 1u << CAUSE_ECALL_U);
    csr_write(stvec, (uint32_t)trapped_s);
    csr_write(mstatus, MSTATUS_MPIE);
    EXPECT(rom_run(U, stub_ecall, 0, 0, 0)->status & mask, MSTATUS_MPIE);
    csr_write(mstatus, MSTATUS_SIE);
    EXPECT(rom_run(U, stub_ecall, 0, 0, 0)->status & mask, MSTATUS_SPIE);
}

CASE(sret_takes_sie_from_spie_alone)
{
    const uint32_t mask = MSTATUS_SPIE | MSTATUS_SIE;
    const struct trap *t = rom_run(M, do_sret, MSTATUS_SPP | MSTATUS_MPIE,
                                   (uint32_t)stub_ecall, 0);

    EXPECT_TRAP(t, CAUSE_ECALL_S, stub_ecall, 0);
    EXPECT(t->status & mask, MSTATUS_SPIE);
    t = rom_run(M, do_sret, MSTATUS_SPP | MSTATUS_SPIE, (uint32_t)stub_ecall,
                0);
    EXPECT(t->status & mask, MSTATUS_SPIE | MSTATUS_SIE);
}

CASE(sret_in_m_is_legal)
{
    const struct trap *t = rom_run(M, do_sret, MSTATUS_SPP | MSTATUS_SPIE,
                                   (uint32_t)stub_ecall, 0);

    EXPECT_TRAP(t, CAUSE_ECALL_S, stub_ecall, 0);
    EXPECT(t->status, MSTATUS_MPP_S | MSTATUS_SIE | MSTATUS_SPIE);
}

STUB(sret_to_u, "csrw sepc, a1\n csrw sstatus, a0\n sret");

CASE(sret_in_s_goes_where_spp_says)
{
    const struct trap *t = rom_run(S, sret_to_u, 0, (uint32_t)stub_ecall, 0);

    EXPECT_TRAP(t, CAUSE_ECALL_U, stub_ecall, 0);
    EXPECT(t->status, MSTATUS_SPIE);
    t = rom_run(S, sret_to_u, MSTATUS_SPP, (uint32_t)stub_ecall, 0);
    EXPECT_TRAP(t, CAUSE_ECALL_S, stub_ecall, 0);
    EXPECT(t->status, MSTATUS_MPP_S | MSTATUS_SPIE);
}

CASE(returns_are_illegal_below_their_mode)
{
    EXPECT_TRAP(rom_exec(S, MRET, 0, 0), CAUSE_ILLEGAL, rom_exec_pc(), MRET);
    EXPECT_TRAP(rom_exec(U, MRET, 0, 0), CAUSE_ILLEGAL, rom_exec_pc(), MRET);
    EXPECT_TRAP(rom_exec(U, SRET, 0, 0), CAUSE_ILLEGAL, rom_exec_pc(), SRET);
}

CASE(tsr_makes_sret_illegal_in_s_alone)
{
    csr_set(mstatus, MSTATUS_TSR);
    EXPECT_TRAP(rom_exec(S, SRET, 0, 0), CAUSE_ILLEGAL, rom_exec_pc(), SRET);
    const struct trap *t =
        rom_run(M, do_sret, MSTATUS_TSR | MSTATUS_SPP, (uint32_t)stub_ecall, 0);
    EXPECT(t->cause, CAUSE_ECALL_S);
}
