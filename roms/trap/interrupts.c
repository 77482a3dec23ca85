/*
 * Interrupt priority, and that an interrupt comes before the very next
 * instruction. Rows 48, 52 and 54 of the list of corner cases.
 */
#include "roms/lib/rom.h"

STUB(spin, "1: j 1b");

/* Bits that M may set by hand; MSIP and MTIP come from the CLINT. */
#define BY_HAND (1u << IRQ_S_SOFT | 1u << IRQ_S_TIMER | 1u << IRQ_S_EXT)

CASE(the_manuals_order_decides_among_pending_interrupts)
{
    static const uint8_t order[] = {IRQ_M_SOFT, IRQ_M_TIMER, IRQ_S_EXT,
                                    IRQ_S_SOFT, IRQ_S_TIMER};
    uint32_t enabled = 0;

    csr_write(mip, BY_HAND);
    *word_at(CLINT_BASE + CLINT_MSIP) = 1;
    mtimecmp_set(0);
    for (unsigned i = 0; i < sizeof(order); i++)
        enabled |= 1u << order[i];
    for (unsigned i = 0; i < sizeof(order); i++) {
        csr_write(mie, enabled);
        csr_write(mstatus, MSTATUS_MPIE);
        const struct trap *t = rom_run(M, spin, 0, 0, 0);

        EXPECT_TRAP(t, CAUSE_INTERRUPT(order[i]), spin, 0);
        EXPECT(t->status, MSTATUS_MPP | MSTATUS_MPIE);
        enabled &= ~(1u << order[i]);
    }
    *word_at(CLINT_BASE + CLINT_MSIP) = 0;
}

CASE(undelegated_interrupts_go_before_delegated_ones)
{
    csr_write(stvec, (uint32_t)stub_ecall);
    csr_write(mideleg, 1u << IRQ_S_EXT);
    csr_write(mip, BY_HAND);
    csr_write(mie, 1u << IRQ_S_EXT | 1u << IRQ_S_TIMER);
    EXPECT(rom_run(U, spin, 0, 0, 0)->cause, CAUSE_INTERRUPT(IRQ_S_TIMER));
}

CASE(delegated_interrupts_keep_the_order)
{
    static const uint8_t order[] = {IRQ_S_EXT, IRQ_S_SOFT, IRQ_S_TIMER};
    uint32_t enabled = BY_HAND;

    csr_write(stvec, (uint32_t)stub_ecall);
    csr_write(mideleg, BY_HAND);
    csr_write(mip, BY_HAND);
    for (unsigned i = 0; i < 3; i++) {
        csr_write(mie, enabled);
        rom_run(U, spin, 0, 0, 0);
        EXPECT(csr_read(scause), CAUSE_INTERRUPT(order[i]));
        enabled &= ~(1u << order[i]);
    }
}

/* In each, the interrupt must come before the c.li behind the CSR write. */
STUB(by_mstatus, "csrw mstatus, a0\n.globl after_mstatus\nafter_mstatus:\n"
                 "c.li a1, 7");
extern const char after_mstatus[];
STUB(by_mie, "csrw mie, a0\n.globl after_mie\nafter_mie:\n c.li a1, 7");
extern const char after_mie[];
STUB(by_mip, "csrs mip, a0\n.globl after_mip\nafter_mip:\n c.li a1, 7");
extern const char after_mip[];
STUB(by_mideleg, "csrw mideleg, x0\n.globl after_mideleg\nafter_mideleg:\n"
                 "c.li a1, 7");
extern const char after_mideleg[];
STUB(by_sstatus, "csrsi sstatus, 2\n.globl after_sstatus\nafter_sstatus:\n"
                 "c.li a1, 7");
extern const char after_sstatus[];
STUB(by_sie, "csrw sie, a0\n.globl after_sie\nafter_sie:\n c.li a1, 7");
extern const char after_sie[];
STUB(by_sip, "csrsi sip, 2\n.globl after_sip\nafter_sip:\n c.li a1, 7");
extern const char after_sip[];

CASE(an_enabling_write_in_m_is_followed_by_the_interrupt)
{
    const struct trap *t;

    csr_write(mip, 1u << IRQ_S_SOFT);
    csr_write(mie, 1u << IRQ_S_SOFT);
    t = rom_run(M, by_mstatus, MSTATUS_MIE, 0, 0);
    EXPECT_TRAP(t, CAUSE_INTERRUPT(IRQ_S_SOFT), after_mstatus, 0);
    EXPECT(t->x[11], 0);

    csr_write(mie, 0);
    csr_write(mstatus, MSTATUS_MPIE);
    t = rom_run(M, by_mie, 1u << IRQ_S_SOFT, 0, 0);
    EXPECT_TRAP(t, CAUSE_INTERRUPT(IRQ_S_SOFT), after_mie, 0);
    EXPECT(t->x[11], 0);

    csr_write(mip, 0);
    csr_write(mstatus, MSTATUS_MPIE);
    t = rom_run(M, by_mip, 1u << IRQ_S_SOFT, 0, 0);
    EXPECT_TRAP(t, CAUSE_INTERRUPT(IRQ_S_SOFT), after_mip, 0);
    EXPECT(t->x[11], 0);

    csr_write(mideleg, 1u << IRQ_S_SOFT);
    csr_write(mstatus, MSTATUS_MPIE);
    t = rom_run(M, by_mideleg, 0, 0, 0);
    EXPECT_TRAP(t, CAUSE_INTERRUPT(IRQ_S_SOFT), after_mideleg, 0);
    EXPECT(t->x[11], 0);
}

CASE(an_enabling_write_in_s_is_followed_by_the_interrupt)
{
    const struct trap *t;

    csr_write(stvec, (uint32_t)stub_ecall);
    csr_write(mideleg, 1u << IRQ_S_SOFT);
    csr_write(mip, 1u << IRQ_S_SOFT);
    csr_write(mie, 1u << IRQ_S_SOFT);
    t = rom_run(S, by_sstatus, 0, 0, 0);
    EXPECT(csr_read(scause), CAUSE_INTERRUPT(IRQ_S_SOFT));
    EXPECT(csr_read(sepc), (uint32_t)after_sstatus);
    EXPECT(t->x[11], 0);

    csr_write(mie, 0);
    csr_write(mstatus, MSTATUS_SIE);
    t = rom_run(S, by_sie, 1u << IRQ_S_SOFT, 0, 0);
    EXPECT(csr_read(sepc), (uint32_t)after_sie);
    EXPECT(t->x[11], 0);

    csr_write(mip, 0);
    csr_write(mstatus, MSTATUS_SIE);
    t = rom_run(S, by_sip, 0, 0, 0);
    EXPECT(csr_read(sepc), (uint32_t)after_sip);
    EXPECT(t->x[11], 0);
}
