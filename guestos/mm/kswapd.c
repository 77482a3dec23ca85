/*
 * kswapd, the process that keeps memory free: woken when an allocation finds
 * its zones at the low watermark, it works until they are at the high one.
 * Owns kswapd_order, kswapd_highest_zoneidx and kswapd_failures of the node;
 * a lost update of these costs a round, no more. Counters: PAGEOUTRUN,
 * KSWAPD_*. Mirrors Linux's kswapd, balance_pgdat, wakeup_kswapd.
 */
#include "compaction.h"
#include "internal.h"
#include "kernel.h"
#include "reclaim.h"
#include "sched.h"
#include "swap_state.h"
#include "trace.h"

/* So many fruitless runs, and allocations must help themselves. */
#define MAX_RECLAIM_RETRIES 16

static bool is_wanted[MAX_NUMNODES]; /* called since the last run */

static bool pgdat_balanced(struct pglist_data *pgdat, unsigned int order,
                           enum zone_type highest)
{
    bool has_zone = false;

    for (int i = 0; i <= (int)highest; i++) {
        struct zone *zone = &pgdat->node_zones[i];

        if (!managed_zone(zone))
            continue;
        has_zone = true;
        if (zone_watermark_ok(zone, order, high_wmark_pages(zone), highest,
                              0))
            return true;
    }
    return !has_zone;
}

static unsigned long kswapd_target(const struct pglist_data *pgdat,
                                   enum zone_type highest)
{
    unsigned long n = 0;

    for (int i = 0; i <= (int)highest; i++)
        if (managed_zone(&pgdat->node_zones[i]))
            n += max(high_wmark_pages(&pgdat->node_zones[i]),
                     SWAP_CLUSTER_MAX);
    return n;
}

static void balance_pgdat(struct pglist_data *pgdat, unsigned int order,
                          enum zone_type highest)
{
    struct scan_control sc = {
        .gfp = GFP_KERNEL,
        .order = order,
        .reclaim_idx = highest,
        .priority = DEF_PRIORITY,
        .may_writepage = true,
        .may_swap = true,
        .is_kswapd = true,
        .nr_to_reclaim = kswapd_target(pgdat, highest),
    };
    unsigned long total = 0;

    count_vm_event(PAGEOUTRUN);
    while (sc.priority > 0) {
        unsigned long scanned = sc.nr_scanned;

        if (pgdat_balanced(pgdat, sc.order, highest))
            break;
        sc.nr_reclaimed = 0;
        shrink_node(pgdat, &sc);
        total += sc.nr_reclaimed;
        if (sc.nr_reclaimed)
            continue; /* as hard as before will do */
        if (sc.nr_scanned != scanned)
            wait_for_writeback_progress();
        sc.priority--;
        /* Blocks of many pages come by themselves, or by direct reclaim. */
        if (sc.order && total >= 2ul << sc.order)
            sc.order = 0;
    }
    if (!total && !pgdat_balanced(pgdat, 0, highest))
        pgdat->kswapd_failures++;
    else if (total)
        pgdat->kswapd_failures = 0;
}

static int kswapd(void *data)
{
    struct pglist_data *pgdat = data;
    struct reclaim_state reclaim_state = {0};
    bool *wanted = &is_wanted[pgdat->node_id];

    current->flags |= PF_MEMALLOC | PF_KSWAPD;
    current->reclaim_state = &reclaim_state;
    for (;;) {
        unsigned int order;
        enum zone_type highest;

        TRACE1(vmscan, mm_vmscan_kswapd_sleep, pgdat);
        (void)wait_event_interruptible(&pgdat->kswapd_wait, *wanted);
        *wanted = false;
        order = (unsigned int)pgdat->kswapd_order;
        highest = pgdat->kswapd_highest_zoneidx;
        pgdat->kswapd_order = 0;
        pgdat->kswapd_highest_zoneidx = ZONE_DMA;
        TRACE2(vmscan, mm_vmscan_kswapd_wake, pgdat, order);
        balance_pgdat(pgdat, order, highest);
        if (order) {
            /* There are more free frames now: it may go better. */
            reset_isolation_suitable(pgdat);
            wakeup_kcompactd(pgdat, (int)order, highest);
        }
        if (pgdat_balanced(pgdat, 0, highest))
            count_vm_event(KSWAPD_HIGH_WMARK_HIT_QUICKLY);
    }
    return 0;
}

static void wakeup_node(struct pglist_data *pgdat, unsigned int order,
                        enum zone_type highest)
{
    if (!pgdat->kswapd || pgdat->kswapd_failures >= MAX_RECLAIM_RETRIES)
        return;
    if (pgdat->kswapd_order < (int)order)
        pgdat->kswapd_order = (int)order;
    if (pgdat->kswapd_highest_zoneidx < highest)
        pgdat->kswapd_highest_zoneidx = highest;
    is_wanted[pgdat->node_id] = true;
    smp_mb(); /* then who waits: it looks in the other order */
    if (!waitqueue_active(&pgdat->kswapd_wait))
        return;
    TRACE(vmscan, mm_vmscan_wakeup_kswapd, pgdat, order);
    wake_up_interruptible(&pgdat->kswapd_wait);
}

void wakeup_kswapd(unsigned int order, enum zone_type highest)
{
    int nid;

    for_each_online_node(nid)
        wakeup_node(NODE_DATA(nid), order, highest);
}

void kswapd_run(void)
{
    int nid;

    for_each_online_node(nid) {
        struct pglist_data *pgdat = NODE_DATA(nid);
        struct task_struct *task = kthread_run(kswapd, pgdat, "kswapd%d", nid);

        if (IS_ERR(task))
            panic("cannot start kswapd");
        pgdat->kswapd = task;
    }
}
