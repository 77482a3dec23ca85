/*
 * Encodings, and random instructions that need no preparation.
 */
#include "tests/torture/emit.h"

#include <assert.h>

#include "base/bits.h"
#include "base/compiler.h"

uint32_t interesting(struct random *r)
{
    static const uint32_t values[] = {
        0,          1,          2,          3,          0xffffffff, 0xfffffffe,
        0x80000000, 0x7fffffff, 0x80000001, 0x7f,       0x80,       0xff,
        0x7fff,     0x8000,     0xffff,     0x10000,    0x55555555, 0xaaaaaaaa,
        31,         32,         0x800,      0xfffff7ff, 0xfffff000, 0x40000000};

    switch (pick(r, 4)) {
    case 0:
        return values[pick(r, ARRAY_SIZE(values))];
    case 1:
        return 1u << pick(r, 32);
    case 2:
        return word(r) >> pick(r, 32);
    default:
        return word(r);
    }
}

uint32_t enc_r(unsigned opcode, unsigned funct3, unsigned funct7, unsigned rd,
               unsigned rs1, unsigned rs2)
{
    return funct7 << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | rd << 7 |
           opcode;
}

uint32_t enc_i(unsigned opcode, unsigned funct3, unsigned rd, unsigned rs1,
               uint32_t imm)
{
    return imm << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | opcode;
}

uint32_t enc_s(unsigned funct3, unsigned rs1, unsigned rs2, uint32_t imm)
{
    return enc_r(OPC_STORE, funct3, imm >> 5 & 0x7f, imm & 31, rs1, rs2);
}

uint32_t enc_b(unsigned funct3, unsigned rs1, unsigned rs2, uint32_t imm)
{
    return enc_r(OPC_BRANCH, funct3, (imm >> 12 & 1) << 6 | (imm >> 5 & 0x3f),
                 (imm & 0x1e) | (imm >> 11 & 1), rs1, rs2);
}

uint32_t enc_u(unsigned opcode, unsigned rd, uint32_t value)
{
    return (value & 0xfffff000) | rd << 7 | opcode;
}

uint32_t enc_j(unsigned rd, uint32_t imm)
{
    return (imm >> 20 & 1) << 31 | (imm >> 1 & 0x3ff) << 21 |
           (imm >> 11 & 1) << 20 | (imm & 0xff000) | rd << 7 | OPC_JAL;
}

void put16(struct code *c, uint32_t half)
{
    assert(c->at + 2 <= c->limit);
    store_le(c->host + c->at, 2, half & 0xffff);
    c->at += 2;
}

void put32(struct code *c, uint32_t insn)
{
    put16(c, insn);
    put16(c, insn >> 16);
}

void put_insn(struct code *c, uint32_t insn)
{
    put16(c, insn);
    if ((insn & 3) == 3)
        put16(c, insn >> 16);
}

void put_li(struct code *c, unsigned rd, uint32_t value)
{
    put32(c, enc_u(OPC_LUI, rd, value + 0x800));
    put32(c, enc_i(OPC_IMM, 0, rd, rd, value));
}

/* A destination: not `keep`, now and then x0. */
static unsigned destination(struct random *r, unsigned keep)
{
    unsigned rd;

    do
        rd = chance(r, 95) ? some_reg(r) : 0;
    while (rd && rd == keep);
    return rd;
}

/* Zba, Zbb, Zbs on two registers: funct7, funct3. */
static uint32_t random_bits(struct random *r, unsigned rd)
{
    static const uint8_t table[][2] = {
        {0x10, 2}, {0x10, 4}, {0x10, 6}, {0x20, 7}, {0x20, 6}, {0x20, 4},
        {0x05, 4}, {0x05, 5}, {0x05, 6}, {0x05, 7}, {0x30, 1}, {0x30, 5},
        {0x24, 1}, {0x24, 5}, {0x34, 1}, {0x14, 1},
    };
    const uint8_t *row = table[pick(r, ARRAY_SIZE(table))];

    return enc_r(OPC_REG, row[1], row[0], rd, pick(r, 32), pick(r, 32));
}

