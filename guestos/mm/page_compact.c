/*
 * Compaction in the slow path of an allocation: when, how hard and how often.
 * The first try, before reclaim, is for orders that reclaim alone will not
 * bring, and waits for nothing. Later ones follow each round of reclaim, and
 * wait more where that failed; for orders above 3 that ends before all
 * pageblocks are emptied whatever is known of them.
 *
 * Owns nothing. Counters: COMPACTSTALL, COMPACTSUCCESS, COMPACTFAIL. Mirrors
 * Linux's __alloc_pages_direct_compact, should_compact_retry.
 */
#include "page_compact.h"
#include "kernel.h"
#include "sched_mm.h"

/* So often compaction may find a block that others then take. */
#define MAX_COMPACT_RETRIES 16

struct page *alloc_pages_direct_compact(gfp_t gfp, unsigned int order,
                                        unsigned int alloc_flags,
                                        struct compact_state *state)
{
    struct page *page;
    unsigned int was;

    if (!order || !reclaim_ops.try_to_compact_pages)
        return NULL;
    was = memalloc_noreclaim_save();
    state->result = reclaim_ops.try_to_compact_pages(order, gfp, alloc_flags,
                                                     state->priority);
    memalloc_noreclaim_restore(was);
    if (state->result == COMPACT_SKIPPED)
        return NULL;
    count_vm_event(COMPACTSTALL);
    page = get_page_from_freelist(gfp, order, alloc_flags);
    if (page) {
        page_zone(page)->compact_blockskip_flush = false;
        compaction_defer_reset(page_zone(page), (int)order, true);
        count_vm_event(COMPACTSUCCESS);
        return page;
    }
    count_vm_event(COMPACTFAIL);
    cond_resched();
    return NULL;
}

/* A try that waits more; false: there is none. */
static bool raise_priority(unsigned int order, struct compact_state *state)
{
    enum compact_priority most = order > PAGE_ALLOC_COSTLY_ORDER
                                     ? MIN_COMPACT_COSTLY_PRIORITY
                                     : MIN_COMPACT_PRIORITY;

    if (state->priority <= most)
        return false;
    state->priority--;
    state->retries = 0;
    return true;
}

bool should_compact_retry(gfp_t gfp, unsigned int order,
                          unsigned int alloc_flags, struct compact_state *state)
{
    int most = MAX_COMPACT_RETRIES;

    if (!order || fatal_signal_pending(current))
        return false;
    switch (state->result) {
    case COMPACT_SKIPPED:
        /* Reclaim is to bring the frames for the copies, if it can. */
        return reclaim_ops.compaction_zonelist_suitable &&
               reclaim_ops.compaction_zonelist_suitable(order, gfp,
                                                        alloc_flags);
    case COMPACT_SUCCESS:
        state->retries++;
        break;
    case COMPACT_COMPLETE:
    case COMPACT_DEFERRED:
    case COMPACT_CONTENDED:
    case COMPACT_PARTIAL_SKIPPED:
        return raise_priority(order, state);
    default:
        break;
    }
    if (order > PAGE_ALLOC_COSTLY_ORDER)
        most /= 4;
    return state->retries <= most || raise_priority(order, state);
}
