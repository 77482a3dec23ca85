/*
 * One run of compaction, as its scanners share it.
 *
 *     zone_start                                                  zone_end
 *     | migrate scanner -->                      <-- free scanner |
 *       takes movable pages    ............     takes free frames
 *
 * The scanners work pageblock by pageblock and the run ends where they meet.
 */
#ifndef QUIRE_GUESTOS_MM_COMPACT_H
#define QUIRE_GUESTOS_MM_COMPACT_H

#include "compaction.h"
#include "page-isolation.h"
#include "pageblock.h"
#include "swap.h"

/* Pages are isolated and moved in such numbers. */
#define COMPACT_CLUSTER_MAX SWAP_CLUSTER_MAX

struct compact_control {
    struct list_head freepages;    /* single frames to move to */
    struct list_head migratepages; /* isolated pages */
    unsigned int nr_freepages;
    unsigned int nr_migratepages;
    unsigned long free_pfn;    /* the free scanner; what is below comes next */
    unsigned long migrate_pfn; /* the migrate scanner; this comes next */
    struct zone *zone;
    unsigned long total_migrate_scanned;
    unsigned long total_free_scanned;
    gfp_t gfp; /* of the allocation */
    int order; /* -1: everything, for compact_memory */
    enum migratetype migratetype;
    unsigned int alloc_flags;
    enum zone_type highest_zoneidx;
    enum migrate_mode mode;
    bool ignore_skip_hint;      /* scan all pageblocks */
    bool ignore_block_suitable; /* take free frames of all types */
    bool direct_compaction;     /* by who allocates, not by kcompactd */
    bool whole_zone;            /* from end to end */
    bool contended;             /* a lock, or a signal: give up */
    bool rescan;                /* of a pageblock that was begun */
    bool is_filling;            /* see compact_nodes */
};

static inline bool is_via_compact_memory(int order)
{
    return order == -1;
}

static inline unsigned long pageblock_start_pfn(unsigned long pfn)
{
    return pfn & ~(pageblock_nr_pages - 1);
}

static inline unsigned long pageblock_end_pfn(unsigned long pfn)
{
    return pageblock_start_pfn(pfn) + pageblock_nr_pages;
}

static inline bool compact_scanners_met(const struct compact_control *cc)
{
    if (cc->is_filling)
        return cc->free_pfn < cc->zone->zone_start_pfn ||
               cc->migrate_pfn >= zone_end_pfn(cc->zone);
    return cc->free_pfn >> pageblock_order <= cc->migrate_pfn >>
           pageblock_order;
}

/* Whether the pageblock is worth a scan; where hints are heeded. */
static inline bool isolation_suitable(const struct compact_control *cc,
                                      const struct page *page)
{
    return cc->ignore_skip_hint || !get_pageblock_skip(page);
}

/* A pageblock with a page that cannot move will not be free as a whole. */
static inline bool is_spoilt(const struct compact_control *cc,
                             struct page *page)
{
    return has_unmovable_pages(cc->zone, page) != NULL;
}

/* Takes the lock; who does not wait notes that it would have had to. */
static inline void compact_lock(struct spinlock *lock,
                                struct compact_control *cc)
{
    if (cc->mode == MIGRATE_ASYNC && !cc->contended) {
        if (spin_trylock(lock))
            return;
        cc->contended = true;
    }
    spin_lock(lock);
}

/* compact_migrate.c: up to a cluster of pages, on cc->migratepages. */
enum isolate_result {
    ISOLATE_ABORT,
    ISOLATE_NONE,
    ISOLATE_SUCCESS,
};
enum isolate_result isolate_migratepages(struct compact_control *cc);

/* compact_free.c: at least as many frames as there are pages to move, if there
 * are; and all that are left go back, the highest of which is the answer. */
void isolate_freepages(struct compact_control *cc);
unsigned long release_freepages(struct compact_control *cc);

/* compact_defer.c: a pageblock was scanned in vain. */
void note_scanned_in_vain(const struct compact_control *cc, struct page *page);
void reset_cached_positions(struct zone *zone);
/* Forgets which ones were. */
void reset_zone_skip_hints(struct zone *zone);

/* compaction.c: a run; cc->zone, order, gfp, mode and the flags are set. */
enum compact_result compact_zone(struct compact_control *cc);
enum compact_result try_to_compact_pages(unsigned int order, gfp_t gfp,
                                         unsigned int alloc_flags,
                                         enum compact_priority prio);
/* Could a zone be compacted for the order if all that can be reclaimed were? */
bool compaction_zonelist_suitable(unsigned int order, gfp_t gfp,
                                  unsigned int alloc_flags);

#endif
