/*
 * Who looks on while code runs: hooks, a watcher of each instruction that
 * comes and goes, HTIF, and the host that sees a stuck hart.
 */
#include "cpu/hook.h"
#include "machine/board.h"
#include "tests/engine_rig.h"

#define ROUNDS 100
#define LOOP PAGE_A
#define BODY 7 /* instructions of the loop, of 4 bytes */
#define TOHOST (DRAM_BASE + 0x18000)

/* ---- hooks ---- */

static struct {
    uint64_t pas[BODY + 1];
    uint64_t calls[BODY + 1];
    uint64_t s0_sum; /* of s0 when they were called */
    uint64_t now_sum;
    struct hook_set set;
} hooked;

static bool has_run;
static enum shape shape_of_run;
static int shape_of_first;
static uint64_t first_s0_sum, first_now_sum;

static void reached(void *ctx, const struct hart *h, size_t index)
{
    (void)ctx;
    if (h->pc != hooked.pas[index])
        ck_abort_msg("hook %zu at %llx", index, (unsigned long long)h->pc);
    hooked.calls[index]++;
    hooked.s0_sum += h->x[S0];
    hooked.now_sum += hart_now(h);
}

static void write_loop(struct program *p, int arg)
{
    (void)arg;
    op_begin(p);
    op_li(p, S0, ROUNDS);
    op_li(p, A3, DATA);
    op_jump(p, LOOP);
    p->at = LOOP;
    op(p, "lw", A4, A3, 0, 0);
    op(p, "addi", A4, A4, 0, 1);
    op(p, "sw", 0, A3, A4, 0);
    op(p, "addi", S2, S2, 0, 1);
    op(p, "ecall", 0, 0, 0, 0);
    op_loop(p, S0, LOOP);
    op_pass(p);
}

static void check_loop(struct machine *m, int arg)
{
    (void)arg;
    ck_assert_uint_eq(word(m, DATA), ROUNDS);
    ck_assert_uint_eq(guest_logs(m), ROUNDS);
}

/* What a run must have seen, and the same of all runs of a shape. */
static void check_calls(unsigned places)
{
    for (unsigned i = 0, n = 0; i < BODY; i++)
        if (places >> i & 1)
            ck_assert_uint_eq(hooked.calls[n++], ROUNDS);
    if (shape_of_first != (int)guest_shape()) {
        shape_of_first = (int)guest_shape();
        first_s0_sum = hooked.s0_sum;
        first_now_sum = hooked.now_sum;
    }
    ck_assert_uint_eq(hooked.s0_sum, first_s0_sum);
    ck_assert_uint_eq(hooked.now_sum, first_now_sum);
}

/* arg: a set of instructions of the loop. Looks at the run before. */
static void begin_hooks(struct machine *m, int arg)
{
    size_t n = 0;

    if (has_run && shape_of_run == guest_shape())
        check_calls((unsigned)arg);
    has_run = true;
    shape_of_run = guest_shape();
    memset(&hooked, 0, sizeof hooked);
    for (unsigned i = 0; i < BODY; i++)
        if ((unsigned)arg >> i & 1)
            hooked.pas[n++] = LOOP + 4 * i;
    hooked.set = (struct hook_set){hooked.pas, n, reached, NULL};
    hart_set_hooks(&m->harts[0], &hooked.set);
}

START_TEST(a_hook_is_called_before_each_execution)
{
    static const int places[] = {1,      1 << (BODY - 1), 1 << 3, 1 << 2,
                                 1 << 4, (1 << BODY) - 1, 1 | 2,  0x28};

    has_run = false;
    shape_of_first = -1;
    guest_runs_alike(&(struct guest){.write = write_loop,
                                     .check = check_loop,
                                     .arg = places[_i],
                                     .begin = begin_hooks,
                                     .shapes = SHAPES_ALL});
    check_calls((unsigned)places[_i]);
}
END_TEST

/* Hooks that come and go each so many steps. */
static void act_hooks(struct machine *m, uint64_t steps)
{
    hart_set_hooks(&m->harts[0], steps / 50 & 1 ? &hooked.set : NULL);
}

START_TEST(hooks_come_and_go)
{
    memset(&hooked, 0, sizeof hooked);
    hooked.pas[0] = LOOP + 8;
    hooked.set = (struct hook_set){hooked.pas, 1, reached, NULL};
    guest_runs_alike(&(struct guest){.write = write_loop,
                                     .check = check_loop,
                                     .act_every = 50,
                                     .act = act_hooks});
    ck_assert_uint_gt(hooked.calls[0], ROUNDS);
    ck_assert_uint_eq(hooked.calls[1], 0);
}
END_TEST

