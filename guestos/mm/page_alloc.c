/*
 * The page allocator: blocks of 2^order frames by GFP flags. Chooses the zone,
 * checks what comes and goes, and keeps the rules of the callers; the blocks
 * are buddy.c's, what to do without memory is page_slow.c's.
 *
 * Lock: zone->lock, interrupts off. Counters: PGALLOC_*, PGFREE. Mirrors
 * Linux's get_page_from_freelist, rmqueue, prep_new_page, free_pages_prepare,
 * __free_pages_ok, alloc_pages_exact.
 */
#include "pcp.h"
#include "fault-inject.h"
#include "highmem.h"
#include "page_owner.h"
#include "kernel.h"
#include "trace.h"

bool check_new_page(const struct page *page)
{
    const char *why = page_bad_reason(page, PAGE_FLAGS_CHECK_AT_PREP);

    if (likely(!why))
        return true;
    bad_page(page, why);
    return false;
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
    arch_alloc_page(page, order);
    page->_refcount = 1;
    if (gfp & __GFP_ZERO)
        for (unsigned long i = 0; i < 1ul << order; i++)
            clear_highpage(page + i);
    if (order && gfp & __GFP_COMP)
        prep_compound_page(page, order);
}

/* A block with a bad frame is not used at all. */
static bool check_new_pages(const struct page *page, unsigned int order)
{
    for (unsigned long i = 0; i < 1ul << order; i++)
        if (!check_new_page(page + i))
            return false;
    return true;
}

/* A block of one zone. */
static struct page *rmqueue(struct zone *zone, unsigned int order,
                            enum migratetype type, unsigned int alloc_flags)
{
    bool is_high_atomic = alloc_flags & ALLOC_HARDER;
    struct page *page;
    unsigned long flags;

    if (!order)
        return rmqueue_pcplist(zone, type);
    do {
        spin_lock_irqsave(&zone->lock, flags);
        page = NULL;
        if (is_high_atomic)
            page = __rmqueue_smallest(zone, order, MIGRATE_HIGHATOMIC);
        if (page)
            TRACE(kmem, mm_page_alloc_zone_locked, page, order, type);
        else
            page = __rmqueue(zone, order, type);
        spin_unlock_irqrestore(&zone->lock, flags);
    } while (page && !check_new_pages(page, order));
    if (page)
        count_zone_event(PGALLOC_DMA, zone, 1ul << order);
    if (page && is_high_atomic)
        reserve_highatomic_pageblock(page, zone);
    return page;
}

struct page *get_page_from_freelist(gfp_t gfp, unsigned int order,
                                    unsigned int alloc_flags)
{
    enum zone_type highest = gfp_zone(gfp);
    struct zoneref *z;
    struct zone *zone;

    for_each_zone_zonelist(zone, z, node_zonelist(numa_node_id(), gfp),
                           highest) {
        struct page *page;

        if (!(alloc_flags & ALLOC_NO_WATERMARKS) &&
            !zone_watermark_ok(zone, order,
                               zone->_watermark[alloc_flags & ALLOC_WMARK_MASK],
                               highest, alloc_flags))
            continue;
        page = rmqueue(zone, order, gfp_migratetype(gfp), alloc_flags);
        if (!page)
            continue;
        prep_new_page(page, order, gfp);
        return page;
    }
    return NULL;
}

/* All but the frames that a CPU has at hand. */
static noinline struct page *alloc_pages_from_zones(gfp_t gfp,
                                                    unsigned int order)
{
    struct page *page;

    if (WARN_ON_ONCE(order >= MAX_ORDER))
        return NULL;
    if (should_fail_alloc_page(gfp))
        return NULL;
    page = get_page_from_freelist(gfp, order, WMARK_LOW);
    if (unlikely(!page))
        page = alloc_pages_slowpath(gfp, order);
    if (page)
        set_page_owner(page, order, gfp,
                       (unsigned long)__builtin_return_address(0));
    TRACE3(kmem, mm_page_alloc, page, order, gfp);
    return page;
}

static noinline struct page *zeroed(struct page *page)
{
    clear_highpage(page);
    return page;
}

