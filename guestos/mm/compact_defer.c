/*
 * What compaction remembers from run to run of a zone: where its scanners
 * stood, which pageblocks were scanned in vain, and how often it has failed.
 *
 * A failure defers: of 2, 4, .. 64 tries of the same order or a higher one
 * only the last is made. A success of any order makes that order and those
 * below it free again, and an allocation that got its block ends all
 * deferral. The first run after the longest deferral forgets the skip bits.
 *
 * Owns the compact_* members of struct zone: hints, without a lock; the skip
 * bits in pageblock_flags are under zone->lock. Mirrors Linux's
 * defer_compaction, compaction_deferred, compaction_defer_reset,
 * compaction_restarting, __reset_isolation_suitable.
 */
#include "compact.h"
#include "trace.h"

#define COMPACT_MAX_DEFER_SHIFT 6

void defer_compaction(struct zone *zone, int order)
{
    zone->compact_considered = 0;
    if (zone->compact_defer_shift < COMPACT_MAX_DEFER_SHIFT)
        zone->compact_defer_shift++;
    if (order < zone->compact_order_failed)
        zone->compact_order_failed = order;
    TRACE(compaction, mm_compaction_defer_compaction, zone, order);
}

bool compaction_deferred(struct zone *zone, int order)
{
    unsigned int limit = 1u << zone->compact_defer_shift;

    if (order < zone->compact_order_failed)
        return false;
    if (++zone->compact_considered >= limit) {
        zone->compact_considered = limit;
        return false;
    }
    TRACE(compaction, mm_compaction_deferred, zone, order);
    return true;
}

void compaction_defer_reset(struct zone *zone, int order, bool alloc_success)
{
    if (alloc_success) {
        zone->compact_considered = 0;
        zone->compact_defer_shift = 0;
    }
    if (order >= zone->compact_order_failed)
        zone->compact_order_failed = order + 1;
    TRACE(compaction, mm_compaction_defer_reset, zone, order);
}

bool compaction_restarting(const struct zone *zone, int order)
{
    return order >= zone->compact_order_failed &&
           zone->compact_defer_shift == COMPACT_MAX_DEFER_SHIFT &&
           zone->compact_considered >= 1u << zone->compact_defer_shift;
}

/* -- Positions and skip bits --------------------------------------------- */

void reset_cached_positions(struct zone *zone)
{
    zone->compact_cached_migrate_pfn[0] = zone->zone_start_pfn;
    zone->compact_cached_migrate_pfn[1] = zone->zone_start_pfn;
    zone->compact_cached_free_pfn = pageblock_start_pfn(zone_end_pfn(zone) - 1);
}

void note_scanned_in_vain(const struct compact_control *cc, struct page *page)
{
    struct zone *zone = page_zone(page);
    unsigned long flags;

    if (cc->ignore_skip_hint)
        return;
    spin_lock_irqsave(&zone->lock, flags);
    set_pageblock_skip(page);
    spin_unlock_irqrestore(&zone->lock, flags);
}

void reset_zone_skip_hints(struct zone *zone)
{
    unsigned long pfn = zone->zone_start_pfn, flags;

    zone->compact_blockskip_flush = false;
    spin_lock_irqsave(&zone->lock, flags);
    for (; pfn < zone_end_pfn(zone); pfn = pageblock_end_pfn(pfn))
        clear_pageblock_skip(pfn_to_page(pfn));
    spin_unlock_irqrestore(&zone->lock, flags);
    reset_cached_positions(zone);
}

void reset_isolation_suitable(struct pglist_data *pgdat)
{
    for (int i = 0; i < MAX_NR_ZONES; i++) {
        struct zone *zone = &pgdat->node_zones[i];

        if (populated_zone(zone) && zone->compact_blockskip_flush)
            reset_zone_skip_hints(zone);
    }
}
