/*
 * What the files of mmu/ share beyond mmu.h.
 */
#ifndef QUIRE_MMU_INTERNAL_H
#define QUIRE_MMU_INTERNAL_H

#include "mmu/mmu.h"

/* What one page of an access came to. */
struct translation {
    uint64_t page_pa; /* of the 4 KiB page */
    struct pte leaf;  /* every right, where there is no translation */
    unsigned level;
};

void mmu_fault_page(struct fault *f, enum access access, uint64_t va);
void mmu_fault_access(struct fault *f, enum access access, uint64_t va);

MUST_USE bool mmu_translate(struct mmu *m, const struct context *c,
                            uint64_t va, enum access access,
                            struct translation *t, struct fault *f);
bool mmu_pmp_permits(const struct mmu *m, uint64_t pa, uint64_t len,
                     enum access access, enum privilege priv);

/* Remembers a page that the host may reach for such an access, if it may. */
void mmu_fill_data(struct mmu *m, uint64_t va, const struct translation *t,
                   enum access access);
bool mmu_fill_fetch(struct mmu *m, uint64_t va, const struct translation *t);

/* Bytes of DRAM were written by hart m: the others' reservations, everyone's
 * decoded code. */
void mmu_written(struct mmu *m, uint64_t pa, uint64_t len);
/* Withdraws every right to store to pa's frame without asking. */
void mmu_kill_stores(struct mmu *m, uint64_t pa);

#endif
