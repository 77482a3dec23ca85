/*
 * The slow path of the page allocator: what is done when the fast path finds
 * every zone at its low watermark. In order: wake kswapd and try down to the
 * min watermark; take from the reserve if the caller is one of those who make
 * memory (PF_MEMALLOC) or is dying; reclaim; kill. Owns nothing; counts
 * ALLOCSTALL_*. Mirrors Linux's __alloc_pages_slowpath, should_reclaim_retry,
 * __alloc_pages_may_oom, warn_alloc.
 */
#include "pageblock.h"
#include "kernel.h"
#include "sched.h"

/* So often reclaim may find nothing before somebody is killed. */
#define MAX_RECLAIM_RETRIES 16

struct reclaim_ops reclaim_ops;

static unsigned int gfp_to_alloc_flags(gfp_t gfp)
{
    unsigned int flags = WMARK_MIN;

    if (gfp & __GFP_HIGH)
        flags |= ALLOC_HIGH;
    if (gfp & __GFP_ATOMIC && !(gfp & __GFP_NOMEMALLOC))
        flags |= ALLOC_HARDER;
    return flags;
}

/* What the caller may take of the reserve beyond its flags. */
static unsigned int reserve_flags(gfp_t gfp)
{
    if (gfp & __GFP_NOMEMALLOC)
        return 0;
    if (gfp & __GFP_MEMALLOC)
        return ALLOC_NO_WATERMARKS;
    if (in_interrupt())
        return 0;
    if (current->flags & PF_MEMALLOC)
        return ALLOC_NO_WATERMARKS;
    return test_thread_flag(TIF_MEMDIE) ? ALLOC_OOM : 0;
}

/* Flags that this task's contexts take away. */
static gfp_t current_gfp_context(gfp_t gfp)
{
    if (current->flags & PF_MEMALLOC_NOIO)
        gfp &= ~(__GFP_IO | __GFP_FS);
    else if (current->flags & PF_MEMALLOC_NOFS)
        gfp &= ~__GFP_FS;
    return gfp;
}

/* Whether freeing everything that can be freed would help. */
static bool should_reclaim_retry(gfp_t gfp, unsigned int order,
                                 unsigned int alloc_flags, bool is_progress,
                                 int *no_progress_loops)
{
    struct pglist_data *pgdat = &contig_page_data;
    enum zone_type highest = gfp_zone(gfp);

    if (is_progress && order <= PAGE_ALLOC_COSTLY_ORDER)
        *no_progress_loops = 0;
    else
        ++*no_progress_loops;
    if (*no_progress_loops > MAX_RECLAIM_RETRIES)
        return unreserve_highatomic_pageblock(gfp, true);
    for (struct zone **z = pgdat->node_zonelists[highest]; *z; z++) {
        long extra = reclaim_ops.reclaimable_pages
                         ? (long)reclaim_ops.reclaimable_pages(*z)
                         : 0;
        unsigned long mark = min_wmark_pages(*z);

        mark = mark > (unsigned long)extra ? mark - (unsigned long)extra : 0;
        if (zone_watermark_ok(*z, 0, mark, highest, alloc_flags)) {
            cond_resched();
            return true;
        }
    }
    return false;
}

/* Kills somebody unless memory has come free meanwhile; *is_progress says
 * that another try makes sense. */
static struct page *alloc_may_oom(gfp_t gfp, unsigned int order,
                                  bool *is_progress)
{
    struct page *page;

    drain_all_pages(NULL);
    page = get_page_from_freelist(gfp, order, WMARK_HIGH);
    *is_progress = false;
    if (page)
        return page;
    if (current->flags & PF_EXITING || order > PAGE_ALLOC_COSTLY_ORDER ||
        gfp & (__GFP_NORETRY | __GFP_RETRY_MAYFAIL))
        return NULL;
    if (reclaim_ops.out_of_memory && reclaim_ops.out_of_memory(gfp, order)) {
        *is_progress = true;
        /* Let the victim die. */
        if (!test_thread_flag(TIF_MEMDIE))
            schedule_timeout_uninterruptible(1);
    }
    return NULL;
}

static void warn_alloc(gfp_t gfp, unsigned int order)
{
    if (gfp & __GFP_NOWARN)
        return;
    pr_warn("%s: page allocation failure: order:%u, mode:0x%x\n",
            current->comm, order, (unsigned int)gfp);
    show_mem();
}

static unsigned long direct_reclaim(gfp_t gfp, unsigned int order)
{
    unsigned long progress;

    if (!reclaim_ops.try_to_free_pages)
        return 0;
    cond_resched();
    current->flags |= PF_MEMALLOC;
    progress = reclaim_ops.try_to_free_pages(order, gfp);
    current->flags &= ~PF_MEMALLOC;
    return progress;
}

/* Reclaim has freed frames and there is no block: they may lie on per-CPU
 * lists, or in a reserve. */
static struct page *get_drained_page(gfp_t gfp, unsigned int order,
                                     unsigned int alloc_flags)
{
    unreserve_highatomic_pageblock(gfp, false);
    drain_all_pages(NULL);
    return get_page_from_freelist(gfp, order, alloc_flags);
}

/* With direct reclaim allowed: until there is a page or no hope. */
static struct page *reclaim_and_retry(gfp_t gfp, unsigned int order,
                                      unsigned int alloc_flags)
{
    int no_progress_loops = 0;

    for (;;) {
        bool is_progress = direct_reclaim(gfp, order) != 0;
        unsigned int flags = alloc_flags;
        struct page *page;

        if (reserve_flags(gfp))
            flags = (flags & ~ALLOC_WMARK_MASK) | reserve_flags(gfp);
        page = get_page_from_freelist(gfp, order, flags);
        if (!page && is_progress)
            page = get_drained_page(gfp, order, flags);
        if (page)
            return page;
        if (gfp & __GFP_NORETRY ||
            (order > PAGE_ALLOC_COSTLY_ORDER && !(gfp & __GFP_RETRY_MAYFAIL)))
            return NULL;
        if (should_reclaim_retry(gfp, order, alloc_flags, is_progress,
                                 &no_progress_loops))
            continue;
        page = alloc_may_oom(gfp, order, &is_progress);
        if (page)
            return page;
        if (test_thread_flag(TIF_MEMDIE) && !(gfp & __GFP_NOFAIL))
            return NULL;
        if (!is_progress && !(gfp & __GFP_NOFAIL))
            return NULL;
        no_progress_loops = 0;
    }
}

struct page *alloc_pages_slowpath(gfp_t gfp, unsigned int order)
{
    unsigned int alloc_flags = gfp_to_alloc_flags(gfp);
    struct page *page;

    if (!in_interrupt())
        gfp = current_gfp_context(gfp);
    if (gfp & __GFP_KSWAPD_RECLAIM && reclaim_ops.wakeup_kswapd)
        reclaim_ops.wakeup_kswapd(order, gfp_zone(gfp));
    page = get_page_from_freelist(gfp, order, alloc_flags);
    if (page)
        return page;
    if (reserve_flags(gfp)) {
        page = get_page_from_freelist(
            gfp, order,
            (alloc_flags & ~ALLOC_WMARK_MASK) | reserve_flags(gfp));
        if (page)
            return page;
    }
    if (gfp & __GFP_DIRECT_RECLAIM && !(current->flags & PF_MEMALLOC)) {
        WARN_ON_ONCE(in_atomic());
        page = reclaim_and_retry(gfp, order, alloc_flags);
    }
    if (!page)
        warn_alloc(gfp, order);
    return page;
}
