/*
 * Running: exact steps, time as devices see it, and state that comes back.
 */
#include "cpu/hart.h"

#include "base/random.h"
#include "tests/hart_rig.h"

START_TEST(a_run_has_exactly_the_steps_asked_for)
{
    struct hart_rig *one = rig_new(), *many = rig_new();
    struct random random;
    uint64_t done = 0;

    random_seed(&random, 7);
    emit_busy_program(one);
    emit_busy_program(many);
    ck_assert_uint_eq(hart_run(&one->hart, 5000), 5000);
    while (done < 5000) {
        uint64_t n = random_below(&random, 40);

        n = n < 5000 - done ? n : 5000 - done;
        ck_assert_uint_eq(hart_run(&many->hart, n), n);
        done += n;
    }
    ck_assert_uint_gt(one->hart.failed, 100);
    ck_assert_uint_eq(rig_hash(one), rig_hash(many));
    ck_assert_uint_eq(one->clock.now, 5000);
    rig_free(one);
    rig_free(many);
}
END_TEST

static void count_exec(void *ctx, const struct hart *h, uint32_t bits)
{
    uint64_t *count = ctx;

    ck_assert_uint_eq(hart_retired(h) + h->failed, *count);
    ck_assert_uint_ne(bits, 0);
    ++*count;
}

START_TEST(being_watched_changes_nothing)
{
    struct hart_rig *r = rig_new(), *watched = rig_new();
    uint64_t count = 0;
    struct hart_watch watch = {count_exec, NULL, &count};

    emit_busy_program(r);
    emit_busy_program(watched);
    hart_set_watch(&watched->hart, &watch);
    hart_run(&r->hart, 2000);
    hart_run(&watched->hart, 2000);
    ck_assert_uint_eq(count, 2000);
    ck_assert_uint_eq(rig_hash(r), rig_hash(watched));
    rig_free(r);
    rig_free(watched);
}
END_TEST

START_TEST(a_device_sees_the_exact_time)
{
    struct hart_rig *r = rig_new();

    emit_li(r, A0, RIG_DEVICE);
    emit(r, "addi", ZERO, ZERO, 0, 0);
    emit(r, "sw", 0, A0, A0, 0);
    emit(r, "lw", A1, A0, 0, 4);
    hart_run(&r->hart, 4);
    ck_assert_uint_eq(r->probe.last_now, 3);
    ck_assert_uint_eq(r->probe.last_value, RIG_DEVICE);
    hart_run(&r->hart, 1);
    ck_assert_uint_eq(r->probe.last_now, 4);
    ck_assert_uint_eq(r->hart.x[A1], 0x1004);
    rig_free(r);
}
END_TEST

START_TEST(a_deadline_that_a_device_pulls_in_is_kept)
{
    struct hart_rig *r = rig_new();

    emit_li(r, A0, RIG_DEVICE);
    emit(r, "sw", 0, A0, A0, 0);
    for (unsigned i = 0; i < 100; i++)
        emit(r, "addi", A1, A1, 0, 1);
    r->probe.pull_deadline = 10;
    ck_assert_uint_eq(hart_run(&r->hart, 100), 12);
    ck_assert_uint_eq(r->clock.now, 12);
    ck_assert_uint_eq(r->hart.x[A1], 9);
    ck_assert_uint_eq(hart_run(&r->hart, 100), 0);
    r->clock.deadline = CLOCK_NEVER;
    ck_assert_uint_eq(hart_run(&r->hart, 20), 20);
    rig_free(r);
}
END_TEST

START_TEST(an_interrupt_raised_by_an_access_comes_right_after_it)
{
    struct hart_rig *r = rig_new();

    r->probe.raise = IRQ_MEI;
    ck_assert(hart_csr_poke(&r->hart, MIE, 1u << IRQ_MEI));
    ck_assert(hart_csr_poke(&r->hart, MSTATUS, MSTATUS_MIE));
    emit_li(r, A0, RIG_DEVICE);
    emit(r, "sw", 0, A0, A0, 0);
    emit(r, "addi", A1, A1, 0, 1);
    r->at = RIG_HANDLER;
    emit(r, "jal", ZERO, 0, 0, 0);
    hart_run(&r->hart, 20);
    ck_assert_uint_eq(r->hart.x[A1], 0);
    ck_assert_uint_eq(csr(r, MEPC), RIG_START + 12);
    rig_free(r);
}
END_TEST

START_TEST(a_request_to_stop_ends_the_run)
{
    struct hart_rig *r = rig_new();

    emit(r, "jal", ZERO, 0, 0, 0);
    hart_request_stop(&r->hart); /* before a run: forgotten */
    ck_assert_uint_eq(hart_run(&r->hart, 50), 50);
    rig_free(r);
}
END_TEST

/* ---- state ---- */

