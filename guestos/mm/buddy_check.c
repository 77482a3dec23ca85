/*
 * The invariants of the free areas: every block on the list of its order and
 * of its pageblock's type, aligned, within its zone, merged as far as it can
 * be, with no frame in use; counts equal the lists. Owns nothing; takes
 * zone->lock.
 */
#include "kernel.h"
#include "pageblock.h"

static void wrong(const struct page *page, const char *why)
{
    panic("buddy: frame %05lx %s (flags %lx, refcount %d, type %d, "
          "private %lx)",
          page_to_pfn(page), why, page->flags, page_count(page),
          page->page_type, page->private);
}

static void check_block(const struct zone *zone, const struct page *page,
                        unsigned int order, enum migratetype type)
{
    unsigned long pfn = page_to_pfn(page);

    if (!PageBuddy(page) || buddy_order(page) != order)
        wrong(page, "is on a free list without being free");
    if (page_zone(page) != zone || pfn & ((1ul << order) - 1) ||
        pfn + (1ul << order) > zone_end_pfn(zone))
        wrong(page, "is in the wrong zone or not aligned");
    if (get_pageblock_migratetype(page) != type)
        wrong(page, "is on the list of another type than its pageblock");
    if (order < MAX_ORDER - 1 && find_buddy(zone, pfn, order))
        wrong(page, "did not merge with its free buddy");
    for (unsigned long i = 0; i < 1ul << order; i++)
        if (page_count(page + i) || (i && PageBuddy(page + i)))
            wrong(page + i, "is in use within a free block");
}

/* Frames on the lists of an order, without those that are isolated. */
static unsigned long check_area(const struct zone *zone, unsigned int order,
                                unsigned long *isolated)
{
    const struct free_area *area = &zone->free_area[order];
    unsigned long blocks = 0, apart = 0;
    const struct page *page;

    for (int type = 0; type < MIGRATE_TYPES; type++)
        list_for_each_entry(page, &area->free_list[type], lru) {
            check_block(zone, page, order, (enum migratetype)type);
            blocks++;
            apart += is_migrate_isolate((enum migratetype)type);
        }
    if (blocks != area->nr_free)
        panic("buddy: zone %s order %u has %lu blocks, says %lu", zone->name,
              order, blocks, area->nr_free);
    *isolated += apart << order;
    return (blocks - apart) << order;
}

/* The zone's own counts of its pageblocks' types. */
static void check_pageblocks(const struct zone *zone)
{
    unsigned long reserved = 0, isolated = 0;

    for (unsigned long pfn = zone->zone_start_pfn; pfn < zone_end_pfn(zone);
         pfn = (pfn | (pageblock_nr_pages - 1)) + 1) {
        enum migratetype type = get_pageblock_migratetype(pfn_to_page(pfn));

        if (type >= MIGRATE_TYPES)
            panic("buddy: zone %s has a pageblock of type %d", zone->name,
                  type);
        reserved += type == MIGRATE_HIGHATOMIC;
        isolated += is_migrate_isolate(type);
    }
    if (reserved * pageblock_nr_pages != zone->nr_reserved_highatomic ||
        isolated != zone->nr_isolate_pageblock)
        panic("buddy: zone %s has %lu pageblocks reserved and %lu isolated, "
              "says %lu frames and %lu",
              zone->name, reserved, isolated, zone->nr_reserved_highatomic,
              zone->nr_isolate_pageblock);
}

static unsigned long check_zone(struct zone *zone)
{
    unsigned long pages = 0, isolated = 0, flags;

    spin_lock_irqsave(&zone->lock, flags);
    for (unsigned int order = 0; order < MAX_ORDER; order++)
        pages += check_area(zone, order, &isolated);
    if (pages != (unsigned long)zone->vm_stat[NR_FREE_PAGES])
        panic("buddy: zone %s has %lu free pages, says %ld", zone->name, pages,
              zone->vm_stat[NR_FREE_PAGES]);
    check_pageblocks(zone);
    spin_unlock_irqrestore(&zone->lock, flags);
    return pages;
}

unsigned long buddy_check(void)
{
    unsigned long total = 0;
    struct zone *zone;

    for_each_populated_zone(zone)
        total += check_zone(zone);
    return total;
}
