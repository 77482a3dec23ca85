/*
 * The slow path of the page allocator: what is done when the fast path finds
 * every zone at its low watermark. Wake kswapd and try down to the min
 * watermark; take from the reserves if the caller makes memory (PF_MEMALLOC)
 * or is dying; compact (page_compact.c), reclaim, drain the per-CPU lists, do
 * it again while that can help; kill. Which of these depends on the flags:
 *
 *                     kswapd  reserve   reclaims  kills  gives up
 *   GFP_NOWAIT        wakes   -         no        no     at once
 *   GFP_ATOMIC        wakes   3/8 left  no        no     at once
 *   GFP_NOIO, NOFS    wakes   -         yes       (1)    when killing is no use
 *   GFP_KERNEL        wakes   -         yes       yes    order > 3: after one
 *   __GFP_NORETRY                                 no     after one round
 *   __GFP_RETRY_MAYFAIL                           no     after 16 in vain
 *   __GFP_NOFAIL                                  yes    never
 *   PF_MEMALLOC               all       no        no     at once
 *
 * (1) out_of_memory does nothing without __GFP_FS, but counts as progress.
 *
 * Owns nothing. Mirrors Linux's __alloc_pages_slowpath, gfp_to_alloc_flags,
 * __gfp_pfmemalloc_flags, should_reclaim_retry, __alloc_pages_may_oom,
 * warn_alloc.
 */
#include "pageblock.h"
#include "kernel.h"
#include "page_compact.h"
#include "ratelimit.h"
#include "sched_mm.h"

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
    if (gfp & __GFP_KSWAPD_RECLAIM)
        flags |= ALLOC_KSWAPD;
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

/* Flags that this task's scopes take away. */
static gfp_t current_gfp_context(gfp_t gfp)
{
    if (in_interrupt())
        return gfp;
    if (current->flags & PF_MEMALLOC_NOIO)
        gfp &= ~(__GFP_IO | __GFP_FS);
    else if (current->flags & PF_MEMALLOC_NOFS)
        gfp &= ~__GFP_FS;
    return gfp;
}

/* As kswapd, so kcompactd. */
static void wake_all_kswapds(gfp_t gfp, unsigned int order)
{
    if (!(gfp & __GFP_KSWAPD_RECLAIM))
        return;
    if (reclaim_ops.wakeup_kswapd)
        reclaim_ops.wakeup_kswapd(order, gfp_zone(gfp));
    /* Who cannot compact himself, and may not lack memory at all. */
    if (!(gfp & __GFP_DIRECT_RECLAIM) && reclaim_ops.wakeup_kcompactd)
        reclaim_ops.wakeup_kcompactd(NODE_DATA(numa_node_id()), (int)order,
                                     gfp_zone(gfp));
}

/* Down to the min watermark, or further for those who may. */
static struct page *try_reserves(gfp_t gfp, unsigned int order)
{
    unsigned int reserve = reserve_flags(gfp);
    struct page *page =
        get_page_from_freelist(gfp, order, gfp_to_alloc_flags(gfp));

    if (!page && reserve)
        page = get_page_from_freelist(gfp, order, WMARK_MIN | reserve);
    return page;
}

static unsigned long direct_reclaim(gfp_t gfp, unsigned int order)
{
    unsigned long progress;
    unsigned int was;

    if (!reclaim_ops.try_to_free_pages)
        return 0;
    cond_resched();
    was = memalloc_noreclaim_save();
    progress = reclaim_ops.try_to_free_pages(order, gfp);
    memalloc_noreclaim_restore(was);
    cond_resched();
    return progress;
}

/* Reclaims, and tries again; what was freed may lie on the lists of other
 * CPUs or in the reserve for atomic allocations. */
static struct page *reclaim_and_try(gfp_t gfp, unsigned int order,
                                    bool *is_progress)
{
    struct page *page;

    *is_progress = direct_reclaim(gfp, order) != 0;
    page = try_reserves(gfp, order);
    if (page || !*is_progress)
        return page;
    unreserve_highatomic_pageblock(gfp, false);
    drain_all_pages(NULL);
    return try_reserves(gfp, order);
}

/* Whether the zone would have the block if all that can be freed were. */
static bool would_suffice(struct zone *zone, gfp_t gfp, unsigned int order)
{
    long available = (long)zone_page_state(zone, NR_FREE_PAGES);

    if (reclaim_ops.reclaimable_pages)
        available += (long)reclaim_ops.reclaimable_pages(zone);
    return __zone_watermark_ok(zone, order, min_wmark_pages(zone),
                               gfp_zone(gfp), gfp_to_alloc_flags(gfp),
                               available);
}

static bool should_reclaim_retry(gfp_t gfp, unsigned int order,
                                 bool is_progress, int *no_progress_loops)
{
    struct zoneref *z;
    struct zone *zone;

    /* Costly orders might come forth of themselves: they do not count. */
    if (is_progress && order <= PAGE_ALLOC_COSTLY_ORDER)
        *no_progress_loops = 0;
    else
        ++*no_progress_loops;
    if (*no_progress_loops > MAX_RECLAIM_RETRIES)
        return unreserve_highatomic_pageblock(gfp, true);
    for_each_zone_zonelist(zone, z, node_zonelist(numa_node_id(), gfp),
                           gfp_zone(gfp))
        if (would_suffice(zone, gfp, order)) {
            cond_resched();
            return true;
        }
    return false;
}

