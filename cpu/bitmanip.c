/*
 * The operations of Zba, Zbb and Zbs. Those that depend on the width are the
 * 32-bit forms.
 */
#include "cpu/bitmanip.h"

#include "base/bits.h"
#include "base/compiler.h"
#include "cpu/arith.h"

/* Zeros above the highest one of a word; 32 if there is none. */
static uint64_t count_leading_zeros(uint32_t v)
{
    unsigned n = 0;

    if (!v)
        return 32;
    for (unsigned step = 16; step; step /= 2) {
        if (v >> (32 - step))
            continue;
        v <<= step;
        n += step;
    }
    return n;
}

static uint64_t count_ones(uint32_t v)
{
    v -= v >> 1 & 0x55555555;
    v = (v & 0x33333333) + (v >> 2 & 0x33333333);
    v = (v + (v >> 4)) & 0x0f0f0f0f;
    return v * UINT32_C(0x01010101) >> 24;
}

/* The ones below the lowest one, all 32 if there is none, are counted. */
static uint64_t count_trailing_zeros(uint32_t v)
{
    return count_ones(~v & (v - 1));
}

static uint64_t rotate_right(uint32_t v, unsigned n)
{
    return arith_word(v >> (n & 31) | v << (-n & 31));
}

static uint64_t reverse_bytes(uint32_t v)
{
    v = (v >> 8 & 0x00ff00ff) | (v & 0x00ff00ff) << 8;
    return arith_word(v >> 16 | v << 16);
}

/* Each byte that is not 0 becomes all ones. */
static uint64_t or_combine(uint32_t v)
{
    uint32_t low = 0x7f7f7f7f, has_bit;

    has_bit = (((v & low) + low) | v) & ~low;
    return arith_word((has_bit >> 7) * 0xff);
}

static uint64_t bit_mask(uint64_t n)
{
    return UINT64_C(1) << (n & 31);
}

uint64_t bitmanip(const struct insn *d, uint64_t a, uint64_t b)
{
    unsigned shamt = (unsigned)d->imm;

    switch ((enum op)d->op) {
    case OP_SH1ADDW:
        return arith_word((a << 1) + b);
    case OP_SH2ADDW:
        return arith_word((a << 2) + b);
    case OP_SH3ADDW:
        return arith_word((a << 3) + b);
    case OP_ANDN:
        return a & ~b;
    case OP_ORN:
        return a | ~b;
    case OP_XNOR:
        return ~(a ^ b);
    case OP_MIN:
        return (int64_t)a < (int64_t)b ? a : b;
    case OP_MINU:
        return a < b ? a : b;
    case OP_MAX:
        return (int64_t)a > (int64_t)b ? a : b;
    case OP_MAXU:
        return a > b ? a : b;
    case OP_CLZW:
        return count_leading_zeros((uint32_t)a);
    case OP_CTZW:
        return count_trailing_zeros((uint32_t)a);
    case OP_CPOPW:
        return count_ones((uint32_t)a);
    case OP_SEXT_B:
        return (uint64_t)sign_extend(a, 8);
    case OP_SEXT_H:
        return (uint64_t)sign_extend(a, 16);
    case OP_ZEXT_H:
        return a & 0xffff;
    case OP_ROLW:
        return rotate_right((uint32_t)a, -(unsigned)b);
    case OP_RORW:
        return rotate_right((uint32_t)a, (unsigned)b);
    case OP_RORIW:
        return rotate_right((uint32_t)a, shamt);
    case OP_REV8W:
        return reverse_bytes((uint32_t)a);
    case OP_ORC_BW:
        return or_combine((uint32_t)a);
    case OP_BSETW:
        return arith_word(a | bit_mask(b));
    case OP_BSETIW:
        return arith_word(a | bit_mask(shamt));
    case OP_BCLRW:
        return arith_word(a & ~bit_mask(b));
    case OP_BCLRIW:
        return arith_word(a & ~bit_mask(shamt));
    case OP_BINVW:
        return arith_word(a ^ bit_mask(b));
    case OP_BINVIW:
        return arith_word(a ^ bit_mask(shamt));
    case OP_BEXTW:
        return a >> (b & 31) & 1;
    case OP_BEXTIW:
        return a >> (shamt & 31) & 1;
    default:
        UNREACHABLE();
    }
}
