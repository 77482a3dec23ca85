/*
 * A reserve of whole pageblocks for allocations of high orders that cannot
 * wait: when one succeeds, the pageblock it came from is kept for its like,
 * up to a hundredth of the zone and one more. Where memory is too small for
 * grouping there is none. Direct reclaim that gets nowhere, and the OOM
 * killer, take them back. Owns zone->nr_reserved_highatomic, under zone->lock.
 * Mirrors Linux's reserve_highatomic_pageblock and
 * unreserve_highatomic_pageblock.
 */
#include "pageblock.h"

static bool may_reserve(const struct zone *zone)
{
    return zone->nr_reserved_highatomic <
           zone->managed_pages / 100 + pageblock_nr_pages;
}

void reserve_highatomic_pageblock(struct page *page, struct zone *zone)
{
    enum migratetype type;
    unsigned long flags;

    if (page_group_by_mobility_disabled || !may_reserve(zone))
        return;
    spin_lock_irqsave(&zone->lock, flags);
    type = get_pageblock_migratetype(page);
    if (may_reserve(zone) && type < MIGRATE_PCPTYPES) {
        zone->nr_reserved_highatomic += pageblock_nr_pages;
        move_freepages_block(zone, page, MIGRATE_HIGHATOMIC);
    }
    spin_unlock_irqrestore(&zone->lock, flags);
}

/* A free block of the reserve, or NULL. */
static struct page *find_reserved(const struct zone *zone)
{
    for (unsigned int order = 0; order < MAX_ORDER; order++) {
        struct page *page = get_page_from_free_area(&zone->free_area[order],
                                                    MIGRATE_HIGHATOMIC);

        if (page)
            return page;
    }
    return NULL;
}

static bool unreserve_one(struct zone *zone, enum migratetype type, bool force)
{
    unsigned long flags, moved = 0;
    struct page *page;

    if (zone->nr_reserved_highatomic <= (force ? 0 : pageblock_nr_pages))
        return false;
    spin_lock_irqsave(&zone->lock, flags);
    page = find_reserved(zone);
    if (page) {
        zone->nr_reserved_highatomic -= pageblock_nr_pages;
        moved = move_freepages_block(zone, page, type);
    }
    spin_unlock_irqrestore(&zone->lock, flags);
    return moved != 0;
}

bool unreserve_highatomic_pageblock(gfp_t gfp, bool force)
{
    struct zoneref *z;
    struct zone *zone;

    for_each_zone_zonelist(zone, z, node_zonelist(numa_node_id(), gfp),
                           gfp_zone(gfp))
        if (unreserve_one(zone, gfp_migratetype(gfp), force))
            return true;
    return false;
}