/* Calls of others are the last thing it does, so that it needs no stack. */
struct page *alloc_pages(gfp_t gfp, unsigned int order)
{
    struct page *page;

    if (unlikely(order || fault_injection_is_on()))
        return alloc_pages_from_zones(gfp, order);
    page = pcp_take_hot(gfp);
    if (unlikely(!page))
        return alloc_pages_from_zones(gfp, 0);
    arch_alloc_page(page, 0);
    page->_refcount = 1;
    TRACE3(kmem, mm_page_alloc, page, order, gfp);
    return unlikely(gfp & __GFP_ZERO) ? zeroed(page) : page;
}

/* What the last owner may leave behind. */
static void reset_page(struct page *page)
{
    page->flags &= ~PAGE_FLAGS_MASK;
    page->mapping = NULL;
    page->private = 0;
}

/* Nothing to take back, nothing wrong. */
static bool is_expected_state(const struct page *page)
{
    if (unlikely(page->mapping && !PageAnon(page)))
        return false;
    return !((page->flags & PAGE_FLAGS_CHECK_AT_FREE) |
             (unsigned int)(page->page_type - PAGE_TYPE_NONE) |
             (unsigned int)page->_refcount);
}

/* Takes the frame back from its owner; false: it is not fit to be used. */
static bool free_page_prepare(struct page *page)
{
    const char *why;

    /* Kernel owners end here; mapped or doubly freed pages do not. */
    if (page->page_type <= PAGE_TYPE_TABLE)
        page->page_type = PAGE_TYPE_NONE;
    if (PageAnon(page))
        page->mapping = NULL;
    why = page_bad_reason(page, PAGE_FLAGS_CHECK_AT_FREE);
    if (unlikely(why)) {
        bad_page(page, why);
        return false;
    }
    reset_page(page);
    return true;
}

/* The block's references are gone. */
static noinline void free_pages_ok(struct page *page, unsigned int order)
{
    struct zone *zone = page_zone(page);
    unsigned long flags;
    bool is_good = true;

    TRACE2(kmem, mm_page_free, page, order);
    for (unsigned long i = 0; i < 1ul << order; i++) {
        if (i)
            page[i].compound_head = 0;
        is_good &= free_page_prepare(page + i);
    }
    if (!is_good)
        return; /* nobody uses it any more */
    reset_page_owner(page, order);
    arch_free_page(page, order);
    count_vm_events(PGFREE, 1ul << order);
    spin_lock_irqsave(&zone->lock, flags);
    __free_one_page(zone, page_to_pfn(page), order);
    spin_unlock_irqrestore(&zone->lock, flags);
}

static noinline void free_owned_page(struct page *page)
{
    if (free_page_prepare(page))
        free_unref_page(page);
}

/* As alloc_pages: without a stack where all is as usual. */
void free_unref_page(struct page *page)
{
    if (unlikely(!is_expected_state(page))) {
        free_owned_page(page);
        return;
    }
    TRACE2(kmem, mm_page_free, page, 0);
    reset_page(page);
    arch_free_page(page, 0);
    if (unlikely(!pcp_give_hot(page)))
        free_to_pcp_slow(page);
}

void __free_pages(struct page *page, unsigned int order)
{
    if (unlikely(!page_count(page))) {
        bad_page(page, "freed twice");
        return;
    }
    if (!put_page_testzero(page))
        return;
    if (order)
        free_pages_ok(page, order);
    else
        free_unref_page(page);
}

void memblock_free_pages(struct page *page, unsigned int order)
{
    struct zone *zone = page_zone(page);
    unsigned long flags;

    for (unsigned long i = 0; i < 1ul << order; i++) {
        page[i].flags &= ~PAGE_FLAGS_MASK;
        page[i]._refcount = 0;
        page[i].page_type = PAGE_TYPE_NONE;
    }
    zone->managed_pages += 1ul << order;
    arch_free_page(page, order);
    spin_lock_irqsave(&zone->lock, flags);
    __free_one_page(zone, page_to_pfn(page), order);
    spin_unlock_irqrestore(&zone->lock, flags);
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

unsigned long nr_free_pages(void)
{
    return global_zone_page_state(NR_FREE_PAGES);
}
