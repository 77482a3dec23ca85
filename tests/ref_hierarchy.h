/*
 * A second, slow formulation of the memory hierarchy: what counts, written
 * down a second time, from docs/machine.md, with lists, ages and the bits of
 * trees in place of stamps, tags and filters. It has memory of its own.
 */
#ifndef QUIRE_TESTS_REF_HIERARCHY_H
#define QUIRE_TESTS_REF_HIERARCHY_H

#include <stdbool.h>
#include <stdint.h>

#define REF_HARTS 2

/* How a structure chooses its victims. */
struct ref_choice {
    char policy; /* of lru, plru, fifo, random */
    unsigned ways;
    bool *bits; /* plru: of each set `ways`, node n's children 2n and 2n + 1 */
    uint32_t x; /* random: the generator */
};

struct ref_line {
    bool is_valid, is_dirty;
    uint64_t number;
    unsigned age; /* 0: the one touched (fifo: filled) last in its set */
};

struct ref_cache {
    unsigned sets, ways, line_bytes; /* sets == 0: none */
    bool is_through, is_no_allocate;
    struct ref_choice choice;
    struct ref_line *lines; /* set by set */
    uint64_t accesses, misses, writebacks, writethroughs;
};

struct ref_entry {
    bool is_valid, is_global, is_whole;
    uint64_t vpn, asid, frame; /* of the page; of the superpage if whole */
    unsigned flags, level, age;
};

struct ref_tlb {
    unsigned sets, ways;
    struct ref_choice choice;
    struct ref_entry *entries;
    uint64_t accesses, misses;
};

struct ref_hart {
    struct ref_tlb itlb, dtlb, l2tlb;
    struct ref_cache l1i, l1d;
    /* The context of data and, with fetch_user instead, of fetches. */
    bool is_translated, is_user, sum, mxr;
    uint64_t root_pa, asid;
    uint64_t stalls; /* cycles of -timing on, beyond one an instruction */
    bool is_reserved;
    uint64_t reserved_pa;
    unsigned reserved_size;
};

struct ref {
    uint8_t *ram;
    uint64_t base_pa, size;
    bool is_svade, has_tlbs, has_caches;
    struct ref_hart hart[REF_HARTS];
    unsigned n_harts;
    struct ref_cache l2;
    uint64_t attempt_va; /* the access that is being translated */
    unsigned attempt_size;
};

struct ref_result {
    bool is_good;
    unsigned cause; /* else: why, and where */
    uint64_t tval;
    unsigned n; /* parts, one a page */
    uint64_t pa[2];
    unsigned len[2];
};

/* An access of the machine: 'i', 'r' or 'w'; an AMO is a 'w' with is_amo. */
struct ref_result ref_access(struct ref *r, unsigned hart, char kind,
                             uint64_t va, unsigned size, bool is_amo);
/* What va means for a store, as an SC finds out; false: it would fault. */
bool ref_peek_store(struct ref *r, unsigned hart, uint64_t va, uint64_t *pa);
void ref_sfence(struct ref *r, unsigned hart, bool has_va, uint64_t va,
                bool has_asid, uint64_t asid);
void ref_fence_i(struct ref *r, unsigned hart);
void ref_dma(struct ref *r, bool is_write, uint64_t pa, uint64_t len);

/* x is the random sequence's first number. */
void ref_make_cache(struct ref_cache *c, unsigned size, unsigned ways,
                    unsigned line_bytes, char policy, uint32_t x);
void ref_make_tlb(struct ref_tlb *t, unsigned entries, unsigned ways,
                  char policy, uint32_t x);
void ref_free(struct ref *r);

/* plru: how many ways of the set go before this one; random: 0 for the way
 * that it takes next, 1 for others; lru and fifo: by age among n_valid. */
unsigned ref_rank(const struct ref_choice *c, unsigned set, unsigned way,
                  unsigned age, unsigned n_valid);

#endif
