/*
 * Physical memory protection (priv 1.12, 3.7): 16 entries, granularity 4
 * bytes. The registers live here; who writes them for the guest goes through
 * pmp_write_cfg and pmp_write_addr, which know locks and reserved values.
 */
#ifndef QUIRE_MMU_PMP_H
#define QUIRE_MMU_PMP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "mmu/fault.h"

#define PMP_ENTRIES 16

enum {
    PMP_R = 0x01,
    PMP_W = 0x02,
    PMP_X = 0x04,
    PMP_A = 0x18, /* the field: OFF, TOR, NA4, NAPOT */
    PMP_TOR = 0x08,
    PMP_NA4 = 0x10,
    PMP_NAPOT = 0x18,
    PMP_L = 0x80,
};

struct pmp_range {
    uint64_t first, last; /* first > last: matches nothing */
};

/* Bytes about which it decides alike, one by one or together: what it permits,
 * of PMP_R, PMP_W and PMP_X. */
struct pmp_region {
    uint64_t first, last;
    unsigned rights;
};

struct pmp {
    uint8_t cfg[PMP_ENTRIES];
    uint64_t addr[PMP_ENTRIES]; /* bits 55:2 of an address, 33:2 on RV32 */
    struct pmp_range range[PMP_ENTRIES]; /* derived from the above */
    unsigned n_active;                   /* entries beyond it are off */
    struct pmp_region region[4]; /* by privilege: where pmp_look was last */
};

void pmp_reset(struct pmp *p);
/* Sets entry i as it stands, whatever the locks say. */
void pmp_set(struct pmp *p, unsigned i, uint8_t cfg, uint64_t addr);
/* A guest's write of pmpcfg's byte i or of pmpaddr i: locks hold (also the
 * one of a TOR entry above), W without R keeps the old value. */
void pmp_write_cfg(struct pmp *p, unsigned i, uint8_t cfg);
void pmp_write_addr(struct pmp *p, unsigned i, uint64_t addr);
/* The region around pa. */
void pmp_region(const struct pmp *p, uint64_t pa, enum privilege priv,
                struct pmp_region *region);

/* The same, remembered until the next call or change. */
static ALWAYS_INLINE const struct pmp_region *
pmp_look(struct pmp *p, uint64_t pa, enum privilege priv)
{
    struct pmp_region *r = &p->region[priv];

    if (UNLIKELY(pa < r->first || pa > r->last))
        pmp_region(p, pa, priv, r);
    return r;
}

static inline unsigned pmp_needed(enum access access)
{
    static const uint8_t rights[] = {
        [ACCESS_FETCH] = PMP_X, [ACCESS_LOAD] = PMP_R, [ACCESS_STORE] = PMP_W};

    return rights[access];
}

/* pmp_permits by the entries. */
bool pmp_decide(const struct pmp *p, uint64_t pa, uint64_t len,
                enum access access, enum privilege priv);

/* Whether an access of len bytes at pa is permitted: one entry must match all
 * of it; the lowest-numbered one that matches any byte decides. */
static inline bool pmp_permits(const struct pmp *p, uint64_t pa, uint64_t len,
                               enum access access, enum privilege priv)
{
    const struct pmp_region *r = &p->region[priv];

    if (LIKELY(pa >= r->first && pa + len - 1 <= r->last))
        return r->rights & pmp_needed(access);
    return pmp_decide(p, pa, len, access, priv);
}

#endif
