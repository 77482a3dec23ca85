/*
 * Fences, waits and their like at every position of a block, and WFI until
 * something wakes the hart.
 */
#include "tests/engine_rig.h"

#define ROUNDS 25
#define LOOP (PAGE_A + 0x1c) /* over two lines, one of them with the fence */
#define BODY 7
#define MTIMECMP_0 (CLINT_BASE + CLINT_MTIMECMP)
#define MTIME (CLINT_BASE + CLINT_MTIME)
#define CYCLES_A_TICK 100

/* ---- at every position ---- */

static const struct {
    const char *name;
    unsigned rs1, rs2;
    int32_t imm;
} fences[] = {
    {"fence.i", 0, 0, 0},        {"fence", 0, 0, 0},
    {"sfence.vma", 0, 0, 0},     {"sfence.vma", A3, 0, 0},
    {"sfence.vma", A3, ZERO, 0}, {"csrrw", A6, 0, SATP},
    {"csrrsi", 0, 0, SATP},      {"wfi", 0, 0, 0},
    {"cbo.clean", A3, 0, 0},     {"cbo.flush", A3, 0, 0},
    {"cbo.inval", A3, 0, 0},     {"sinval.vma", A3, 0, 0},
    {"sfence.w.inval", 0, 0, 0}, {"csrrs", A6, 0, SSTATUS},
};

/* arg: the fence, the position, and whether in S-mode. WFI finds an interrupt
 * that is pending and masked. */
static void write_fence(struct program *p, int arg)
{
    unsigned kind = (unsigned)arg / BODY / 2, at = (unsigned)arg / 2 % BODY;

    op_begin(p);
    op_csrw(p, 0x30a, 0xf0); /* menvcfg: cbo.* */
    op_csrw(p, MIE, 1u << IRQ_SSI);
    op_csrw(p, MIP, 1u << IRQ_SSI);
    op_csrw(p, MIDELEG, 1u << IRQ_SSI);
    op_li(p, S0, ROUNDS);
    op_li(p, A3, DATA);
    op_li(p, A6, arg & 1 ? SATP_ON(0) : 0);
    if (fences[kind].imm == SSTATUS)
        op_li(p, A6, 0);
    if (arg & 1)
        op_supervise(p, LOOP);
    op_jump(p, LOOP);
    p->at = LOOP;
    for (unsigned i = 0; i < BODY; i++) {
        if (i == at)
            op(p, fences[kind].name, ZERO, fences[kind].rs1, fences[kind].rs2,
               fences[kind].imm);
        op(p, i & 1 ? "lw" : "addi", i & 1 ? A4 : S2, i & 1 ? A3 : S2, 0,
           i & 1 ? 4 : 1);
        op(p, "sw", 0, A3, S2, 4);
    }
    op_loop(p, S0, LOOP);
    op_pass(p);
}

static void check_fence(struct machine *m, int arg)
{
    (void)arg;
    ck_assert_uint_eq(reg(m, S2), ROUNDS * (BODY / 2 + 1));
    ck_assert_uint_eq(word(m, DATA + 4), ROUNDS * (BODY / 2 + 1));
    ck_assert_uint_eq(guest_logs(m), 0);
}

START_TEST(a_fence_may_stand_anywhere_in_its_block)
{
    for (int at = 0; at < BODY; at++)
        guest_runs_alike(
            &(struct guest){.write = write_fence,
                            .check = check_fence,
                            .arg = (_i * BODY + at) * 2 + ((_i + at) & 1),
                            .shapes = 1u << ((_i + at) % N_SHAPES)});
}
END_TEST

/* ---- WFI ---- */

/* Sleeps in the middle of a block until mtimecmp, some ticks ahead; the
 * interrupt is taken, or, with mstatus.MIE clear, only wakes. */
