/*
 * A second, slow formulation of the memory hierarchy: what counts, written
 * down a second time, from docs/machine.md, on the sets of tests/ref_sets.h and
 * without filters. It has memory of its own.
 */
#ifndef QUIRE_TESTS_REF_HIERARCHY_H
#define QUIRE_TESTS_REF_HIERARCHY_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/ref_sets.h"

#define REF_HARTS 2

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

void ref_free(struct ref *r);

/* For the reference itself: whether an address is DRAM; an access of a first
 * level cache, and of what is below it. */
bool ref_in_ram(const struct ref *r, uint64_t pa);
void ref_cached(struct ref *r, unsigned hart, struct ref_cache *c, uint64_t pa,
                unsigned len, bool is_write);

#endif
