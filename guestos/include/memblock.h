/*
 * The boot allocator: what memory there is and which of it is taken, until
 * memblock_free_all() hands the rest to the buddy allocator.
 */
#ifndef QUIRE_GUESTOS_MEMBLOCK_H
#define QUIRE_GUESTOS_MEMBLOCK_H

#include "types.h"

/* Regions that a table has room for at first; then it doubles. */
#define INIT_MEMBLOCK_REGIONS 32

struct memblock_region {
    u64 base;
    u64 size;
};

/* Sorted, disjoint and merged. */
struct memblock_type {
    unsigned int cnt, max;
    u64 total_size;
    const char *name;
    struct memblock_region *regions; /* [max] */
};

struct memblock {
    u64 current_limit; /* allocations stay below: end of the direct map */
    struct memblock_type memory;
    struct memblock_type reserved;
};

extern struct memblock memblock;

/* Physical ranges in bytes; may overlap what is there. A table that is full
 * moves to memory of twice its size, which it reserves; panics without. */
void memblock_add(u64 base, u64 size);
void memblock_reserve(u64 base, u64 size);
void memblock_free(u64 base, u64 size);
/* Forgets memory from `limit` on (mem= and frames beyond the PTE's reach). */
void memblock_cap(u64 limit);
void memblock_set_current_limit(u64 limit);
/* All that is in use is reserved: from now on tables may double. */
void memblock_allow_resize(void);
/* Whole frames only: what is left of a region's first and last goes. */
void memblock_trim_memory(u64 align);

/* Zeroed memory in the direct map, from the top down; panics without. */
void *memblock_alloc(size_t size, size_t align);
/* Its physical address, not cleared; 0 when there is none below max_addr. */
u64 memblock_phys_alloc(size_t size, size_t align, u64 max_addr);

u64 memblock_start_of_DRAM(void);
u64 memblock_end_of_DRAM(void);

/* Frees every frame that is memory and not reserved to the buddy allocator;
 * returns how many. No memblock call may follow. */
unsigned long memblock_free_all(void);

/* Frames of memory that reserved ranges touch: those and what
 * memblock_free_all returns are all there are. */
unsigned long memblock_reserved_frames(void);

/* Prints both tables at boot. */
void memblock_dump_all(void);

/* Invariant: sorted, disjoint, merged, totals right. */
void memblock_check(void);

#endif