START_TEST(saved_state_comes_back_and_goes_on_alike)
{
    struct hart_rig *a = rig_new(), *b = rig_new();
    struct archive *save = archive_new_save(), *load;
    const void *data;
    size_t size;

    emit_busy_program(a);
    rig_enter(a, PRIV_S, RIG_START);
    hart_run(&a->hart, 777);
    hart_archive(&a->hart, save);
    data = archive_data(save, &size);
    load = archive_new_load(data, size);
    memcpy(b->bus.ram, a->bus.ram, RIG_RAM);
    hart_archive(&b->hart, load);
    ck_assert_ptr_null(archive_error(load));
    ck_assert_uint_eq(rig_hash(a), rig_hash(b));
    b->clock.now = a->clock.now;
    hart_run(&a->hart, 1000);
    hart_run(&b->hart, 1000);
    ck_assert_uint_eq(rig_hash(a), rig_hash(b));
    archive_free(load);
    archive_free(save);
    rig_free(a);
    rig_free(b);
}
END_TEST

START_TEST(flipping_any_field_changes_the_hash)
{
    struct hart_rig *r = rig_new();
    uint64_t hash = rig_hash(r), field = 0;

    for (;; field++) {
        struct archive *flip = archive_new_flip(field, 1);
        struct archive *back = archive_new_flip(field, 1);
        const char *name;

        hart_archive(&r->hart, flip);
        name = archive_flipped(flip);
        if (name)
            ck_assert_msg(rig_hash(r) != hash, "%s", name);
        hart_archive(&r->hart, back);
        ck_assert_uint_eq(rig_hash(r), hash);
        archive_free(back);
        archive_free(flip);
        if (!name)
            break;
    }
    ck_assert_uint_gt(field, 60);
    rig_free(r);
}
END_TEST

static bool is_refused(struct hart *h)
{
    struct archive *save = archive_new_save(), *load;
    const void *data;
    size_t size;
    bool refused;

    hart_archive(h, save);
    data = archive_data(save, &size);
    load = archive_new_load(data, size);
    hart_archive(h, load);
    refused = archive_error(load);
    archive_free(load);
    archive_free(save);
    return refused;
}

START_TEST(impossible_state_is_refused)
{
    struct hart_rig *r = rig_new();
    struct hart *h = &r->hart;
    struct {
        uint64_t *field, value;
    } wrong[] = {
        {&h->x[5], UINT64_C(1) << 40},
        {&h->csr.mepc, 1},
        {&h->csr.sepc, 1},
        {&h->csr.mstatus, UINT64_C(2) << 11},
        {&h->csr.menvcfg, UINT64_C(1) << 20},
        {&h->csr.menvcfg, UINT64_C(2) << 4},
        {&h->csr.senvcfg, UINT64_C(1) << 63},
        {&h->csr.medeleg, UINT64_C(1) << 11},
    };

    ck_assert(!is_refused(h));
    for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
        uint64_t right = *wrong[i].field;

        *wrong[i].field = wrong[i].value;
        ck_assert_msg(is_refused(h), "%zu", i);
        *wrong[i].field = right;
    }
    ck_assert(!is_refused(h));
    rig_free(r);
}
END_TEST

START_TEST(a_reset_keeps_counting_steps_only)
{
    struct hart_rig *r = rig_new();

    emit_busy_program(r);
    hart_run(&r->hart, 300);
    hart_reset(&r->hart, RIG_START);
    ck_assert_uint_eq(r->hart.steps, 300);
    ck_assert_uint_eq(csr(r, MCYCLE), 0);
    ck_assert_uint_eq(csr(r, MINSTRET), 0);
    ck_assert_uint_eq(csr(r, MTVEC), 0);
    ck_assert_int_eq(r->hart.priv, PRIV_M);
    rig_free(r);
}
END_TEST

START_TEST(a_reset_forgets_decoded_code)
{
    struct hart_rig *r = rig_new();

    emit(r, "jal", ZERO, 0, 0, 0);
    hart_run(&r->hart, 10);
    r->at = RIG_START;
    emit(r, "addi", A0, ZERO, 0, 7);
    hart_reset(&r->hart, RIG_START);
    hart_run(&r->hart, 1);
    ck_assert_uint_eq(r->hart.x[A0], 7);
    rig_free(r);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("hart");
    TCase *tc = tcase_create("hart");

    tcase_add_test(tc, a_run_has_exactly_the_steps_asked_for);
    tcase_add_test(tc, being_watched_changes_nothing);
    tcase_add_test(tc, a_device_sees_the_exact_time);
    tcase_add_test(tc, a_deadline_that_a_device_pulls_in_is_kept);
    tcase_add_test(tc, an_interrupt_raised_by_an_access_comes_right_after_it);
    tcase_add_test(tc, a_request_to_stop_ends_the_run);
    tcase_add_test(tc, saved_state_comes_back_and_goes_on_alike);
    tcase_add_test(tc, flipping_any_field_changes_the_hash);
    tcase_add_test(tc, impossible_state_is_refused);
    tcase_add_test(tc, a_reset_keeps_counting_steps_only);
    tcase_add_test(tc, a_reset_forgets_decoded_code);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
