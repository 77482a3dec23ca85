/*
 * Blocks of awkward lengths and places: longer than any limit, exactly a cache
 * line, over lines and pages; and instructions whose destination is x0.
 */
#include "tests/engine_rig.h"

#define LOOP PAGE_A

/* ---- lengths ---- */

/* A loop of so many instructions between its start and its branch. */
static void write_straight(struct program *p, int length)
{
    op_begin(p);
    op_li(p, S0, length > 60 ? 5 : 40);
    op_li(p, A3, DATA);
    op_jump(p, LOOP);
    p->at = LOOP;
    for (int i = 0; i < length; i++) {
        if (i % 7 == 3)
            op(p, "sw", 0, A3, S2, 4 * (i & 255));
        else if (i % 7 == 5)
            op(p, "lw", A4, A3, 0, 4 * (i & 127));
        else
            op(p, "addi", S2, S2, 0, 1);
    }
    op_loop(p, S0, LOOP);
    op_pass(p);
}

static void check_straight(struct machine *m, int length)
{
    uint32_t adds = 0;

    for (int i = 0; i < length; i++)
        adds += i % 7 != 3 && i % 7 != 5;
    ck_assert_uint_eq(reg(m, S2), adds * (length > 60 ? 5 : 40));
}

START_TEST(a_block_may_be_of_any_length)
{
    static const int lengths[] = {0, 1, 14, 61, 62, 63, 64, 65, 127, 128, 1000};

    guest_runs_alike(&(struct guest){
        .write = write_straight,
        .check = check_straight,
        .arg = lengths[_i],
        .shapes = lengths[_i] == 1000 ? SHAPES_ALL : SHAPES_UNTIMED});
}
END_TEST

/* ---- lines and pages ---- */

/* A loop of 60 bytes, instructions of both lengths, at any
 * halfword before, in and behind a line or the end of a page. */
static void write_placed(struct program *p, int place)
{
    uint64_t top = PAGE_B + (uint64_t)(int64_t)place;

    op_begin(p);
    op_li(p, S0, 60);
    op_li(p, A3, DATA);
    op_jump(p, top);
    p->at = top;
    op(p, "lw", A4, A3, 0, 0);
    op(p, "addi", A4, A4, 0, 1);
    op(p, "sw", 0, A3, A4, 0);
    for (int i = 0; i < 4; i++) {
        op(p, "addi", S2, S2, 0, 1);
        op_c(p, "c.addi", S3, S3, 0, 1);
        op(p, "slli", S4, S2, 0, 3);
    }
    op_c(p, "c.addi", S3, S3, 0, 1);
    op_c(p, "c.addi", S0, S0, 0, -1);
    op_to(p, "bne", S0, ZERO, top);
    ck_assert_uint_eq(p->at, top + 60);
    op_pass(p);
}

static void check_placed(struct machine *m, int place)
{
    (void)place;
    ck_assert_uint_eq(reg(m, S2), 240);
    ck_assert_uint_eq(reg(m, S3), 300);
    ck_assert_uint_eq(reg(m, S4), 240 * 8);
    ck_assert_uint_eq(word(m, DATA), 60);
}

START_TEST(a_loop_may_lie_anywhere_among_lines_and_pages)
{
    static const int places[] = {0,   2,   4,   6,   14,  16,  30,
                                 62,  -2,  -4,  -6,  -14, -16, -30,
                                 -58, -60, -62, 256, 258, 190};

    guest_runs_alike(
        &(struct guest){.write = write_placed,
                        .check = check_placed,
                        .arg = places[_i],
                        .shapes = 1u << (_i % N_SHAPES) | 1u << SHAPE_TINY});
}
END_TEST

/* The same over two pages that are not side by side, in S-mode. */
static void write_apart(struct program *p, int place)
{
    uint64_t end = VA + 0x2000, top = end - (uint64_t)place;

    map(p->m, VA + 0x1000, PAGE_A, RWX);
    map(p->m, VA + 0x2000, PAGE_C, RWX);
    op_begin(p);
    op_li(p, S0, 50);
    op_li(p, S7, (uint32_t)top);
    op_supervise(p, PAGE_D);
    p->at = PAGE_D;
    op(p, "jalr", RA, S7, 0, 0);
    op_pass(p);
    p->at = PAGE_A + 0x1000 - (uint64_t)place;
    for (int i = 0; i < 4; i++) {
        op(p, "addi", S2, S2, 0, 1);
        op_c(p, "c.addi", S3, S3, 0, 1);
    }
    op(p, "addi", S0, S0, 0, -1);
    op(p, "bne", 0, S0, ZERO, -28);
    op_c(p, "c.jr", 0, RA, 0, 0);
    for (uint64_t i = 0; i < 64; i += 2) { /* the rest to its other page */
        poke(p->m, PAGE_C + i, 2, peek(p->m, PAGE_B + i, 2));
        poke(p->m, PAGE_B + i, 2, 0);
    }
}

