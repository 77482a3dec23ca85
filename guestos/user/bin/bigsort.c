/*
 * bigsort [-m MIB] [-s SEED]: sorts MIB mebibytes of records in place and
 * prints a checksum of the sorted memory. With more records than the machine
 * has memory, it is the pager that does most of the work.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "options.h"
#include "workload.h"

static bool before(const struct record *a, const struct record *b)
{
    return a->key != b->key ? a->key < b->key : a->number < b->number;
}

static void swap(struct record *a, struct record *b)
{
    struct record t = *a;

    *a = *b;
    *b = t;
}

/* Few records: insertion. */
static void sort_few(struct record *r, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct record moving = r[i];
        size_t at = i;

        for (; at > 0 && before(&moving, &r[at - 1]); at--)
            r[at] = r[at - 1];
        r[at] = moving;
    }
}

/* Puts the median of three records where partition expects its pivot. */
static void choose_pivot(struct record *r, size_t n)
{
    struct record *middle = &r[n / 2], *last = &r[n - 1];

    if (before(middle, r))
        swap(middle, r);
    if (before(last, r))
        swap(last, r);
    if (before(last, middle))
        swap(last, middle);
}

/* Hoare's partition; returns how many records are on the left side. */
static size_t partition(struct record *r, size_t n)
{
    struct record pivot = {r[n / 2].key, r[n / 2].number, {0}};
    size_t left = 0, right = n - 1;

    for (;;) {
        while (before(&r[left], &pivot))
            left++;
        while (before(&pivot, &r[right]))
            right--;
        if (left >= right)
            return right + 1;
        swap(&r[left++], &r[right--]);
    }
}

/* Recurses into the smaller side, so the stack stays small. */
static void sort(struct record *r, size_t n)
{
    while (n > 12) {
        size_t left;

        choose_pivot(r, n);
        left = partition(r, n);
        if (left < n - left) {
            sort(r, left);
            r += left;
            n -= left;
        } else {
            sort(r + left, n - left);
            n = left;
        }
    }
    sort_few(r, n);
}

static uint32_t sum(const struct record *r, size_t n)
{
    const uint32_t *word = (const uint32_t *)r;
    uint32_t total = WORKLOAD_SUM_START;

    for (size_t i = 0; i < n * RECORD_WORDS; i++)
        total = workload_sum(total, word[i]);
    return total;
}

int main(int argc, char **argv)
{
    unsigned long mib = option_number(argc, argv, 'm', 48);
    unsigned long seed = option_number(argc, argv, 's', 1);
    size_t n = mib * (1024 * 1024 / sizeof(struct record));
    uint32_t state = (uint32_t)seed * 2 + 1;
    struct record *r;

    if (!mib || mib > 1024) {
        fprintf(stderr, "bigsort: -m wants 1 to 1024 (MiB)\n");
        return 2;
    }
    r = mmap(NULL, n * sizeof *r, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (r == MAP_FAILED) {
        perror("bigsort: mmap");
        return 1;
    }
    for (size_t i = 0; i < n; i++)
        workload_record(&r[i], (uint32_t)i, &state);
    sort(r, n);
    for (size_t i = 1; i < n; i++)
        if (!before(&r[i - 1], &r[i])) {
            printf("bigsort: record %u is out of order\n", (unsigned)i);
            return 1;
        }
    printf("bigsort: %lu MiB, seed %lu, %u records in order, sum %08lx\n", mib,
           seed, (unsigned)n, (unsigned long)sum(r, n));
    return 0;
}
