/*
 * Compaction of a zone: pages found by the migrate scanner, at the bottom, are
 * moved to frames found by the free scanner, at the top, until there is a
 * block of the order that is wanted or the scanners meet. Called by
 * allocations in their slow path, with three degrees of effort; by kcompactd;
 * and for all memory by /proc/sys/vm/compact_memory.
 *
 * Whether it is begun: there must be frames for the copies (the watermark and
 * compact_gap), and the lack must be of order, not of memory (extfrag_index
 * above extfrag_threshold); and it must not be deferred (compact_defer.c).
 *
 * Owns nothing but the cached positions of zones, which are hints. Counters:
 * COMPACTMIGRATE_SCANNED, COMPACTFREE_SCANNED. Mirrors Linux's compact_zone,
 * compact_finished, compaction_suitable, try_to_compact_pages, compact_nodes.
 */
#include "compact.h"
#include "kernel.h"
#include "page_report.h"
#include "reclaim.h"
#include "sched.h"
#include "string.h"
#include "trace.h"

int sysctl_extfrag_threshold = 500;

/* -- Whether ------------------------------------------------------------- */

/* As if `free` frames were free. */
static enum compact_result __compaction_suitable(struct zone *zone, int order,
                                                 unsigned int alloc_flags,
                                                 enum zone_type highest,
                                                 unsigned long free)
{
    unsigned long mark = zone->_watermark[alloc_flags & ALLOC_WMARK_MASK];

    if (is_via_compact_memory(order))
        return COMPACT_CONTINUE;
    if (zone_watermark_ok(zone, (unsigned int)order, mark, highest,
                          alloc_flags))
        return COMPACT_SUCCESS;
    mark = order > PAGE_ALLOC_COSTLY_ORDER ? low_wmark_pages(zone)
                                           : min_wmark_pages(zone);
    mark += compact_gap((unsigned int)order);
    if (!__zone_watermark_ok(zone, 0, mark, highest, 0, (long)free))
        return COMPACT_SKIPPED;
    return COMPACT_CONTINUE;
}

enum compact_result compaction_suitable(struct zone *zone, int order,
                                        unsigned int alloc_flags,
                                        enum zone_type highest)
{
    enum compact_result result =
        __compaction_suitable(zone, order, alloc_flags, highest,
                              zone_page_state(zone, NR_FREE_PAGES));

    if (result == COMPACT_CONTINUE && order > PAGE_ALLOC_COSTLY_ORDER) {
        int index = fragmentation_index(zone, (unsigned int)order);

        if (index >= 0 && index <= sysctl_extfrag_threshold)
            result = COMPACT_NOT_SUITABLE_ZONE;
    }
    TRACE(compaction, mm_compaction_suitable, zone, order, result);
    return result == COMPACT_NOT_SUITABLE_ZONE ? COMPACT_SKIPPED : result;
}

bool compaction_zonelist_suitable(unsigned int order, gfp_t gfp,
                                  unsigned int alloc_flags)
{
    struct zoneref *z;
    struct zone *zone;

    for_each_zone_zonelist(zone, z, node_zonelist(numa_node_id(), gfp),
                           gfp_zone(gfp)) {
        /* Not all of what can be reclaimed: it would be too optimistic. */
        unsigned long free = zone_reclaimable_pages(zone) / order +
                             zone_page_state(zone, NR_FREE_PAGES);

        if (__compaction_suitable(zone, (int)order, alloc_flags, gfp_zone(gfp),
                                  free) == COMPACT_CONTINUE)
            return true;
    }
    return false;
}

/* -- How long ------------------------------------------------------------ */

/* Whether an allocation would find a block now. */
static enum compact_result has_block_now(const struct compact_control *cc)
{
    for (unsigned int o = (unsigned int)cc->order; o < MAX_ORDER; o++) {
        const struct free_area *area = &cc->zone->free_area[o];
        bool can_steal;

        if (!free_area_empty(area, cc->migratetype))
            return COMPACT_SUCCESS;
        if (find_suitable_fallback(area, o, cc->migratetype, true,
                                   &can_steal) >= 0)
            return COMPACT_SUCCESS;
    }
    return COMPACT_NO_SUITABLE_PAGE;
}

