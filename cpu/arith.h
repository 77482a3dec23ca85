/*
 * Integer operations whose corners C leaves undefined or the manual defines
 * its own way (unpriv, M and A extensions). Words are kept sign-extended.
 */
#ifndef QUIRE_CPU_ARITH_H
#define QUIRE_CPU_ARITH_H

#include <stdint.h>

static inline uint64_t arith_word(uint64_t v)
{
    return (uint64_t)(int64_t)(int32_t)(uint32_t)v;
}

/* v >> n, n < 64, with copies of the sign. */
static inline uint64_t arith_shift_right(uint64_t v, unsigned n)
{
    return (uint64_t)((int64_t)v >> n);
}

static inline uint64_t arith_mulhu(uint64_t a, uint64_t b)
{
    uint64_t a_lo = (uint32_t)a, a_hi = a >> 32;
    uint64_t b_lo = (uint32_t)b, b_hi = b >> 32;
    uint64_t mid = a_hi * b_lo + (a_lo * b_lo >> 32);
    uint64_t mid2 = a_lo * b_hi + (uint32_t)mid;

    return a_hi * b_hi + (mid >> 32) + (mid2 >> 32);
}

static inline uint64_t arith_mulhsu(uint64_t a, uint64_t b)
{
    return arith_mulhu(a, b) - ((int64_t)a < 0 ? b : 0);
}

static inline uint64_t arith_mulh(uint64_t a, uint64_t b)
{
    return arith_mulhsu(a, b) - ((int64_t)b < 0 ? a : 0);
}

/* Division by zero: all ones, and the dividend; the one overflow: the
 * dividend, and 0. */
static inline uint64_t arith_div(uint64_t a, uint64_t b)
{
    if (!b)
        return UINT64_MAX;
    if (b == UINT64_MAX)
        return -a;
    return (uint64_t)((int64_t)a / (int64_t)b);
}

static inline uint64_t arith_divu(uint64_t a, uint64_t b)
{
    return b ? a / b : UINT64_MAX;
}

static inline uint64_t arith_rem(uint64_t a, uint64_t b)
{
    if (!b)
        return a;
    if (b == UINT64_MAX)
        return 0;
    return (uint64_t)((int64_t)a % (int64_t)b);
}

static inline uint64_t arith_remu(uint64_t a, uint64_t b)
{
    return b ? a % b : a;
}

/* The 32-bit forms; operands are sign-extended words. */
static inline uint64_t arith_divw(uint64_t a, uint64_t b)
{
    if (!(uint32_t)b)
        return UINT64_MAX;
    if ((uint32_t)b == UINT32_MAX)
        return arith_word(-a);
    return (uint64_t)(int64_t)((int32_t)a / (int32_t)b);
}

static inline uint64_t arith_divuw(uint64_t a, uint64_t b)
{
    return (uint32_t)b ? arith_word((uint32_t)a / (uint32_t)b) : UINT64_MAX;
}

static inline uint64_t arith_remw(uint64_t a, uint64_t b)
{
    if (!(uint32_t)b)
        return arith_word(a);
    if ((uint32_t)b == UINT32_MAX)
        return 0;
    return (uint64_t)(int64_t)((int32_t)a % (int32_t)b);
}

static inline uint64_t arith_remuw(uint64_t a, uint64_t b)
{
    return arith_word((uint32_t)b ? (uint32_t)a % (uint32_t)b : a);
}

#endif
