/*
 * What the files of mm/ share with each other only.
 */
#ifndef QUIRE_GUESTOS_MM_INTERNAL_H
#define QUIRE_GUESTOS_MM_INTERNAL_H

#include "compaction.h"
#include "mm.h"

/* Allocation contexts, as zone_watermark_ok and get_page_from_freelist take
 * them. */
#define ALLOC_NO_WATERMARKS 0x04u
#define ALLOC_HARDER        0x10u
#define ALLOC_HIGH          0x20u
#define ALLOC_OOM           0x08u
#define ALLOC_KSWAPD        0x800u
#define ALLOC_WMARK_MASK    0x03u

/*
 * What the slow path of the allocator needs from the layers above it: the one
 * cycle of mm/ goes through this table. NULL members: not there yet, and
 * allocations fail instead.
 */
struct reclaim_ops {
    void (*wakeup_kswapd)(unsigned int order, enum zone_type highest_zoneidx);
    /* Frees pages; how many. */
    unsigned long (*try_to_free_pages)(unsigned int order, gfp_t gfp);
    /* Kills a task; false when nobody is left or it is not allowed. */
    bool (*out_of_memory)(gfp_t gfp, unsigned int order);
    unsigned long (*reclaimable_pages)(const struct zone *zone);
    /* Moves pages until there is a block; how it went. */
    enum compact_result (*try_to_compact_pages)(unsigned int order, gfp_t gfp,
                                                unsigned int alloc_flags,
                                                enum compact_priority prio);
    /* Would it have the frames, with those that can be reclaimed? */
    bool (*compaction_zonelist_suitable)(unsigned int order, gfp_t gfp,
                                         unsigned int alloc_flags);
    void (*wakeup_kcompactd)(struct pglist_data *pgdat, int order,
                             enum zone_type highest_zoneidx);
};
extern struct reclaim_ops reclaim_ops;

/* page_alloc.c */
struct page *get_page_from_freelist(gfp_t gfp, unsigned int order,
                                    unsigned int alloc_flags);
void memblock_free_pages(struct page *page, unsigned int order);
void prep_compound_page(struct page *page, unsigned int order);
/* A frame that is to be handed out: as it was left? */
bool check_new_page(const struct page *page);
/* debug.c: the report of a frame in a wrong state; what is wrong, or NULL. */
void bad_page(const struct page *page, const char *reason);
void dump_page(const struct page *page, const char *reason);
const char *page_bad_reason(const struct page *page, unsigned long flags);
/* gfp_names.c: the flags by name; returns text. */
const char *gfp_text(gfp_t gfp, char *text, size_t size);
/* debug.c: the names of the flags that are set, and the zone. */
const char *page_flags_text(const struct page *page, char *text, size_t size);
/* mm_audit.c: who owns each frame; how many are in flight. */
unsigned long mm_check_frames(void);
/* mm_audit_refs.c: who uses each frame, with the machine stopped. -ENOMEM, or
 * 0 and the references that belong to something under way. */
int mm_audit_refs(unsigned long *in_flight);
/* page_slow.c: reclaims, kills, retries. */
struct page *alloc_pages_slowpath(gfp_t gfp, unsigned int order);

/* Told about frames that come and go: the host poisons free ones. */
#if __STDC_HOSTED__
void arch_alloc_page(struct page *page, unsigned int order);
void arch_free_page(struct page *page, unsigned int order);
void host_poison(const void *p, size_t size);
void host_unpoison(const void *p, size_t size);
#else
static inline void arch_alloc_page(struct page *page, unsigned int order)
{
    (void)page;
    (void)order;
}
static inline void arch_free_page(struct page *page, unsigned int order)
{
    (void)page;
    (void)order;
}
static inline void host_poison(const void *p, size_t size)
{
    (void)p;
    (void)size;
}
static inline void host_unpoison(const void *p, size_t size)
{
    (void)p;
    (void)size;
}
#endif

#endif