static enum compact_result __compact_finished(struct compact_control *cc)
{
    enum compact_result result;

    if (compact_scanners_met(cc)) {
        reset_cached_positions(cc->zone);
        /* kcompactd would forget the skip bits by itself too often. */
        if (cc->direct_compaction)
            cc->zone->compact_blockskip_flush = true;
        return cc->whole_zone ? COMPACT_COMPLETE : COMPACT_PARTIAL_SKIPPED;
    }
    if (is_via_compact_memory(cc->order))
        return COMPACT_CONTINUE;
    /* A pageblock that is begun is finished, lest a half of it be taken by
     * others. */
    if (cc->migrate_pfn != pageblock_start_pfn(cc->migrate_pfn))
        return COMPACT_CONTINUE;
    result = has_block_now(cc);
    if (result != COMPACT_SUCCESS &&
        (cc->contended || fatal_signal_pending(current)))
        result = COMPACT_CONTENDED;
    return result;
}

static enum compact_result compact_finished(struct compact_control *cc)
{
    enum compact_result result = __compact_finished(cc);

    TRACE(compaction, mm_compaction_finished, cc->zone, cc->order, result);
    return result == COMPACT_NO_SUITABLE_PAGE ? COMPACT_CONTINUE : result;
}

/* -- A run --------------------------------------------------------------- */

static struct page *compaction_alloc(struct page *page, unsigned long data)
{
    struct compact_control *cc = (struct compact_control *)data;

    (void)page;
    if (list_empty(&cc->freepages)) {
        isolate_freepages(cc);
        if (list_empty(&cc->freepages))
            return NULL;
    }
    page = list_first_entry(&cc->freepages, struct page, lru);
    list_del(&page->lru);
    cc->nr_freepages--;
    return page;
}

static void compaction_free(struct page *page, unsigned long data)
{
    struct compact_control *cc = (struct compact_control *)data;

    list_add(&page->lru, &cc->freepages);
    cc->nr_freepages++;
}

/* Where the scanners begin: at the ends, or where they last stood. */
static void set_scanners(struct compact_control *cc)
{
    struct zone *zone = cc->zone;
    unsigned long start = zone->zone_start_pfn, end = zone_end_pfn(zone);
    bool is_sync = cc->mode != MIGRATE_ASYNC;

    if (!cc->whole_zone) {
        cc->migrate_pfn = zone->compact_cached_migrate_pfn[is_sync];
        cc->free_pfn = zone->compact_cached_free_pfn;
        if (cc->free_pfn >= start && cc->free_pfn < end &&
            cc->migrate_pfn >= start && cc->migrate_pfn < end) {
            cc->whole_zone = cc->migrate_pfn == start;
            return;
        }
        reset_cached_positions(zone);
    }
    cc->whole_zone = true;
    cc->migrate_pfn = start;
    cc->free_pfn = pageblock_start_pfn(end - 1);
}

/* The isolated pages to the top; false: no use to go on. */
static bool migrate_isolated(struct compact_control *cc)
{
    unsigned int all = cc->nr_migratepages;
    int failed =
        migrate_pages(&cc->migratepages, compaction_alloc, compaction_free,
                      (unsigned long)cc, cc->mode, MR_COMPACTION, NULL);
    unsigned int left = 0;
    struct page *page;

    list_for_each_entry(page, &cc->migratepages, lru)
        left++;
    (void)all; /* hosted builds have no tracepoints */
    TRACE(compaction, mm_compaction_migratepages, all - left, left);
    cc->nr_migratepages = 0;
    if (!failed)
        return true;
    putback_movable_pages(&cc->migratepages);
    /* The free scanner may have come to its end: compact_finished sees it. */
    if (failed == -ENOMEM && !compact_scanners_met(cc))
        return false;
    if (cc->direct_compaction && cc->mode == MIGRATE_ASYNC) {
        /* The block that has a page which stayed. */
        unsigned long size = 1ul << cc->order;

        cc->migrate_pfn = min(((cc->migrate_pfn - 1) | (size - 1)) + 1,
                              zone_end_pfn(cc->zone));
    }
    return true;
}

