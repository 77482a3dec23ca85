/*
 * The buddy allocator. Owns zone->free_area and the frames that lie there.
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
 * Lock: zone->lock, interrupts off; it is the innermost of mm/. Counters:
 * NR_FREE_PAGES, PGALLOC_*, PGFREE. Mirrors Linux's __free_one_page,
 * __rmqueue_smallest, expand, get_page_from_freelist, alloc_pages_exact.
 */
#include "internal.h"
#include "highmem.h"
#include "kernel.h"
#include "trace.h"

unsigned long fail_nth_page;

static void add_to_free_list(struct page *page, struct zone *zone,
                             unsigned int order, bool is_tail)
{
    struct free_area *area = &zone->free_area[order];

    page->page_type = PAGE_TYPE_BUDDY;
    page->private = order;
    if (is_tail)
        list_add_tail(&page->lru, &area->free_list);
    else
        list_add(&page->lru, &area->free_list);
    area->nr_free++;
}

static void del_from_free_list(struct page *page, struct zone *zone,
                               unsigned int order)
{
    list_del(&page->lru);
    page->page_type = PAGE_TYPE_NONE;
    page->private = 0;
    zone->free_area[order].nr_free--;
}

/* The free buddy of a block of this order, or NULL. */
static struct page *find_buddy(struct zone *zone, unsigned long pfn,
                               unsigned int order)
{
    unsigned long buddy_pfn = pfn ^ 1ul << order;
    struct page *buddy;

    if (buddy_pfn < zone->zone_start_pfn || buddy_pfn >= zone_end_pfn(zone))
        return NULL;
    buddy = pfn_to_page(buddy_pfn);
    return PageBuddy(buddy) && buddy->private == order ? buddy : NULL;
}

/* zone->lock is held. */
static void __free_one_page(struct zone *zone, unsigned long pfn,
                            unsigned int order)
{
    mod_zone_page_state(zone, NR_FREE_PAGES, 1l << order);
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
    add_to_free_list(pfn_to_page(pfn), zone, order,
                     order < MAX_ORDER - 2 &&
                         find_buddy(zone, pfn & ~(1ul << order), order + 1));
}

/* Returns the upper halves of a block that is larger than needed. */
static void expand(struct zone *zone, struct page *page, unsigned int low,
                   unsigned int high)
{
    while (high > low) {
        high--;
        add_to_free_list(page + (1ul << high), zone, high, false);
    }
}

/* zone->lock is held. */
static struct page *__rmqueue_smallest(struct zone *zone, unsigned int order)
{
    for (unsigned int o = order; o < MAX_ORDER; o++) {
        struct free_area *area = &zone->free_area[o];
        struct page *page;

        if (list_empty(&area->free_list))
            continue;
        page = list_first_entry(&area->free_list, struct page, lru);
        del_from_free_list(page, zone, o);
        expand(zone, page, order, o);
        mod_zone_page_state(zone, NR_FREE_PAGES, -(1l << order));
        return page;
    }
    return NULL;
}

static void bad_page(const struct page *page, const char *why)
{
    panic("BUG: Bad page state pfn:%05lx %s, refcount:%d mapcount:%d "
          "mapping:%p index:0x%lx flags:0x%lx",
          page_to_pfn(page), why, page_count(page), page->_mapcount,
          page->mapping, page->index, page->flags);
}

static void check_new_page(const struct page *page)
{
    if (page_count(page) || page->page_type != PAGE_TYPE_NONE ||
        page->mapping || page->flags & PAGE_FLAGS_CHECK_AT_FREE)
        bad_page(page, "a free page was changed");
}

void prep_compound_page(struct page *page, unsigned int order)
{
    SetPageHead(page);
    for (unsigned long i = 1; i < 1ul << order; i++)
        page[i].compound_head = (unsigned long)page | 1;
    page[1].compound_order = order;
}

