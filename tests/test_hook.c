/*
 * Hooks: an observer at single addresses is called before each execution
 * there, and nothing else changes.
 */
#include "cpu/hook.h"

#include "cpu/block.h"
#include "tests/hart_rig.h"

#define CALLS 4096
#define PLACES 64

/* Where the observer was called, and when. */
struct calls {
    uint64_t pc[CALLS], now[CALLS], a1[CALLS];
    size_t n;
};

struct hooked {
    struct calls calls;
    uint64_t pas[PLACES];
    struct hook_set set;
};

static struct calls watched; /* by hart_watch.exec, which sees every one */

static void note(struct calls *c, const struct hart *h)
{
    ck_assert_uint_lt(c->n, CALLS);
    c->pc[c->n] = h->pc;
    c->a1[c->n] = h->x[A1];
    c->now[c->n++] = hart_now(h);
}

static void reached(void *ctx, const struct hart *h, size_t index)
{
    struct hooked *k = ctx;

    ck_assert_uint_eq(k->pas[index], h->pc);
    note(&k->calls, h);
}

static void executed(void *ctx, const struct hart *h, uint32_t bits)
{
    (void)bits;
    note(ctx, h);
}

/* Hooks at n places from `first` on, `step` bytes apart. */
static void hook(struct hooked *k, struct hart *h, uint64_t first, size_t n,
                 uint64_t step)
{
    k->calls.n = 0;
    for (size_t i = 0; i < n; i++)
        k->pas[i] = first + i * step;
    k->set = (struct hook_set){k->pas, n, reached, k};
    hart_set_hooks(h, &k->set);
}

/* A loop of long and short instructions, with a store, a call and a trap. */
static void emit_program(struct hart_rig *r)
{
    r->at = RIG_START;
    emit_li(r, A0, RIG_DATA);
    emit(r, "addi", A1, A1, 0, 1);
    emit(r, "sw", 0, A0, A1, 4);
    emit(r, "c.addi", A2, A2, 0, 3);
    emit(r, "lhu", A3, A0, 0, 4);
    emit(r, "jal", RA, 0, 0, 12);
    emit(r, "ecall", 0, 0, 0, 0);
    emit(r, "jal", ZERO, 0, 0, -22);
    emit(r, "mul", A4, A3, A2, 0);
    emit(r, "c.jr", 0, RA, 0, 0);
    r->at = RIG_HANDLER;
    emit_csrr(r, T1, MEPC);
    emit(r, "addi", T1, T1, 0, 4);
    emit_csrw(r, MEPC, T1);
    emit(r, "mret", 0, 0, 0, 0);
}

/* What hart_watch sees of `steps` steps in [first, end). */
static uint64_t watch(uint64_t steps, uint64_t first, uint64_t end)
{
    static struct calls all;
    struct hart_watch w = {.exec = executed, .ctx = &all};
    struct hart_rig *r = rig_new();
    uint64_t hash;

    all.n = watched.n = 0;
    emit_program(r);
    hart_set_watch(&r->hart, &w);
    hart_run(&r->hart, steps);
    hash = rig_hash(r);
    rig_free(r);
    for (size_t i = 0; i < all.n; i++) {
        if (all.pc[i] < first || all.pc[i] >= end)
            continue;
        watched.pc[watched.n] = all.pc[i];
        watched.a1[watched.n] = all.a1[i];
        watched.now[watched.n++] = all.now[i];
    }
    return hash;
}

static void same_calls(const struct calls *c)
{
    ck_assert_uint_gt(c->n, 0);
    ck_assert_uint_eq(c->n, watched.n);
    for (size_t i = 0; i < c->n; i++) {
        ck_assert_uint_eq(c->pc[i], watched.pc[i]);
        ck_assert_uint_eq(c->a1[i], watched.a1[i]);
        ck_assert_uint_eq(c->now[i], watched.now[i]);
    }
}

