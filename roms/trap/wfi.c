/*
 * WFI: what wakes it, who may use it; TW, TVM. Rows 40 and 55 of the list
 * of corner cases. Our choices: WFI in U-mode and, with TW, in S-mode is
 * illegal at once.
 */
#include "roms/lib/rom.h"

#define WFI 0x10500073u
#define SFENCE 0x12000073u
#define SATP_READ 0x18002573u
#define SATP_WRITE 0x18051073u

STUB(wait, "wfi\n.globl after_wfi\nafter_wfi:\n li a1, 7");
extern const char after_wfi[];

CASE(a_pending_enabled_interrupt_ends_wfi_without_mie)
{
    csr_write(mie, 1u << IRQ_M_TIMER);
    mtimecmp_set(mtime_now() + 1000);
    const struct trap *t = rom_run(M, wait, 0, 0, 0);

    EXPECT_DONE(t, M);
    EXPECT(t->x[11], 7);
    EXPECT_TRUE(csr_read(mip) & 1u << IRQ_M_TIMER);
}

CASE(the_interrupt_is_taken_behind_wfi)
{
    csr_write(mie, 1u << IRQ_M_TIMER);
    mtimecmp_set(mtime_now() + 1000);
    csr_write(mstatus, MSTATUS_MPIE);
    const struct trap *t = rom_run(M, wait, 0, 0, 0);

    EXPECT_TRAP(t, CAUSE_INTERRUPT(IRQ_M_TIMER), after_wfi, 0);
    EXPECT(t->x[11], 0);
}

CASE(time_passes_while_the_hart_waits)
{
    const uint64_t until = mtime_now() + 20000;

    csr_write(mie, 1u << IRQ_M_TIMER);
    mtimecmp_set(until);
    __asm__ volatile("wfi");
    EXPECT_TRUE(mtime_now() >= until);
}

CASE(wfi_in_s_wakes_for_a_machine_interrupt)
{
    csr_write(mie, 1u << IRQ_M_TIMER);
    mtimecmp_set(mtime_now() + 1000);
    EXPECT_TRAP(rom_run(S, wait, 0, 0, 0), CAUSE_INTERRUPT(IRQ_M_TIMER),
                after_wfi, 0);
}

CASE(wfi_wakes_for_a_delegated_interrupt_that_m_cannot_take)
{
    csr_write(mideleg, 1u << IRQ_S_SOFT);
    csr_write(mie, 1u << IRQ_S_SOFT);
    csr_write(mip, 1u << IRQ_S_SOFT);
    csr_write(mstatus, MSTATUS_MPIE | MSTATUS_SIE);
    EXPECT_DONE(rom_run(M, wait, 0, 0, 0), M);
}

CASE(wfi_is_illegal_in_u_and_with_tw_in_s)
{
    EXPECT_TRAP(rom_exec(U, WFI, 0, 0), CAUSE_ILLEGAL, rom_exec_pc(), WFI);
    csr_write(mstatus, MSTATUS_TW);
    csr_write(mie, 1u << IRQ_S_SOFT);
    csr_write(mip, 1u << IRQ_S_SOFT);
    csr_write(mideleg, 1u << IRQ_S_SOFT);
    EXPECT_TRAP(rom_exec(S, WFI, 0, 0), CAUSE_ILLEGAL, rom_exec_pc(), WFI);
    EXPECT_DONE(rom_exec(M, WFI, 0, 0), M);
}

CASE(tvm_makes_satp_and_sfence_illegal_in_s_alone)
{
    static const uint32_t words[] = {SFENCE, SATP_READ, SATP_WRITE};

    for (unsigned i = 0; i < 3; i++) {
        csr_write(mstatus, 0);
        EXPECT_DONE(rom_exec(S, words[i], 0, 0), S);
        csr_write(mstatus, MSTATUS_TVM);
        EXPECT_TRAP(rom_exec(S, words[i], 0, 0), CAUSE_ILLEGAL, rom_exec_pc(),
                    words[i]);
        EXPECT_DONE(rom_exec(M, words[i], 0, 0), M);
    }
    EXPECT_TRAP(rom_exec(U, SFENCE, 0, 0), CAUSE_ILLEGAL, rom_exec_pc(),
                SFENCE);
}
