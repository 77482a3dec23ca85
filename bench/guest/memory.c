/*
 * Memory walk: S-mode under Sv32 copies and sums 4 MiB of 4 KiB pages, by
 * words in order and by lines in a scattered order.
 */
#include "bench/guest/bench.h"

#ifndef ROUNDS
#define ROUNDS 100
#endif

#define HALF (HEAP_PAGES * PAGE_SIZE / 2 / 4)

static int walk(void)
{
    volatile uint32_t *from = (uint32_t *)HEAP_VA, *to = from + HALF;
    uint32_t sum = 0, expected = 0;

    for (uint32_t i = 0; i < HALF; i++)
        from[i] = i * 2654435761u;
    for (unsigned round = 0; round < ROUNDS; round++) {
        sum = 0;
        expected = 0;
        for (uint32_t i = 0; i < HALF; i += 4) {
            uint32_t v0 = from[i], v1 = from[i + 1];
            uint32_t v2 = from[i + 2], v3 = from[i + 3];

            to[i] = v0;
            to[i + 1] = v1;
            to[i + 2] = v2;
            to[i + 3] = v3;
            sum += v0 + v1 + v2 + v3;
        }
        for (uint32_t i = 0, at = 0; i < HALF / 16; i++) {
            at = (at + 40503u) & (HALF / 16 - 1);
            for (unsigned k = 0; k < 16; k++)
                expected += to[at * 16 + k];
        }
        if (sum != expected)
            return 1;
    }
    return 0;
}

static void unexpected(void)
{
    for (;;)
        ;
}

int bench_main(void)
{
    enter_supervisor(walk, unexpected);
    return 2;
}
