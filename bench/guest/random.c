/*
 * Random memory: loads words of 16 MiB in the order of a linear congruential
 * generator of full period, so that each round loads every word once and must
 * find the sum of all.
 */
#include "bench/guest/bench.h"

#ifndef ROUNDS
#define ROUNDS 4
#endif

#define WORDS (16u << 20 >> 2)

static uint32_t fill(uint32_t *to)
{
    uint32_t sum = 0;

    for (uint32_t i = 0; i < WORDS; i++) {
        to[i] = i * 2654435761u;
        sum += to[i];
    }
    return sum;
}

static __attribute__((noinline)) uint32_t gather(const uint32_t *from)
{
    uint32_t sum = 0, at = 0;

    for (uint32_t i = 0; i < WORDS; i++) {
        at = at * 1664525u + 1013904223u;
        sum += from[at % WORDS];
    }
    return sum;
}

int bench_body(void)
{
    uint32_t *words = (uint32_t *)HEAP_PA;
    uint32_t expected = fill(words);

    for (unsigned round = 0; round < ROUNDS; round++)
        if (gather(words) != expected)
            return 1;
    return 0;
}
