/*
 * Traps: where they go, what they save, which interrupt comes first, and how
 * one returns.
 */
#include "tests/hart_rig.h"

static void poke(struct hart_rig *r, unsigned number, uint64_t value)
{
    ck_assert(hart_csr_poke(&r->hart, number, value));
}

static uint64_t mpp(struct hart_rig *r)
{
    return (csr(r, MSTATUS) & MSTATUS_MPP) >> MSTATUS_MPP_SHIFT;
}

START_TEST(a_call_from_each_mode_has_its_own_cause)
{
    static const enum privilege modes[] = {PRIV_U, PRIV_S, PRIV_M};

    for (unsigned i = 0; i < 3; i++) {
        struct hart_rig *r = rig_new();

        rig_enter(r, modes[i], RIG_START + 8);
        ck_assert(!execute(r, encode("ecall", 0, 0, 0, 0)));
        ck_assert_uint_eq(csr(r, MCAUSE), CAUSE_ECALL_U + modes[i]);
        ck_assert_uint_eq(csr(r, MEPC), RIG_START + 8);
        ck_assert_uint_eq(csr(r, MTVAL), 0);
        ck_assert_uint_eq(mpp(r), modes[i]);
        ck_assert_uint_eq(r->hart.pc, RIG_HANDLER);
        ck_assert_int_eq(r->hart.priv, PRIV_M);
        rig_free(r);
    }
}
END_TEST

START_TEST(an_illegal_instruction_shows_its_own_bits)
{
    struct hart_rig *r = rig_new();

    ck_assert(!execute(r, 0xdead0000));
    ck_assert_uint_eq(csr(r, MTVAL), 0);
    ck_assert(!execute(r, 0xffffffff));
    ck_assert_uint_eq(csr(r, MTVAL), 0xffffffff);
    ck_assert(!execute(r, 0x12348002));
    ck_assert_uint_eq(csr(r, MTVAL), 0x8002);
    rig_free(r);
}
END_TEST

START_TEST(a_delegated_trap_leaves_machine_registers_alone)
{
    struct hart_rig *r = rig_new();

    poke(r, MEDELEG, 1u << CAUSE_ECALL_U | 1u << CAUSE_BREAKPOINT);
    poke(r, STVEC, RIG_HANDLER + 0x100);
    poke(r, MCAUSE, 55);
    poke(r, SSTATUS, MSTATUS_SIE);
    rig_enter(r, PRIV_U, RIG_START + 4);
    ck_assert(!execute(r, encode("ecall", 0, 0, 0, 0)));
    ck_assert_int_eq(r->hart.priv, PRIV_S);
    ck_assert_uint_eq(r->hart.pc, RIG_HANDLER + 0x100);
    ck_assert_uint_eq(csr(r, SCAUSE), CAUSE_ECALL_U);
    ck_assert_uint_eq(csr(r, SEPC), RIG_START + 4);
    ck_assert_uint_eq(csr(r, SSTATUS), MSTATUS_SPIE);
    ck_assert_uint_eq(csr(r, MCAUSE), 55);
    ck_assert(execute(r, encode("sret", 0, 0, 0, 0)));
    ck_assert_int_eq(r->hart.priv, PRIV_U);
    ck_assert_uint_eq(csr(r, SSTATUS), MSTATUS_SIE | MSTATUS_SPIE);
    rig_free(r);
}
END_TEST

START_TEST(a_trap_in_machine_mode_is_never_delegated)
{
    struct hart_rig *r = rig_new();

    poke(r, MEDELEG, 1u << CAUSE_BREAKPOINT);
    ck_assert(!execute(r, encode("ebreak", 0, 0, 0, 0)));
    ck_assert_uint_eq(csr(r, MCAUSE), CAUSE_BREAKPOINT);
    ck_assert_int_eq(r->hart.priv, PRIV_M);
    rig_free(r);
}
END_TEST

