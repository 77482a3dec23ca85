/*
 * Pageblocks: 2^pageblock_order frames that have one migrate type. Owns
 * zone->pageblock_flags: a byte for each pageblock that the zone has a part
 * of, with the type in its low bits and above it the mark of compaction's
 * scanners. A zone that starts or ends within a pageblock has a byte of its
 * own for its part, so that each byte is under one zone->lock.
 *
 * Mirrors Linux's get_pfnblock_flags_mask, set_pageblock_migratetype,
 * move_freepages_block, and the decision of build_all_zonelists whether
 * memory is too small for groups.
 */
#include "pageblock.h"
#include "kernel.h"
#include "memblock.h"

bool page_group_by_mobility_disabled;

const char *const migratetype_names[MIGRATE_TYPES] = {
    "Unmovable", "Movable", "Reclaimable", "HighAtomic", "Isolate",
};

static u8 *pageblock_byte(const struct page *page)
{
    const struct zone *zone = page_zone(page);

    return &zone->pageblock_flags[(page_to_pfn(page) >> pageblock_order) -
                                  (zone->zone_start_pfn >> pageblock_order)];
}

enum migratetype get_pageblock_migratetype(const struct page *page)
{
    return (enum migratetype)(
        __atomic_load_n(pageblock_byte(page), __ATOMIC_RELAXED) &
        PB_MIGRATE_MASK);
}

void set_pageblock_migratetype(struct page *page, enum migratetype type)
{
    u8 *byte = pageblock_byte(page);

    if (page_group_by_mobility_disabled && type < MIGRATE_PCPTYPES)
        type = MIGRATE_UNMOVABLE;
    __atomic_store_n(byte, (u8)((*byte & ~PB_MIGRATE_MASK) | (u8)type),
                     __ATOMIC_RELAXED);
}

bool get_pageblock_skip(const struct page *page)
{
    return __atomic_load_n(pageblock_byte(page), __ATOMIC_RELAXED) &
           PB_MIGRATE_SKIP;
}

void set_pageblock_skip(struct page *page)
{
    u8 *byte = pageblock_byte(page);

    __atomic_store_n(byte, *byte | PB_MIGRATE_SKIP, __ATOMIC_RELAXED);
}

void clear_pageblock_skip(struct page *page)
{
    u8 *byte = pageblock_byte(page);

    __atomic_store_n(byte, (u8)(*byte & ~PB_MIGRATE_SKIP), __ATOMIC_RELAXED);
}

void pageblock_init_zone(struct zone *zone)
{
    unsigned long end = zone_end_pfn(zone), pfn = zone->zone_start_pfn;
    unsigned long blocks;

    if (pfn == end)
        return;
    blocks = ((end - 1) >> pageblock_order) - (pfn >> pageblock_order) + 1;
    zone->pageblock_flags = memblock_alloc(blocks, sizeof(long));
    for (; blocks--; pfn += pageblock_nr_pages)
        set_pageblock_migratetype(pfn_to_page(min(pfn, end - 1)),
                                  MIGRATE_MOVABLE);
}

void pageblock_range(const struct zone *zone, unsigned long pfn,
                     unsigned long *start, unsigned long *end)
{
    unsigned long first = pfn & ~(pageblock_nr_pages - 1);

    *start = max(first, zone->zone_start_pfn);
    *end = min(first + pageblock_nr_pages, zone_end_pfn(zone));
}

unsigned long move_freepages_block(struct zone *zone, struct page *page,
                                   enum migratetype type)
{
    unsigned long pfn, end, moved = 0;

    lockdep_assert_held(&zone->lock);
    set_pageblock_migratetype(page, type);
    type = get_pageblock_migratetype(page);
    pageblock_range(zone, page_to_pfn(page), &pfn, &end);
    while (pfn < end) {
        page = pfn_to_page(pfn);
        if (!PageBuddy(page)) {
            pfn++;
            continue;
        }
        list_move(&page->lru,
                  &zone->free_area[buddy_order(page)].free_list[type]);
        moved += 1ul << buddy_order(page);
        pfn += 1ul << buddy_order(page);
    }
    return moved;
}
