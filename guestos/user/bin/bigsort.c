/*
 * bigsort [-m MIB] [-s SEED]: sorts MIB mebibytes of records of 4 KiB and
 * prints a checksum of the sorted memory. Tags are sorted first, then each
 * record is moved once. With more records than the machine has memory, it is
 * the pager that does most of the work.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "options.h"
#include "workload.h"

/* What is compared and moved first, instead of the record itself. */
struct tag {
    uint32_t key;
    uint32_t from; /* where the record stands; also its number */
};

static int by_key(const void *a, const void *b)
{
    const struct tag *x = a, *y = b;

    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return x->from < y->from ? -1 : 1;
}

static bool before(const struct record *a, const struct record *b)
{
    return a->key != b->key ? a->key < b->key : a->number < b->number;
}

/* Moves every record to the place that the sorted tags give it: along each
 * cycle of the permutation, so that each is copied once, plus one a cycle. */
static void arrange(struct record *r, struct tag *tag, size_t n)
{
    static struct record hand;

    for (size_t start = 0; start < n; start++) {
        size_t at = start;

        if (tag[at].from == start)
            continue;
        hand = r[start];
        while (tag[at].from != start) {
            size_t from = tag[at].from;

            r[at] = r[from];
            tag[at].from = (uint32_t)at;
            at = from;
        }
        r[at] = hand;
        tag[at].from = (uint32_t)at;
    }
}

static uint32_t sum(uint32_t total, const struct record *r)
{
    const uint32_t *word = (const uint32_t *)r;

    for (size_t i = 0; i < RECORD_WORDS; i++)
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
    struct tag *tag;
    static struct record last;
    uint32_t total;

    if (!mib || mib > 1024) {
        fprintf(stderr, "bigsort: -m wants 1 to 1024 (MiB)\n");
        return 2;
    }
    tag = malloc(n * sizeof *tag);
    r = mmap(NULL, n * sizeof *r, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (!tag || r == MAP_FAILED) {
        perror("bigsort");
        return 1;
    }
    for (size_t i = 0; i < n; i++) {
        workload_record(&r[i], (uint32_t)i, &state);
        tag[i] = (struct tag){r[i].key, (uint32_t)i};
    }
    qsort(tag, n, sizeof *tag, by_key);
    arrange(r, tag, n);
    total = WORKLOAD_SUM_START;
    for (size_t i = 0; i < n; i++) {
        if (i && !before(&last, &r[i])) {
            printf("bigsort: record %u is out of order\n", (unsigned)i);
            return 1;
        }
        last.key = r[i].key;
        last.number = r[i].number;
        total = sum(total, &r[i]);
    }
    printf("bigsort: %lu MiB, seed %lu, %u records in order, sum %08lx\n", mib,
           seed, (unsigned)n, (unsigned long)total);
    return 0;
}
