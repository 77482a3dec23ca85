/*
 * Watermarks: how many frames of each zone are kept for whom. Owns
 * min_free_kbytes and the zones' _watermark and lowmem_reserve, written at
 * boot and by vm_sysctl.c. Mirrors Linux's __zone_watermark_ok,
 * setup_per_zone_wmarks, setup_per_zone_lowmem_reserve,
 * calculate_totalreserve_pages.
 */
#include "pcp.h"
#include "kernel.h"
#include "swap.h"

int min_free_kbytes = 1024;
unsigned long totalreserve_pages;

/* One frame in so many of the zones above is kept from their allocations; 0:
 * none. */
int lowmem_reserve_ratio[MAX_NR_ZONES] = {
    [ZONE_DMA] = 256,
    [ZONE_NORMAL] = 32,
    [ZONE_HIGHMEM] = 0,
};
/* Distance of the watermarks in 1/10000 of the zone, at least. */
int watermark_scale_factor = 10;

/* Free frames that an allocation of this kind cannot have. */
static long unusable_free(const struct zone *zone, unsigned int order,
                          unsigned int alloc_flags)
{
    long unusable = (1l << order) - 1;

    if (!(alloc_flags & (ALLOC_HARDER | ALLOC_OOM)))
        unusable += (long)zone->nr_reserved_highatomic;
    return unusable;
}

/* Whether there is a free block of the order for a caller of these flags. */
static bool has_block(const struct zone *zone, unsigned int order,
                      unsigned int alloc_flags)
{
    for (unsigned int o = order; o < MAX_ORDER; o++) {
        const struct free_area *area = &zone->free_area[o];

        if (!area->nr_free)
            continue;
        for (int type = 0; type < MIGRATE_PCPTYPES; type++)
            if (!free_area_empty(area, (enum migratetype)type))
                return true;
        if (alloc_flags & (ALLOC_HARDER | ALLOC_OOM) &&
            !free_area_empty(area, MIGRATE_HIGHATOMIC))
            return true;
    }
    return false;
}

bool __zone_watermark_ok(const struct zone *zone, unsigned int order,
                         unsigned long mark, enum zone_type highest_zoneidx,
                         unsigned int alloc_flags, long free)
{
    long min = (long)mark;

    free -= unusable_free(zone, order, alloc_flags);

    if (alloc_flags & ALLOC_HIGH)
        min -= min / 2;
    if (alloc_flags & ALLOC_OOM)
        min -= min / 2;
    else if (alloc_flags & ALLOC_HARDER)
        min -= min / 4;
    if (free <= min + (long)zone->lowmem_reserve[highest_zoneidx])
        return false;
    return !order || has_block(zone, order, alloc_flags);
}

bool zone_watermark_ok(struct zone *zone, unsigned int order,
                       unsigned long mark, enum zone_type highest_zoneidx,
                       unsigned int alloc_flags)
{
    return __zone_watermark_ok(zone, order, mark, highest_zoneidx, alloc_flags,
                               zone->vm_stat[NR_FREE_PAGES]);
}

static void setup_lowmem_reserve(struct pglist_data *pgdat)
{
    struct zone *zones = pgdat->node_zones;

    for (int i = 0; i < MAX_NR_ZONES - 1; i++) {
        unsigned int ratio = (unsigned int)lowmem_reserve_ratio[i];
        unsigned long above = 0;

        for (int j = i + 1; j < MAX_NR_ZONES; j++) {
            above += zones[j].managed_pages;
            zones[i].lowmem_reserve[j] =
                ratio && zones[i].managed_pages ? above / ratio : 0;
        }
    }
}

static unsigned long calculate_reserve(struct pglist_data *pgdat)
{
    pgdat->totalreserve_pages = 0;
    for (int i = 0; i < MAX_NR_ZONES; i++) {
        struct zone *zone = &pgdat->node_zones[i];
        unsigned long most = 0;

        for (int j = i; j < MAX_NR_ZONES; j++)
            most = max(most, zone->lowmem_reserve[j]);
        pgdat->totalreserve_pages +=
            min(most + high_wmark_pages(zone), zone->managed_pages);
    }
    return pgdat->totalreserve_pages;
}

static void setup_zone_wmarks(struct zone *zone, unsigned long pages_min,
                              unsigned long lowmem_pages)
{
    u64 share = (u64)pages_min * zone->managed_pages;
    unsigned long gap;

    share = lowmem_pages ? share / lowmem_pages : 0;
    if (is_highmem(zone))
        zone->_watermark[WMARK_MIN] =
            clamp(zone->managed_pages / 1024, SWAP_CLUSTER_MAX, 128ul);
    else
        zone->_watermark[WMARK_MIN] = (unsigned long)share;
    gap = max_t(unsigned long, share >> 2,
                (unsigned long)((u64)zone->managed_pages *
                                (unsigned int)watermark_scale_factor / 10000));
    zone->_watermark[WMARK_LOW] = min_wmark_pages(zone) + gap;
    zone->_watermark[WMARK_HIGH] = min_wmark_pages(zone) + gap * 2;
}

void setup_per_zone_wmarks(void)
{
    unsigned long pages_min =
        (unsigned long)min_free_kbytes >> (PAGE_SHIFT - 10);
    unsigned long lowmem = totalram_pages() - totalhigh_pages();
    unsigned long reserve = 0;
    struct zone *zone;
    int nid;

    for_each_online_node(nid)
        setup_lowmem_reserve(NODE_DATA(nid));
    for_each_zone(zone) {
        unsigned long flags;

        if (!managed_zone(zone))
            continue;
        spin_lock_irqsave(&zone->lock, flags);
        setup_zone_wmarks(zone, pages_min, lowmem);
        spin_unlock_irqrestore(&zone->lock, flags);
    }
    for_each_online_node(nid)
        reserve += calculate_reserve(NODE_DATA(nid));
    totalreserve_pages = reserve;
    setup_per_cpu_pageset();
}
