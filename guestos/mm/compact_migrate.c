/*
 * The migrate scanner: from the bottom of the zone upwards it takes pages off
 * the LRU lists, a cluster at a time. Async runs for an allocation look only
 * into pageblocks of its own type, and give up the block of cc->order that has
 * one page that cannot move: there will be no free block of that size.
 *
 * Owns nothing; lru_lock, held over a part of a cluster, interrupts off.
 * Counters: COMPACTMIGRATE_SCANNED (by the caller), COMPACTISOLATED,
 * NR_ISOLATED_*. Mirrors Linux's isolate_migratepages_block,
 * isolate_migratepages, too_many_isolated.
 */
#include "compact.h"
#include "kernel.h"
#include "pagemap.h"
#include "reclaim.h"
#include "sched.h"
#include "trace.h"

/* More than half of what could be isolated is. */
static bool too_many_isolated(const struct pglist_data *pgdat)
{
    unsigned long on_lists = 0, isolated;

    for (int lru = 0; lru < LRU_UNEVICTABLE; lru++)
        on_lists += lruvec_lru_size(&pgdat->__lruvec, (enum lru_list)lru);
    isolated = node_page_state(pgdat, NR_ISOLATED_ANON) +
               node_page_state(pgdat, NR_ISOLATED_FILE);
    return isolated > on_lists / 2;
}

/* False: give up. */
static bool wait_for_isolated(const struct compact_control *cc)
{
    while (too_many_isolated(cc->zone->zone_pgdat)) {
        if (cc->mode == MIGRATE_ASYNC || fatal_signal_pending(current))
            return false;
        schedule_timeout_uninterruptible(1);
    }
    return true;
}

/* Whether there is sense in taking the page; lru_lock may not be held. */
static bool is_candidate(const struct compact_control *cc,
                         const struct page *page)
{
    if (!PageLRU(page))
        return false;
    /* Somebody uses it besides its mappings: it would not move. */
    if (PageAnon(page) && !PageSwapCache(page) &&
        page_count(page) > page_mapcount(page))
        return false;
    /* The allocation holds what a file system may want. */
    if (!(cc->gfp & __GFP_FS) && page_mapping(page))
        return false;
    return cc->mode != MIGRATE_ASYNC || !PageWriteback(page);
}

/* A scan of a part of one pageblock. */
struct scan {
    struct compact_control *cc;
    struct lruvec *lruvec;
    unsigned long flags; /* of the interrupts, while lru_lock is held */
    bool is_locked;
    bool gives_up_blocks; /* of cc->order, where one page stays */
    unsigned long scanned;
    unsigned int isolated;
};

static void scan_lock(struct scan *s)
{
    if (s->is_locked)
        return;
    local_irq_save(s->flags);
    compact_lock(&s->lruvec->lru_lock, s->cc);
    s->is_locked = true;
}

static void scan_unlock(struct scan *s)
{
    if (!s->is_locked)
        return;
    spin_unlock(&s->lruvec->lru_lock);
    local_irq_restore(s->flags);
    s->is_locked = false;
}

/* Frames to pass by that cannot be on a list; 0: look at this one. */
static unsigned long frames_to_skip(const struct page *page)
{
    if (PageBuddy(page)) {
        /* Without zone->lock: it may be anything by now. */
        unsigned int order = READ_ONCE(page->private);

        return order < MAX_ORDER ? 1ul << order : 1;
    }
    if (PageHead(page)) {
        unsigned int order = compound_order(page);

        return order < MAX_ORDER ? 1ul << order : 1;
    }
    return 0;
}

static bool isolate_one(struct scan *s, struct page *page)
{
    struct compact_control *cc = s->cc;

    if (!is_candidate(cc, page))
        return false;
    scan_lock(s);
    if (!PageLRU(page) || !get_page_unless_zero(page))
        return false;
    lru_del_locked(page);
    mod_node_page_state(
        page_pgdat(page),
        PageSwapBacked(page) ? NR_ISOLATED_ANON : NR_ISOLATED_FILE, 1);
    list_add(&page->lru, &cc->migratepages);
    cc->nr_migratepages++;
    s->isolated++;
    return true;
}

/* A page that stays spoils its block of cc->order: pages of it that were taken
 * go back, and the rest is passed by. The frame to go on with. */
static unsigned long give_up_block(struct scan *s, unsigned long pfn)
{
    struct compact_control *cc = s->cc;
    unsigned long size = 1ul << cc->order;

    scan_unlock(s);
    putback_movable_pages(&cc->migratepages);
    cc->nr_migratepages = 0;
    s->isolated = 0;
    return (pfn | (size - 1)) + 1;
}

