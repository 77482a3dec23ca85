/*
 * GFP flags: from which zones an allocation may take pages and what it may do
 * to get them. Values and names are Linux v5.15's (include/linux/gfp.h).
 */
#ifndef QUIRE_GUESTOS_GFP_H
#define QUIRE_GUESTOS_GFP_H

#include "types.h"

// clang-format off
#define __GFP_DMA            0x01u      /* zone modifiers */
#define __GFP_HIGHMEM        0x02u
#define __GFP_MOVABLE        0x08u      /* the user's: movable, reclaimable */
#define __GFP_RECLAIMABLE    0x10u
#define __GFP_HIGH           0x20u      /* may use half of the reserve */
#define __GFP_IO             0x40u      /* may start disk I/O */
#define __GFP_FS             0x80u      /* may call into the file system */
#define __GFP_ZERO           0x100u
#define __GFP_ATOMIC         0x200u     /* cannot sleep, matters */
#define __GFP_DIRECT_RECLAIM 0x400u     /* the caller may reclaim (and sleep) */
#define __GFP_KSWAPD_RECLAIM 0x800u     /* may wake kswapd */
#define __GFP_NOWARN         0x2000u
#define __GFP_RETRY_MAYFAIL  0x4000u
#define __GFP_NOFAIL         0x8000u
#define __GFP_NORETRY        0x10000u
#define __GFP_MEMALLOC       0x20000u   /* all of the reserve */
#define __GFP_COMP           0x40000u
#define __GFP_NOMEMALLOC     0x80000u
#define __GFP_THISNODE       0x200000u  /* from no other node */
#define __GFP_HARDWALL       0x100000u  /* a program's; here only a name */

#define __GFP_RECLAIM (__GFP_DIRECT_RECLAIM | __GFP_KSWAPD_RECLAIM)
#define GFP_ZONEMASK     (__GFP_DMA | __GFP_HIGHMEM)
#define GFP_MOVABLE_MASK (__GFP_MOVABLE | __GFP_RECLAIMABLE)
/* What to do to get memory; the rest is for a slab cache to decide. */
#define GFP_RECLAIM_MASK \
    (__GFP_RECLAIM | __GFP_HIGH | __GFP_IO | __GFP_FS | __GFP_NOWARN | \
     __GFP_RETRY_MAYFAIL | __GFP_NOFAIL | __GFP_NORETRY | __GFP_ATOMIC | \
     __GFP_MEMALLOC | __GFP_NOMEMALLOC)

#define GFP_ATOMIC   (__GFP_HIGH | __GFP_ATOMIC | __GFP_KSWAPD_RECLAIM)
#define GFP_KERNEL   (__GFP_RECLAIM | __GFP_IO | __GFP_FS)
#define GFP_NOWAIT   (__GFP_KSWAPD_RECLAIM)
#define GFP_NOIO     (__GFP_RECLAIM)
#define GFP_NOFS     (__GFP_RECLAIM | __GFP_IO)
#define GFP_USER     (GFP_KERNEL | __GFP_HARDWALL)
#define GFP_DMA      __GFP_DMA
#define GFP_HIGHUSER (GFP_USER | __GFP_HIGHMEM)
#define GFP_HIGHUSER_MOVABLE (GFP_HIGHUSER | __GFP_MOVABLE)
// clang-format on

struct page;
struct zone;

static inline bool gfpflags_allow_blocking(gfp_t gfp)
{
    return gfp & __GFP_DIRECT_RECLAIM;
}

/*
 * 2^order frames, aligned to their size, or NULL. A frame comes with one
 * reference (on the first page). Sleeps where gfp allows it.
 */
struct page *alloc_pages(gfp_t gfp, unsigned int order);
void __free_pages(struct page *page, unsigned int order);

/* The same by kernel address; never high memory. 0 when there is none. */
unsigned long __get_free_pages(gfp_t gfp, unsigned int order);
void free_pages(unsigned long addr, unsigned int order);

/* Exactly the pages that size_bytes needs: the tail of the power of two goes
 * back at once. */
void *alloc_pages_exact(size_t size_bytes, gfp_t gfp);
void free_pages_exact(void *addr, size_t size_bytes);

/* Sends the frames on per-CPU lists back to the buddy allocator: of this CPU,
 * of all; of one zone, or of all (NULL). */
void drain_local_pages(struct zone *zone);
void drain_all_pages(struct zone *zone);
/* Sizes of the lists, from watermarks and CPUs online: when these change. */
void setup_per_cpu_pageset(void);
/* Keeps a zone's frames off the lists until they are enabled again. */
void zone_pcp_disable(struct zone *zone);
void zone_pcp_enable(struct zone *zone);

/* Makes 2^order single frames of one block. */
void split_page(struct page *page, unsigned int order);

static inline struct page *alloc_page(gfp_t gfp)
{
    return alloc_pages(gfp, 0);
}

static inline void __free_page(struct page *page)
{
    __free_pages(page, 0);
}

static inline unsigned long __get_free_page(gfp_t gfp)
{
    return __get_free_pages(gfp, 0);
}

static inline unsigned long get_zeroed_page(gfp_t gfp)
{
    return __get_free_pages(gfp | __GFP_ZERO, 0);
}

static inline void free_page(unsigned long addr)
{
    free_pages(addr, 0);
}

#endif
