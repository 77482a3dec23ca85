/*
 * Which way of a set goes next: the four policies of docs/machine.md, told as
 * lists of ways in order of age. Part of the reference model, which shares no
 * code with the emulator.
 */
#ifndef QUIRE_TESTS_REFERENCE_REPLACEMENT_H
#define QUIRE_TESTS_REFERENCE_REPLACEMENT_H

#include <stdbool.h>
#include <stdint.h>

enum policy {
    POLICY_LRU,
    POLICY_PLRU,
    POLICY_FIFO,
    POLICY_RANDOM,
};

/* The valid ways of one set. */
struct set {
    /* Oldest first: by last touch under lru, by fill otherwise. */
    uint16_t *aged;
    unsigned valid_count;
    /* plru: bit k of the tree's node k, from 1; 1 points to the upper half. */
    uint8_t *tree;
};

/* The sets of one structure. None: it is not modelled. */
struct sets {
    unsigned count;
    unsigned ways;
    enum policy policy;
    uint32_t random;
    uint32_t random_at_first;
    struct set *set;
    bool *is_valid; /* [set * ways + way] */
};

/* What a structure's generator starts with: -seed, and its number K. */
uint32_t sets_seed(uint64_t seed, unsigned k);

/* Makes them, empty. */
void sets_make(struct sets *s, unsigned count, unsigned ways,
               enum policy policy, uint32_t random);
void sets_free(struct sets *s);

/* Empties them, policies as at first. */
void sets_reset(struct sets *s);

/* The way that a fill takes; its old content, if valid, is the victim. */
unsigned sets_choose(struct sets *s, unsigned set);

/* A fill of a way, a hit on it, and its end. */
void sets_fill(struct sets *s, unsigned set, unsigned way);
void sets_touch(struct sets *s, unsigned set, unsigned way);
void sets_drop(struct sets *s, unsigned set, unsigned way);

static inline bool sets_valid(const struct sets *s, unsigned set, unsigned way)
{
    return s->is_valid[set * s->ways + way];
}

/* A valid way's place by age, 0 the oldest. */
unsigned sets_rank(const struct sets *s, unsigned set, unsigned way);

#endif
