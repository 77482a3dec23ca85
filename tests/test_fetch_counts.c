/*
 * Fetches are counted by the run, ahead of the instructions; where a block is
 * left before its end, what was not executed is taken back. The program here
 * has no instruction in two lines: a step is one access of the L1I.
 */
#include "tests/hart_rig.h"

#define NOWHERE 0x40 /* an access fault */

static const struct variant {
    const char *name;
    bool is_timed;
    unsigned block_limit, slice;
} variants[] = {
    {"whole", false, 0, 5000},       {"by one step", false, 0, 1},
    {"by three steps", false, 0, 3}, {"in short blocks", false, 3, 5000},
    {"timed", true, 0, 5000},        {"timed, by three steps", true, 0, 3},
};

static struct hart_rig *make(const struct variant *v)
{
    struct hart_config config = {
        .xlen = 32,
        .block_limit = v->block_limit,
        .mmu = {.l1i = {128, 1, 64},
                .l1d = {128, 2, 64},
                .is_timed = v->is_timed},
    };
    struct hart_rig *r = rig_new_with(&config);

    r->at = RIG_HANDLER;
    emit_csrr(r, T1, MEPC);
    emit(r, "addi", T1, T1, 0, 4);
    emit_csrw(r, MEPC, T1);
    emit(r, "mret", 0, 0, 0, 0);
    return r;
}

/* Runs 5000 steps of a loop around one instruction, in the middle of a block
 * with others before and behind it, in lines of their own too. */
static void check(const struct variant *v, const char *name, unsigned rd,
                  unsigned rs1, unsigned rs2)
{
    struct hart_rig *r = make(v);
    struct mmu_counts counts;

    r->at = RIG_START;
    emit_li(r, S0, NOWHERE);
    emit_li(r, S1, RIG_DEVICE);
    emit_li(r, T2, RIG_DATA);
    for (unsigned i = 0; i < 5; i++)
        emit(r, "addi", A0, A0, 0, 1);
    emit(r, name, rd, rs1, rs2, 0);
    for (unsigned i = 0; i < 20; i++)
        emit(r, "addi", A0, A0, 0, 1);
    emit(r, "jal", ZERO, 0, 0, (int32_t)(RIG_START - r->at));
    while (r->hart.steps < 5000)
        hart_run(&r->hart, v->slice < 5000 - r->hart.steps
                               ? v->slice
                               : 5000 - r->hart.steps);
    mmu_count(&r->hart.mmu, &counts);
    ck_assert_msg(counts.l1i.accesses == r->hart.steps, "%s: %llu", v->name,
                  (unsigned long long)counts.l1i.accesses);
    ck_assert_uint_gt(counts.l1i.misses, 300);
    rig_free(r);
}

START_TEST(of_a_plain_program)
{
    check(&variants[_i], "addi", A1, A1, 0);
}
END_TEST

START_TEST(of_one_with_a_fault)
{
    check(&variants[_i], "lw", A1, S0, 0);
    check(&variants[_i], "sw", 0, S0, A1);
    check(&variants[_i], "lr.w", A1, S0, 0);
}
END_TEST

START_TEST(of_one_with_a_device)
{
    check(&variants[_i], "lw", A1, S1, 0);
    check(&variants[_i], "sw", 0, S1, A1);
}
END_TEST

START_TEST(of_one_with_an_atomic)
{
    check(&variants[_i], "amoadd.w", A1, T2, A0);
}
END_TEST

int main(void)
{
    const int n = (int)(sizeof variants / sizeof variants[0]);
    Suite *suite = suite_create("fetch_counts");
    TCase *tc = tcase_create("fetch_counts");

    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, of_a_plain_program, 0, n);
    tcase_add_loop_test(tc, of_one_with_a_fault, 0, n);
    tcase_add_loop_test(tc, of_one_with_a_device, 0, n);
    tcase_add_loop_test(tc, of_one_with_an_atomic, 0, n);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
