/*
 * A small deterministic generator (xorshift64*; Vigna, "An experimental
 * exploration of Marsaglia's xorshift generators", 2016) for replacement
 * policies and tests. Not for secrets.
 */
#ifndef QUIRE_BASE_RANDOM_H
#define QUIRE_BASE_RANDOM_H

#include <stdint.h>

struct random {
    uint64_t state; /* never 0 */
};

static inline void random_seed(struct random *r, uint64_t seed)
{
    r->state = seed ? seed : UINT64_C(0x9e3779b97f4a7c15);
}

static inline uint64_t random_next(struct random *r)
{
    r->state ^= r->state >> 12;
    r->state ^= r->state << 25;
    r->state ^= r->state >> 27;
    return r->state * UINT64_C(0x2545f4914f6cdd1d);
}

/* Uniform in 0 .. bound - 1, 1 <= bound < 2^32 (bias below bound / 2^32). */
static inline uint64_t random_below(struct random *r, uint64_t bound)
{
    return (random_next(r) >> 32) * bound >> 32;
}

#endif
