/*
 * The counters over machine time, in buckets of equal length that keep
 * minimum and maximum, so that no peak is lost. When all buckets are used,
 * neighbours are merged and the bucket length doubles: memory is bounded and
 * the whole run stays in view.
 */
#ifndef QUIRE_FRONTEND_VISUAL_HISTORY_H
#define QUIRE_FRONTEND_VISUAL_HISTORY_H

#include <stdint.h>

#include "machine/view.h"

#define HISTORY_BUCKETS 2048

struct history_bucket {
    struct view_counters first, last; /* samples at its ends */
    uint64_t free_min[VIEW_ZONES], free_max[VIEW_ZONES];
};

struct history {
    struct history_bucket buckets[HISTORY_BUCKETS];
    unsigned n;
    uint64_t length; /* of a bucket, in cycles of machine time */
};

void history_init(struct history *h, uint64_t length);
/* Samples come in the order of their time. */
void history_add(struct history *h, const struct view_counters *sample);

#endif
