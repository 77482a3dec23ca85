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

/* The first of the n entries with the least stamp: the one to replace. */
static inline uint32_t recency_oldest(const uint64_t *stamp, uint32_t n)
{
    uint64_t least[4] = {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX};
    uint32_t i = 0;

    for (; i + 4 <= n; i += 4) { /* four chains, for speed */
        for (unsigned j = 0; j < 4; j++)
            least[j] = stamp[i + j] < least[j] ? stamp[i + j] : least[j];
    }
    for (; i < n; i++)
        least[0] = stamp[i] < least[0] ? stamp[i] : least[0];
    least[0] = least[1] < least[0] ? least[1] : least[0];
    least[2] = least[3] < least[2] ? least[3] : least[2];
    least[0] = least[2] < least[0] ? least[2] : least[0];
    for (i = 0; stamp[i] != least[0];)
        i++;
    return i;
}

/* Replaces the stamps of n entries, in sets of `ways`, by ranks: 1 for the
 * oldest valid entry of a set, and so on. */
void recency_normalize(uint64_t *stamp, uint32_t n, uint32_t ways);
/* Whether they are such ranks: in each set 1, 2, .. and 0 for the rest. */
bool recency_is_normal(const uint64_t *stamp, uint32_t n, uint32_t ways);

#endif
