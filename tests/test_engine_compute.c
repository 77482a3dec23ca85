/*
 * Operations with registers: every one with every way in which its operands
 * can be the same, with values at the edges, on registers that a translator
 * keeps in the host's and on others.
 */
#include <inttypes.h>

#include "base/random.h"
#include "tests/engine_rig.h"

#define LOOP PAGE_A
#define ROUNDS 12

static const char *const operations[] = {
    "add",  "sub",  "sll",  "slt",  "sltu",   "xor",    "srl",
    "sra",  "or",   "and",  "mul",  "mulh",   "mulhsu", "mulhu",
    "div",  "divu", "rem",  "remu", "sh1add", "sh2add", "sh3add",
    "andn", "orn",  "xnor", "max",  "maxu",   "min",    "minu",
    "rol",  "ror",  "bclr", "bext", "binv",   "bset",
};
static const char *const immediate[] = {
    "addi", "slti", "sltiu", "xori", "ori", "andi", "lui", "auipc",
};
static const char *const shifts[] = {"slli", "srli",  "srai",
                                     "rori", "bexti", "bseti"};
static const char *const unary[] = {"clz",    "ctz",    "cpop",  "sext.b",
                                    "sext.h", "zext.h", "orc.b", "rev8"};
static const char *const accesses[] = {"lb", "lbu", "lh", "lhu", "lw",
                                       "sb", "sh",  "sw", "lw"};
static const uint32_t edges[] = {0,          1,          2,          31,
                                 32,         0x7f,       0x80,       0x7fff,
                                 0x8000,     0x7fffffff, 0x80000000, 0x80000001,
                                 0xffff8000, 0xfffffffe, 0xffffffff};

/* Not those of the rig and the loop: sp, ra, t2, a0 to a7, s2 to s10, t3 to t6,
 * and x0 more often than its share. */
static unsigned any_register(struct random *random)
{
    static const uint8_t registers[] = {ZERO, ZERO, RA,  SP, T2, A0, A1,
                                        A2,   A3,   A4,  A5, A6, A7, S2,
                                        S3,   S4,   S10, T3, T6};

    return registers[random_below(random, sizeof registers)];
}

static void op_any(struct program *p, struct random *random, unsigned n)
{
    unsigned rd = any_register(random), a = any_register(random);
    unsigned b = any_register(random);
    int32_t imm = (int32_t)random_below(random, 4096) - 2048;

    /* The same ones more often than by chance. */
    if (n % 5 == 1)
        b = a;
    if (n % 5 == 2)
        rd = a;
    if (n % 5 == 3)
        rd = b;
    switch (n % 8) {
    case 0:
        op(p, immediate[random_below(random, 6)], rd, a, 0, imm);
        break;
    case 1:
        op(p, immediate[6 + random_below(random, 2)], rd, 0, 0,
           (int32_t)((uint32_t)imm << 12));
        break;
    case 2:
        op(p, shifts[random_below(random, ARRAY_SIZE(shifts))], rd, a, 0,
           imm & 31);
        break;
    case 4: /* aligned or not, also over lines */
        op(p, accesses[random_below(random, ARRAY_SIZE(accesses))], rd, S1, b,
           imm);
        break;
    case 3:
        op(p, unary[random_below(random, ARRAY_SIZE(unary))], rd, a, 0, 0);
        break;
    default:
        op(p, operations[random_below(random, ARRAY_SIZE(operations))], rd, a,
           b, 0);
    }
}

static uint64_t seed_of(int number)
{
    const char *env = getenv("QUIRE_SEED");

    uint64_t seed = env ? strtoull(env, NULL, 0) : 1;

    return seed + (uint64_t)number;
}

/* A loop of `length` random operations, which mixes edges into its registers
 * at its start. Its results are summed in s9. */
