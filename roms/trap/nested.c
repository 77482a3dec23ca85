/*
 * Traps inside handlers. Rows 62 and 63 of the list of corner cases.
 */
#include "roms/lib/rom.h"

NEEDS_PMP;

/* A vector that faults on its third instruction; the next vector is ours. */
STUB(bad_vector, "csrw mtvec, a2\n csrr a0, mepc\n csrr a1, mcause\n"
                 ".globl bad_vector_at\nbad_vector_at:\n lw a3, 0(x0)");
extern const char bad_vector_at[];

CASE(a_fault_in_the_handler_overwrites_the_first)
{
    csr_write(mtvec, (uint32_t)bad_vector);
    const struct trap *t =
        rom_run(U, stub_ecall, 0, 0, (uint32_t)rom_trap_vector);

    EXPECT_TRAP(t, CAUSE_LOAD_ACCESS, bad_vector_at, 0);
    EXPECT(t->x[10], (uint32_t)stub_ecall);
    EXPECT(t->x[11], CAUSE_ECALL_U);
    EXPECT(t->status & MSTATUS_MPP, MSTATUS_MPP);
}

/* Reads through MPRV what the trap interrupted, as misaligned emulation in
 * firmware does: a0 = the word at a2, read with the trapping mode's rights. */
STUB(mprv_vector, "csrw mtvec, a1\n li t0, 0x20000\n csrs mstatus, t0\n"
                  "lw a0, 0(a2)\n csrc mstatus, t0\n ecall");

CASE(a_handler_reads_with_the_rights_of_the_trapping_mode)
{
    const uint32_t secret = frame_pa(0);

    *frame_words(0) = 0x5ec2e7;
    /* Entry 0 closes that page to S and U. */
    pmp_set(1, PMP_NAPOT | PMP_RWX, ~0u);
    pmp_set(0, PMP_NAPOT, pmp_napot(secret, 4096));
    csr_write(mtvec, (uint32_t)mprv_vector);
    const struct trap *t =
        rom_run(S, stub_ecall, 0, (uint32_t)rom_trap_vector, secret);
    EXPECT(t->cause, CAUSE_LOAD_ACCESS);
    EXPECT(t->tval, secret);

    csr_write(mtvec, (uint32_t)mprv_vector);
    t = rom_run(M, stub_ecall, 0, (uint32_t)rom_trap_vector, secret);
    EXPECT(t->cause, CAUSE_ECALL_M);
    EXPECT(t->x[10], 0x5ec2e7);
}

CASE(a_supervisor_that_traps_for_ever_is_interrupted)
{
    const uint32_t nowhere = frame_pa(0);
    const struct trap *t = NULL;

    pmp_set(1, PMP_NAPOT | PMP_RWX, ~0u);
    pmp_set(0, PMP_NAPOT, pmp_napot(nowhere, 4096));
    csr_write(medeleg, 1u << CAUSE_ECALL_S | 1u << CAUSE_FETCH_ACCESS);
    csr_write(stvec, nowhere);
    csr_write(mie, 1u << IRQ_M_TIMER);
    /* On QEMU the host can be so busy that time is up before S-mode is in. */
    for (uint32_t ticks = 1000; ticks <= 1000000; ticks *= 10) {
        mtimecmp_set(mtime_now() + ticks);
        t = rom_run(S, stub_ecall, 0, 0, 0);
        if (t->epc == nowhere)
            break;
    }
    EXPECT_TRAP(t, CAUSE_INTERRUPT(IRQ_M_TIMER), nowhere, 0);
    EXPECT(csr_read(scause), CAUSE_FETCH_ACCESS);
    EXPECT(csr_read(sepc), nowhere);
    EXPECT(csr_read(stval), nowhere);
    EXPECT(csr_read(sstatus) & MSTATUS_SPP, MSTATUS_SPP);
}