static void prep_new_page(struct page *page, unsigned int order, gfp_t gfp)
{
    for (unsigned long i = 0; i < 1ul << order; i++)
        check_new_page(page + i);
    arch_alloc_page(page, order);
    page->_refcount = 1;
    if (gfp & __GFP_ZERO)
        for (unsigned long i = 0; i < 1ul << order; i++)
            clear_highpage(page + i);
    if (order && gfp & __GFP_COMP)
        prep_compound_page(page, order);
}

struct page *get_page_from_freelist(gfp_t gfp, unsigned int order,
                                    unsigned int alloc_flags)
{
    struct pglist_data *pgdat = &contig_page_data;
    enum zone_type highest = gfp_zone(gfp);

    for (struct zone **z = pgdat->node_zonelists[highest]; *z; z++) {
        struct zone *zone = *z;
        unsigned long flags;
        struct page *page;

        if (!(alloc_flags & ALLOC_NO_WATERMARKS) &&
            !zone_watermark_ok(
                zone, order, zone->_watermark[alloc_flags & ALLOC_WMARK_MASK],
                highest, alloc_flags))
            continue;
        spin_lock_irqsave(&zone->lock, flags);
        page = __rmqueue_smallest(zone, order);
        spin_unlock_irqrestore(&zone->lock, flags);
        if (!page)
            continue;
        count_zone_event(PGALLOC_DMA, zone, 1ul << order);
        prep_new_page(page, order, gfp);
        return page;
    }
    return NULL;
}

struct page *alloc_pages(gfp_t gfp, unsigned int order)
{
    struct page *page;

    if (WARN_ON_ONCE(order >= MAX_ORDER))
        return NULL;
    if (unlikely(fail_nth_page) && !--fail_nth_page && !(gfp & __GFP_NOFAIL))
        return NULL;
    page = get_page_from_freelist(gfp, order, WMARK_LOW);
    if (unlikely(!page))
        page = alloc_pages_slowpath(gfp, order);
    TRACE3(kmem, mm_page_alloc, page, order, gfp);
    return page;
}

static void free_page_prepare(struct page *page)
{
    /* Kernel owners end here; mapped or doubly freed pages do not. */
    if (page->page_type <= PAGE_TYPE_TABLE)
        page->page_type = PAGE_TYPE_NONE;
    if (page->page_type != PAGE_TYPE_NONE)
        bad_page(page, PageBuddy(page) ? "freed twice" : "still mapped");
    if (page_count(page))
        bad_page(page, "still referenced");
    if (page->flags & PAGE_FLAGS_CHECK_AT_FREE)
        bad_page(page, "flags set that must be clear");
    page->flags &= ~PAGE_FLAGS_MASK;
    page->mapping = NULL;
    page->private = 0;
    page->index = 0;
}

/* The block's references are gone. */
static void free_pages_ok(struct page *page, unsigned int order)
{
    struct zone *zone = page_zone(page);
    unsigned long flags;

    TRACE2(kmem, mm_page_free, page, order);
    for (unsigned long i = 0; i < 1ul << order; i++) {
        if (i)
            page[i].compound_head = 0;
        free_page_prepare(page + i);
    }
    arch_free_page(page, order);
    count_vm_events(PGFREE, 1ul << order);
    spin_lock_irqsave(&zone->lock, flags);
    __free_one_page(zone, page_to_pfn(page), order);
    spin_unlock_irqrestore(&zone->lock, flags);
}

void __free_pages(struct page *page, unsigned int order)
{
    if (PageBuddy(page) || !page_count(page))
        bad_page(page, "freed twice");
    if (put_page_testzero(page))
        free_pages_ok(page, order);
}

void free_unref_page(struct page *page)
{
    free_pages_ok(page, 0);
}

