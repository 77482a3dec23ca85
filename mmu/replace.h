/*
 * Which entry of a set a miss replaces, for caches and TLBs alike: an invalid
 * one first, the lowest, else one by the policy (docs/machine.md).
 *
 * Each policy is kept in stamps of a clock that only grows. `stamp` is 0 for
 * an invalid entry, else when it was filled, with lru also when it was last
 * touched. A touch writes `touched`: with lru that is `stamp`; with plru an
 * array of its own, which invalidation leaves alone, as the bits of the tree
 * are functions of when each way was last touched (a node points away from
 * the half that holds the latest touch); with fifo and random, which ignore
 * touches, a place that nobody reads. So whoever knows an entry to be present
 * can note a hit with one store.
 */
#ifndef QUIRE_MMU_REPLACE_H
#define QUIRE_MMU_REPLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/archive.h"
#include "base/compiler.h"
#include "mmu/geometry.h"

/* The most ways that a set may have. Clocks start here, beyond any rank. */
#define REPLACE_MAX_WAYS 1024

/* The structures of one machine have random sequences of their own. */
enum replace_kind {
    REPLACE_L1I = 0,
    REPLACE_L1D = 1,
    REPLACE_L2 = 2,
    REPLACE_ITLB = 3,
    REPLACE_DTLB = 4,
    REPLACE_L2TLB = 5,
};

/* The start of a sequence, from -seed; the L2's hart is 0. Never 0. */
uint32_t replace_seed(uint64_t seed, unsigned hart, enum replace_kind kind);

struct replace {
    enum replacement policy;
    uint32_t n, ways;
    uint64_t *stamp, *touched; /* one more than n: a sink */
    uint32_t random, first_random;
    /* With lru or fifo, where one set is all: a queue of its entries, a ring
     * that begins with `oldest`. Stamps grow behind its back: it is in the
     * order of what they were when each entry was placed. NULL: none. */
    struct replace_place *place;
    uint32_t oldest;
    /* Of its entries: how many are invalid, and a number that the lowest of
     * them does not fall below. */
    uint32_t n_invalid, lowest;
};

struct replace_place {
    uint64_t stamp;
    uint32_t earlier, later;
};

/* n entries in sets of `ways`. */
void replace_init(struct replace *r, enum replacement policy, uint32_t n,
                  uint32_t ways, uint32_t first_random);
void replace_free(struct replace *r);
/* Every entry invalid, the policy as at first. */
void replace_clear(struct replace *r);

/* Which of n entries has the least stamp, the first of them: the least of
 * stamp * replace_unit(n) + number, without a jump, as nobody could foretell
 * it. A clock stays below 2^54. */
static ALWAYS_INLINE uint64_t replace_unit(uint32_t n)
{
    return n <= 8 ? 8 : REPLACE_MAX_WAYS;
}

static ALWAYS_INLINE uint32_t replace_oldest(const uint64_t *stamp, uint32_t n)
{
    uint64_t least = UINT64_MAX;

    UNROLL(8)
    for (uint32_t i = 0; i < n; i++) {
        uint64_t key = stamp[i] * replace_unit(n) + i;

        least = key < least ? key : least;
    }
    return (uint32_t)(least % replace_unit(n));
}

/* replace_victim where that is not done in line. */
uint32_t replace_other_victim(struct replace *r, uint32_t first);

/* The entry to take in the set that begins at `first`; random moves on. */
static ALWAYS_INLINE uint32_t replace_victim(struct replace *r, uint32_t first)
{
    /* The commonest has code of its own. */
    if (LIKELY(r->policy == REPLACE_LRU && r->ways == 8))
        return first + replace_oldest(r->stamp + first, 8);
    return replace_other_victim(r, first);
}

/* A hit of this entry, at a time that is later than all before. */
static inline void replace_touch(struct replace *r, uint32_t i, uint64_t now)
{
    r->touched[i] = now;
}

static inline void replace_fill(struct replace *r, uint32_t i, uint64_t now)
{
    if (r->place && !r->stamp[i])
        r->n_invalid--;
    r->stamp[i] = r->touched[i] = now;
}

static inline void replace_invalidate(struct replace *r, uint32_t i)
{
    if (r->place && r->stamp[i]) {
        r->n_invalid++;
        r->lowest = i < r->lowest ? i : r->lowest;
    }
    r->stamp[i] = 0;
}

/* How many of its set go before this valid entry, 0: it is the next victim
 * of a full set. lru and fifo: among the valid ones; plru: of all; random
 * tells the next victim (0) from the others (1). */
unsigned replace_rank(const struct replace *r, uint32_t i);

/* Stamps as ranks, so that equal states are equal streams. */
void replace_archive(struct replace *r, struct archive *a);
/* Whether what was restored can be: stamps are ranks, random is not stuck. */
bool replace_is_consistent(const struct replace *r);

#endif