/* Whether killing somebody could give this allocation its block. */
static bool may_kill(gfp_t gfp, unsigned int order)
{
    return !(current->flags & PF_EXITING) && order <= PAGE_ALLOC_COSTLY_ORDER &&
           !(gfp & __GFP_RETRY_MAYFAIL) && gfp_zone(gfp) >= ZONE_NORMAL;
}

/* Kills somebody unless memory has come free meanwhile; *is_progress says
 * that another try makes sense. */
static struct page *alloc_may_oom(gfp_t gfp, unsigned int order,
                                  bool *is_progress)
{
    struct page *page;

    *is_progress = false;
    drain_all_pages(NULL);
    /* A high watermark: somebody else may have killed just now. */
    page = get_page_from_freelist(gfp, order, WMARK_HIGH);
    if (page || !may_kill(gfp, order) || !reclaim_ops.out_of_memory)
        return page;
    *is_progress = reclaim_ops.out_of_memory(gfp, order);
    if (*is_progress && !test_thread_flag(TIF_MEMDIE))
        schedule_timeout_uninterruptible(1); /* let the victim die */
    return NULL;
}

/* With direct reclaim allowed: until there is a page or no hope. */
static struct page *reclaim_until(gfp_t gfp, unsigned int order,
                                  struct compact_state *compact)
{
    int no_progress_loops = 0;

    for (;;) {
        bool is_progress;
        struct page *page = reclaim_and_try(gfp, order, &is_progress);

        if (!page)
            page = alloc_pages_direct_compact(gfp, order,
                                              gfp_to_alloc_flags(gfp), compact);
        if (page)
            return page;
        if (gfp & __GFP_NORETRY ||
            (order > PAGE_ALLOC_COSTLY_ORDER && !(gfp & __GFP_RETRY_MAYFAIL)))
            return NULL;
        wake_all_kswapds(gfp, order);
        if (should_reclaim_retry(gfp, order, is_progress, &no_progress_loops))
            continue;
        if (is_progress &&
            should_compact_retry(gfp, order, gfp_to_alloc_flags(gfp), compact))
            continue;
        page = alloc_may_oom(gfp, order, &is_progress);
        if (page)
            return page;
        /* The victim has had its share of the reserves. */
        if (!is_progress || test_thread_flag(TIF_MEMDIE))
            return NULL;
        no_progress_loops = 0;
    }
}

/* Orders that reclaim alone will not bring are compacted first, without
 * waiting. */
static struct page *compact_and_reclaim(gfp_t gfp, unsigned int order)
{
    struct compact_state compact = {INIT_COMPACT_PRIORITY, COMPACT_SKIPPED, 0};
    bool is_costly = order > PAGE_ALLOC_COSTLY_ORDER;
    struct page *page = NULL;

    if (is_costly || (order && gfp_migratetype(gfp) != MIGRATE_MOVABLE))
        page = alloc_pages_direct_compact(gfp, order, gfp_to_alloc_flags(gfp),
                                          &compact);
    if (page)
        return page;
    if (!is_costly || !(gfp & __GFP_NORETRY))
        compact.priority = DEF_COMPACT_PRIORITY;
    else if (compact.result == COMPACT_SKIPPED ||
             compact.result == COMPACT_DEFERRED)
        return NULL; /* much reclaim for a try that may fail as well */
    return reclaim_until(gfp, order, &compact);
}

static void warn_alloc(gfp_t gfp, unsigned int order)
{
    static struct ratelimit_state limit;
    char text[160];

    if (gfp & __GFP_NOWARN || !ratelimit(&limit, __func__))
        return;
    pr_warn("%s: page allocation failure: order:%u, mode:0x%x(%s), "
            "nodemask=(null)\n",
            current->comm, order, (unsigned int)gfp,
            gfp_text(gfp, text, sizeof text));
    show_mem();
}

struct page *alloc_pages_slowpath(gfp_t gfp, unsigned int order)
{
    bool can_reclaim;
    struct page *page;

    gfp = current_gfp_context(gfp);
    can_reclaim = gfp & __GFP_DIRECT_RECLAIM;
    /* Who can reclaim has no claim to the reserves. */
    if (can_reclaim && WARN_ON_ONCE(gfp & __GFP_ATOMIC))
        gfp &= ~__GFP_ATOMIC;
    wake_all_kswapds(gfp, order);
    page = try_reserves(gfp, order);
    if (page)
        return page;
    WARN_ON_ONCE(gfp & __GFP_NOFAIL && !can_reclaim);
    /* Reclaim does not enter itself. */
    if (can_reclaim && !(current->flags & PF_MEMALLOC)) {
        WARN_ON_ONCE(in_atomic());
        do {
            page = compact_and_reclaim(gfp, order);
            if (!page && gfp & __GFP_NOFAIL) {
                page = get_page_from_freelist(gfp, order,
                                              ALLOC_HARDER | WMARK_MIN);
                cond_resched();
            }
        } while (!page && gfp & __GFP_NOFAIL);
    }
    if (!page)
        warn_alloc(gfp, order);
    return page;
}
