/*
 * Control and status registers: who may access them, what they hold, what a
 * write does.
 */
#include "cpu/csr.h"

#include "tests/hart_rig.h"

static uint32_t csrr(unsigned rd, unsigned number)
{
    return encode("csrrs", rd, ZERO, 0, (int32_t)number);
}

static uint32_t csrw(unsigned number, unsigned rs1)
{
    return encode("csrrw", ZERO, rs1, 0, (int32_t)number);
}

static void poke(struct hart_rig *r, unsigned number, uint64_t value)
{
    ck_assert(hart_csr_poke(&r->hart, number, value));
}

START_TEST(read_only_registers_refuse_any_write)
{
    struct hart_rig *r = rig_new();

    r->hart.x[A0] = 0;
    ck_assert(execute(r, csrr(A1, MHARTID)));
    ck_assert(execute(r, encode("csrrsi", A1, 0, 0, MHARTID)));
    ck_assert(!execute(r, encode("csrrs", A1, A0, 0, MHARTID)));
    ck_assert(!execute(r, encode("csrrw", A1, ZERO, 0, MHARTID)));
    ck_assert(!execute(r, encode("csrrwi", A1, 0, 0, MHARTID)));
    ck_assert(!hart_csr_poke(&r->hart, MHARTID, 1));
    rig_free(r);
}
END_TEST

START_TEST(an_unknown_register_traps_and_leaves_rd_alone)
{
    struct hart_rig *r = rig_new();
    uint32_t bits = csrr(A0, 0x7c0);

    r->hart.x[A0] = 77;
    ck_assert(!execute(r, bits));
    ck_assert_uint_eq(r->hart.x[A0], 77);
    ck_assert_uint_eq(csr(r, MCAUSE), CAUSE_ILLEGAL);
    ck_assert_uint_eq(csr(r, MTVAL), bits);
    ck_assert_uint_eq(csr(r, MEPC), RIG_START);
    rig_free(r);
}
END_TEST

START_TEST(lower_modes_do_not_reach_higher_registers)
{
    struct hart_rig *r = rig_new();

    rig_enter(r, PRIV_S, RIG_START);
    ck_assert(execute(r, csrr(A0, SSTATUS)));
    ck_assert(!execute(r, csrr(A0, MSTATUS)));
    rig_enter(r, PRIV_U, RIG_START);
    ck_assert(!execute(r, csrr(A0, SSTATUS)));
    rig_free(r);
}
END_TEST

START_TEST(results_are_sign_extended_and_x0_stays_zero)
{
    struct hart_rig *r = rig_new();

    poke(r, MSCRATCH, 0x80000001);
    ck_assert(execute(r, csrr(A0, MSCRATCH)));
    ck_assert_uint_eq(r->hart.x[A0], UINT64_C(0xffffffff80000001));
    ck_assert_uint_eq(csr(r, MSCRATCH), 0x80000001);
    ck_assert(execute(r, encode("csrrwi", ZERO, 5, 0, MSCRATCH)));
    ck_assert_uint_eq(csr(r, MSCRATCH), 5);
    ck_assert_uint_eq(r->hart.x[0], 0);
    rig_free(r);
}
END_TEST

START_TEST(set_and_clear_change_only_their_bits)
{
    struct hart_rig *r = rig_new();

    poke(r, MSCRATCH, 0xf0);
    r->hart.x[A0] = 0x0f;
    ck_assert(execute(r, encode("csrrs", A1, A0, 0, MSCRATCH)));
    ck_assert_uint_eq(r->hart.x[A1], 0xf0);
    ck_assert_uint_eq(csr(r, MSCRATCH), 0xff);
    ck_assert(execute(r, encode("csrrc", A0, A0, 0, MSCRATCH)));
    ck_assert_uint_eq(csr(r, MSCRATCH), 0xf0);
    ck_assert_uint_eq(r->hart.x[A0], 0xff);
    rig_free(r);
}
END_TEST