/* Frames that came free lie on a per-CPU list; a block that is done needs them
 * to merge. *done: the frame up to which this was seen to. */
static void drain_finished_block(const struct compact_control *cc,
                                 unsigned long *moved_from)
{
    unsigned long size = cc->order > 0 ? 1ul << cc->order : pageblock_nr_pages;

    if (*moved_from && *moved_from < (cc->migrate_pfn & ~(size - 1))) {
        drain_local_pages(cc->zone);
        *moved_from = 0;
    }
}

static enum compact_result run_scanners(struct compact_control *cc)
{
    unsigned long moved_from = 0; /* undrained; 0: nothing is */
    enum compact_result result;

    while ((result = compact_finished(cc)) == COMPACT_CONTINUE) {
        unsigned long start = cc->migrate_pfn;

        /* A pageblock that was begun is emptied in one go. */
        cc->rescan = moved_from && pageblock_start_pfn(moved_from) ==
                                       pageblock_start_pfn(start);
        switch (isolate_migratepages(cc)) {
        case ISOLATE_ABORT:
            putback_movable_pages(&cc->migratepages);
            cc->nr_migratepages = 0;
            return COMPACT_CONTENDED;
        case ISOLATE_NONE:
            break;
        case ISOLATE_SUCCESS:
            moved_from = start;
            if (!migrate_isolated(cc))
                return COMPACT_CONTENDED;
            break;
        }
        drain_finished_block(cc, &moved_from);
    }
    return result;
}

/* What the free scanner had taken too many of: the next run begins there. */
static void return_freepages(struct compact_control *cc)
{
    unsigned long highest;

    if (!cc->nr_freepages)
        return;
    highest = pageblock_start_pfn(release_freepages(cc));
    if (highest > cc->zone->compact_cached_free_pfn)
        cc->zone->compact_cached_free_pfn = highest;
}

enum compact_result compact_zone(struct compact_control *cc)
{
    struct zone *zone = cc->zone;
    enum compact_result result;

    cc->total_migrate_scanned = cc->total_free_scanned = 0;
    cc->nr_freepages = cc->nr_migratepages = 0;
    INIT_LIST_HEAD(&cc->freepages);
    INIT_LIST_HEAD(&cc->migratepages);
    cc->migratetype = gfp_migratetype(cc->gfp);
    result = compaction_suitable(zone, cc->order, cc->alloc_flags,
                                 cc->highest_zoneidx);
    if (result != COMPACT_CONTINUE)
        return result;
    if (compaction_restarting(zone, cc->order))
        reset_zone_skip_hints(zone);
    set_scanners(cc);
    TRACE(compaction, mm_compaction_begin, zone->zone_start_pfn,
          cc->migrate_pfn, cc->free_pfn, zone_end_pfn(zone), cc->mode);
    result = run_scanners(cc);
    return_freepages(cc);
    count_vm_events(COMPACTMIGRATE_SCANNED, cc->total_migrate_scanned);
    count_vm_events(COMPACTFREE_SCANNED, cc->total_free_scanned);
    TRACE(compaction, mm_compaction_end, zone->zone_start_pfn, cc->migrate_pfn,
          cc->free_pfn, zone_end_pfn(zone), cc->mode, result);
    return result;
}

/* -- For an allocation --------------------------------------------------- */

static enum compact_result compact_zone_order(struct zone *zone, int order,
                                              gfp_t gfp,
                                              enum compact_priority prio,
                                              unsigned int alloc_flags)
{
    bool is_full = prio == MIN_COMPACT_PRIORITY;
    struct compact_control cc = {
        .zone = zone,
        .order = order,
        .gfp = gfp,
        .mode = prio == COMPACT_PRIO_ASYNC ? MIGRATE_ASYNC : MIGRATE_SYNC_LIGHT,
        .alloc_flags = alloc_flags,
        .highest_zoneidx = gfp_zone(gfp),
        .direct_compaction = true,
        .whole_zone = is_full,
        .ignore_skip_hint = is_full,
        .ignore_block_suitable = is_full,
    };

    return compact_zone(&cc);
}

