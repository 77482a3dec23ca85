/*
 * Zba, Zbb and Zbs: every instruction on all pairs of corner values, and on
 * every immediate, against plain loops over bits; and the encodings next to
 * them, which do not exist on RV32.
 */
#include "roms/lib/rom.h"

static const uint32_t corners[] = {
    0,          1,          2,          0x1f,       0x20,       0x7f,
    0x80,       0xff,       0x100,      0x7fff,     0x8000,     0xffff,
    0x10000,    0x00800000, 0x01000000, 0x12345678, 0x80ff0001, 0x40000000,
    0x7fffffff, 0x80000000, 0x80000001, 0xa5a5a5a5, 0xfffffffe, 0xffffffff};
#define N_CORNERS (sizeof corners / sizeof corners[0])

/* With rd = rs1 = a0 and rs2 = a1. */
#define R(funct7, funct3)                                                      \
    ((uint32_t)(funct7) << 25 | 11u << 20 | 10u << 15 | (funct3) << 12 |       \
     10u << 7 | 0x33)
#define UNARY(imm, funct3)                                                     \
    ((uint32_t)(imm) << 20 | 10u << 15 | (funct3) << 12 | 10u << 7 | 0x13)

static uint32_t bit_of(uint32_t v, uint32_t i)
{
    return v >> (i & 31) & 1;
}

static uint32_t byte_of(uint32_t v, uint32_t i)
{
    return v >> 8 * i & 0xff;
}

static uint32_t sh1add(uint32_t a, uint32_t b)
{
    return a * 2 + b;
}

static uint32_t sh2add(uint32_t a, uint32_t b)
{
    return a * 4 + b;
}

static uint32_t sh3add(uint32_t a, uint32_t b)
{
    return a * 8 + b;
}

static uint32_t andn(uint32_t a, uint32_t b)
{
    return a & ~b;
}

static uint32_t orn(uint32_t a, uint32_t b)
{
    return a | ~b;
}

static uint32_t xnor(uint32_t a, uint32_t b)
{
    return ~(a ^ b);
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return (int32_t)a < (int32_t)b ? a : b;
}

static uint32_t larger(uint32_t a, uint32_t b)
{
    return (int32_t)a < (int32_t)b ? b : a;
}

