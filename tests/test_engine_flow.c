/*
 * Jumps that a translator predicts, and that go elsewhere: calls and returns
 * that do not pair, tables of targets, into the middle of what was translated.
 */
#include "tests/engine_rig.h"

#define LOOP PAGE_D
#define STACK (DATA + 0x4000)
#define TABLE DATA

static void op_return(struct program *p)
{
    op_c(p, "c.jr", 0, RA, 0, 0);
}

static void op_call_to(struct program *p, uint64_t target)
{
    op_to(p, "jal", 0, 0, target);
    poke(p->m, p->at - 4, 4, word(p->m, p->at - 4) | RA << 7);
}

/* ---- calls and returns ---- */

/* Recursion, deeper than any stack of predictions, and again. */
static void write_recursion(struct program *p, int depth)
{
    uint64_t function = PAGE_A + 0xff0; /* over the end of a page */

    op_begin(p);
    op_li(p, S0, 6);
    op_li(p, SP, STACK);
    op_jump(p, LOOP);
    p->at = LOOP;
    op_li(p, A0, (uint32_t)depth);
    op_call_to(p, function);
    op_loop(p, S0, LOOP);
    op_pass(p);
    p->at = function;
    op(p, "addi", SP, SP, 0, -16);
    op(p, "sw", 0, SP, RA, 0);
    op(p, "addi", A0, A0, 0, -1);
    op(p, "beq", 0, A0, ZERO, 8);
    op_call_to(p, function);
    op(p, "addi", S2, S2, 0, 1);
    op(p, "lw", RA, SP, 0, 0);
    op(p, "addi", SP, SP, 0, 16);
    op_return(p);
}

static void check_recursion(struct machine *m, int depth)
{
    ck_assert_uint_eq(reg(m, S2), 6 * (uint32_t)depth);
    ck_assert_uint_eq(reg(m, SP), STACK);
}

START_TEST(recursion_returns_from_any_depth)
{
    static const int depths[] = {3, 17, 100};

    guest_runs_alike(&(struct guest){
        .write = write_recursion, .check = check_recursion, .arg = depths[_i]});
}
END_TEST

/* Returns that are none, calls that do not return, by each register and pair
 * of registers that a prediction looks at. */
static void write_mismatched(struct program *p, int arg)
{
    uint64_t f = PAGE_A, g = PAGE_B, thrice = PAGE_C;

    (void)arg;
    op_begin(p);
    op_li(p, S0, 200);
    op_jump(p, LOOP);
    p->at = LOOP;
    op_call_to(p, f);            /* comes back one further */
    op(p, "addi", S3, S3, 0, 1); /* never */
    op(p, "addi", S2, S2, 0, 1);
    op_call_to(p, g); /* comes back by way of t0 */
    op(p, "addi", S2, S2, 0, 1);
    op_call_to(p, thrice); /* two levels at once */
    op(p, "addi", S2, S2, 0, 1);
    op(p, "auipc", RA, 0, 0, 0); /* a return without a call */
    op(p, "addi", RA, RA, 0, 12);
    op_return(p);
    p->at += 2; /* never */
    op(p, "addi", S2, S2, 0, 1);
    op(p, "auipc", A1, 0, 0, 0);
    op(p, "addi", RA, A1, 0, 12);
    op(p, "jalr", RA, RA, 0, 0); /* ra is both */
    op(p, "addi", S2, S2, 0, 1);
    op(p, "jal", RA, 0, 0, 4);     /* a call to the next */
    op(p, "jalr", ZERO, RA, 0, 4); /* and from there to the next */
    op_li(p, S11, (uint32_t)p->at + 12);
    op(p, "jalr", RA, ZERO, 0, 0x700); /* a fault in between */
    op_loop(p, S0, LOOP);
    op_pass(p);
    p->at = f;
    op(p, "addi", RA, RA, 0, 4);
    op_return(p);
    p->at = g;
    op(p, "addi", T0, RA, 0, 0);
    op(p, "jal", RA, 0, 0, 8);
    op(p, "addi", S3, S3, 0, 1); /* never */
    op(p, "jalr", T0, T0, 0, 0);
    p->at = thrice;
    op(p, "addi", A1, RA, 0, 0);
    op(p, "jal", RA, 0, 0, 8);
    op(p, "addi", S3, S3, 0, 1); /* never */
    op(p, "addi", RA, A1, 0, 0);
    op_return(p);
}