START_TEST(mret_restores_the_stack_of_modes)
{
    struct hart_rig *r = rig_new();

    poke(r, MSTATUS, MSTATUS_MPIE | MSTATUS_MPRV | 1u << MSTATUS_MPP_SHIFT);
    poke(r, MEPC, RIG_START + 0x40);
    ck_assert(execute(r, encode("mret", 0, 0, 0, 0)));
    ck_assert_uint_eq(csr(r, MSTATUS), MSTATUS_MIE | MSTATUS_MPIE);
    ck_assert_int_eq(r->hart.priv, PRIV_S);
    ck_assert_uint_eq(r->hart.pc, RIG_START + 0x40);
    rig_free(r);

    r = rig_new();
    poke(r, MSTATUS, MSTATUS_MPRV | MSTATUS_MPP);
    ck_assert(execute(r, encode("mret", 0, 0, 0, 0)));
    ck_assert_uint_eq(csr(r, MSTATUS), MSTATUS_MPIE | MSTATUS_MPRV);
    rig_free(r);
}
END_TEST

START_TEST(returns_are_illegal_below_their_mode)
{
    struct hart_rig *r = rig_new();

    rig_enter(r, PRIV_S, RIG_START);
    ck_assert(!execute(r, encode("mret", 0, 0, 0, 0)));
    rig_enter(r, PRIV_U, RIG_START);
    ck_assert(!execute(r, encode("sret", 0, 0, 0, 0)));
    rig_enter(r, PRIV_U, RIG_START);
    ck_assert(!execute(r, encode("wfi", 0, 0, 0, 0)));
    rig_enter(r, PRIV_U, RIG_START);
    ck_assert(!execute(r, encode("sfence.vma", 0, 0, 0, 0)));
    rig_free(r);
}
END_TEST

START_TEST(interrupts_come_in_the_order_of_the_manual)
{
    static const unsigned order[] = {IRQ_MEI, IRQ_MSI, IRQ_MTI,
                                     IRQ_SEI, IRQ_SSI, IRQ_STI};
    struct hart_rig *r = rig_new();

    emit(r, "jal", ZERO, 0, 0, 0);
    poke(r, MIE, 0xaaa);
    for (unsigned i = 0; i < 6; i++)
        hart_set_irq(&r->hart, order[i], true);
    for (unsigned i = 0; i < 6; i++) {
        poke(r, MSTATUS, MSTATUS_MIE);
        r->hart.pc = RIG_START;
        r->at = RIG_HANDLER;
        emit(r, "addi", ZERO, ZERO, 0, 0);
        ck_assert_uint_eq(hart_run(&r->hart, 1), 1);
        ck_assert_uint_eq(csr(r, MCAUSE), 0x80000000u | order[i]);
        ck_assert_uint_eq(csr(r, MEPC), RIG_START);
        ck_assert_uint_eq(csr(r, MTVAL), 0);
        ck_assert_uint_eq(r->hart.pc, RIG_HANDLER + 4);
        hart_set_irq(&r->hart, order[i], false);
    }
    rig_free(r);
}
END_TEST

START_TEST(a_breakpoint_shows_its_address)
{
    struct hart_rig *r = rig_new();

    r->hart.pc = RIG_START + 6;
    ck_assert(!execute(r, encode("c.ebreak", 0, 0, 0, 0)));
    ck_assert_uint_eq(csr(r, MTVAL), RIG_START + 6);
    rig_free(r);
}
END_TEST

START_TEST(a_return_drops_the_reservation_a_trap_does_not)
{
    struct hart_rig *r = rig_new();

    r->hart.x[A0] = (uint64_t)(int32_t)RIG_DATA;
    ck_assert(execute(r, encode("lr.w", A1, A0, 0, 0)));
    ck_assert(!execute(r, encode("ecall", 0, 0, 0, 0)));
    ck_assert(execute(r, encode("sc.w", A1, A0, ZERO, 0)));
    ck_assert_uint_eq(r->hart.x[A1], 0);
    ck_assert(execute(r, encode("lr.w", A1, A0, 0, 0)));
    ck_assert(execute(r, encode("mret", 0, 0, 0, 0)));
    ck_assert(execute(r, encode("sc.w", A1, A0, ZERO, 0)));
    ck_assert_uint_eq(r->hart.x[A1], 1);
    rig_free(r);
}
END_TEST