START_TEST(each_execution_calls_the_observer)
{
    uint64_t hash = watch(2000, RIG_START, RIG_START + 2 * PLACES);
    struct hart_rig *r = rig_new();
    static struct hooked k;

    emit_program(r);
    hook(&k, &r->hart, RIG_START, PLACES, 2);
    hart_run(&r->hart, 2000);
    same_calls(&k.calls);
    ck_assert_uint_eq(rig_hash(r), hash);
    ck_assert(blocks_check(r->hart.blocks));
    rig_free(r);
}
END_TEST

START_TEST(each_place_alone_is_seen_as_often)
{
    for (uint64_t at = RIG_START; at < RIG_START + 48; at += 2) {
        uint64_t hash = watch(500, at, at + 2);
        struct hart_rig *r = rig_new();
        static struct hooked k;

        emit_program(r);
        hook(&k, &r->hart, at, 1, 2);
        hart_run(&r->hart, 500);
        if (watched.n)
            same_calls(&k.calls);
        ck_assert_uint_eq(k.calls.n, watched.n);
        ck_assert_uint_eq(rig_hash(r), hash);
        rig_free(r);
    }
}
END_TEST

START_TEST(runs_of_any_length_call_it_as_often)
{
    for (uint64_t slice = 1; slice < 9; slice++) {
        uint64_t hash = watch(840, RIG_START + 8, RIG_START + 30);
        struct hart_rig *r = rig_new();
        static struct hooked k;

        emit_program(r);
        hook(&k, &r->hart, RIG_START + 8, 11, 2);
        for (uint64_t done = 0; done < 840; done += slice)
            hart_run(&r->hart, slice);
        same_calls(&k.calls);
        ck_assert_uint_eq(rig_hash(r), hash);
        rig_free(r);
    }
}
END_TEST

START_TEST(code_that_has_been_decoded_can_be_hooked)
{
    struct hart_rig *r = rig_new();
    static struct hooked k;
    size_t n;

    emit_program(r);
    hart_run(&r->hart, 500);
    hook(&k, &r->hart, RIG_START + 8, 2, 4);
    hart_run(&r->hart, 500);
    n = k.calls.n;
    ck_assert_uint_gt(n, 50);
    hart_set_hooks(&r->hart, NULL);
    hart_run(&r->hart, 500);
    ck_assert_uint_eq(k.calls.n, n);
    rig_free(r);
}
END_TEST

/* Four bytes, of which two lie in the next page. */
START_TEST(an_instruction_in_two_pages_can_be_hooked)
{
    struct hart_rig *r = rig_new();
    static struct hooked k;

    r->at = RIG_START + 0xffa;
    emit(r, "addi", A1, A1, 0, 1);
    emit(r, "addi", A2, A2, 0, 1);
    emit(r, "jal", ZERO, 0, 0, -8);
    r->hart.pc = RIG_START + 0xffa;
    hook(&k, &r->hart, RIG_START + 0xffe, 1, 2);
    hart_run(&r->hart, 300);
    ck_assert_uint_eq(k.calls.n, 100);
    ck_assert_uint_eq(r->hart.x[A2], 100);
    rig_free(r);
}
END_TEST

START_TEST(the_first_hook_from_an_address_on_is_found)
{
    const uint64_t pas[] = {10, 20, 30};
    struct hook_set set = {pas, 3, NULL, NULL};

    ck_assert_uint_eq(hook_find(&set, 0), 0);
    ck_assert_uint_eq(hook_find(&set, 10), 0);
    ck_assert_uint_eq(hook_find(&set, 11), 1);
    ck_assert_uint_eq(hook_find(&set, 30), 2);
    ck_assert_uint_eq(hook_find(&set, 31), 3);
    set.n = 0;
    ck_assert_uint_eq(hook_find(&set, 10), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("hook");
    TCase *tc = tcase_create("hook");

    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, each_execution_calls_the_observer);
    tcase_add_test(tc, each_place_alone_is_seen_as_often);
    tcase_add_test(tc, runs_of_any_length_call_it_as_often);
    tcase_add_test(tc, code_that_has_been_decoded_can_be_hooked);
    tcase_add_test(tc, an_instruction_in_two_pages_can_be_hooked);
    tcase_add_test(tc, the_first_hook_from_an_address_on_is_found);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
