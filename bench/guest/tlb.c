/*
 * TLB churn: S-mode touches many pages, changes their page-table entries and
 * fences, by address and all at once.
 */
#include "bench/guest/bench.h"

#ifndef ROUNDS
#define ROUNDS 5000
#endif

#define PAGES 256u

static uint32_t frame_of(unsigned page)
{
    return heap_table[page] >> 10;
}

static void swap_pages(unsigned i, unsigned j)
{
    uint32_t t = heap_table[i];

    heap_table[i] = heap_table[j];
    heap_table[j] = t;
    sfence_page(HEAP_VA + i * PAGE_SIZE);
    sfence_page(HEAP_VA + j * PAGE_SIZE);
}

static int churn(void)
{
    uint32_t seed = 1;

    for (unsigned i = 0; i < PAGES; i++)
        *(volatile uint32_t *)(HEAP_VA + i * PAGE_SIZE) = frame_of(i);
    for (unsigned round = 0; round < ROUNDS; round++) {
        for (unsigned n = 0; n < 64; n++) {
            seed = seed * 1664525u + 1013904223u;
            swap_pages(seed >> 8 & (PAGES - 1), seed >> 20 & (PAGES - 1));
        }
        for (unsigned i = 0; i < PAGES; i++)
            if (*(volatile uint32_t *)(HEAP_VA + i * PAGE_SIZE) != frame_of(i))
                return 1;
        sfence_all();
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
    enter_supervisor(churn, unexpected);
    return 2;
}
