/*
 * The page-table walk (priv 1.12, 4.3.2). It changes nothing but A and D, and
 * tells which entries it touched, so that the caller can model its accesses.
 */
#ifndef QUIRE_MMU_WALK_H
#define QUIRE_MMU_WALK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "devices/bus.h"
#include "mmu/pmp.h"
#include "mmu/pte.h"

#define WALK_MAX_LEVELS 5

/* A translation scheme of satp.MODE. */
struct walk_scheme {
    const char *name;
    unsigned va_bits;
    unsigned levels;
    unsigned index_bits; /* of the virtual address, a level */
    unsigned pte_bytes;
    unsigned ppn_bits;
    /* satp: */
    unsigned mode, mode_lo; /* the field's value and its lowest bit */
    unsigned asid_lo, asid_bits;
};

enum { SATP_BARE = 0 };

/* On XLEN 32. */
extern const struct walk_scheme walk_schemes32[1];

/* The scheme that satp selects on a machine of that XLEN (32 or 64), or NULL:
 * bare, or one that this machine does not have. */
const struct walk_scheme *walk_scheme_of(uint64_t satp, unsigned xlen);

static inline uint64_t satp_ppn(const struct walk_scheme *s, uint64_t satp)
{
    return satp & ((UINT64_C(1) << s->ppn_bits) - 1);
}

static inline uint64_t satp_asid(const struct walk_scheme *s, uint64_t satp)
{
    return satp >> s->asid_lo & ((UINT64_C(1) << s->asid_bits) - 1);
}

struct walk_request {
    const struct walk_scheme *scheme;
    const struct bus *bus;
    const struct pmp *pmp; /* NULL: none */
    uint64_t root_ppn;
    uint64_t va;
    enum access access;
    struct rights rights;
    bool is_svade; /* A or D missing is a page fault */
    bool is_peek;  /* A or D missing is as if it were there: write nothing */
    /* Asked before A or D is set: whether the access will happen. If not they
     * stay as they are, and the walk is good. NULL: it will. */
    bool (*will_happen)(const void *ctx);
    const void *ctx;
};

enum walk_status { WALK_OK, WALK_PAGE_FAULT, WALK_ACCESS_FAULT };

struct walk {
    struct pte leaf;  /* as it stands in memory afterwards */
    uint64_t page_pa; /* of the 4 KiB page that holds the address */
    unsigned level;   /* of the leaf, 0 for a 4 KiB page */
    bool is_global;
    /* What was touched, also when it fails: entries read, in order; whether
     * the last was then written. */
    uint64_t read_pa[WALK_MAX_LEVELS];
    unsigned n_reads;
    bool was_updated;
};

MUST_USE enum walk_status walk(const struct walk_request *q, struct walk *w);

#endif