static void write_sleep(struct program *p, int is_taken)
{
    op_begin(p);
    op_write(p, MTIMECMP_0 + 4, 0);
    op_li(p, S0, 12);
    op_li(p, A1, 1u << IRQ_MTI);
    op_li(p, A3, MTIME);
    op_li(p, A4, MTIMECMP_0);
    op(p, "csrrsi", ZERO, is_taken ? MSTATUS_MIE : 0, 0, MSTATUS);
    op_jump(p, LOOP);
    p->at = LOOP;
    op(p, "lw", S4, A3, 0, 0);
    op(p, "addi", S4, S4, 0, 5);
    op(p, "sw", 0, A4, S4, 0);
    op(p, "csrrw", ZERO, A1, 0, MIE);
    op(p, "addi", S2, S2, 0, 1);
    op(p, "wfi", 0, 0, 0, 0);
    op(p, "lw", S5, A3, 0, 0);
    op(p, "addi", S3, S3, 0, 1);
    op(p, "sub", S5, S5, S4, 0);
    op(p, "or", S6, S6, S5, 0);
    op_loop(p, S0, LOOP);
    op_pass(p);
}

static void check_sleep(struct machine *m, int is_taken)
{
    ck_assert_uint_eq(reg(m, S2), 12);
    ck_assert_uint_eq(reg(m, S3), 12);
    /* It woke in the very tick; the handler's steps do not fill another. */
    if (guest_shape() != SHAPE_TIMED)
        ck_assert_uint_eq(reg(m, S6), 0);
    ck_assert_uint_eq(guest_logs(m), is_taken ? 12 : 0);
    if (is_taken)
        ck_assert_uint_eq(guest_log(m, 3).epc, LOOP + 24);
    ck_assert_uint_gt(m->idle_cycles, 12 * 2 * CYCLES_A_TICK);
}

START_TEST(wfi_sleeps_until_the_timer)
{
    guest_runs_alike(&(struct guest){.write = write_sleep,
                                     .check = check_sleep,
                                     .arg = _i,
                                     .shapes = SHAPES_ALL});
}
END_TEST

/* Where it is illegal: in U-mode, and in S-mode with TW. */
static void write_refused(struct program *p, int is_s)
{
    op_begin(p);
    op_li(p, S0, ROUNDS);
    op_csrw(p, MSTATUS, is_s ? MSTATUS_TW : 0);
    op_enter(p, is_s ? PRIV_S : PRIV_U, LOOP);
    p->at = LOOP;
    op(p, "addi", S2, S2, 0, 1);
    op(p, "wfi", 0, 0, 0, 0);
    op(p, "addi", S3, S3, 0, 1);
    op_loop(p, S0, LOOP);
    op_pass(p);
}

static void check_refused(struct machine *m, int arg)
{
    (void)arg;
    ck_assert_uint_eq(reg(m, S2), ROUNDS);
    ck_assert_uint_eq(reg(m, S3), ROUNDS);
    ck_assert_uint_eq(guest_logs(m), ROUNDS);
    ck_assert_uint_eq(guest_log(m, 4).cause, CAUSE_ILLEGAL);
    ck_assert_uint_eq(guest_log(m, 4).epc, LOOP + 4);
    ck_assert_uint_eq(guest_log(m, 4).tval, 0x10500073);
}

START_TEST(wfi_is_illegal_where_it_may_not_wait)
{
    guest_runs_alike(&(struct guest){
        .write = write_refused, .check = check_refused, .arg = _i});
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("engine_fences");
    TCase *tc = tcase_create("engine_fences");

    tcase_add_unchecked_fixture(tc, NULL, guests_free);
    tcase_add_loop_test(tc, a_fence_may_stand_anywhere_in_its_block, 0,
                        ARRAY_SIZE(fences));
    tcase_add_loop_test(tc, wfi_sleeps_until_the_timer, 0, 2);
    tcase_add_loop_test(tc, wfi_is_illegal_where_it_may_not_wait, 0, 2);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
