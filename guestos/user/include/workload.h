/*
 * What the demonstration programs compute, as far as guest and host must
 * agree on it: the input from a seed, and how a result is summed up. How the
 * result is reached is each side's own business.
 */
#ifndef OCTAVO_USER_WORKLOAD_H
#define OCTAVO_USER_WORKLOAD_H

#include <stdint.h>

#define RECORD_WORDS 1024

/* A record to sort: by key, then by number. 4 KiB. */
struct record {
    uint32_t key;
    uint32_t number;
    uint32_t data[RECORD_WORDS - 2];
};

/* Marsaglia's xorshift32; the state is never 0. */
static inline uint32_t workload_next(uint32_t *state)
{
    uint32_t x = *state;

    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return *state = x;
}

static inline void workload_record(struct record *r, uint32_t number,
                                   uint32_t *state)
{
    r->key = workload_next(state);
    r->number = number;
    for (unsigned i = 0; i < RECORD_WORDS - 2; i++)
        r->data[i] = r->key + number * (i + 1);
}

/* FNV-1a over 32-bit words: sensitive to order. */
#define WORKLOAD_SUM_START 2166136261u

static inline uint32_t workload_sum(uint32_t sum, uint32_t word)
{
    return (sum ^ word) * 16777619u;
}

/* The word at `index` of the memory that forked children share, and what
 * child number `child` of `children` makes of it: each writes its own words
 * of every page, in the pages whose number is `child` modulo `children`. */
static inline uint32_t workload_shared(uint32_t seed, uint32_t index)
{
    return (seed + index) * 2654435761u;
}

static inline uint32_t workload_change(uint32_t word, uint32_t child)
{
    return word ^ (0x5bd1e995u + child);
}

#endif