/* ---- a watcher ---- */

static uint64_t watched, traps;

static void executed(void *ctx, const struct hart *h, uint32_t bits)
{
    (void)ctx;
    (void)h;
    watched += bits != 0;
}

static void trapped(void *ctx, const struct hart *h, bool is_interrupt,
                    unsigned cause, uint64_t epc, uint64_t tval)
{
    (void)ctx;
    (void)h;
    (void)is_interrupt;
    (void)epc;
    (void)tval;
    traps += cause == CAUSE_ECALL_M;
}

static const struct hart_watch each = {executed, trapped, NULL};
static const struct hart_watch traps_alone = {NULL, trapped, NULL};

#define WATCHED_STEPS 600

/* Each 60 steps: nobody, traps, every instruction. */
static void act_watch(struct machine *m, uint64_t steps)
{
    static const struct hart_watch *const watches[] = {NULL, &traps_alone,
                                                       &each};

    hart_set_watch(&m->harts[0], watches[steps / 60 % 3]);
    if (steps == WATCHED_STEPS)
        hart_set_watch(&m->harts[0], NULL);
}

static void begin_watch(struct machine *m, int arg)
{
    (void)m;
    (void)arg;
    watched = traps = 0;
}

START_TEST(a_watcher_comes_and_goes)
{
    guest_runs_alike(&(struct guest){.write = write_loop,
                                     .begin = begin_watch,
                                     .steps = WATCHED_STEPS,
                                     .act_every = 60,
                                     .act = act_watch});
    /* Of 600 steps 180 were watched: from 120, 300 and 480 on. */
    ck_assert_uint_eq(watched, 3 * 60);
    ck_assert_uint_gt(traps, 5);
}
END_TEST

/* ---- stuck, and ended ---- */

/* The vector is illegal, or not there, or an ecall: the hart traps to it for
 * ever. A second hart goes on. */
static void write_stuck(struct program *p, int kind)
{
    static const uint32_t vectors[] = {(uint32_t)PAGE_B, 0x70000000,
                                       (uint32_t)PAGE_C};

    poke(p->m, PAGE_C, 4, encode("ecall", 0, 0, 0, 0));
    op_begin(p);
    op_csrw(p, MTVEC, vectors[kind]);
    op_li(p, S0, 40);
    op_jump(p, LOOP);
    p->at = LOOP;
    op(p, "addi", S2, S2, 0, 1);
    op_loop(p, S0, LOOP);
    op(p, "ebreak", 0, 0, 0, 0);
}

static void check_stuck(struct machine *m, int kind)
{
    static const uint64_t causes[] = {CAUSE_ILLEGAL, CAUSE_FETCH_ACCESS,
                                      CAUSE_ECALL_M};

    ck_assert(hart_is_stuck(&m->harts[0]));
    ck_assert_uint_eq(m->harts[0].csr.mcause, causes[kind]);
    ck_assert_uint_eq(reg(m, S2), 40);
}

START_TEST(a_hart_that_traps_to_itself_is_stuck)
{
    guest_runs_alike(&(struct guest){.write = write_stuck,
                                     .check = check_stuck,
                                     .arg = _i,
                                     .steps = 3000,
                                     .stop = STOP_DEAD,
                                     .shapes = SHAPES_ALL});
}
END_TEST

/* ---- HTIF ---- */

static char said[64];
static size_t n_said;

static void put(void *ctx, uint8_t byte)
{
    (void)ctx;
    if (n_said + 1 < sizeof said)
        said[n_said++] = (char)byte;
}

static void add_htif(struct machine *m)
{
    const struct machine_hooks hooks = {.console_put = put};

    board_add_htif(m, TOHOST, TOHOST + 8);
    machine_set_hooks(m, &hooks);
}

/* A loop whose store is seen by HTIF; the last one ends the run, and nothing
 * behind it is executed. */
static void write_htif(struct program *p, int arg)
{
    (void)arg;
    n_said = 0;
    op_begin(p);
    op_li(p, S0, 26);
    op_li(p, A3, TOHOST);
    op_li(p, A4, 0x01010000);
    op_li(p, A5, 'a');
    op_jump(p, LOOP);
    p->at = LOOP;
    op(p, "sw", 0, A3, A5, 0);
    op(p, "sw", 0, A3, A4, 4);
    op(p, "lw", A1, A3, 0, 4); /* taken: 0 again */
    op(p, "or", S2, S2, A1, 0);
    op(p, "addi", A5, A5, 0, 1);
    op_loop(p, S0, LOOP);
    op(p, "addi", A4, ZERO, 0, 1);
    op(p, "sw", 0, A3, A4, 0);
    op(p, "sw", 0, A3, ZERO, 4);
    op(p, "addi", S3, S3, 0, 1);
    op_jump(p, p->at);
}