static uint32_t smaller_unsigned(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static uint32_t larger_unsigned(uint32_t a, uint32_t b)
{
    return a < b ? b : a;
}

static uint32_t rotate_right(uint32_t a, uint32_t b)
{
    uint32_t v = 0;

    for (uint32_t i = 0; i < 32; i++)
        v |= bit_of(a, i + b) << i;
    return v;
}

static uint32_t rotate_left(uint32_t a, uint32_t b)
{
    uint32_t v = 0;

    for (uint32_t i = 0; i < 32; i++)
        v |= bit_of(a, i) << ((i + b) & 31);
    return v;
}

static uint32_t set(uint32_t a, uint32_t b)
{
    return a | 1u << (b & 31);
}

static uint32_t clear(uint32_t a, uint32_t b)
{
    return a & ~(1u << (b & 31));
}

static uint32_t invert(uint32_t a, uint32_t b)
{
    return a ^ 1u << (b & 31);
}

static uint32_t leading(uint32_t a, uint32_t b)
{
    uint32_t n = 0;

    (void)b;
    while (n < 32 && !bit_of(a, 31 - n))
        n++;
    return n;
}

static uint32_t trailing(uint32_t a, uint32_t b)
{
    uint32_t n = 0;

    (void)b;
    while (n < 32 && !bit_of(a, n))
        n++;
    return n;
}

static uint32_t population(uint32_t a, uint32_t b)
{
    uint32_t n = 0;

    (void)b;
    for (uint32_t i = 0; i < 32; i++)
        n += bit_of(a, i);
    return n;
}

static uint32_t signed_byte(uint32_t a, uint32_t b)
{
    (void)b;
    return (uint32_t)(int8_t)a;
}

static uint32_t signed_half(uint32_t a, uint32_t b)
{
    (void)b;
    return (uint32_t)(int16_t)a;
}

static uint32_t unsigned_half(uint32_t a, uint32_t b)
{
    (void)b;
    return a & 0xffff;
}

static uint32_t reversed(uint32_t a, uint32_t b)
{
    uint32_t v = 0;

    (void)b;
    for (uint32_t i = 0; i < 4; i++)
        v |= byte_of(a, i) << 8 * (3 - i);
    return v;
}

static uint32_t combined(uint32_t a, uint32_t b)
{
    uint32_t v = 0;

    (void)b;
    for (uint32_t i = 0; i < 4; i++)
        v |= (byte_of(a, i) ? 0xffu : 0) << 8 * i;
    return v;
}

struct operation {
    uint32_t insn;
    uint32_t (*means)(uint32_t a, uint32_t b);
};

static void check_pairs(const struct operation *ops, unsigned n)
{
    for (unsigned op = 0; op < n; op++)
        for (unsigned i = 0; i < N_CORNERS; i++)
            for (unsigned j = 0; j < N_CORNERS; j++) {
                const uint32_t a = corners[i], b = corners[j];
                const struct trap *t = rom_exec(M, ops[op].insn, a, b);

                EXPECT_DONE(t, M);
                EXPECT(t->x[10], ops[op].means(a, b));
                EXPECT(t->x[11], b);
            }
}

#define CHECK_PAIRS(ops) check_pairs(ops, sizeof(ops) / sizeof((ops)[0]))

CASE(address_generation_shifts_and_adds)
{
    static const struct operation ops[] = {
        {R(0x10, 2), sh1add}, {R(0x10, 4), sh2add}, {R(0x10, 6), sh3add}};

    CHECK_PAIRS(ops);
}

CASE(logic_with_negation)
{
    static const struct operation ops[] = {
        {R(0x20, 7), andn}, {R(0x20, 6), orn}, {R(0x20, 4), xnor}};

    CHECK_PAIRS(ops);
}

CASE(minima_and_maxima)
{
    static const struct operation ops[] = {{R(0x05, 4), smaller},
                                           {R(0x05, 5), smaller_unsigned},
                                           {R(0x05, 6), larger},
                                           {R(0x05, 7), larger_unsigned}};

    CHECK_PAIRS(ops);
}

CASE(rotations_by_a_register)
{
    static const struct operation ops[] = {{R(0x30, 1), rotate_left},
                                           {R(0x30, 5), rotate_right}};

    CHECK_PAIRS(ops);
}

CASE(single_bits_by_a_register)
{
    static const struct operation ops[] = {{R(0x14, 1), set},
                                           {R(0x24, 1), clear},
                                           {R(0x34, 1), invert},
                                           {R(0x24, 5), bit_of}};

    CHECK_PAIRS(ops);
}

CASE(counts_extensions_and_bytes)
{
    static const struct operation ops[] = {
        {UNARY(0x600, 1), leading},     {UNARY(0x601, 1), trailing},
        {UNARY(0x602, 1), population},  {UNARY(0x604, 1), signed_byte},
        {UNARY(0x605, 1), signed_half}, {0x08054533, unsigned_half},
        {UNARY(0x698, 5), reversed},    {UNARY(0x287, 5), combined}};

    for (unsigned op = 0; op < sizeof ops / sizeof ops[0]; op++) {
        for (unsigned i = 0; i < N_CORNERS; i++)
            EXPECT(rom_exec(M, ops[op].insn, corners[i], 0)->x[10],
                   ops[op].means(corners[i], 0));
        for (unsigned i = 0; i < 32; i++)
            EXPECT(rom_exec(M, ops[op].insn, 1u << i, 0)->x[10],
                   ops[op].means(1u << i, 0));
    }
}

CASE(every_immediate)
{
    static const struct operation ops[] = {{UNARY(0x600, 5), rotate_right},
                                           {UNARY(0x280, 1), set},
                                           {UNARY(0x480, 1), clear},
                                           {UNARY(0x680, 1), invert},
                                           {UNARY(0x480, 5), bit_of}};

    for (unsigned op = 0; op < sizeof ops / sizeof ops[0]; op++)
        for (uint32_t n = 0; n < 32; n++)
            for (unsigned i = 0; i < N_CORNERS; i++)
                EXPECT(
                    rom_exec(M, ops[op].insn | n << 20, corners[i], 0)->x[10],
                    ops[op].means(corners[i], n));
}

CASE(a_result_for_x0_is_dropped)
{
    /* clz x0, a0 */
    const struct trap *t = rom_exec(M, UNARY(0x600, 1) & ~(31u << 7), 1, 2);

    EXPECT_DONE(t, M);
    EXPECT(t->x[10], 1);
}

CASE(neighbouring_encodings_are_illegal)
{
    /* unknown unary, shamt[5] of rori, bseti, bclri, binvi, bexti, RV64's
     * rev8, pack with rs2, the .uw forms */
    static const uint32_t words[] = {
        UNARY(0x603, 1), UNARY(0x606, 1), UNARY(0x620, 5), UNARY(0x2a0, 1),
        UNARY(0x4a0, 1), UNARY(0x6a0, 1), UNARY(0x4a0, 5), UNARY(0x6b8, 5),
        0x0055453b,      0x20b5253b};

    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++)
        EXPECT_TRAP(rom_exec(M, words[i], 0, 0), CAUSE_ILLEGAL, rom_exec_pc(),
                    words[i]);
}
