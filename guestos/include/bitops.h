/* Bits in words and in arrays of words. Those without __ are atomic. */
#ifndef QUIRE_GUESTOS_BITOPS_H
#define QUIRE_GUESTOS_BITOPS_H

#include "types.h"

#define BITS_PER_LONG (8 * (int)sizeof(long))
#define BIT(n) (1UL << (n))
#define BITS_TO_LONGS(n)                                                       \
    (((n) + (unsigned)BITS_PER_LONG - 1) / (unsigned)BITS_PER_LONG)
#define DECLARE_BITMAP(name, bits) unsigned long name[BITS_TO_LONGS(bits)]

static inline unsigned long bit_mask(unsigned long nr)
{
    return 1UL << (nr % (unsigned)BITS_PER_LONG);
}

static inline unsigned long bit_word(unsigned long nr)
{
    return nr / (unsigned)BITS_PER_LONG;
}

static inline bool test_bit(unsigned long nr, const volatile unsigned long *p)
{
    return p[bit_word(nr)] & bit_mask(nr);
}

static inline void set_bit(unsigned long nr, volatile unsigned long *p)
{
    __atomic_fetch_or(p + bit_word(nr), bit_mask(nr), __ATOMIC_RELAXED);
}

static inline void clear_bit(unsigned long nr, volatile unsigned long *p)
{
    __atomic_fetch_and(p + bit_word(nr), ~bit_mask(nr), __ATOMIC_RELAXED);
}

/* What was written before it is seen before the bit is clear. */
static inline void clear_bit_unlock(unsigned long nr, volatile unsigned long *p)
{
    __atomic_fetch_and(p + bit_word(nr), ~bit_mask(nr), __ATOMIC_RELEASE);
}

static inline bool test_and_set_bit(unsigned long nr, volatile unsigned long *p)
{
    return __atomic_fetch_or(p + bit_word(nr), bit_mask(nr), __ATOMIC_ACQ_REL) &
           bit_mask(nr);
}

static inline bool test_and_clear_bit(unsigned long nr,
                                      volatile unsigned long *p)
{
    return __atomic_fetch_and(p + bit_word(nr), ~bit_mask(nr),
                              __ATOMIC_ACQ_REL) &
           bit_mask(nr);
}

static inline void __set_bit(unsigned long nr, unsigned long *p)
{
    p[bit_word(nr)] |= bit_mask(nr);
}

static inline void __clear_bit(unsigned long nr, unsigned long *p)
{
    p[bit_word(nr)] &= ~bit_mask(nr);
}

/* Lowest set bit; `word` is not 0. */
static inline unsigned __ffs(unsigned long word)
{
    return (unsigned)__builtin_ctzl(word);
}

/* Highest set bit + 1; 0 for 0. */
static inline unsigned fls(unsigned long word)
{
    return word ? (unsigned)(BITS_PER_LONG - __builtin_clzl(word)) : 0;
}

/* Floor of the logarithm; `n` is not 0. */
static inline unsigned ilog2(unsigned long n)
{
    return fls(n) - 1;
}

static inline bool is_power_of_2(unsigned long n)
{
    return n && !(n & (n - 1));
}

static inline unsigned long roundup_pow_of_two(unsigned long n)
{
    return n <= 1 ? 1 : 1UL << fls(n - 1);
}

/* First bit >= start that is set (clear), or `size`. */
static inline unsigned long
find_next_bit(const unsigned long *p, unsigned long size, unsigned long start)
{
    while (start < size) {
        unsigned long word = p[bit_word(start)] & ~(bit_mask(start) - 1);

        if (word) {
            start = bit_word(start) * (unsigned)BITS_PER_LONG + __ffs(word);
            return start < size ? start : size;
        }
        start = (bit_word(start) + 1) * (unsigned)BITS_PER_LONG;
    }
    return size;
}

static inline unsigned long find_next_zero_bit(const unsigned long *p,
                                               unsigned long size,
                                               unsigned long start)
{
    while (start < size) {
        unsigned long word = ~p[bit_word(start)] & ~(bit_mask(start) - 1);

        if (word) {
            start = bit_word(start) * (unsigned)BITS_PER_LONG + __ffs(word);
            return start < size ? start : size;
        }
        start = (bit_word(start) + 1) * (unsigned)BITS_PER_LONG;
    }
    return size;
}

#endif