static void check_mismatched(struct machine *m, int arg)
{
    (void)arg;
    ck_assert_uint_eq(reg(m, S2), 5 * 200);
    ck_assert_uint_eq(reg(m, S3), 0);
}

START_TEST(returns_need_not_match_calls)
{
    guest_runs_alike(
        &(struct guest){.write = write_mismatched, .check = check_mismatched});
}
END_TEST

/* ---- tables ---- */

/* One jalr with many targets, by a random sequence; its low bit is ignored, and
 * half of the targets are odd halfwords. s2 = s2 * 3 + the target's number. */
#define TARGETS 64

static void write_table(struct program *p, int arg)
{
    uint64_t next = LOOP + 0x60, random = LOOP + 8;

    for (unsigned i = 0; i < TARGETS; i++) {
        struct program t = {p->m, PAGE_A + 62 * i};

        poke(p->m, TABLE + 4 * i, 4, t.at | (i & 1));
        op(&t, "addi", S2, S2, 0, (int32_t)i);
        if (i % 3)
            op_c(&t, "c.addi", S3, S3, 0, 1);
        op_jump(&t, next);
    }
    op_begin(p);
    op_li(p, S0, 400);
    op_li(p, A1, 1);
    op_li(p, A2, 1103515245);
    op_li(p, A3, TABLE);
    op_jump(p, LOOP);
    p->at = LOOP;
    op_jump(p, random);
    p->at = random;
    op(p, "mul", A1, A1, A2, 0);
    op(p, "addi", A1, A1, 0, 1013);
    op(p, "srli", A4, A1, 0, 16);
    op(p, "andi", A4, A4, 0, arg); /* so many of the targets */
    op(p, "slli", A4, A4, 0, 2);
    op(p, "add", A4, A4, A3, 0);
    op(p, "lw", A5, A4, 0, 0);
    op(p, "slli", S4, S2, 0, 1);
    op(p, "add", S2, S2, S4, 0);
    op_c(p, "c.jalr", 0, A5, 0, 0);
    p->at = next;
    op(p, "add", S5, S5, RA, 0);
    op_loop(p, S0, random);
    op_pass(p);
}

static void check_table(struct machine *m, int mask)
{
    uint32_t x = 1, sum = 0;

    for (unsigned i = 0; i < 400; i++) {
        x = x * 1103515245 + 1013;
        sum = sum * 3 + (x >> 16 & (uint32_t)mask);
    }
    ck_assert_uint_eq(reg(m, S2), sum);
    ck_assert_uint_eq(reg(m, S5), (uint32_t)(400 * (LOOP + 46)));
}

START_TEST(a_jump_through_a_table_reaches_each_target)
{
    static const int masks[] = {1, 7, TARGETS - 1};

    guest_runs_alike(&(struct guest){
        .write = write_table, .check = check_table, .arg = masks[_i]});
}
END_TEST

/* ---- into the middle ---- */

/* A run of instructions that is entered at each of its halfwords: in the middle
 * of those of 4 bytes stands one of 2, c.addi s3, whose upper half of an lui is
 * the immediate. */