uint32_t random_alu(struct random *r, unsigned keep)
{
    unsigned rd = destination(r, keep);
    unsigned rs1 = pick(r, 32), rs2 = pick(r, 32);
    unsigned funct3 = pick(r, 8);

    if (chance(r, 15))
        return random_bits(r, rd);
    switch (pick(r, 8)) {
    case 0:
        return enc_u(chance(r, 50) ? OPC_LUI : OPC_AUIPC, rd, word(r));
    case 1:
    case 2:
    case 3: /* OP-IMM; shifts have their own upper bits */
        if (funct3 == 1)
            return enc_i(OPC_IMM, 1, rd, rs1, rs2);
        if (funct3 == 5)
            return enc_i(OPC_IMM, 5, rd, rs1, rs2 | pick(r, 2) << 10);
        return enc_i(OPC_IMM, funct3, rd, rs1, interesting(r));
    case 4:
    case 5:
        return enc_r(OPC_REG, funct3,
                     funct3 == 0 || funct3 == 5 ? pick(r, 2) << 5 : 0, rd, rs1,
                     rs2);
    default: /* M */
        return enc_r(OPC_REG, funct3, 1, rd, rs1, rs2);
    }
}

/* Immediate of C.ADDI and its kin: bits 12 and 6:2. */
static uint32_t c_imm(uint32_t imm)
{
    return (imm >> 5 & 1) << 12 | (imm & 31) << 2;
}

/* Operations on x8 .. x15, quadrant 1, funct3 4. */
static uint32_t compressed_small(struct random *r, unsigned keep)
{
    unsigned rd;

    do
        rd = 8 + pick(r, 8);
    while (rd == keep);
    if (chance(r, 50))
        return 0x8c01 | (rd - 8) << 7 | pick(r, 4) << 5 | pick(r, 8) << 2;
    switch (pick(r, 3)) {
    case 0:
        return 0x8801 | (rd - 8) << 7 | c_imm(word(r)); /* c.andi */
    case 1:
        return 0x8001 | (rd - 8) << 7 | (1 + pick(r, 31)) << 2; /* c.srli */
    default:
        return 0x8401 | (rd - 8) << 7 | (1 + pick(r, 31)) << 2; /* c.srai */
    }
}

uint32_t random_compressed(struct random *r, unsigned keep)
{
    unsigned rd = destination(r, keep);
    unsigned rs2 = some_reg(r);

    switch (pick(r, 8)) {
    case 0:
        return 0x0001 | rd << 7 | c_imm(word(r)); /* c.addi, c.nop */
    case 1:
        return 0x4001 | rd << 7 | c_imm(word(r)); /* c.li */
    case 2:                                       /* c.lui, c.addi16sp */
        return 0x6001 | rd << 7 | c_imm(1 + pick(r, 63));
    case 3:
        return 0x0002 | rd << 7 | (1 + pick(r, 31)) << 2; /* c.slli */
    case 4:
        return 0x8002 | rd << 7 | rs2 << 2; /* c.mv */
    case 5:
        return 0x9002 | rd << 7 | rs2 << 2; /* c.add */
    case 6:
        rd = 8 + pick(r, 8); /* c.addi4spn */
        return rd == keep ? INSN_C_NOP
                          : (1 + pick(r, 255)) << 5 | (rd - 8) << 2;
    default:
        return compressed_small(r, keep);
    }
}

uint32_t random_illegal(struct random *r)
{
    /* Fixed bits, then bits that may be anything. */
    static const uint32_t table[][2] = {
        {0x00000000, 0},          /* all zeros */
        {0xffffffff, 0},          /* all ones */
        {0x0000000b, 0xffffff80}, /* custom-0 */
        {0x0000002b, 0xffffff80}, /* custom-1 */
        {0x00003003, 0xffff8f80}, /* ld */
        {0x00007003, 0xffff8f80}, /* a load that is reserved */
        {0x00003023, 0xffff8f80}, /* sd */
        {0x00007023, 0xffff8f80}, /* a store that is reserved */
        {0x00002063, 0xffff8f80}, /* branches */
        {0x00003063, 0xffff8f80},
        {0x00001067, 0xffff8f80}, /* jalr.. */
        {0x00002007, 0xffff8f80}, /* flw */
        {0x00000053, 0x01ff8f80}, /* fadd.s */
        {0xfe000033, 0x01ff8f80}, /* OP with a reserved funct7 */
        {0x0000302f, 0xffff8f80}, /* amo*.d */
        {0x0000001b, 0xffff8f80}, /* addiw */
        {0x0000003b, 0x01ff8f80}, /* addw */
        {0x2000, 0x1ffc},         /* c.fld */
        {0x6000, 0x1ffc},         /* c.flw */
        {0xa000, 0x1ffc},         /* c.fsd */
        {0x8000, 0x1ffc},         /* reserved */
        {0x9c01, 0x03fc},         /* c.subw and so on */
        {0x4002, 0x107c},         /* c.lwsp to x0 */
        {0x6101, 0},              /* c.addi16sp 0 */
        {0x8002, 0},              /* c.jr x0 */
    };
    const uint32_t *row = table[pick(r, ARRAY_SIZE(table))];

    return row[0] | (word(r) & row[1]);
}
