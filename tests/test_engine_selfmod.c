/*
 * Code that the running hart stores to: its next fetch sees it, with and
 * without FENCE.I (docs/machine.md, "stores to code").
 */
#include "tests/engine_rig.h"

#define ROUNDS 60
#define SUM (ROUNDS / 2 * 3) /* of rounds that add 2 and 1 in turn */

/* The two instructions that take turns: s2 += 1 and s2 += 2. They differ in
 * their third byte. */
static uint32_t plus(int32_t n)
{
    return encode("addi", S2, S2, 0, n);
}

/* a1 = the instruction that is not there, a2 = what makes it the other. */
static void op_prepare(struct program *p)
{
    op_begin(p);
    op_li(p, S0, ROUNDS);
    op_li(p, A1, plus(1));
    op_li(p, A2, plus(1) ^ plus(2));
}

static void check_sum(struct machine *m, int arg)
{
    (void)arg;
    ck_assert_uint_eq(reg(m, S3), ROUNDS);
    ck_assert_uint_eq(reg(m, S2), SUM);
}

/* ---- into the block that stores ---- */

enum { NEXT, START, BEFORE, FENCED = 8, IN_S = 16 };

static void write_own(struct program *p, int arg)
{
    uint64_t top = PAGE_A, target;

    op_prepare(p);
    if (arg & IN_S)
        op_supervise(p, top);
    op_jump(p, top);
    p->at = top;
    target = p->at;
    if ((arg & 3) == START)
        op(p, "addi", S2, S2, 0, 1);
    op(p, "xor", A1, A1, A2, 0);
    p->at += 8; /* for a3 */
    if ((arg & 3) == BEFORE)
        target = p->at, op(p, "addi", S2, S2, 0, 1);
    op(p, "sw", 0, A3, A1, 0);
    if (arg & FENCED)
        op(p, "fence.i", 0, 0, 0, 0);
    if ((arg & 3) == NEXT)
        target = p->at, op(p, "addi", S2, S2, 0, 1);
    op(p, "addi", S3, S3, 0, 1);
    op_loop(p, S0, top);
    op_pass(p);
    p->at = top + ((arg & 3) == START ? 8 : 4);
    op_li(p, A3, (uint32_t)target);
}

START_TEST(a_store_into_its_own_block_is_seen_by_the_next_fetch)
{
    static const int args[] = {NEXT,          START,        BEFORE,
                               NEXT | FENCED, START | IN_S, BEFORE | FENCED,
                               NEXT | IN_S,   BEFORE | IN_S};

    guest_runs_alike(&(struct guest){
        .write = write_own, .check = check_sum, .arg = args[_i]});
}
END_TEST

/* ---- into a function that the loop calls ---- */

enum { WORD, HALF, BYTE, AMO, COND, MISALIGNED };

static const uint64_t places[] = {
    PAGE_A + 0x200, PAGE_B,         PAGE_B + 0x13a,
    PAGE_B + 0x13e, PAGE_B + 0xffa, PAGE_B + 0xffe,
};

struct call {
    int store, place;
    enum { NO_FENCE, FENCE_AFTER, FENCE_BEFORE } fence;
    bool in_s;
};

static const struct call calls[] = {
    {WORD, 0, NO_FENCE, false},      {WORD, 1, FENCE_AFTER, true},
    {WORD, 4, FENCE_BEFORE, false},  {HALF, 2, NO_FENCE, false},
    {HALF, 3, NO_FENCE, true},       {HALF, 5, NO_FENCE, false},
    {HALF, 5, FENCE_AFTER, true},    {BYTE, 0, NO_FENCE, true},
    {BYTE, 3, FENCE_AFTER, false},   {BYTE, 5, FENCE_BEFORE, false},
    {AMO, 0, NO_FENCE, false},       {AMO, 1, FENCE_AFTER, true},
    {COND, 0, NO_FENCE, true},       {COND, 1, FENCE_BEFORE, false},
    {MISALIGNED, 3, NO_FENCE, true}, {MISALIGNED, 5, NO_FENCE, false},
};

static void op_patch(struct program *p, int store)
{
    switch (store) {
    case WORD:
        op(p, "sw", 0, A3, A1, 0);
        break;
    case HALF:
        op(p, "srli", A4, A1, 0, 16);
        op(p, "sh", 0, A3, A4, 2);
        break;
    case BYTE:
        op(p, "srli", A4, A1, 0, 16);
        op(p, "sb", 0, A3, A4, 2);
        break;
    case AMO:
        op(p, "amoxor.w", A4, A3, A2, 0);
        break;
    case COND:
        op(p, "lr.w", A4, A3, 0, 0);
        op(p, "xor", A4, A4, A2, 0);
        op(p, "sc.w", A5, A3, A4, 0);
        break;
    default: /* its upper half, and the lower one of the next */
        op(p, "srli", A4, A1, 0, 16);
        op_li(p, A5, encode("addi", S3, S3, 0, 1) << 16);
        op(p, "or", A4, A4, A5, 0);
        op(p, "sw", 0, A3, A4, 2);
    }
}

static void write_call(struct program *p, int arg)
{
    const struct call *c = &calls[arg];
    uint64_t top = PAGE_A + 0x30, target = places[c->place];

    op_prepare(p);
    op_li(p, A3, (uint32_t)target);
    if (c->in_s)
        op_supervise(p, top);
    op_jump(p, top);
    p->at = top;
    op(p, "xor", A1, A1, A2, 0);
    if (c->fence == FENCE_BEFORE)
        op(p, "fence.i", 0, 0, 0, 0);
    op_patch(p, c->store);
    if (c->fence == FENCE_AFTER)
        op(p, "fence.i", 0, 0, 0, 0);
    op(p, "jal", RA, 0, 0, (int32_t)(target - p->at));
    op_loop(p, S0, top);
    op_pass(p);
    p->at = target;
    op(p, "addi", S2, S2, 0, 1);
    op(p, "addi", S3, S3, 0, 1);
    op_c(p, "c.jr", 0, RA, 0, 0);
}

