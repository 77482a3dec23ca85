/*
 * Page-table entries, and who may do what through them.
 *
 *   Sv32   31                  10 9 8 7 6 5 4 3 2 1 0
 *          [       PPN           |RSW|D A G U X W R V]
 */
#ifndef QUIRE_MMU_PTE_H
#define QUIRE_MMU_PTE_H

#include <stdbool.h>
#include <stdint.h>

#include "mmu/fault.h"

enum {
    PTE_V = 0x01,
    PTE_R = 0x02,
    PTE_W = 0x04,
    PTE_X = 0x08,
    PTE_U = 0x10,
    PTE_G = 0x20,
    PTE_A = 0x40,
    PTE_D = 0x80,
};

#define PTE_PPN_SHIFT 10

struct pte {
    uint64_t bits;
};

/* The state of the hart that decides about a right. */
struct rights {
    enum privilege priv; /* effective: MPRV is accounted for */
    bool sum, mxr;
};

static inline bool pte_is_valid(struct pte p)
{
    return (p.bits & PTE_V) && (p.bits & (PTE_R | PTE_W)) != PTE_W;
}

static inline bool pte_is_leaf(struct pte p)
{
    return p.bits & (PTE_R | PTE_W | PTE_X);
}

/* The bits of which a leaf must have one for such an access. */
static inline unsigned pte_needed(enum access access, bool mxr)
{
    switch (access) {
    case ACCESS_FETCH:
        return PTE_X;
    case ACCESS_LOAD:
        return mxr ? PTE_R | PTE_X : PTE_R;
    case ACCESS_STORE:
        break;
    }
    return PTE_W;
}

/* Whether a valid leaf permits the access; A and D are not looked at. */
static inline bool pte_permits(struct pte p, enum access access,
                               const struct rights *r)
{
    if (!(p.bits & pte_needed(access, r->mxr)))
        return false;
    if (p.bits & PTE_U)
        return r->priv == PRIV_U || (r->sum && access != ACCESS_FETCH);
    return r->priv != PRIV_U;
}

#endif