static void check_apart(struct machine *m, int place)
{
    (void)place;
    ck_assert_uint_eq(reg(m, S2), 200);
    ck_assert_uint_eq(reg(m, S3), 200);
}

START_TEST(a_loop_may_span_two_pages_that_lie_apart)
{
    guest_runs_alike(
        &(struct guest){.write = write_apart,
                        .check = check_apart,
                        .arg = 2 + 4 * _i,
                        .shapes = 1u << (_i % N_SHAPES) | 1u << SHAPE_TINY});
}
END_TEST

/* ---- x0 ---- */

/* Everything that has a destination, with x0 as that; x0 is read behind each.
 */
static void write_sinks(struct program *p, int arg)
{
    static const struct {
        const char *name;
        unsigned rs1, rs2;
        int32_t imm;
    } sinks[] = {
        {"lui", 0, 0, 0x12345000},  {"auipc", 0, 0, 0x1000},
        {"jal", 0, 0, 4},           {"addi", A1, 0, 5},
        {"slti", A1, 0, 2047},      {"xori", A1, 0, -1},
        {"srai", A1, 0, 1},         {"add", A1, A1, 0},
        {"sub", ZERO, A1, 0},       {"sltu", ZERO, A1, 0},
        {"mul", A1, A1, 0},         {"mulhu", A2, A2, 0},
        {"div", A1, ZERO, 0},       {"remu", A1, ZERO, 0},
        {"lw", A3, 0, 0},           {"lb", A3, 0, 1},
        {"lhu", A3, 0, 2},          {"lr.w", A3, 0, 0},
        {"sc.w", A3, A1, 0},        {"sc.w", A3, A1, 0},
        {"amoadd.w", A3, A1, 0},    {"amoswap.w", A3, A1, 0},
        {"csrrs", 0, 0, MHARTID},   {"csrrw", A1, 0, MSCRATCH},
        {"csrrci", 1, 0, MSCRATCH}, {"csrrs", 0, 0, CYCLE},
        {"andn", A2, A1, 0},        {"clz", A1, 0, 0},
        {"sh2add", A1, A1, 0},      {"bset", A1, A1, 0},
        {"rev8", A1, 0, 0},         {"maxu", A1, A2, 0},
    };

    (void)arg;
    poke(p->m, DATA, 4, 0x80818283);
    op_begin(p);
    op_li(p, S0, 40);
    op_li(p, A1, 77);
    op_li(p, A2, 0xfffffff0);
    op_li(p, A3, DATA);
    op_jump(p, LOOP);
    p->at = LOOP;
    for (size_t i = 0; i < ARRAY_SIZE(sinks); i++) {
        op(p, sinks[i].name, ZERO, sinks[i].rs1, sinks[i].rs2, sinks[i].imm);
        op(p, "or", S2, S2, ZERO, 0);
        op(p, "addi", S3, S3, 0, 1);
    }
    op(p, "auipc", A4, 0, 0, 0);
    op(p, "jalr", ZERO, A4, 0, 12);
    op(p, "addi", S2, ZERO, 0, 1); /* never */
    op_loop(p, S0, LOOP);
    op_pass(p);
}

static void check_sinks(struct machine *m, int arg)
{
    (void)arg;
    ck_assert_uint_eq(reg(m, ZERO), 0);
    ck_assert_uint_eq(reg(m, S2), 0);
    ck_assert_uint_eq(reg(m, S3), 32 * 40);
    ck_assert_uint_eq(word(m, DATA), 77);
}

START_TEST(nothing_ever_comes_to_x0)
{
    guest_runs_alike(&(struct guest){
        .write = write_sinks, .check = check_sinks, .shapes = SHAPES_ALL});
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("engine_blocks");
    TCase *tc = tcase_create("engine_blocks");

    tcase_add_unchecked_fixture(tc, NULL, guests_free);
    tcase_add_loop_test(tc, a_block_may_be_of_any_length, 0, 11);
    tcase_add_loop_test(tc, a_loop_may_lie_anywhere_among_lines_and_pages, 0,
                        20);
    tcase_add_loop_test(tc, a_loop_may_span_two_pages_that_lie_apart, 0, 7);
    tcase_add_test(tc, nothing_ever_comes_to_x0);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