static void write_random(struct program *p, int number)
{
    struct random random;
    unsigned length;

    random_seed(&random, seed_of(number));
    length = 20 + (unsigned)random_below(&random, 90);
    for (unsigned i = 0; i < 1024; i++)
        poke(p->m, DATA + 4 * i, 4,
             edges[random_below(&random, ARRAY_SIZE(edges))]);
    op_begin(p);
    op_li(p, S0, ROUNDS);
    op_li(p, S1, DATA + 0x800);
    op_jump(p, LOOP);
    p->at = LOOP;
    for (unsigned reg = A0; reg <= A5; reg++)
        op(p, "lw", reg, S1, 0, 4 * (int32_t)(reg - A0));
    op(p, "lw", T3, S1, 0, 24);
    op(p, "lw", S10, S1, 0, 28);
    op(p, "addi", S1, S1, 0, 4);
    for (unsigned i = 0; i < length; i++) {
        op_any(p, &random, i);
        if (i % 11 == 10)
            op(p, "xor", S9, S9, any_register(&random), 0);
    }
    op_loop(p, S0, LOOP);
    op_pass(p);
}

START_TEST(operations_compute_the_same_on_any_registers)
{
    for (int i = 0; i < 12; i++) {
        int number = 12 * _i + i;

        if (!i)
            printf("# QUIRE_SEED=%" PRIu64 "\n", seed_of(number));
        guest_runs_alike(
            &(struct guest){.write = write_random,
                            .arg = number,
                            .shapes = 1u << (i & 1 ? SHAPE_OFF : SHAPE_CACHE)});
    }
}
END_TEST

/* Quotients and remainders at the edges, against the manual's table (unpriv,
 * M): a2 and a3 are rs1 and rs2 of each pair of edges. */
static void write_divisions(struct program *p, int arg)
{
    static const char *const kinds[] = {"div", "divu", "rem", "remu"};
    uint64_t inner;

    (void)arg;
    for (size_t i = 0; i < ARRAY_SIZE(edges); i++)
        poke(p->m, DATA + 4 * i, 4, edges[i]);
    op_begin(p);
    op_li(p, S0, ARRAY_SIZE(edges));
    op_li(p, A0, DATA);
    op_li(p, T2, DATA + 0x1000);
    op_jump(p, LOOP);
    p->at = LOOP;
    op(p, "lw", A2, A0, 0, 0);
    op_li(p, A1, DATA);
    op(p, "addi", S1, ZERO, 0, ARRAY_SIZE(edges));
    inner = p->at;
    op(p, "lw", A3, A1, 0, 0);
    for (int32_t i = 0; i < 4; i++) {
        op(p, kinds[i], A4, A2, A3, 0);
        op(p, "sw", 0, T2, A4, 4 * i);
    }
    op(p, "addi", A1, A1, 0, 4);
    op(p, "addi", T2, T2, 0, 16);
    op_loop(p, S1, inner);
    op(p, "addi", A0, A0, 0, 4);
    op_loop(p, S0, LOOP);
    op_pass(p);
}

static void check_divisions(struct machine *m, int arg)
{
    uint64_t at = DATA + 0x1000;

    (void)arg;
    for (size_t i = 0; i < ARRAY_SIZE(edges); i++) {
        for (size_t k = 0; k < ARRAY_SIZE(edges); k++, at += 16) {
            uint32_t a = edges[i], b = edges[k];
            int64_t sa = (int32_t)a, sb = (int32_t)b;

            ck_assert_uint_eq(word(m, at), (uint32_t)(sb ? sa / sb : -1));
            ck_assert_uint_eq(word(m, at + 4), b ? a / b : UINT32_MAX);
            ck_assert_uint_eq(word(m, at + 8), (uint32_t)(sb ? sa % sb : sa));
            ck_assert_uint_eq(word(m, at + 12), b ? a % b : a);
        }
    }
}

START_TEST(divisions_have_no_exceptions)
{
    guest_runs_alike(&(struct guest){.write = write_divisions,
                                     .check = check_divisions,
                                     .shapes = 1u << SHAPE_OFF});
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("engine_compute");
    TCase *tc = tcase_create("engine_compute");

    tcase_add_unchecked_fixture(tc, NULL, guests_free);
    tcase_add_loop_test(tc, operations_compute_the_same_on_any_registers, 0, 5);
    tcase_add_test(tc, divisions_have_no_exceptions);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
