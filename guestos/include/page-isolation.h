/*
 * Taking pageblocks out of the page allocator: their free frames stay free
 * but are not handed out, and those that are freed later join them. For
 * allocations of contiguous ranges and for compaction.
 */
#ifndef QUIRE_GUESTOS_PAGE_ISOLATION_H
#define QUIRE_GUESTOS_PAGE_ISOLATION_H

#include "mm.h"

/* Isolates the page's pageblock: 0; -EBUSY when it is isolated already or
 * holds a page that cannot move. */
int set_migratetype_isolate(struct page *page);
/* Gives it back, as `type`; nothing if it is not isolated. */
void unset_migratetype_isolate(struct page *page, enum migratetype type);

/* All pageblocks of [start, end), frames at pageblocks' limits: 0 or -EBUSY,
 * then none is isolated. `type` is what a failure gives them back as. */
int start_isolate_page_range(unsigned long start, unsigned long end,
                             enum migratetype type);
void undo_isolate_page_range(unsigned long start, unsigned long end,
                             enum migratetype type);
/* Whether every frame of an isolated range is free: 0 or -EBUSY. */
int test_pages_isolated(unsigned long start, unsigned long end);

/* A page of [page's pageblock] that can neither be moved nor is free. */
struct page *has_unmovable_pages(const struct zone *zone, struct page *page);

#endif
