/*
 * The geometry of the modelled hierarchy, as the emulator's own options say it:
 * -cache, -tlb, -seed, -smp, -m and -dma.
 */
#ifndef QUIRE_TESTS_REFERENCE_GEOMETRY_H
#define QUIRE_TESTS_REFERENCE_GEOMETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/reference/replacement.h"

#define MAX_HARTS 8
#define DRAM_BASE 0x80000000U

enum { L1I, L1D, L2, CACHES };
enum { ITLB, DTLB, L2TLB, TLBS };

struct cache_shape {
    uint64_t size_bytes; /* 0: none */
    unsigned ways;
    unsigned line_bytes;
    enum policy policy;
    bool is_write_through;
    bool has_no_allocate;
};

struct tlb_shape {
    unsigned entries; /* 0: none */
    unsigned ways;
    enum policy policy;
};

struct geometry {
    struct cache_shape cache[CACHES];
    struct tlb_shape tlb[TLBS];
    unsigned harts;
    uint64_t seed;
    uint64_t ram_bytes;
    bool is_dma_coherent;
};

/* What holds when no option is given. */
void geometry_default(struct geometry *g);

/* Takes one option, its name without dashes. False: it is not one of these,
 * or its value is wrong; `why` says so. */
bool geometry_option(struct geometry *g, const char *name, const char *value,
                     const char **why);

/* After all options: what only the whole can be wrong about. A model without
 * its first level is dropped as a whole. */
bool geometry_check(struct geometry *g, const char **why);

#endif