/* Between clusters: locks are released, others run; false: give up. */
static bool take_breath(struct scan *s)
{
    scan_unlock(s);
    if (fatal_signal_pending(current)) {
        s->cc->contended = true;
        return false;
    }
    cond_resched();
    return true;
}

/* Up to a cluster of [pfn, end), within one pageblock; where it stopped, or 0:
 * give up. */
static unsigned long scan_pages(struct scan *s, unsigned long pfn,
                                unsigned long end)
{
    struct compact_control *cc = s->cc;
    unsigned long size = s->gives_up_blocks ? 1ul << cc->order : 1;
    unsigned long block_end = (pfn | (size - 1)) + 1;

    while (pfn < end) {
        struct page *page = pfn_to_page(pfn);
        unsigned long skip;

        if (s->gives_up_blocks && pfn >= block_end) {
            if (s->isolated)
                break; /* all of a block: enough */
            block_end = (pfn | (size - 1)) + 1;
        }
        if (!(pfn % COMPACT_CLUSTER_MAX) && !take_breath(s))
            return 0;
        s->scanned++;
        skip = frames_to_skip(page);
        if (!skip && isolate_one(s, page)) {
            pfn++;
            if (cc->nr_migratepages >= COMPACT_CLUSTER_MAX && !cc->rescan)
                break;
            continue;
        }
        if (s->gives_up_blocks && !PageBuddy(page))
            pfn = give_up_block(s, pfn);
        else
            pfn += skip ? skip : 1;
    }
    return min(pfn, end);
}

/* Where later runs begin. */
static void update_cached_migrate(struct compact_control *cc, unsigned long pfn)
{
    struct zone *zone = cc->zone;

    if (cc->ignore_skip_hint)
        return;
    if (pfn > zone->compact_cached_migrate_pfn[0])
        zone->compact_cached_migrate_pfn[0] = pfn;
    if (cc->mode != MIGRATE_ASYNC && pfn > zone->compact_cached_migrate_pfn[1])
        zone->compact_cached_migrate_pfn[1] = pfn;
}

static unsigned long isolate_migratepages_block(struct compact_control *cc,
                                                unsigned long start,
                                                unsigned long end)
{
    struct scan s = {
        .cc = cc,
        .lruvec = &cc->zone->zone_pgdat->__lruvec,
        .gives_up_blocks = cc->direct_compaction && cc->mode == MIGRATE_ASYNC,
    };
    unsigned long pfn;

    if (!wait_for_isolated(cc))
        return 0;
    pfn = scan_pages(&s, start, end);
    scan_unlock(&s);
    cc->total_migrate_scanned += s.scanned;
    if (s.isolated)
        count_vm_events(COMPACTISOLATED, s.isolated);
    TRACE(compaction, mm_compaction_isolate_migratepages, start,
          pfn ? pfn : start, s.scanned, s.isolated);
    if (pfn == end && !s.isolated) {
        if (start == max(pageblock_start_pfn(start), cc->zone->zone_start_pfn))
            note_scanned_in_vain(cc, pfn_to_page(start));
        update_cached_migrate(cc, pfn);
    }
    return pfn;
}

/* There is nothing to be gained for the largest order where a page cannot move.
 * Async runs do not empty pageblocks of other types: what is gained there is
 * not for their allocation. */
static bool suitable_migration_source(const struct compact_control *cc,
                                      struct page *page, bool is_whole)
{
    if (is_via_compact_memory(cc->order))
        return !is_whole || !is_spoilt(cc, page);
    return cc->mode != MIGRATE_ASYNC || !cc->direct_compaction ||
           page_group_by_mobility_disabled ||
           get_pageblock_migratetype(page) == cc->migratetype;
}

enum isolate_result isolate_migratepages(struct compact_control *cc)
{
    unsigned long pfn = cc->migrate_pfn;

    while (pfn < zone_end_pfn(cc->zone)) {
        unsigned long end = min(pageblock_end_pfn(pfn), zone_end_pfn(cc->zone));
        bool is_whole = pfn == pageblock_start_pfn(pfn);
        struct page *page = pfn_to_page(pfn);

        if (pageblock_end_pfn(pfn) > cc->free_pfn && !cc->is_filling)
            break; /* the free scanner is in it */
        cond_resched();
        if ((is_whole && !isolation_suitable(cc, page)) ||
            !suitable_migration_source(cc, page, is_whole)) {
            pfn = end;
            update_cached_migrate(cc, pfn);
            continue;
        }
        pfn = isolate_migratepages_block(cc, pfn, end);
        if (!pfn)
            return ISOLATE_ABORT;
        break;
    }
    cc->migrate_pfn = pfn;
    return cc->nr_migratepages ? ISOLATE_SUCCESS : ISOLATE_NONE;
}