static void check_htif(struct machine *m, int arg)
{
    (void)arg;
    said[n_said] = 0;
    ck_assert_str_eq(said, "abcdefghijklmnopqrstuvwxyz");
    ck_assert_uint_eq(reg(m, S2), 0);
    ck_assert_uint_eq(reg(m, S3), 0);
}

START_TEST(htif_sees_the_store_at_once)
{
    guest_runs_alike(&(struct guest){
        .write = write_htif, .check = check_htif, .shapes = SHAPES_ALL});
    said[n_said] = 0;
    ck_assert_str_eq(said, "abcdefghijklmnopqrstuvwxyz");
}
END_TEST

/* ---- who sees all accesses for a while ---- */

#define SITES 80
#define SEEN_AT 500 /* steps */

static void op_call_site(struct program *p, unsigned i)
{
    op(p, "jal", RA, 0, 0, (int32_t)(PAGE_A + 8 * i - p->at));
}

/* A load at each of several places, and, after another page was mapped there
 * and a fence each, once more. */
static void write_sites(struct program *p, int arg)
{
    struct program site = {p->m, PAGE_A};

    (void)arg;
    for (unsigned i = 0; i < SITES; i++) {
        op(&site, "lw", A4, A3, 0, 0);
        op(&site, "jalr", ZERO, RA, 0, 0);
    }
    poke(p->m, DATA, 4, 1);
    poke(p->m, DATA + 0x1000, 4, 2);
    op_begin(p);
    op_li(p, A3, VA);
    op_li(p, S0, SEEN_AT);
    op_supervise(p, PAGE_B);
    map(p->m, VA, DATA, RWX);
    p->at = PAGE_B;
    for (unsigned i = 0; i < 3; i++)
        op(p, "sfence.vma", 0, A3, ZERO, 0);
    op_loop(p, S0, p->at);
    for (unsigned i = 0; i < 3 * SITES; i++)
        op_call_site(p, i % SITES);
    op_write(p, (uint32_t)leaf_of(VA), pte_to(DATA + 0x1000, RWX));
    for (unsigned i = 0; i < SITES; i++) {
        op(p, "sfence.vma", 0, A3, ZERO, 0);
        op_call_site(p, i);
        op(p, "add", S2, S2, A4, 0);
    }
    op_pass(p);
}

static void check_sites(struct machine *m, int arg)
{
    (void)arg;
    ck_assert_uint_eq(reg(m, S2), 2 * SITES);
}

static void see_stale(void *ctx, const struct mmu_stale_use *use)
{
    (void)ctx;
    (void)use;
}

static void act_see(struct machine *m, uint64_t steps)
{
    if (steps != SEEN_AT)
        return;
    hart_watch_stale(&m->harts[0], see_stale, NULL);
    hart_watch_stale(&m->harts[0], NULL, NULL);
}

START_TEST(who_saw_all_accesses_leaves_no_translation)
{
    guest_runs_alike(&(struct guest){.write = write_sites,
                                     .check = check_sites,
                                     .shapes = SHAPES_UNTIMED,
                                     .act_every = SEEN_AT,
                                     .act = act_see});
}
END_TEST

static void with_htif(void)
{
    guests_need(NULL, add_htif);
}

int main(void)
{
    Suite *suite = suite_create("engine_observers");
    TCase *tc = tcase_create("engine_observers");
    TCase *htif = tcase_create("engine_htif");

    tcase_add_unchecked_fixture(tc, NULL, guests_free);
    tcase_add_loop_test(tc, a_hook_is_called_before_each_execution, 0, 8);
    tcase_add_test(tc, hooks_come_and_go);
    tcase_add_test(tc, a_watcher_comes_and_goes);
    tcase_add_test(tc, who_saw_all_accesses_leaves_no_translation);
    tcase_add_loop_test(tc, a_hart_that_traps_to_itself_is_stuck, 0, 3);
    suite_add_tcase(suite, tc);
    tcase_add_unchecked_fixture(htif, with_htif, guests_free);
    tcase_add_test(htif, htif_sees_the_store_at_once);
    suite_add_tcase(suite, htif);
    return unit_main(suite);
}
