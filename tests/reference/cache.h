/*
 * The reference model's caches: an L1I and an L1D a hart and a shared L2, by
 * docs/machine.md, "Caches", "Writes", "Harts and DMA" and "cbo.*". Tags only.
 */
#ifndef QUIRE_TESTS_REFERENCE_CACHE_H
#define QUIRE_TESTS_REFERENCE_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/reference/geometry.h"

struct line {
    uint64_t pa; /* of its first byte */
    bool is_dirty;
};

struct cache {
    struct sets sets;  /* of none, if the cache is not modelled */
    struct line *line; /* [set * ways + way] */
    unsigned line_bytes;
    bool is_write_through;
    bool has_no_allocate;
    uint64_t accesses, hits, misses, writebacks, writethroughs;
};

struct caches {
    struct cache l1i[MAX_HARTS];
    struct cache l1d[MAX_HARTS];
    struct cache l2;
    unsigned harts;
    uint64_t dram_end; /* only what lies in DRAM is cached */
    bool is_dma_coherent;
};

/* What cbo.clean, cbo.flush and cbo.inval do, and what DMA does. */
enum upkeep {
    UPKEEP_CLEAN,
    UPKEEP_FLUSH,
    UPKEEP_INVAL,
    UPKEEP_DMA_READ,
    UPKEEP_DMA_WRITE,
};

void caches_make(struct caches *c, const struct geometry *g);
void caches_free(struct caches *c);

/* Empty a hart's caches, or the L2; counters go on. */
void caches_reset_hart(struct caches *c, unsigned hart);
void caches_reset_shared(struct caches *c);

void caches_fetch(struct caches *c, unsigned hart, uint64_t pa, unsigned size);
void caches_load(struct caches *c, unsigned hart, uint64_t pa, unsigned size);
void caches_store(struct caches *c, unsigned hart, uint64_t pa, unsigned size);

/* Every line that overlaps the bytes, in all caches that it concerns. */
void caches_upkeep(struct caches *c, enum upkeep what, uint64_t pa,
                   uint64_t size);

/* fence.i */
void caches_empty_l1i(struct caches *c, unsigned hart);

#endif