static void write_middle(struct program *p, int arg)
{
    uint64_t run = PAGE_A + 0x20;
    uint32_t inner = encode("c.addi", S3, S3, 0, 1);

    (void)arg;
    op_begin(p);
    op_li(p, S0, 80);
    op_li(p, A3, (uint32_t)run);
    op_jump(p, LOOP);
    p->at = LOOP;
    op_li(p, S4, 0);
    op(p, "add", A4, A3, S4, 0);
    op(p, "jalr", RA, A4, 0, 0);
    op(p, "addi", S4, S4, 0, 2);
    op(p, "addi", A5, S4, 0, -16);
    op_to(p, "bne", A5, ZERO, LOOP + 8);
    op_loop(p, S0, LOOP);
    op_pass(p);
    p->at = run;
    for (int i = 0; i < 4; i++)
        op(p, "lui", S2, 0, 0, (int32_t)(inner << 16));
    op(p, "addi", S5, S5, 0, 1);
    op_return(p);
}

static void check_middle(struct machine *m, int arg)
{
    (void)arg;
    ck_assert_uint_eq(reg(m, S5), 8 * 80);
    ck_assert_uint_eq(reg(m, S3), 4 * 80);
}

START_TEST(code_may_be_entered_in_the_middle_of_an_instruction)
{
    guest_runs_alike(
        &(struct guest){.write = write_middle, .check = check_middle});
}
END_TEST

/* ---- branches ---- */

/* Each kind with each pair of some values; s2 collects which were taken. */
static void write_branches(struct program *p, int compressed)
{
    static const char *const kinds[] = {"beq", "bne",  "blt",
                                        "bge", "bltu", "bgeu"};
    static const uint32_t values[] = {0,          1,          0x7fffffff,
                                      0x80000000, 0x80000001, 0xffffffff};
    uint64_t inner;

    for (unsigned i = 0; i < 6; i++)
        poke(p->m, DATA + 4 * i, 4, values[i]);
    op_begin(p);
    op_li(p, S0, 6);
    op_li(p, A3, DATA);
    op_jump(p, LOOP);
    p->at = LOOP;
    op_li(p, A4, DATA);
    op(p, "addi", S1, ZERO, 0, 6);
    op(p, "lw", A1, A3, 0, 0);
    inner = p->at;
    op(p, "lw", A2, A4, 0, 0);
    for (unsigned i = 0; i < 6; i++) {
        op(p, "slli", S2, S2, 0, 1);
        if (compressed) /* to an odd halfword */
            op_c(p, "c.addi", S3, S3, 0, 1);
        op(p, kinds[i], 0, A1, A2, 8);
        op(p, "addi", S2, S2, 0, 1);
        op(p, kinds[i], 0, A2, ZERO, 8);
        op(p, "addi", S4, S4, 0, 1);
    }
    op(p, "add", S5, S5, S2, 0);
    op(p, "addi", A4, A4, 0, 4);
    op_loop(p, S1, inner);
    op(p, "addi", A3, A3, 0, 4);
    op_loop(p, S0, LOOP);
    op_pass(p);
}

static void check_branches(struct machine *m, int compressed)
{
    uint32_t last = reg(m, S2) & 63; /* -1 with itself: beq, bge, bgeu */

    ck_assert_uint_eq(last, 32 >> 1 | 32 >> 2 | 32 >> 4);
    ck_assert_uint_eq(reg(m, S4), 6 * 6 * 3);
    ck_assert_uint_eq(reg(m, S3), compressed ? 6 * 6 * 6 : 0);
}

START_TEST(each_branch_compares_as_it_should)
{
    guest_runs_alike(&(struct guest){
        .write = write_branches, .check = check_branches, .arg = _i});
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("engine_flow");
    TCase *tc = tcase_create("engine_flow");

    tcase_add_unchecked_fixture(tc, NULL, guests_free);
    tcase_add_loop_test(tc, recursion_returns_from_any_depth, 0, 3);
    tcase_add_test(tc, returns_need_not_match_calls);
    tcase_add_loop_test(tc, a_jump_through_a_table_reaches_each_target, 0, 3);
    tcase_add_test(tc, code_may_be_entered_in_the_middle_of_an_instruction);
    tcase_add_loop_test(tc, each_branch_compares_as_it_should, 0, 2);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
