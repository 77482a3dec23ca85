/*
 * Recency of the entries of a set, as caches and TLBs keep it: a stamp each
 * from a clock that only grows, 0 for an invalid entry. Only the order within
 * a set means anything; ranks are its canonical form.
 */
#ifndef QUIRE_MMU_RECENCY_H
#define QUIRE_MMU_RECENCY_H

#include <stdbool.h>
#include <stdint.h>

/* The most ways that a set may have below. */
#define RECENCY_MAX_WAYS 1024

/* Replaces the stamps of n entries, in sets of `ways`, by ranks: 1 for the
 * oldest valid entry of a set, and so on. */
void recency_normalize(uint64_t *stamp, uint32_t n, uint32_t ways);
/* Whether they are such ranks: in each set 1, 2, .. and 0 for the rest. */
bool recency_is_normal(const uint64_t *stamp, uint32_t n, uint32_t ways);

#endif
