/*
 * What the demonstration programs must print, computed on the host from the
 * same seed by other means: a sorted index instead of sorted memory, and no
 * processes at all.
 *
 *     demo_expect bigsort MIB SEED
 *     demo_expect cow MIB CHILDREN SEED
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guestos/user/include/workload.h"

#define PAGE_WORDS 1024

static int by_key(const void *a, const void *b)
{
    const struct record *x = *(struct record *const *)a;
    const struct record *y = *(struct record *const *)b;

    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return x->number < y->number ? -1 : 1;
}

static uint32_t sum_words(uint32_t sum, const uint32_t *word, size_t n)
{
    for (size_t i = 0; i < n; i++)
        sum = workload_sum(sum, word[i]);
    return sum;
}

static void expect_bigsort(unsigned long mib, unsigned long seed)
{
    size_t n = mib * (1024 * 1024 / sizeof(struct record));
    struct record *r = calloc(n, sizeof *r), **sorted = calloc(n, sizeof *sorted);
    uint32_t state = (uint32_t)seed * 2 + 1, sum = WORKLOAD_SUM_START;

    if (!r || !sorted)
        exit(1);
    for (size_t i = 0; i < n; i++) {
        workload_record(&r[i], (uint32_t)i, &state);
        sorted[i] = &r[i];
    }
    qsort(sorted, n, sizeof *sorted, by_key);
    for (size_t i = 0; i < n; i++)
        sum = sum_words(sum, (const uint32_t *)sorted[i], RECORD_WORDS);
    printf("bigsort: %lu MiB, seed %lu, %zu records in order, sum %08x\n", mib,
           seed, n, sum);
    free(sorted);
    free(r);
}

/* What one who sees the shared memory with `child`'s changes sums up; a
 * number past the last child sees none. */
static uint32_t view_sum(size_t n, uint32_t seed, uint32_t child,
                         uint32_t children)
{
    uint32_t sum = WORKLOAD_SUM_START;

    for (size_t i = 0; i < n; i++) {
        uint32_t word = workload_shared(seed, (uint32_t)i);
        size_t page = i / PAGE_WORDS, at = i % PAGE_WORDS;

        if (child < children && page % children == child &&
            at % 64 == child)
            word = workload_change(word, child);
        sum = workload_sum(sum, word);
    }
    return sum;
}

static void expect_cow(unsigned long mib, unsigned long children,
                       unsigned long seed)
{
    size_t n = mib * 1024 * 1024 / sizeof(uint32_t);

    for (uint32_t c = 0; c < children; c++)
        printf("cow: child %u sum %08x\n", c,
               view_sum(n, (uint32_t)seed, c, (uint32_t)children));
    printf("cow: %lu MiB, seed %lu, %lu children, parent sum %08x\n", mib,
           seed, children,
           view_sum(n, (uint32_t)seed, (uint32_t)children,
                    (uint32_t)children));
}

int main(int argc, char **argv)
{
    unsigned long number[3] = {0, 0, 0};

    for (int i = 2; i < argc && i < 5; i++)
        number[i - 2] = strtoul(argv[i], NULL, 10);
    if (argc == 4 && !strcmp(argv[1], "bigsort"))
        expect_bigsort(number[0], number[1]);
    else if (argc == 5 && !strcmp(argv[1], "cow"))
        expect_cow(number[0], number[1], number[2]);
    else
        return 2;
    return 0;
}
