/*
 * Delegation of exceptions and interrupts to S-mode. Rows 32, 49, 50 and 51
 * of the list of corner cases.
 */
#include "roms/lib/rom.h"

/* S-mode's trap vector: says where it is by its own ECALL. */
STUB(s_vector, "");

static void delegate(uint32_t causes)
{
    csr_write(medeleg, causes);
    csr_write(stvec, (uint32_t)s_vector);
    csr_write(scause, 99);
    csr_write(sepc, 0);
    csr_write(stval, 0x99);
}

STUB(do_illegal, ".word 0xffffffff");

CASE(the_cause_of_ecall_is_the_mode_it_came_from)
{
    EXPECT_TRAP(rom_run(U, stub_ecall, 0, 0, 0), 8, stub_ecall, 0);
    EXPECT_TRAP(rom_run(S, stub_ecall, 0, 0, 0), 9, stub_ecall, 0);
    EXPECT_TRAP(rom_run(M, stub_ecall, 0, 0, 0), 11, stub_ecall, 0);
}

CASE(a_delegated_trap_of_u_enters_s)
{
    delegate(1u << CAUSE_ILLEGAL);
    csr_set(mstatus, MSTATUS_SIE);
    const struct trap *t = rom_run(U, do_illegal, 0, 0, 0);

    EXPECT_TRAP(t, CAUSE_ECALL_S, s_vector, 0);
    EXPECT(csr_read(scause), CAUSE_ILLEGAL);
    EXPECT(csr_read(sepc), (uint32_t)do_illegal);
    EXPECT(csr_read(stval), 0xffffffff);
    EXPECT(t->status & (MSTATUS_SIE | MSTATUS_SPIE | MSTATUS_SPP),
           MSTATUS_SPIE);
}

CASE(a_delegated_trap_of_s_stays_in_s)
{
    delegate(1u << CAUSE_ILLEGAL);
    const struct trap *t = rom_run(S, do_illegal, 0, 0, 0);

    EXPECT_TRAP(t, CAUSE_ECALL_S, s_vector, 0);
    EXPECT(csr_read(scause), CAUSE_ILLEGAL);
    EXPECT(t->status & (MSTATUS_SIE | MSTATUS_SPIE | MSTATUS_SPP), MSTATUS_SPP);
}

CASE(a_trap_of_m_is_never_delegated)
{
    delegate(1u << CAUSE_ILLEGAL);
    EXPECT_TRAP(rom_run(M, do_illegal, 0, 0, 0), CAUSE_ILLEGAL, do_illegal,
                0xffffffff);
    EXPECT(csr_read(scause), 99);
}

STUB(undelegated, ".word 0xffffffff");

CASE(an_undelegated_trap_touches_no_supervisor_csr)
{
    delegate(0);
    EXPECT_TRAP(rom_run(S, undelegated, 0, 0, 0), CAUSE_ILLEGAL, undelegated,
                0xffffffff);
    EXPECT(csr_read(scause), 99);
    EXPECT(csr_read(sepc), 0);
    EXPECT(csr_read(stval), 0x99);
}

/* S-mode handles the trap by itself: skips the instruction. */
STUB(vector_returns, "csrr a0, scause\n csrr t0, sepc\n addi t0, t0, 4\n"
                     "csrw sepc, t0\n sret");

CASE(a_delegated_trap_does_not_enter_m)
{
    csr_write(medeleg, 1u << CAUSE_ILLEGAL);
    csr_write(stvec, (uint32_t)vector_returns);
    /* Only the ECALL behind it reaches M. */
    const struct trap *t = rom_run(U, do_illegal, 0, 0, 0);

    EXPECT_TRAP(t, CAUSE_ECALL_U, do_illegal + 4, 0);
    EXPECT(t->x[10], CAUSE_ILLEGAL);
}

STUB(spin, "1: j 1b");

CASE(an_interrupt_for_m_needs_no_mie_in_lower_modes)
{
    csr_write(mie, 1u << IRQ_M_SOFT);
    *word_at(CLINT_BASE + CLINT_MSIP) = 1;
    const struct trap *s = rom_run(S, spin, 0, 0, 0);
    EXPECT_TRAP(s, CAUSE_INTERRUPT(IRQ_M_SOFT), spin, 0);
    const struct trap *u = rom_run(U, spin, 0, 0, 0);
    EXPECT_TRAP(u, CAUSE_INTERRUPT(IRQ_M_SOFT), spin, 0);
    EXPECT_DONE(rom_run(M, stub_ecall, 0, 0, 0), M);
    csr_set(mstatus, MSTATUS_MPIE);
    EXPECT_TRAP(rom_run(M, spin, 0, 0, 0), CAUSE_INTERRUPT(IRQ_M_SOFT), spin,
                0);
    *word_at(CLINT_BASE + CLINT_MSIP) = 0;
}

CASE(an_interrupt_for_s_follows_sie_and_mode)
{
    csr_write(mideleg, 1u << IRQ_S_SOFT);
    csr_write(mie, 1u << IRQ_S_SOFT);
    csr_write(stvec, (uint32_t)s_vector);
    csr_write(mip, 1u << IRQ_S_SOFT);

    /* Not in M, whatever MIE is. */
    csr_write(mstatus, MSTATUS_MPIE | MSTATUS_SIE);
    EXPECT_TRAP(rom_run(M, stub_ecall, 0, 0, 0), CAUSE_ECALL_M, stub_ecall, 0);
    /* Not in S with SIE clear. */
    csr_write(mstatus, 0);
    EXPECT_TRAP(rom_run(S, stub_ecall, 0, 0, 0), CAUSE_ECALL_S, stub_ecall, 0);
    /* In S with SIE, before the first instruction. */
    csr_write(mstatus, MSTATUS_SIE);
    EXPECT_TRAP(rom_run(S, spin, 0, 0, 0), CAUSE_ECALL_S, s_vector, 0);
    EXPECT(csr_read(scause), CAUSE_INTERRUPT(IRQ_S_SOFT));
    EXPECT(csr_read(sepc), (uint32_t)spin);
    EXPECT(csr_read(stval), 0);
    /* In U with SIE clear. */
    csr_write(mstatus, 0);
    EXPECT_TRAP(rom_run(U, spin, 0, 0, 0), CAUSE_ECALL_S, s_vector, 0);
    EXPECT(csr_read(sepc), (uint32_t)spin);
}