START_TEST(mstatus_keeps_what_exists_and_no_reserved_mpp)
{
    struct hart_rig *r = rig_new();

    poke(r, MSTATUS, UINT32_MAX);
    ck_assert_uint_eq(csr(r, MSTATUS), 0x007e19aa);
    ck_assert_uint_eq(csr(r, SSTATUS), 0x000c0122);
    poke(r, MSTATUS, 2u << MSTATUS_MPP_SHIFT);
    ck_assert_uint_eq(csr(r, MSTATUS), 3u << MSTATUS_MPP_SHIFT);
    poke(r, MSTATUS, 0);
    ck_assert_uint_eq(csr(r, MSTATUS), 0);
    rig_free(r);
}
END_TEST

START_TEST(fixed_registers_ignore_writes)
{
    struct hart_rig *r = rig_new();

    poke(r, MISA, 0);
    ck_assert_uint_eq(csr(r, MISA), 0x40141107);
    poke(r, 0x310, UINT32_MAX); /* mstatush */
    ck_assert_uint_eq(csr(r, 0x310), 0);
    poke(r, 0x30a, UINT32_MAX); /* menvcfg */
    ck_assert_uint_eq(csr(r, 0x30a), 0xf1);
    ck_assert_uint_eq(csr(r, 0xf15), 0);
    rig_free(r);
}
END_TEST

START_TEST(trap_vectors_refuse_reserved_modes)
{
    struct hart_rig *r = rig_new();

    poke(r, STVEC, 0x80000101);
    ck_assert_uint_eq(csr(r, STVEC), 0x80000101);
    poke(r, STVEC, 0x80000202);
    ck_assert_uint_eq(csr(r, STVEC), 0x80000101);
    poke(r, MEPC, 0x80000007);
    ck_assert_uint_eq(csr(r, MEPC), 0x80000006);
    rig_free(r);
}
END_TEST

START_TEST(delegation_has_only_the_bits_that_mean_something)
{
    struct hart_rig *r = rig_new();

    poke(r, MEDELEG, UINT32_MAX);
    ck_assert_uint_eq(csr(r, MEDELEG), 0xb3ff);
    poke(r, MIDELEG, UINT32_MAX);
    ck_assert_uint_eq(csr(r, MIDELEG), 0x222);
    rig_free(r);
}
END_TEST

START_TEST(supervisor_views_show_only_what_is_delegated)
{
    struct hart_rig *r = rig_new();

    poke(r, MIDELEG, 1u << IRQ_SSI | 1u << IRQ_SEI);
    poke(r, MIE, UINT32_MAX);
    ck_assert_uint_eq(csr(r, MIE), 0xaaa);
    ck_assert_uint_eq(csr(r, SIE), 0x202);
    poke(r, SIE, 0);
    ck_assert_uint_eq(csr(r, MIE), 0x8a8);
    poke(r, MIP, 0x222);
    ck_assert_uint_eq(csr(r, SIP), 0x202);
    poke(r, SIP, 0);
    ck_assert_uint_eq(csr(r, MIP), 0x220);
    rig_free(r);
}
END_TEST

START_TEST(a_wire_is_not_written_back_into_seip)
{
    struct hart_rig *r = rig_new();

    hart_set_irq(&r->hart, IRQ_SEI, true);
    r->hart.x[A0] = 1u << IRQ_SSI;
    ck_assert(execute(r, encode("csrrs", A1, A0, 0, MIP)));
    ck_assert_uint_eq(r->hart.x[A1], 1u << IRQ_SEI);
    hart_set_irq(&r->hart, IRQ_SEI, false);
    ck_assert_uint_eq(csr(r, MIP), 1u << IRQ_SSI);
    poke(r, MIP, UINT32_MAX);
    ck_assert_uint_eq(csr(r, MIP), 0x222);
    rig_free(r);
}
END_TEST

START_TEST(counters_are_gated_twice)
{
    struct hart_rig *r = rig_new();

    rig_enter(r, PRIV_S, RIG_START);
    ck_assert(!execute(r, csrr(A0, CYCLE)));
    poke(r, MCOUNTEREN, 1);
    rig_enter(r, PRIV_S, RIG_START);
    ck_assert(execute(r, csrr(A0, CYCLE)));
    ck_assert(!execute(r, csrr(A0, INSTRET)));
    rig_enter(r, PRIV_U, RIG_START);
    ck_assert(!execute(r, csrr(A0, CYCLE)));
    poke(r, SCOUNTEREN, 1);
    rig_enter(r, PRIV_U, RIG_START);
    ck_assert(execute(r, csrr(A0, CYCLE)));
    rig_free(r);
}
END_TEST

