/*
 * The free scanner: from the top of the zone downwards it takes free blocks
 * out of the buddy allocator, as many frames as pages wait to be moved, and
 * makes single frames of them. It looks into movable pageblocks only, so as
 * not to mix what can move with what cannot, and not into those that are
 * free as a whole: these are what compaction is for.
 *
 * Owns nothing; zone->lock, interrupts off. Counters: COMPACTFREE_SCANNED (by
 * the caller). Mirrors Linux's isolate_freepages, isolate_freepages_block,
 * __isolate_free_page, split_map_pages, release_freepages.
 */
#include "compact.h"
#include "kernel.h"
#include "page_owner.h"
#include "sched.h"
#include "trace.h"

/* Whether the zone stays above its least watermark without so many frames;
 * zone->lock is held. */
static bool can_spare(struct zone *zone, unsigned long nr)
{
    return zone_watermark_ok(zone, 0, min_wmark_pages(zone) + nr, ZONE_DMA, 0);
}

/* Takes a free block off its list; zone->lock is held. *type: of its
 * pageblock. */
static void take_free_block(struct zone *zone, struct page *page,
                            enum migratetype *type)
{
    unsigned int order = buddy_order(page);

    del_from_free_list(page, zone, order);
    __mod_zone_freepage_state(zone, -(1l << order), *type);
    /* What fills half a pageblock makes it its own. */
    if (order >= pageblock_order - 1 && *type < MIGRATE_PCPTYPES) {
        move_freepages_block(zone, page, MIGRATE_MOVABLE);
        *type = get_pageblock_migratetype(page);
    }
    page->private = order;
}

/* A block becomes frames that can be handed out, in the order of addresses. */
static void split_map_block(struct page *block, struct list_head *to)
{
    unsigned int order = (unsigned int)block->private;

    block->private = 0;
    arch_alloc_page(block, order);
    set_page_owner(block, order, __GFP_MOVABLE,
                   (unsigned long)__builtin_return_address(0));
    split_page_owner(block, order);
    for (unsigned long i = 0; i < 1ul << order; i++) {
        block[i]._refcount = 1;
        list_add_tail(&block[i].lru, to);
    }
}

static void split_map_pages(struct list_head *blocks, struct list_head *to)
{
    while (!list_empty(blocks)) {
        struct page *block = list_first_entry(blocks, struct page, lru);

        list_del(&block->lru);
        split_map_block(block, to);
    }
}

static bool has_enough(const struct compact_control *cc)
{
    return cc->nr_freepages >= cc->nr_migratepages;
}

/* Frames of [pfn, end), within one pageblock, until there are enough; where it
 * stopped. zone->lock is held. */
static unsigned long take_blocks(struct compact_control *cc, unsigned long pfn,
                                 unsigned long end, struct list_head *blocks,
                                 unsigned long *scanned)
{
    enum migratetype type = get_pageblock_migratetype(pfn_to_page(pfn));
    /* Of blocks that give as many as are wanted the last may be large. */
    bool is_ample =
        can_spare(cc->zone, cc->nr_migratepages + pageblock_nr_pages);

    while (pfn < end && !has_enough(cc)) {
        struct page *page = pfn_to_page(pfn);
        unsigned long size;

        ++*scanned;
        if (!PageBuddy(page)) {
            pfn++;
            continue;
        }
        size = 1ul << buddy_order(page);
        if (!is_ample && !is_migrate_isolate(type) &&
            !can_spare(cc->zone, size))
            break;
        take_free_block(cc->zone, page, &type);
        list_add_tail(&page->lru, blocks);
        cc->nr_freepages += (unsigned int)size;
        pfn += size;
    }
    return pfn;
}

static unsigned long isolate_freepages_block(struct compact_control *cc,
                                             unsigned long start,
                                             unsigned long end,
                                             struct list_head *blocks)
{
    unsigned long scanned = 0, had = cc->nr_freepages, pfn, flags;

    local_irq_save(flags);
    compact_lock(&cc->zone->lock, cc);
    pfn = take_blocks(cc, start, end, blocks, &scanned);
    spin_unlock(&cc->zone->lock);
    local_irq_restore(flags);
    cc->total_free_scanned += scanned;
    (void)had; /* hosted builds have no tracepoints */
    TRACE(compaction, mm_compaction_isolate_freepages, start, pfn, scanned,
          cc->nr_freepages - had);
    return pfn;
}

/* Whether to look into the pageblock that begins with the page. */
static bool suitable_migration_target(const struct compact_control *cc,
                                      struct page *page, bool is_begun)
{
    enum migratetype type = get_pageblock_migratetype(page);

    if (PageBuddy(page) && READ_ONCE(page->private) >= pageblock_order)
        return false;
    if (cc->is_filling)
        return type < MIGRATE_PCPTYPES && (is_begun || is_spoilt(cc, page));
    return cc->ignore_block_suitable || page_group_by_mobility_disabled ||
           type == MIGRATE_MOVABLE;
}

/* All of the pageblock was scanned: later runs begin below it. */
static void update_cached_free(struct compact_control *cc, unsigned long start)
{
    note_scanned_in_vain(cc, pfn_to_page(start));
    if (!cc->ignore_skip_hint && start < cc->zone->compact_cached_free_pfn)
        cc->zone->compact_cached_free_pfn = start;
}

/* The lowest pageblock to take frames from. */
static unsigned long lowest_target(const struct compact_control *cc)
{
    if (cc->is_filling)
        return pageblock_end_pfn(cc->zone->zone_start_pfn - 1);
    return pageblock_end_pfn(cc->migrate_pfn);
}

/* Of a pageblock that is filled up a sixteenth is left for its own kind. */
static unsigned long target_end(const struct compact_control *cc,
                                unsigned long start)
{
    unsigned long size = pageblock_nr_pages;

    if (cc->is_filling)
        size -= size / 16;
    return min(start + size, zone_end_pfn(cc->zone));
}

void isolate_freepages(struct compact_control *cc)
{
    unsigned long low = lowest_target(cc);
    unsigned long pfn = cc->free_pfn, start = pageblock_start_pfn(pfn);
    LIST_HEAD(blocks);

    while (start >= low) {
        unsigned long end = target_end(cc, start);
        struct page *page = pfn_to_page(start);

        if (suitable_migration_target(cc, page, pfn > start) &&
            isolation_suitable(cc, page)) {
            pfn = isolate_freepages_block(cc, pfn, end, &blocks);
            if (pfn == end)
                update_cached_free(cc, start);
            if (pfn < end)
                break; /* enough, or no more may be taken */
            if (has_enough(cc)) {
                pfn = start - pageblock_nr_pages;
                break;
            }
        }
        start -= pageblock_nr_pages;
        pfn = start;
        cond_resched();
    }
    cc->free_pfn = pfn;
    split_map_pages(&blocks, &cc->freepages);
}

unsigned long release_freepages(struct compact_control *cc)
{
    struct page *page, *next;
    unsigned long highest = 0;

    list_for_each_entry_safe(page, next, &cc->freepages, lru) {
        list_del(&page->lru);
        highest = max(highest, page_to_pfn(page));
        __free_page(page);
    }
    cc->nr_freepages = 0;
    return highest;
}