enum compact_result try_to_compact_pages(unsigned int order, gfp_t gfp,
                                         unsigned int alloc_flags,
                                         enum compact_priority prio)
{
    enum compact_result result = COMPACT_SKIPPED;
    struct zoneref *z;
    struct zone *zone;

    /* Who may not do I/O may hold what a move would wait for. */
    if (!(gfp & __GFP_IO))
        return COMPACT_SKIPPED;
    TRACE(compaction, mm_compaction_try_to_compact_pages, order, gfp, prio);
    for_each_zone_zonelist(zone, z, node_zonelist(numa_node_id(), gfp),
                           gfp_zone(gfp)) {
        enum compact_result status;

        if (prio > MIN_COMPACT_PRIORITY &&
            compaction_deferred(zone, (int)order)) {
            result = max_t(enum compact_result, result, COMPACT_DEFERRED);
            continue;
        }
        status = compact_zone_order(zone, (int)order, gfp, prio, alloc_flags);
        result = max(result, status);
        if (status == COMPACT_SUCCESS) {
            compaction_defer_reset(zone, (int)order, false);
            break;
        }
        if (prio != COMPACT_PRIO_ASYNC &&
            (status == COMPACT_COMPLETE || status == COMPACT_PARTIAL_SKIPPED))
            defer_compaction(zone, (int)order);
        if ((prio == COMPACT_PRIO_ASYNC && need_resched()) ||
            fatal_signal_pending(current))
            break;
    }
    return result;
}

/* -- For all memory ------------------------------------------------------ */

static void compact_all_of_zone(struct zone *zone, bool is_filling)
{
    struct compact_control cc = {
        .zone = zone,
        .order = -1,
        .gfp = GFP_KERNEL,
        .mode = MIGRATE_SYNC,
        .ignore_skip_hint = true,
        .whole_zone = true,
        .is_filling = is_filling,
    };

    compact_zone(&cc);
}

/*
 * Twice: first the holes in pageblocks that hold a page which cannot move are
 * filled, from all the others, whatever their type, since such a pageblock
 * will not be free as a whole anyway; then what is left is pushed to the top.
 * Linux does the second only.
 */
static void compact_node(struct pglist_data *pgdat)
{
    for (int i = 0; i < MAX_NR_ZONES; i++) {
        struct zone *zone = &pgdat->node_zones[i];

        if (!populated_zone(zone))
            continue;
        compact_all_of_zone(zone, true);
        drain_all_pages(zone);
        compact_all_of_zone(zone, false);
    }
}

static void compact_nodes(void)
{
    int nid;

    drain_all_pages(NULL);
    for_each_online_node (nid)
        compact_node(NODE_DATA(nid));
    drain_all_pages(NULL);
}

int compact_memory_write(const char *line)
{
    if (strcmp(line, "1") != 0)
        return -EINVAL;
    compact_nodes();
    return 0;
}

static void init_node(struct pglist_data *pgdat)
{
    for (int i = 0; i < MAX_NR_ZONES; i++)
        if (populated_zone(&pgdat->node_zones[i]))
            reset_cached_positions(&pgdat->node_zones[i]);
    init_waitqueue_head(&pgdat->kcompactd_wait);
    pgdat->kcompactd_highest_zoneidx = MAX_NR_ZONES - 1;
}

void compaction_init(void)
{
    int nid;

    for_each_online_node (nid)
        init_node(NODE_DATA(nid));
    reclaim_ops.try_to_compact_pages = try_to_compact_pages;
    reclaim_ops.compaction_zonelist_suitable = compaction_zonelist_suitable;
    reclaim_ops.wakeup_kcompactd = wakeup_kcompactd;
}
