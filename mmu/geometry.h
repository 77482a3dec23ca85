/*
 * Sizes and policies of the modelled caches and TLBs, as the user names them.
 */
#ifndef QUIRE_MMU_GEOMETRY_H
#define QUIRE_MMU_GEOMETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

/* Which way a miss takes once none is invalid: mmu/replace.h. */
enum replacement {
    REPLACE_LRU, /* the default */
    REPLACE_PLRU,
    REPLACE_FIFO,
    REPLACE_RANDOM,
};

/* A size of 0: there is none. */
struct cache_geometry {
    uint32_t size_bytes;
    uint32_t ways;
    uint32_t line_bytes;
    enum replacement replacement;
    bool is_write_through; /* else write-back */
    bool is_no_allocate;   /* a store that misses fills nothing */
};

/* entries == 0: there is none; ways == entries: fully associative. */
struct tlb_geometry {
    uint32_t entries;
    uint32_t ways;
    enum replacement replacement;
};

/* NULL if the model can have this shape (none included), else what would be
 * right, as the end of a sentence: "a line of 8 to 4096 bytes". */
MUST_USE const char *cache_geometry_check(const struct cache_geometry *g);
MUST_USE const char *tlb_geometry_check(const struct tlb_geometry *g);

#endif
