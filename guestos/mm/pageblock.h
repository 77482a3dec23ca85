/*
 * Types of pageblocks and the free lists, as the files of the buddy allocator
 * share them. zone->lock is held, interrupts off, unless it says otherwise.
 */
#ifndef QUIRE_GUESTOS_MM_PAGEBLOCK_H
#define QUIRE_GUESTOS_MM_PAGEBLOCK_H

#include "internal.h"

/* -- pageblock.c --------------------------------------------------------- */

/* A byte of zone->pageblock_flags: the type, and what compaction skips. */
#define PB_MIGRATE_MASK 0x07u
#define PB_MIGRATE_SKIP 0x08u

/* Without the lock the answer may be old. */
enum migratetype get_pageblock_migratetype(const struct page *page);
/* A type for allocations becomes UNMOVABLE where grouping is off. */
void set_pageblock_migratetype(struct page *page, enum migratetype type);
/* The byte of a pageblock where compaction keeps what it must not scan. */
bool get_pageblock_skip(const struct page *page);
void set_pageblock_skip(struct page *page);
void clear_pageblock_skip(struct page *page);
/* At boot: memory for the types of a zone, and all movable. */
void pageblock_init_zone(struct zone *zone);

/* The part of the zone in the page's pageblock: [*start, *end) of frames. */
void pageblock_range(const struct zone *zone, unsigned long pfn,
                     unsigned long *start, unsigned long *end);
/* Moves the free blocks of a pageblock to the lists of `type`, which becomes
 * its type; frames moved. */
unsigned long move_freepages_block(struct zone *zone, struct page *page,
                                   enum migratetype type);

/* -- fallback.c ---------------------------------------------------------- */

/* The type whose block of this order an allocation of start_type may take,
 * or -1. *can_steal: with its whole pageblock. */
int find_suitable_fallback(const struct free_area *area, unsigned int order,
                           enum migratetype start_type, bool only_stealable,
                           bool *can_steal);
/* A block for an allocation whose own lists are empty; NULL: there is none. */
struct page *__rmqueue_fallback(struct zone *zone, unsigned int order,
                                enum migratetype start_type);

/* -- highatomic.c: these take zone->lock --------------------------------- */

/* Keeps the page's pageblock for atomic allocations of high orders. */
void reserve_highatomic_pageblock(struct page *page, struct zone *zone);
/* Gives one such pageblock to the allocation's type; true if it had free
 * frames. `force`: even the last one. */
bool unreserve_highatomic_pageblock(gfp_t gfp, bool force);

/* -- buddy.c ------------------------------------------------------------- */

static inline unsigned int buddy_order(const struct page *page)
{
    return (unsigned int)__atomic_load_n(&page->private, __ATOMIC_RELAXED);
}

static inline bool is_migrate_isolate(enum migratetype type)
{
    return type == MIGRATE_ISOLATE;
}

static inline bool free_area_empty(const struct free_area *area,
                                   enum migratetype type)
{
    return list_empty(&area->free_list[type]);
}

static inline struct page *get_page_from_free_area(const struct free_area *area,
                                                   enum migratetype type)
{
    return list_first_entry_or_null(&area->free_list[type], struct page, lru);
}

void add_to_free_list(struct page *page, struct zone *zone, unsigned int order,
                      enum migratetype type, bool is_tail);
void del_from_free_list(struct page *page, struct zone *zone,
                        unsigned int order);
/* The free buddy of a block of this order, or NULL. */
struct page *find_buddy(const struct zone *zone, unsigned long pfn,
                        unsigned int order);
void __free_one_page(struct zone *zone, unsigned long pfn, unsigned int order);
/* Takes a block off its list and hands out its first 2^low frames; the rest
 * goes back to the lists of `type`. */
struct page *take_and_expand(struct zone *zone, struct page *page,
                             unsigned int low, enum migratetype type);
struct page *__rmqueue_smallest(struct zone *zone, unsigned int order,
                                enum migratetype type);
struct page *__rmqueue(struct zone *zone, unsigned int order,
                       enum migratetype type);
/* Frames in isolated blocks are free, but not counted. */
void __mod_zone_freepage_state(struct zone *zone, long pages,
                               enum migratetype type);

#endif
