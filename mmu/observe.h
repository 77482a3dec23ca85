/*
 * What the mmu tells those who want to see every access: the trace, and the
 * watch for stale TLB entries. Each function costs nothing but a test where
 * nobody looks.
 */
#ifndef QUIRE_MMU_OBSERVE_H
#define QUIRE_MMU_OBSERVE_H

#include "mmu/internal.h"
#include "mmu/tlb.h"
#include "mmu/trace.h"

/* The part of a load ('r') or store ('w') that lies in one page. */
void observe_data(const struct mmu *m, char kind, uint64_t va, uint64_t pa,
                  unsigned len, const struct translation *t);
/* A fetch, as it counts; of one page. */
void observe_fetch(const struct mmu *m, uint64_t va, unsigned size,
                   const struct fetch *f);
/* A lookup whose access does not happen; `t` as models_translate left it. */
void observe_refused(const struct mmu *m, enum access access, uint64_t va,
                     const struct translation *t);
void observe_refused_fetch(const struct mmu *m, uint64_t va,
                           const struct fetch *f);
/* cbo.clean, cbo.flush or cbo.inval, which is about to act on the block. */
void observe_cbo(const struct mmu *m, enum mmu_cbo op, uint64_t va, uint64_t pa,
                 const struct translation *t);
void observe_walk(const struct mmu *m, const struct walk_request *q,
                  const struct walk *w);

/* mmu/stale.c. While m->stale.report is there: an entry of a first-level TLB is
 * used for the page of `key`; a walk filled the entry `key`. */
void stale_prepare(struct mmu *m);
void stale_free(struct mmu *m);
void stale_check(const struct mmu *m, const struct walk_request *q,
                 const struct tlb *t, uint32_t slot, uint64_t key);
void stale_forget(const struct mmu *m, uint64_t key, bool is_fetch);

#endif
