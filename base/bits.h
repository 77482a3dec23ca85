/*
 * Bit fields, sign extension and little-endian memory.
 */
#ifndef QUIRE_BASE_BITS_H
#define QUIRE_BASE_BITS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/compiler.h"

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

/* Little-endian memory of up to 8 bytes, of any alignment. The sizes of whole
 * accesses are moves of their own: memcpy of a size that varies is a call.
 * Quire runs on little-endian hosts only; configure says so. */
static ALWAYS_INLINE uint64_t load_le(const void *p, unsigned size)
{
    uint64_t eight = 0;
    uint32_t four;
    uint16_t two;

    switch (size) {
    case 1:
        return *(const uint8_t *)p;
    case 2:
        memcpy(&two, p, 2);
        return two;
    case 4:
        memcpy(&four, p, 4);
        return four;
    case 8:
        memcpy(&eight, p, 8);
        return eight;
    }
    memcpy(&eight, p, size);
    return eight;
}

static ALWAYS_INLINE void store_le(void *p, unsigned size, uint64_t v)
{
    switch (size) {
    case 1:
        *(uint8_t *)p = (uint8_t)v;
        return;
    case 2:
        memcpy(p, &v, 2);
        return;
    case 4:
        memcpy(p, &v, 4);
        return;
    case 8:
        memcpy(p, &v, 8);
        return;
    }
    memcpy(p, &v, size);
}

/* Whether all of these bytes, one at least, are 0. */
static inline bool is_zeroed(const void *p, size_t size)
{
    const uint8_t *bytes = p;

    return !bytes[0] && !memcmp(bytes, bytes + 1, size - 1);
}

#endif