START_TEST(a_write_to_a_counter_replaces_its_increment)
{
    struct hart_rig *r = rig_new();

    r->hart.x[A0] = 100;
    emit(r, "addi", ZERO, ZERO, 0, 0);
    emit_csrw(r, MINSTRET, A0);
    emit_csrr(r, A1, MINSTRET);
    emit_csrr(r, A2, MINSTRET);
    emit_csrw(r, MCYCLE, A0);
    emit_csrr(r, A3, MCYCLE);
    hart_run(&r->hart, 6);
    ck_assert_uint_eq(r->hart.x[A1], 100);
    ck_assert_uint_eq(r->hart.x[A2], 101);
    ck_assert_uint_eq(r->hart.x[A3], 100);
    rig_free(r);
}
END_TEST

START_TEST(counters_carry_into_their_upper_halves)
{
    struct hart_rig *r = rig_new();

    r->hart.x[A0] = UINT64_MAX;
    emit_csrw(r, MCYCLE, A0);
    emit_csrr(r, A1, MCYCLE);
    emit_csrr(r, A2, MCYCLEH);
    emit_csrr(r, A3, MCYCLE);
    hart_run(&r->hart, 4);
    ck_assert_uint_eq((uint32_t)r->hart.x[A1], UINT32_MAX);
    ck_assert_uint_eq(r->hart.x[A2], 1);
    ck_assert_uint_eq(r->hart.x[A3], 1);
    rig_free(r);
}
END_TEST

START_TEST(what_traps_is_a_cycle_but_does_not_retire)
{
    struct hart_rig *r = rig_new();
    uint64_t cycle = csr(r, MCYCLE), instret = csr(r, MINSTRET);

    emit(r, "ecall", 0, 0, 0, 0);
    r->at = RIG_HANDLER;
    emit(r, "ebreak", 0, 0, 0, 0);
    hart_run(&r->hart, 2);
    ck_assert_uint_eq(csr(r, MCYCLE), cycle + 2);
    ck_assert_uint_eq(csr(r, MINSTRET), instret);
    rig_free(r);
}
END_TEST

START_TEST(an_inhibited_counter_stands_still)
{
    struct hart_rig *r = rig_new();
    uint64_t stood;

    r->hart.x[A0] = 5;
    ck_assert(execute(r, csrw(MCOUNTINHIBIT, A0)));
    stood = csr(r, MCYCLE);
    ck_assert(execute(r, csrr(A1, MCYCLE)));
    ck_assert_uint_eq(csr(r, MCYCLE), stood);
    ck_assert(execute(r, csrw(MCOUNTINHIBIT, ZERO)));
    ck_assert_uint_eq(csr(r, MCYCLE), stood);
    ck_assert(execute(r, csrr(A1, MCYCLE)));
    ck_assert_uint_eq(csr(r, MCYCLE), stood + 1);
    rig_free(r);
}
END_TEST

START_TEST(time_follows_the_steps)
{
    struct hart_rig *r = rig_new();

    for (unsigned i = 0; i < 200; i++)
        emit(r, "addi", ZERO, ZERO, 0, 0);
    emit_csrr(r, A0, TIME);
    hart_run(&r->hart, 201);
    ck_assert_uint_eq(r->hart.x[A0], 2);
    rig_free(r);
}
END_TEST

