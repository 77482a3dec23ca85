/*
 * A made-up machine in the middle of heavy swapping, for tests of the
 * renderer: the same seed gives the same snapshot.
 */
#ifndef QUIRE_TESTS_VIEW_SAMPLE_H
#define QUIRE_TESTS_VIEW_SAMPLE_H

#include "frontend/visual/history.h"
#include "machine/view.h"

/* Fills a snapshot that view_init made (any number of frames >= 1024). */
void view_sample(struct view_snapshot *v, uint64_t seed);
/* Counters that could have led there. */
void view_sample_history(struct history *h, const struct view_snapshot *v,
                         uint64_t seed);
/* Random bytes wherever a hostile guest could bring them, indexes kept in
 * range as adapters must. */
void view_sample_hostile(struct view_snapshot *v, uint64_t seed);

#endif
