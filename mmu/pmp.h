/*
 * Physical memory protection (priv 1.12, 3.7): 16 entries, granularity 4
 * bytes. The registers live here; who writes them for the guest goes through
 * pmp_write_cfg and pmp_write_addr, which know locks and reserved values.
 */
#ifndef QUIRE_MMU_PMP_H
#define QUIRE_MMU_PMP_H

#include <stdbool.h>
#include <stdint.h>

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

struct pmp {
    uint8_t cfg[PMP_ENTRIES];
    uint64_t addr[PMP_ENTRIES]; /* bits 55:2 of an address, 33:2 on RV32 */
    struct pmp_range range[PMP_ENTRIES]; /* derived from the above */
    unsigned n_active;                   /* entries beyond it are off */
};

void pmp_reset(struct pmp *p);
/* Sets entry i as it stands, whatever the locks say. */
void pmp_set(struct pmp *p, unsigned i, uint8_t cfg, uint64_t addr);
/* A guest's write of pmpcfg's byte i or of pmpaddr i: locks hold (also the
 * one of a TOR entry above), W without R keeps the old value. */
void pmp_write_cfg(struct pmp *p, unsigned i, uint8_t cfg);
void pmp_write_addr(struct pmp *p, unsigned i, uint64_t addr);
/* Whether an access of len bytes at pa is permitted: one entry must match all
 * of it; the lowest-numbered one that matches any byte decides. */
bool pmp_permits(const struct pmp *p, uint64_t pa, uint64_t len,
                 enum access access, enum privilege priv);

/* Bytes about which it decides alike, one by one or together: what it permits,
 * of PMP_R, PMP_W and PMP_X. */
struct pmp_region {
    uint64_t first, last;
    unsigned rights;
};
/* Those around pa. */
void pmp_region(const struct pmp *p, uint64_t pa, enum privilege priv,
                struct pmp_region *region);

#endif
