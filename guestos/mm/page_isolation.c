/*
 * Isolation of pageblocks: the type MIGRATE_ISOLATE, whose lists nobody
 * allocates from. Owns zone->nr_isolate_pageblock, under zone->lock; frames
 * in isolated blocks do not count as NR_FREE_PAGES. Mirrors Linux's
 * set_migratetype_isolate, has_unmovable_pages, start_isolate_page_range,
 * test_pages_isolated.
 */
#include "page-isolation.h"

#include "errno.h"
#include "pageblock.h"

struct page *has_unmovable_pages(const struct zone *zone, struct page *page)
{
    unsigned long pfn, end;

    pageblock_range(zone, page_to_pfn(page), &pfn, &end);
    while (pfn < end) {
        page = pfn_to_page(pfn);
        if (PageReserved(page))
            return page;
        if (PageBuddy(page)) {
            /* Who does not hold the lock may find it taken meanwhile. */
            unsigned int order = buddy_order(page);

            pfn += order < MAX_ORDER ? 1ul << order : 1;
            continue;
        }
        /* Without a reference: on its way to the free lists. */
        if (page_count(page) && !PageLRU(page))
            return page;
        pfn++;
    }
    return NULL;
}

int set_migratetype_isolate(struct page *page)
{
    struct zone *zone = page_zone(page);
    unsigned long flags;
    int error = -EBUSY;

    spin_lock_irqsave(&zone->lock, flags);
    if (!is_migrate_isolate(get_pageblock_migratetype(page)) &&
        !has_unmovable_pages(zone, page)) {
        if (get_pageblock_migratetype(page) == MIGRATE_HIGHATOMIC)
            zone->nr_reserved_highatomic -= pageblock_nr_pages;
        zone->nr_isolate_pageblock++;
        mod_zone_page_state(
            zone, NR_FREE_PAGES,
            -(long)move_freepages_block(zone, page, MIGRATE_ISOLATE));
        error = 0;
    }
    spin_unlock_irqrestore(&zone->lock, flags);
    return error;
}

void unset_migratetype_isolate(struct page *page, enum migratetype type)
{
    struct zone *zone = page_zone(page);
    unsigned long flags;

    spin_lock_irqsave(&zone->lock, flags);
    if (is_migrate_isolate(get_pageblock_migratetype(page))) {
        zone->nr_isolate_pageblock--;
        mod_zone_page_state(zone, NR_FREE_PAGES,
                            (long)move_freepages_block(zone, page, type));
    }
    spin_unlock_irqrestore(&zone->lock, flags);
}

int start_isolate_page_range(unsigned long start, unsigned long end,
                             enum migratetype type)
{
    for (unsigned long pfn = start; pfn < end; pfn += pageblock_nr_pages) {
        if (set_migratetype_isolate(pfn_to_page(pfn)) == 0)
            continue;
        undo_isolate_page_range(start, pfn, type);
        return -EBUSY;
    }
    return 0;
}

void undo_isolate_page_range(unsigned long start, unsigned long end,
                             enum migratetype type)
{
    for (unsigned long pfn = start; pfn < end; pfn += pageblock_nr_pages)
        unset_migratetype_isolate(pfn_to_page(pfn), type);
}

int test_pages_isolated(unsigned long start, unsigned long end)
{
    struct zone *zone = page_zone(pfn_to_page(start));
    unsigned long pfn = start, flags;

    spin_lock_irqsave(&zone->lock, flags);
    while (pfn < end) {
        const struct page *page = pfn_to_page(pfn);

        if (!PageBuddy(page) ||
            !is_migrate_isolate(get_pageblock_migratetype(page)))
            break;
        pfn += 1ul << buddy_order(page);
    }
    spin_unlock_irqrestore(&zone->lock, flags);
    return pfn < end ? -EBUSY : 0;
}
