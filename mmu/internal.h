/*
 * What the files of mmu/ share beyond mmu.h.
 */
#ifndef QUIRE_MMU_INTERNAL_H
#define QUIRE_MMU_INTERNAL_H

#include "mmu/mmu.h"

/* What one page of an access came to. */
struct translation {
    uint64_t page_pa; /* of the 4 KiB page */
    struct pte leaf;  /* with G if any level has it */
    unsigned level;
    uint32_t slot; /* of the modelled first-level TLB, or TLB_NO_SLOT */
};

/* Whether m->attempt will happen: a struct mmu, for walk_request. */
bool mmu_attempt_succeeds(const void *mmu);

void mmu_fault_page(struct fault *f, enum access access, uint64_t va);
void mmu_fault_access(struct fault *f, enum access access, uint64_t va);

MUST_USE bool mmu_translate(struct mmu *m, const struct context *c, uint64_t va,
                            enum access access, struct translation *t,
                            struct fault *f);
/* The walk that would translate va now. */
struct walk_request mmu_walk_request(const struct mmu *m,
                                     const struct context *c, uint64_t va,
                                     enum access access);
bool mmu_pmp_permits(const struct mmu *m, uint64_t pa, uint64_t len,
                     enum access access, enum privilege priv);

/* Translation without an effect, by the context's rights. */
MUST_USE bool mmu_peek_context(const struct mmu *m, const struct context *c,
                               uint64_t va, enum access access, uint64_t *pa);
/* Forgets all that the host side remembers. */
void mmu_forget_all(struct mmu *m);
/* A host page, or a part of its rights, is forgotten: no cell counts. */
void mmu_new_generation(struct mmu *m);
/* Whether an access can still match the tag, now or in an address space that
 * was in use lately. */
bool mmu_is_tag_live(const struct mmu *m, uint64_t tag);
/* A page's translation for fetches is about to go; `all`: many pages' is. */
void mmu_forget_fetch(struct mmu *m, uint64_t va, bool all);

/* Remembers the page, or with models the line, that an access of data just
 * reached; `way` is where L1D has it. */
void mmu_fill_data(struct mmu *m, uint64_t va, const struct translation *t,
                   uint32_t way);
/* mmu_load_line and mmu_store_line where the translation is known, and
 * counted. */
MUST_USE bool mmu_load_translated(struct mmu *m, uint64_t va, unsigned size,
                                  const struct translation *t, uint64_t *value);
MUST_USE bool mmu_store_translated(struct mmu *m, uint64_t va, unsigned size,
                                   const struct translation *t, uint64_t value);
/* Remembers a page for fetches; false if not all of it can be fetched. */
bool mmu_fill_fetch(struct mmu *m, uint64_t va, const struct translation *t);

/* Bytes of DRAM were written by hart m: the others' reservations, everyone's
 * decoded code. */
void mmu_written(struct mmu *m, uint64_t pa, uint64_t len);
static inline uint64_t mmu_frame(const struct mmu *m, uint64_t pa)
{
    return (pa - m->bus->ram_base_pa) >> MMU_PAGE_SHIFT;
}

/* The same after a page walk, which may have set A or D. */
void mmu_walked(struct mmu *m, const struct walk *w);

/* Cycles that events take with -timing on (docs/machine.md). */
enum mmu_stall {
    STALL_L1_MISS = 10,
    STALL_L2_MISS = 100,
    STALL_L2TLB = 4,
    STALL_WALK_READ = 1,
    STALL_DEVICE = 20,
};

static inline void mmu_stall(struct mmu *m, uint64_t cycles)
{
    if (!m->config.is_timed)
        return;
    m->stalls += cycles;
    if (m->port.stalled)
        m->port.stalled(m->port.ctx, cycles);
}

/* Whether nobody has to hear of stores to the frame of pa, in DRAM, until
 * mmu_kill_stores or mmu_forget_stores. */
bool mmu_may_be_unseen(struct mmu *m, uint64_t pa);
static inline bool mmu_stores_unseen(struct mmu *m, uint64_t pa)
{
    return LIKELY(m->store_frames[mmu_frame(m, pa)]) ||
           mmu_may_be_unseen(m, pa);
}

/* Withdraws every right to store to pa's frame without asking. */
void mmu_kill_stores(struct mmu *m, uint64_t pa);

#endif
