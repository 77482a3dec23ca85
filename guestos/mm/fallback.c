/*
 * What an allocation takes when its own migrate type has no free block of its
 * size: the largest block of another type, so that the mixing happens rarely
 * and in as few pageblocks as can be. Where the allocation will fill much of
 * the pageblock, or where most of it is free or of its kind, the whole
 * pageblock changes its type; else the frames alone are borrowed and the
 * rest of the block stays with its type. A movable allocation that may not
 * claim takes the smallest block instead: its page can be moved away later.
 *
 * Owns nothing; under zone->lock. Mirrors Linux's fallbacks[][],
 * find_suitable_fallback, steal_suitable_fallback, __rmqueue_fallback.
 */
#include "pageblock.h"
#include "trace.h"

/* In the order of preference. */
static const enum migratetype
    fallbacks[MIGRATE_PCPTYPES][MIGRATE_PCPTYPES - 1] = {
        [MIGRATE_UNMOVABLE] = {MIGRATE_RECLAIMABLE, MIGRATE_MOVABLE},
        [MIGRATE_MOVABLE] = {MIGRATE_RECLAIMABLE, MIGRATE_UNMOVABLE},
        [MIGRATE_RECLAIMABLE] = {MIGRATE_UNMOVABLE, MIGRATE_MOVABLE},
};

/* Whether it makes sense to look at the whole pageblock. */
static bool can_steal_fallback(unsigned int order, enum migratetype start_type)
{
    return order >= pageblock_order / 2 || start_type == MIGRATE_RECLAIMABLE ||
           start_type == MIGRATE_UNMOVABLE || page_group_by_mobility_disabled;
}

int find_suitable_fallback(const struct free_area *area, unsigned int order,
                           enum migratetype start_type, bool only_stealable,
                           bool *can_steal)
{
    *can_steal = false;
    if (!area->nr_free)
        return -1;
    for (int i = 0; i < MIGRATE_PCPTYPES - 1; i++) {
        enum migratetype type = fallbacks[start_type][i];

        if (free_area_empty(area, type))
            continue;
        *can_steal = can_steal_fallback(order, start_type);
        if (!only_stealable || *can_steal)
            return (int)type;
    }
    return -1;
}

/* Frames of the pageblock that are free, and that could move. */
static unsigned long count_block(const struct zone *zone,
                                 const struct page *page,
                                 unsigned long *movable)
{
    unsigned long pfn, end, free = 0;

    *movable = 0;
    pageblock_range(zone, page_to_pfn(page), &pfn, &end);
    while (pfn < end) {
        page = pfn_to_page(pfn);
        if (PageBuddy(page)) {
            free += 1ul << buddy_order(page);
            pfn += 1ul << buddy_order(page);
            continue;
        }
        *movable += PageLRU(page);
        pfn++;
    }
    return free;
}

/* Whether enough of the pageblock is free or of the allocation's kind. */
static bool is_worth_claiming(const struct zone *zone, const struct page *page,
                              enum migratetype start_type,
                              enum migratetype block_type)
{
    unsigned long movable, alike = 0;
    unsigned long free = count_block(zone, page, &movable);

    if (start_type == MIGRATE_MOVABLE)
        alike = movable;
    else if (block_type == MIGRATE_MOVABLE)
        alike = pageblock_nr_pages - (free + movable);
    /* Else both are kinds that do not move: it is not known which is which. */
    return free + alike >= pageblock_nr_pages / 2 ||
           page_group_by_mobility_disabled;
}

static struct page *
steal_suitable_fallback(struct zone *zone, struct page *page,
                        unsigned int order, enum migratetype start_type,
                        enum migratetype block_type, bool can_steal)
{
    unsigned int fallback_order = buddy_order(page);
    bool is_claimed =
        fallback_order >= pageblock_order ||
        (can_steal && is_worth_claiming(zone, page, start_type, block_type));
    enum migratetype type = is_claimed ? start_type : block_type;
    struct page *taken;

    if (is_claimed) {
        move_freepages_block(zone, page, start_type);
        taken = __rmqueue_smallest(zone, order, start_type);
    } else {
        taken = take_and_expand(zone, page, order, type);
    }
    TRACE(kmem, mm_page_alloc_extfrag, taken, order, fallback_order, start_type,
          block_type, is_claimed);
    return taken;
}

struct page *__rmqueue_fallback(struct zone *zone, unsigned int order,
                                enum migratetype start_type)
{
    bool can_steal, is_smallest = false;
    int type = -1;
    unsigned int o;

    for (o = MAX_ORDER; type < 0 && o-- > order;)
        type = find_suitable_fallback(&zone->free_area[o], o, start_type, false,
                                      &can_steal);
    if (type < 0)
        return NULL;
    is_smallest = !can_steal && start_type == MIGRATE_MOVABLE && o > order;
    if (is_smallest) {
        type = -1;
        for (o = order; type < 0; o++)
            type = find_suitable_fallback(&zone->free_area[o], o, start_type,
                                          false, &can_steal);
        o--;
    }
    return steal_suitable_fallback(
        zone,
        get_page_from_free_area(&zone->free_area[o], (enum migratetype)type),
        order, start_type, (enum migratetype)type, can_steal);
}
