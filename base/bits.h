/*
 * Bit fields, sign extension and little-endian memory.
 */
#ifndef QUIRE_BASE_BITS_H
#define QUIRE_BASE_BITS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Bits hi..lo of v, right-aligned; 63 >= hi >= lo. */
static inline uint64_t bits(uint64_t v, unsigned hi, unsigned lo)
{
    return v >> lo & (~UINT64_C(0) >> (63 - (hi - lo)));
}

static inline bool bit(uint64_t v, unsigned n)
{
    return v >> n & 1;
}

/* v's low `width` bits (1..64) as a signed number. */
static inline int64_t sign_extend(uint64_t v, unsigned width)
{
    return (int64_t)(v << (64 - width)) >> (64 - width);
}

static inline bool is_power_of_two(uint64_t v)
{
    return v && !(v & (v - 1));
}

static inline bool is_aligned(uint64_t v, uint64_t alignment)
{
    return !(v & (alignment - 1));
}

/* Little-endian memory of 1, 2, 4 or 8 bytes, of any alignment. Quire runs on
 * little-endian hosts only; configure says so. */
static inline uint64_t load_le(const void *p, unsigned size)
{
    uint64_t v = 0;

    memcpy(&v, p, size);
    return v;
}

static inline void store_le(void *p, unsigned size, uint64_t v)
{
    memcpy(p, &v, size);
}

#endif
