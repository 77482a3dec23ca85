/*
 * The reference model's TLBs: instruction and data TLB and a second level a
 * hart, by docs/machine.md, "TLBs". What an entry translates to is known as
 * far as the trace has shown it.
 */
#ifndef QUIRE_TESTS_REFERENCE_TLB_H
#define QUIRE_TESTS_REFERENCE_TLB_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/reference/geometry.h"

struct entry {
    uint32_t vpn; /* of a whole superpage, its first page's */
    uint16_t asid;
    bool is_global;
    uint8_t level;
    bool is_whole; /* a superpage, not a piece of one */
    bool is_pa_known;
    uint64_t leaf_pa; /* of the page, or of the whole superpage */
    bool is_a_known;  /* to be set; else it may be clear */
    bool is_d_known;
};

struct tlb {
    struct sets sets;    /* of none, if it is not modelled */
    struct entry *entry; /* [set * ways + way] */
    uint64_t accesses, hits, misses;
};

struct tlbs {
    struct tlb level[TLBS];
    uint64_t walks, walk_reads, walk_updates;
};

/* A hart's, by its number. */
void tlbs_make(struct tlbs *t, const struct geometry *g, unsigned hart);
void tlbs_free(struct tlbs *t);

/* Empties all; counters go on. */
void tlbs_reset(struct tlbs *t);

/* Whether there is a model at all. */
bool tlbs_modelled(const struct tlbs *t);

/* Asks the first level (ITLB or DTLB), then the second, which then fills the
 * first. The first level's entry, or NULL: there must be a walk. */
struct entry *tlbs_look_up(struct tlbs *t, unsigned first, uint32_t va,
                           unsigned asid);

/* Drops what matches in the first level and the second. */
void tlbs_forget(struct tlbs *t, unsigned first, uint32_t va, unsigned asid);

/* What a walk found, for both levels; `found` has the vpn of the access. */
void tlbs_fill(struct tlbs *t, unsigned first, const struct entry *found);

/* sfence.vma; NULL stands for every address, or every ASID. */
void tlbs_fence(struct tlbs *t, const uint32_t *va, const unsigned *asid);

/* The physical address of va, which the entry translates. */
uint64_t entry_pa(const struct entry *e, uint32_t va);

/* An entry learns where va goes. */
void entry_learn_pa(struct entry *e, uint32_t va, uint64_t pa);

#endif