START_TEST(vectors_spread_interrupts_but_no_exceptions)
{
    struct hart_rig *r = rig_new();

    poke(r, MTVEC, RIG_HANDLER | 1);
    ck_assert(!execute(r, encode("ebreak", 0, 0, 0, 0)));
    ck_assert_uint_eq(r->hart.pc, RIG_HANDLER);
    poke(r, MIE, 1u << IRQ_MTI);
    poke(r, MSTATUS, MSTATUS_MIE);
    hart_set_irq(&r->hart, IRQ_MTI, true);
    r->at = RIG_HANDLER + 4 * IRQ_MTI;
    emit(r, "addi", A0, ZERO, 0, 9);
    hart_run(&r->hart, 1);
    ck_assert_uint_eq(r->hart.x[A0], 9);
    rig_free(r);
}
END_TEST

/* Whether an interrupt of this bit is taken in this mode with these enables. */
static bool is_taken(unsigned irq, enum privilege priv, uint64_t status,
                     bool is_delegated)
{
    struct hart_rig *r = rig_new();
    bool taken;

    if (is_delegated)
        poke(r, MIDELEG, 1u << irq);
    poke(r, STVEC, RIG_HANDLER);
    r->at = RIG_START + 0x80;
    emit(r, "addi", ZERO, ZERO, 0, 0);
    rig_enter(r, priv, RIG_START + 0x80);
    poke(r, MSTATUS, status);
    poke(r, MIE, 1u << irq);
    hart_set_irq(&r->hart, irq, true);
    hart_run(&r->hart, 1);
    taken = r->hart.pc != RIG_START + 0x84;
    rig_free(r);
    return taken;
}

START_TEST(a_mode_is_interrupted_by_higher_ones_whatever_it_enables)
{
    ck_assert(!is_taken(IRQ_MTI, PRIV_M, 0, false));
    ck_assert(is_taken(IRQ_MTI, PRIV_M, MSTATUS_MIE, false));
    ck_assert(is_taken(IRQ_MTI, PRIV_S, 0, false));
    ck_assert(is_taken(IRQ_MTI, PRIV_U, 0, false));
    ck_assert(!is_taken(IRQ_SEI, PRIV_S, 0, true));
    ck_assert(is_taken(IRQ_SEI, PRIV_S, MSTATUS_SIE, true));
    ck_assert(is_taken(IRQ_SEI, PRIV_U, 0, true));
    ck_assert(!is_taken(IRQ_SEI, PRIV_M, MSTATUS_MIE | MSTATUS_SIE, true));
}
END_TEST

START_TEST(an_interrupt_that_a_csr_write_enables_comes_at_once)
{
    struct hart_rig *r = rig_new();

    hart_set_irq(&r->hart, IRQ_MSI, true);
    poke(r, MIE, 1u << IRQ_MSI);
    emit(r, "csrrsi", ZERO, MSTATUS_MIE, 0, MSTATUS);
    emit(r, "addi", A0, ZERO, 0, 1);
    r->at = RIG_HANDLER;
    emit(r, "addi", A1, ZERO, 0, 1);
    hart_run(&r->hart, 2);
    ck_assert_uint_eq(r->hart.x[A0], 0);
    ck_assert_uint_eq(r->hart.x[A1], 1);
    ck_assert_uint_eq(csr(r, MEPC), RIG_START + 4);
    rig_free(r);
}
END_TEST

START_TEST(wfi_waits_for_what_is_enabled_even_if_masked)
{
    struct hart_rig *r = rig_new();

    poke(r, MIE, 1u << IRQ_MTI);
    emit(r, "wfi", 0, 0, 0, 0);
    emit(r, "addi", A0, ZERO, 0, 1);
    ck_assert_uint_eq(hart_run(&r->hart, 10), 1);
    ck_assert(hart_is_waiting(&r->hart));
    ck_assert_uint_eq(hart_run(&r->hart, 10), 0);
    hart_set_irq(&r->hart, IRQ_SEI, true); /* not enabled */
    ck_assert(hart_is_waiting(&r->hart));
    hart_set_irq(&r->hart, IRQ_MTI, true);
    ck_assert(!hart_is_waiting(&r->hart));
    ck_assert_uint_eq(hart_run(&r->hart, 1), 1);
    ck_assert_uint_eq(r->hart.x[A0], 1);
    rig_free(r);
}
END_TEST

