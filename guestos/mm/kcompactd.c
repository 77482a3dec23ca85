/*
 * kcompactd, the thread that compacts in the background: kswapd wakes it when
 * it has freed enough for an order above 0, and allocations that may not
 * reclaim when they fail to find a block. Owns kcompactd_max_order and
 * kcompactd_highest_zoneidx of the node; a lost update costs a run, no more.
 * Counters: KCOMPACTD_*. Mirrors Linux's kcompactd, kcompactd_do_work,
 * wakeup_kcompactd. There is no proactive compaction.
 */
#include "compact.h"
#include "kernel.h"
#include "sched.h"
#include "trace.h"

/* Whether a zone has the frames, but not in one block. */
static bool kcompactd_node_suitable(struct pglist_data *pgdat)
{
    enum zone_type highest = pgdat->kcompactd_highest_zoneidx;

    for (int i = 0; i <= (int)highest; i++) {
        struct zone *zone = &pgdat->node_zones[i];

        if (populated_zone(zone) &&
            compaction_suitable(zone, pgdat->kcompactd_max_order, 0, highest) ==
                COMPACT_CONTINUE)
            return true;
    }
    return false;
}

static void kcompactd_do_zone(struct zone *zone, int order)
{
    struct compact_control cc = {
        .zone = zone,
        .order = order,
        .highest_zoneidx = zone_idx(zone),
        .gfp = GFP_KERNEL,
        .mode = MIGRATE_SYNC_LIGHT,
    };
    enum compact_result result;

    if (compaction_deferred(zone, order) ||
        compaction_suitable(zone, order, 0, zone_idx(zone)) != COMPACT_CONTINUE)
        return;
    result = compact_zone(&cc);
    if (result == COMPACT_SUCCESS) {
        compaction_defer_reset(zone, order, false);
    } else if (result == COMPACT_PARTIAL_SKIPPED ||
               result == COMPACT_COMPLETE) {
        drain_all_pages(zone); /* it may be there, but not merged */
        defer_compaction(zone, order);
    }
    count_vm_events(KCOMPACTD_MIGRATE_SCANNED, cc.total_migrate_scanned);
    count_vm_events(KCOMPACTD_FREE_SCANNED, cc.total_free_scanned);
}

static void kcompactd_do_work(struct pglist_data *pgdat)
{
    int order = pgdat->kcompactd_max_order;
    enum zone_type highest = pgdat->kcompactd_highest_zoneidx;

    TRACE(compaction, mm_compaction_kcompactd_wake, pgdat, order,
          &pgdat->node_zones[highest]);
    count_vm_event(KCOMPACTD_WAKE);
    for (int i = 0; i <= (int)highest; i++)
        if (populated_zone(&pgdat->node_zones[i]))
            kcompactd_do_zone(&pgdat->node_zones[i], order);
    /* Done, whatever came of it; but not with what was asked meanwhile. */
    if (pgdat->kcompactd_max_order <= order)
        pgdat->kcompactd_max_order = 0;
    if (pgdat->kcompactd_highest_zoneidx >= highest)
        pgdat->kcompactd_highest_zoneidx = MAX_NR_ZONES - 1;
}

static int kcompactd(void *data)
{
    struct pglist_data *pgdat = data;

    for (;;) {
        TRACE(compaction, mm_compaction_kcompactd_sleep, pgdat);
        (void)wait_event_interruptible(&pgdat->kcompactd_wait,
                                       pgdat->kcompactd_max_order > 0);
        kcompactd_do_work(pgdat);
    }
    return 0;
}

void wakeup_kcompactd(struct pglist_data *pgdat, int order,
                      enum zone_type highest)
{
    if (!order || !pgdat->kcompactd)
        return;
    if (pgdat->kcompactd_max_order < order)
        pgdat->kcompactd_max_order = order;
    if (pgdat->kcompactd_highest_zoneidx > highest)
        pgdat->kcompactd_highest_zoneidx = highest;
    smp_mb(); /* then who waits: it looks in the other order */
    if (!waitqueue_active(&pgdat->kcompactd_wait) ||
        !kcompactd_node_suitable(pgdat))
        return;
    TRACE(compaction, mm_compaction_wakeup_kcompactd, pgdat, order,
          &pgdat->node_zones[highest]);
    wake_up_interruptible(&pgdat->kcompactd_wait);
}

static void run_on_node(struct pglist_data *pgdat)
{
    struct task_struct *task =
        kthread_run(kcompactd, pgdat, "kcompactd%d", pgdat->node_id);

    if (IS_ERR(task))
        panic("cannot start kcompactd");
    pgdat->kcompactd = task;
}

void kcompactd_run(void)
{
    int nid;

    for_each_online_node (nid)
        run_on_node(NODE_DATA(nid));
}
