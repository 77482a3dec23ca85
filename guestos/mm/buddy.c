/*
 * The buddy allocator proper. Owns zone->free_area and the frames that lie
 * there.
 *
 * A free block of 2^order frames starts at a multiple of its size; its buddy
 * is the block whose frame number differs in that one bit. The first frame of
 * a block has PAGE_TYPE_BUDDY and its order in private; nothing else says
 * that frames are free, so merging needs no bitmap:
 *
 *      order 2   [0 1 2 3]          alloc order 0: 0 goes out, 1 is left as
 *      order 1   [0 1] [2 3]        order 0, 2-3 as order 1; freeing 0 finds
 *      order 0   [0][1][2][3]       buddy 1, then buddy 2-3, up again
 *
 * Each order has a list for each migrate type. A block is always on the list
 * of its pageblock's type (Linux since v6.10; v5.15 lets them differ until
 * the block is freed again), and no block spans two pageblocks.
 *
 * Lock: zone->lock, interrupts off; it is the innermost of mm/. Counters:
 * NR_FREE_PAGES. Mirrors Linux's __free_one_page, __rmqueue_smallest, expand,
 * __rmqueue.
 */
#include "pageblock.h"
#include "trace.h"

void __mod_zone_freepage_state(struct zone *zone, long pages,
                               enum migratetype type)
{
    if (!is_migrate_isolate(type))
        mod_zone_page_state(zone, NR_FREE_PAGES, pages);
}

void add_to_free_list(struct page *page, struct zone *zone, unsigned int order,
                      enum migratetype type, bool is_tail)
{
    struct free_area *area = &zone->free_area[order];

    lockdep_assert_held(&zone->lock);
    page->page_type = PAGE_TYPE_BUDDY;
    page->private = order;
    if (is_tail)
        list_add_tail(&page->lru, &area->free_list[type]);
    else
        list_add(&page->lru, &area->free_list[type]);
    area->nr_free++;
}

void del_from_free_list(struct page *page, struct zone *zone,
                        unsigned int order)
{
    lockdep_assert_held(&zone->lock);
    list_del(&page->lru);
    page->page_type = PAGE_TYPE_NONE;
    page->private = 0;
    zone->free_area[order].nr_free--;
}

struct page *find_buddy(const struct zone *zone, unsigned long pfn,
                        unsigned int order)
{
    unsigned long buddy_pfn = pfn ^ 1ul << order;
    struct page *buddy;

    if (buddy_pfn < zone->zone_start_pfn || buddy_pfn >= zone_end_pfn(zone))
        return NULL;
    buddy = pfn_to_page(buddy_pfn);
    return PageBuddy(buddy) && buddy_order(buddy) == order ? buddy : NULL;
}

void __free_one_page(struct zone *zone, unsigned long pfn, unsigned int order)
{
    enum migratetype type = get_pageblock_migratetype(pfn_to_page(pfn));

    lockdep_assert_held(&zone->lock);
    __mod_zone_freepage_state(zone, 1l << order, type);
    while (order < MAX_ORDER - 1) {
        struct page *buddy = find_buddy(zone, pfn, order);

        if (!buddy)
            break;
        del_from_free_list(buddy, zone, order);
        pfn &= ~(1ul << order);
        order++;
    }
    /* A block whose neighbour of the next size up is free will soon merge:
     * use it last. */
    add_to_free_list(pfn_to_page(pfn), zone, order, type,
                     order < MAX_ORDER - 2 &&
                         find_buddy(zone, pfn & ~(1ul << order), order + 1));
}

struct page *take_and_expand(struct zone *zone, struct page *page,
                             unsigned int low, enum migratetype type)
{
    unsigned int high = buddy_order(page);

    del_from_free_list(page, zone, high);
    while (high > low) {
        high--;
        add_to_free_list(page + (1ul << high), zone, high, type, false);
    }
    __mod_zone_freepage_state(zone, -(1l << low), type);
    return page;
}

struct page *__rmqueue_smallest(struct zone *zone, unsigned int order,
                                enum migratetype type)
{
    lockdep_assert_held(&zone->lock);
    for (unsigned int o = order; o < MAX_ORDER; o++) {
        struct page *page = get_page_from_free_area(&zone->free_area[o], type);

        if (page)
            return take_and_expand(zone, page, order, type);
    }
    return NULL;
}

struct page *__rmqueue(struct zone *zone, unsigned int order,
                       enum migratetype type)
{
    struct page *page = __rmqueue_smallest(zone, order, type);

    if (unlikely(!page))
        page = __rmqueue_fallback(zone, order, type);
    if (page)
        TRACE(kmem, mm_page_alloc_zone_locked, page, order, type);
    return page;
}