START_TEST(tvm_tsr_and_tw_keep_supervisors_out)
{
    struct hart_rig *r = rig_new();

    rig_enter(r, PRIV_S, RIG_START);
    ck_assert(execute(r, csrr(A0, SATP)));
    ck_assert(execute(r, encode("sfence.vma", 0, 0, 0, 0)));
    poke(r, MSTATUS, MSTATUS_TVM | MSTATUS_TSR | MSTATUS_TW);
    rig_enter(r, PRIV_S, RIG_START);
    ck_assert(!execute(r, csrr(A0, SATP)));
    rig_enter(r, PRIV_S, RIG_START);
    ck_assert(!execute(r, encode("sfence.vma", 0, 0, 0, 0)));
    rig_enter(r, PRIV_S, RIG_START);
    ck_assert(!execute(r, encode("sret", 0, 0, 0, 0)));
    rig_enter(r, PRIV_S, RIG_START);
    ck_assert(!execute(r, encode("wfi", 0, 0, 0, 0)));
    ck_assert(execute(r, encode("sret", 0, 0, 0, 0))); /* in M-mode */
    rig_free(r);
}
END_TEST

START_TEST(a_locked_pmp_entry_stays)
{
    struct hart_rig *r = rig_new();

    poke(r, PMPADDR0, 0x20000000);
    poke(r, PMPCFG0, 0x9f);
    poke(r, PMPCFG0, 0);
    ck_assert_uint_eq(csr(r, PMPCFG0), 0x9f);
    poke(r, PMPADDR0, 0);
    ck_assert_uint_eq(csr(r, PMPADDR0), 0x20000000);
    rig_free(r);
}
END_TEST

START_TEST(without_pmp_its_registers_do_not_exist)
{
    struct hart_config config = {.xlen = 32};
    struct hart_rig *r = rig_new_with(&config);

    ck_assert(!execute(r, csrr(A0, PMPCFG0)));
    ck_assert(!execute(r, csrr(A0, PMPADDR0)));
    rig_free(r);
}
END_TEST

START_TEST(every_row_has_a_name_and_numbers_are_given_once)
{
    char name[16];

    for (size_t i = 0; i < csr_table_rows; i++) {
        unsigned end = csr_table[i].number + csr_table[i].count;

        ck_assert(csr_name(end - 1, name));
        for (size_t j = 0; j < i; j++)
            ck_assert(csr_table[j].number >= end ||
                      csr_table[j].number + csr_table[j].count <=
                          csr_table[i].number);
    }
    ck_assert(csr_name(0x3bf, name));
    ck_assert_str_eq(name, "pmpaddr15");
    ck_assert(csr_name(0xb9f, name));
    ck_assert_str_eq(name, "mhpmcounter31h");
    ck_assert(!csr_name(0x7c0, name));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("csr");
    TCase *tc = tcase_create("csr");

    tcase_add_test(tc, read_only_registers_refuse_any_write);
    tcase_add_test(tc, an_unknown_register_traps_and_leaves_rd_alone);
    tcase_add_test(tc, lower_modes_do_not_reach_higher_registers);
    tcase_add_test(tc, results_are_sign_extended_and_x0_stays_zero);
    tcase_add_test(tc, set_and_clear_change_only_their_bits);
    tcase_add_test(tc, mstatus_keeps_what_exists_and_no_reserved_mpp);
    tcase_add_test(tc, fixed_registers_ignore_writes);
    tcase_add_test(tc, trap_vectors_refuse_reserved_modes);
    tcase_add_test(tc, delegation_has_only_the_bits_that_mean_something);
    tcase_add_test(tc, supervisor_views_show_only_what_is_delegated);
    tcase_add_test(tc, a_wire_is_not_written_back_into_seip);
    tcase_add_test(tc, counters_are_gated_twice);
    tcase_add_test(tc, a_write_to_a_counter_replaces_its_increment);
    tcase_add_test(tc, counters_carry_into_their_upper_halves);
    tcase_add_test(tc, what_traps_is_a_cycle_but_does_not_retire);
    tcase_add_test(tc, an_inhibited_counter_stands_still);
    tcase_add_test(tc, time_follows_the_steps);
    tcase_add_test(tc, tvm_tsr_and_tw_keep_supervisors_out);
    tcase_add_test(tc, a_locked_pmp_entry_stays);
    tcase_add_test(tc, without_pmp_its_registers_do_not_exist);
    tcase_add_test(tc, every_row_has_a_name_and_numbers_are_given_once);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
