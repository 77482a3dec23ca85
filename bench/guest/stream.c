/*
 * Memory stream: copies 2 MiB and sums the copy, word after word; the next
 * round copies it back. One word changes in each round, and the sum with it.
 */
#include "bench/guest/bench.h"

#ifndef ROUNDS
#define ROUNDS 250
#endif

#define WORDS (2u << 20 >> 2)

static uint32_t fill(uint32_t *to)
{
    uint32_t sum = 0;

    for (uint32_t i = 0; i < WORDS; i++) {
        to[i] = i * 2654435761u;
        sum += to[i];
    }
    return sum;
}

/* As memcpy does it: eight words in flight. */
static __attribute__((noinline)) void copy(uint32_t *to, const uint32_t *from)
{
    for (uint32_t i = 0; i < WORDS; i += 8) {
        uint32_t v0 = from[i], v1 = from[i + 1], v2 = from[i + 2];
        uint32_t v3 = from[i + 3], v4 = from[i + 4], v5 = from[i + 5];
        uint32_t v6 = from[i + 6], v7 = from[i + 7];

        to[i] = v0;
        to[i + 1] = v1;
        to[i + 2] = v2;
        to[i + 3] = v3;
        to[i + 4] = v4;
        to[i + 5] = v5;
        to[i + 6] = v6;
        to[i + 7] = v7;
    }
}

static __attribute__((noinline)) uint32_t sum_of(const uint32_t *from)
{
    uint32_t sum = 0;

    for (uint32_t i = 0; i < WORDS; i += 4)
        sum += from[i] + from[i + 1] + from[i + 2] + from[i + 3];
    return sum;
}

int bench_body(void)
{
    uint32_t *from = (uint32_t *)HEAP_PA, *to = from + WORDS;
    uint32_t expected = fill(from);

    for (uint32_t round = 0; round < ROUNDS; round++) {
        uint32_t *copied = to;

        from[round * 509u % WORDS] += round;
        expected += round;
        copy(to, from);
        if (sum_of(to) != expected)
            return 1;
        to = from;
        from = copied;
    }
    return 0;
}