void memblock_free_pages(struct page *page, unsigned int order)
{
    struct zone *zone = page_zone(page);

    for (unsigned long i = 0; i < 1ul << order; i++) {
        page[i].flags &= ~PAGE_FLAGS_MASK;
        page[i]._refcount = 0;
        page[i].page_type = PAGE_TYPE_NONE;
    }
    zone->managed_pages += 1ul << order;
    arch_free_page(page, order);
    spin_lock(&zone->lock);
    __free_one_page(zone, page_to_pfn(page), order);
    spin_unlock(&zone->lock);
}

unsigned long __get_free_pages(gfp_t gfp, unsigned int order)
{
    struct page *page = alloc_pages(gfp & ~__GFP_HIGHMEM, order);

    return page ? (unsigned long)page_address(page) : 0;
}

void free_pages(unsigned long addr, unsigned int order)
{
    if (addr)
        __free_pages(virt_to_page((void *)addr), order);
}

void split_page(struct page *page, unsigned int order)
{
    BUG_ON(PageHead(page) || page_count(page) != 1);
    for (unsigned long i = 1; i < 1ul << order; i++)
        page[i]._refcount = 1;
}

static unsigned int get_order(size_t size)
{
    unsigned int order = 0;

    while (((size_t)PAGE_SIZE << order) < size)
        order++;
    return order;
}

void *alloc_pages_exact(size_t size, gfp_t gfp)
{
    unsigned int order = get_order(size);
    unsigned long addr = __get_free_pages(gfp & ~__GFP_COMP, order);

    if (!addr)
        return NULL;
    split_page(virt_to_page((void *)addr), order);
    for (size_t at = ALIGN(size, (size_t)PAGE_SIZE);
         at < (size_t)PAGE_SIZE << order; at += PAGE_SIZE)
        free_page(addr + at);
    return (void *)addr;
}

void free_pages_exact(void *addr, size_t size)
{
    for (size_t at = 0; at < size; at += PAGE_SIZE)
        free_page((unsigned long)addr + at);
}

unsigned long nr_free_pages(void)
{
    return global_zone_page_state(NR_FREE_PAGES);
}

static unsigned long check_area(struct zone *zone, unsigned int order)
{
    struct free_area *area = &zone->free_area[order];
    unsigned long blocks = 0;
    struct page *page;

    list_for_each_entry(page, &area->free_list, lru) {
        unsigned long pfn = page_to_pfn(page);

        if (!PageBuddy(page) || page->private != order)
            bad_page(page, "on a free list without being free");
        if (page_zone(page) != zone || pfn & ((1ul << order) - 1) ||
            pfn + (1ul << order) > zone_end_pfn(zone))
            bad_page(page, "in the wrong zone or not aligned");
        if (order < MAX_ORDER - 1 && find_buddy(zone, pfn, order))
            bad_page(page, "two free buddies did not merge");
        for (unsigned long i = 0; i < 1ul << order; i++)
            if (page_count(page + i) || (i && PageBuddy(page + i)))
                bad_page(page + i, "in use within a free block");
        blocks++;
    }
    if (blocks != area->nr_free)
        panic("buddy: zone %s order %u has %lu blocks, says %lu", zone->name,
              order, blocks, area->nr_free);
    return blocks << order;
}

unsigned long buddy_check(void)
{
    unsigned long total = 0;

    for (int i = 0; i < MAX_NR_ZONES; i++) {
        struct zone *zone = &contig_page_data.node_zones[i];
        unsigned long pages = 0, flags;

        if (!populated_zone(zone))
            continue;
        spin_lock_irqsave(&zone->lock, flags);
        for (unsigned int order = 0; order < MAX_ORDER; order++)
            pages += check_area(zone, order);
        if (pages != (unsigned long)zone->vm_stat[NR_FREE_PAGES])
            panic("buddy: zone %s has %lu free pages, says %ld", zone->name,
                  pages, zone->vm_stat[NR_FREE_PAGES]);
        spin_unlock_irqrestore(&zone->lock, flags);
        total += pages;
    }
    return total;
}
