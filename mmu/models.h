/*
 * The modelled memory hierarchy of one hart: first- and second-level TLBs,
 * L1 caches, the shared L2, and the filters in front of them. What counts is
 * written in docs/machine.md. The functions work on the hart's mmu, which
 * has them only if anything is modelled.
 */
#ifndef QUIRE_MMU_MODELS_H
#define QUIRE_MMU_MODELS_H

#include "mmu/cache.h"
#include "mmu/filter.h"
#include "mmu/internal.h"
#include "mmu/mmu.h"
#include "mmu/tlb.h"

struct models {
    bool has_tlbs, has_caches;
    struct tlb itlb, dtlb, l2tlb; /* l2tlb.geometry.entries may be 0 */
    struct cache l1i, l1d;
    struct cache *l2; /* NULL: none */
    struct filter *data, *fetch; /* the mmu's */
    uint64_t sink; /* touches of what is not modelled */
    struct walk_stats walks;
    /* Whether fetches in the current line are accesses of L1I. */
    bool is_fetch_cached;
    /* The instruction that crosses a page, between its translation and its
     * count. */
    struct fetch crossing[2];
};

static inline bool models_have_tlbs(const struct mmu *m)
{
    return m->models && m->models->has_tlbs;
}

/* For m, with its configuration; NULL if that names nothing to model. */
struct models *models_new(struct mmu *m, struct cache *l2);
void models_delete(struct models *s);
/* Reset of the hart: the private ones are emptied; counts stay. */
void models_clear(struct mmu *m);

/* Moves what hit in the filters to the counts; due before the context of
 * data or fetches changes between translated and not, and before reading. */
void models_settle(struct mmu *m);

/* A translation through the modelled TLBs, counted as one lookup; a failing
 * fetch counts here, a good one in mmu_count_fetch. */
MUST_USE bool models_translate(struct mmu *m, const struct context *c,
                               uint64_t va, enum access access,
                               struct translation *t, struct fault *f);
void models_sfence(struct mmu *m, bool has_va, uint64_t va, bool has_asid,
                   uint64_t asid);

/* Accesses of DRAM by the hart, in one line; the way that then holds it, or
 * CACHE_NO_WAY after a store that fills nothing. */
uint32_t models_data(struct mmu *m, uint64_t pa, unsigned len, bool is_write);
uint32_t models_insn(struct mmu *m, uint64_t pa);
/* Each line of an access; the way if it is one and it is there, else
 * CACHE_NO_WAY. */
uint32_t models_data_span(struct mmu *m, uint64_t pa, unsigned len,
                          bool is_write);

/* Calls act(m, line) for each of the smallest lines that [pa, pa + len) has:
 * all caches of one machine are asked in the order of addresses. */
void models_each_line(struct mmu *m, uint64_t pa, uint64_t len,
                      void (*act)(struct mmu *m, uint64_t pa));
void models_drop_l1i(struct mmu *m);
void models_dma_read(struct mmu *m, uint64_t pa, uint64_t len);
void models_dma_write(struct mmu *m, uint64_t pa, uint64_t len);
/* The same where DMA is not coherent: marks and reports only. */
void models_stale_read(struct mmu *m, uint64_t pa, uint64_t len);
void models_stale_write(struct mmu *m, uint64_t pa, uint64_t len);
/* On the block of MMU_BLOCK_BYTES at pa, in every cache but the L1Is. */
void models_cbo(struct mmu *m, uint64_t pa, enum mmu_cbo op);

void models_count(struct mmu *m, struct mmu_counts *counts);
void models_archive(struct mmu *m, struct archive *a);

#endif