START_TEST(a_store_into_a_chained_block_is_seen_by_its_next_call)
{
    guest_runs_alike(
        &(struct guest){.write = write_call,
                        .check = check_sum,
                        .arg = _i,
                        .shapes = 1u << SHAPE_OFF | 1u << (1 + _i % 4)});
}
END_TEST

/* ---- what else a store can do to code ---- */

/* The branch that closes the loop becomes one to elsewhere, by a store in the
 * block that it ends. */
static void write_branch(struct program *p, int arg)
{
    uint64_t top = PAGE_A, branch = top + 16, out = PAGE_B;

    (void)arg;
    op_begin(p);
    op_li(p, S0, ROUNDS);
    op_li(p, A3, (uint32_t)branch);
    op_li(p, A4, encode("jal", ZERO, 0, 0, (int32_t)(out - branch)));
    op_jump(p, top);
    p->at = top;
    op(p, "addi", S3, S3, 0, 1);
    op(p, "addi", S0, S0, 0, -1);
    op(p, "bne", 0, S0, ZERO, 8);
    op(p, "sw", 0, A3, A4, 0); /* in the last round */
    op_to(p, "beq", ZERO, ZERO, top);
    p->at = out;
    op_pass(p);
}

static void check_branch(struct machine *m, int arg)
{
    (void)arg;
    ck_assert_uint_eq(reg(m, S3), ROUNDS);
}

START_TEST(the_jump_that_closes_a_loop_can_be_replaced)
{
    guest_runs_alike(
        &(struct guest){.write = write_branch, .check = check_branch});
}
END_TEST

/* Each round zeroes the line of the function, which is illegal then, and
 * writes it again. */
static void write_zero(struct program *p, int arg)
{
    uint64_t top = PAGE_A;

    (void)arg;
    op_prepare(p);
    op_li(p, A3, PAGE_B);
    op_li(p, A4, 0x00008067); /* ret */
    op_jump(p, top);
    p->at = top;
    op(p, "sw", 0, A3, A1, 0);
    op(p, "sw", 0, A3, A4, 4);
    op(p, "jalr", RA, A3, 0, 0);
    op(p, "cbo.zero", 0, A3, 0, 0);
    op_li(p, S11, (uint32_t)p->at + 12);
    op(p, "jalr", RA, A3, 0, 0);
    op_loop(p, S0, top);
    op_pass(p);
}

static void check_zero(struct machine *m, int arg)
{
    (void)arg;
    ck_assert_uint_eq(reg(m, S2), ROUNDS);
    ck_assert_uint_eq(guest_logs(m), ROUNDS);
    ck_assert_uint_eq(guest_log(m, 7).cause, CAUSE_ILLEGAL);
    ck_assert_uint_eq(guest_log(m, 7).epc, PAGE_B);
    ck_assert_uint_eq(guest_log(m, 7).tval, 0);
}

START_TEST(code_that_cbo_zero_clears_is_illegal)
{
    guest_runs_alike(&(struct guest){.write = write_zero, .check = check_zero});
}
END_TEST

/* A page with a function of 38 bytes and the words that it counts in: in its
 * own line, in the next, and far away. */
static const int32_t words[] = {48, 112, 1008};

static void write_mixed(struct program *p, int arg)
{
    uint64_t top = PAGE_A, function = PAGE_B + 0x100;

    op_prepare(p);
    op_li(p, A3, (uint32_t)function);
    if (arg & IN_S)
        op_supervise(p, top);
    op_jump(p, top);
    p->at = top;
    op(p, "jal", RA, 0, 0, (int32_t)(function - p->at));
    op(p, "addi", S3, S3, 0, 1);
    op_loop(p, S0, top);
    op_pass(p);
    p->at = function;
    for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
        op(p, "lw", A4, A3, 0, words[i]);
        op(p, "addi", A4, A4, 0, 1);
        op(p, "sw", 0, A3, A4, words[i]);
    }
    op_c(p, "c.jr", 0, RA, 0, 0);
}

static void check_mixed(struct machine *m, int arg)
{
    (void)arg;
    ck_assert_uint_eq(reg(m, S3), ROUNDS);
    for (size_t i = 0; i < ARRAY_SIZE(words); i++)
        ck_assert_uint_eq(word(m, PAGE_B + 0x100 + (uint64_t)words[i]), ROUNDS);
}

START_TEST(a_page_may_hold_code_and_data)
{
    guest_runs_alike(&(struct guest){
        .write = write_mixed, .check = check_mixed, .arg = _i ? IN_S : 0});
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("engine_selfmod");
    TCase *tc = tcase_create("engine_selfmod");

    tcase_add_unchecked_fixture(tc, NULL, guests_free);
    tcase_add_loop_test(
        tc, a_store_into_its_own_block_is_seen_by_the_next_fetch, 0, 8);
    tcase_add_loop_test(tc,
                        a_store_into_a_chained_block_is_seen_by_its_next_call,
                        0, ARRAY_SIZE(calls));
    tcase_add_test(tc, the_jump_that_closes_a_loop_can_be_replaced);
    tcase_add_test(tc, code_that_cbo_zero_clears_is_illegal);
    tcase_add_loop_test(tc, a_page_may_hold_code_and_data, 0, 2);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
