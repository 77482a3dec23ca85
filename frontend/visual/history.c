/*
 * Buckets of samples.
 */
#include "frontend/visual/history.h"

#include <string.h>

void history_init(struct history *h, uint64_t length)
{
    h->n = 0;
    h->length = length ? length : 1;
}

static void start(struct history_bucket *b, const struct view_counters *sample)
{
    b->first = b->last = *sample;
    memcpy(b->free_min, sample->free, sizeof b->free_min);
    memcpy(b->free_max, sample->free, sizeof b->free_max);
}

static void extend(struct history_bucket *b, const uint64_t low[VIEW_ZONES],
                   const uint64_t high[VIEW_ZONES],
                   const struct view_counters *last)
{
    b->last = *last;
    for (int i = 0; i < VIEW_ZONES; i++) {
        b->free_min[i] = low[i] < b->free_min[i] ? low[i] : b->free_min[i];
        b->free_max[i] = high[i] > b->free_max[i] ? high[i] : b->free_max[i];
    }
}

static void merge_pairs(struct history *h)
{
    unsigned to = 0;
    uint64_t slot = UINT64_MAX;

    h->length *= 2;
    for (unsigned i = 0; i < h->n; i++) {
        const struct history_bucket b = h->buckets[i];

        if (to && b.first.time / h->length == slot) {
            extend(&h->buckets[to - 1], b.free_min, b.free_max, &b.last);
            continue;
        }
        slot = b.first.time / h->length;
        h->buckets[to++] = b;
    }
    h->n = to;
}

void history_add(struct history *h, const struct view_counters *sample)
{
    if (h->n && h->buckets[h->n - 1].first.time / h->length ==
                    sample->time / h->length) {
        extend(&h->buckets[h->n - 1], sample->free, sample->free, sample);
        return;
    }
    while (h->n == HISTORY_BUCKETS)
        merge_pairs(h);
    start(&h->buckets[h->n++], sample);
}
