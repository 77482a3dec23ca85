/*
 * TLB churn: S-mode reads words all over 256 pages while page-table entries
 * change places, with a fence by address for each, and fences everything once
 * a round.
 */
#include "bench/guest/bench.h"

#ifndef ROUNDS
#define ROUNDS 6000
#endif

#define PAGES 256u
#define SWAPS 8u
#define READ_AFTER_SWAP 48u
#define WORDS_PER_PAGE 1u

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

/* Where a page keeps the number of its frame: in a line that depends on the
 * frame, so that all of these fit into a cache, and only the translations do
 * not fit. */
static volatile uint32_t *word_of(unsigned page, unsigned word)
{
    return (volatile uint32_t *)(HEAP_VA + page * PAGE_SIZE) +
           (frame_of(page) % 64 * 16 + word);
}

/* The number of pages among `n` from `first` on that read as another's. */
static unsigned read_pages(unsigned first, unsigned n)
{
    unsigned wrong = 0;

    for (unsigned i = 0; i < n; i++) {
        unsigned page = (first + i) % PAGES;
        uint32_t frame = frame_of(page);

        for (unsigned word = 0; word < WORDS_PER_PAGE; word++)
            wrong += *word_of(page, word) != frame + word;
    }
    return wrong;
}

static int churn(void)
{
    uint32_t seed = 1;
    unsigned wrong = 0;

    for (unsigned page = 0; page < PAGES; page++)
        for (unsigned word = 0; word < WORDS_PER_PAGE; word++)
            *word_of(page, word) = frame_of(page) + word;
    for (unsigned round = 0; round < ROUNDS; round++) {
        for (unsigned n = 0; n < SWAPS; n++) {
            unsigned i, j;

            seed = seed * 1664525u + 1013904223u;
            i = seed >> 8 & (PAGES - 1);
            j = seed >> 20 & (PAGES - 1);
            swap_pages(i, j);
            wrong += read_pages(i, READ_AFTER_SWAP);
            wrong += read_pages(j, 1);
        }
        sfence_all();
        wrong += read_pages(0, PAGES);
    }
    return wrong != 0;
}

int bench_main(void)
{
    enter_supervisor(churn, bench_unexpected);
    return 2;
}