START_TEST(wfi_with_something_pending_goes_on)
{
    struct hart_rig *r = rig_new();

    poke(r, MIE, 1u << IRQ_MTI);
    hart_set_irq(&r->hart, IRQ_MTI, true);
    emit(r, "wfi", 0, 0, 0, 0);
    emit(r, "addi", A0, ZERO, 0, 1);
    ck_assert_uint_eq(hart_run(&r->hart, 2), 2);
    ck_assert_uint_eq(r->hart.x[A0], 1);
    rig_free(r);
}
END_TEST

START_TEST(a_vector_that_traps_to_itself_is_stuck)
{
    struct hart_rig *r = rig_new();

    ck_assert_uint_lt(hart_run(&r->hart, 100), 10); /* memory is zero */
    ck_assert(hart_is_stuck(&r->hart));
    poke(r, MTVEC, 0x1000000); /* nothing is there */
    ck_assert_uint_lt(hart_run(&r->hart, 100), 10);
    ck_assert(hart_is_stuck(&r->hart));
    ck_assert_uint_eq(csr(r, MCAUSE), CAUSE_FETCH_ACCESS);
    rig_free(r);
}
END_TEST

START_TEST(a_supervisor_whom_a_timer_can_save_is_not_stuck)
{
    struct hart_rig *r = rig_new();

    poke(r, MEDELEG, 1u << CAUSE_ILLEGAL);
    poke(r, STVEC, RIG_START + 0x4000);
    poke(r, MIE, 1u << IRQ_MTI);
    rig_enter(r, PRIV_S, RIG_START);
    ck_assert_uint_eq(hart_run(&r->hart, 100), 100);
    ck_assert(!hart_is_stuck(&r->hart));
    poke(r, MIE, 0);
    ck_assert_uint_lt(hart_run(&r->hart, 100), 10);
    ck_assert(hart_is_stuck(&r->hart));
    rig_free(r);
}
END_TEST

START_TEST(a_fetch_that_fails_traps_on_its_target)
{
    struct hart_rig *r = rig_new();

    r->hart.x[A0] = 0x40000000;
    ck_assert(execute(r, encode("jalr", RA, A0, 0, 3)));
    ck_assert_uint_eq(r->hart.x[RA], (uint64_t)(int32_t)(RIG_START + 4));
    ck_assert_uint_eq(hart_run(&r->hart, 1), 1);
    ck_assert_uint_eq(csr(r, MCAUSE), CAUSE_FETCH_ACCESS);
    ck_assert_uint_eq(csr(r, MEPC), 0x40000002);
    ck_assert_uint_eq(csr(r, MTVAL), 0x40000002);
    rig_free(r);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("trap");
    TCase *tc = tcase_create("trap");

    tcase_add_test(tc, a_call_from_each_mode_has_its_own_cause);
    tcase_add_test(tc, an_illegal_instruction_shows_its_own_bits);
    tcase_add_test(tc, a_delegated_trap_leaves_machine_registers_alone);
    tcase_add_test(tc, a_trap_in_machine_mode_is_never_delegated);
    tcase_add_test(tc, mret_restores_the_stack_of_modes);
    tcase_add_test(tc, returns_are_illegal_below_their_mode);
    tcase_add_test(tc, interrupts_come_in_the_order_of_the_manual);
    tcase_add_test(tc, a_breakpoint_shows_its_address);
    tcase_add_test(tc, a_return_drops_the_reservation_a_trap_does_not);
    tcase_add_test(tc, vectors_spread_interrupts_but_no_exceptions);
    tcase_add_test(tc,
                   a_mode_is_interrupted_by_higher_ones_whatever_it_enables);
    tcase_add_test(tc, an_interrupt_that_a_csr_write_enables_comes_at_once);
    tcase_add_test(tc, wfi_waits_for_what_is_enabled_even_if_masked);
    tcase_add_test(tc, wfi_with_something_pending_goes_on);
    tcase_add_test(tc, a_vector_that_traps_to_itself_is_stuck);
    tcase_add_test(tc, a_supervisor_whom_a_timer_can_save_is_not_stuck);
    tcase_add_test(tc, a_fetch_that_fails_traps_on_its_target);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
