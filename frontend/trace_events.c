/*
 * One row an event. The arguments are those of Octavo's TRACE lines, which
 * pass what is in registers anyway: pointers, from which the fields of Linux
 * are derived here.
 */
#include "frontend/trace_events.h"

#include <string.h>

#include "base/compiler.h"

/* clang-format off */
const struct trace_event trace_events[] = {
    /* page, order, gfp */
    { "kmem", "mm_page_alloc",
      "page={p 0} pfn=0x{pfn 0} order={d 1} migratetype={type 2} "
      "gfp_flags={gfp 2}" },
    /* page, order */
    { "kmem", "mm_page_free", "page={p 0} pfn=0x{pfn 0} order={d 1}" },
    /* page, order, migratetype */
    { "kmem", "mm_page_alloc_zone_locked",
      "page={p 0} pfn=0x{pfn 0} order={u 1} migratetype={d 2} "
      "percpu_refill={zero 1}" },
    { "kmem", "mm_page_pcpu_drain",
      "page={p 0} pfn=0x{pfn 0} order={d 1} migratetype={d 2}" },
    /* page, alloc_order, fallback_order, alloc_type, fallback_type,
     * whether the whole pageblock changes hands. A pageblock has order 10. */
    { "kmem", "mm_page_alloc_extfrag",
      "page={p 0} pfn=0x{pfn 0} alloc_order={d 1} fallback_order={d 2} "
      "pageblock_order=10 alloc_migratetype={d 3} fallback_migratetype={d 4} "
      "fragmenting={below10 2} change_ownership={d 5}" },
    /* object, cache, bytes, gfp; without a cache they are whole pages */
    { "kmem", "kmalloc",
      "call_site={where caller} ptr={p 0} bytes_req={u 2} "
      "bytes_alloc={room 1 kmem_cache.size} gfp_flags={gfp 3}" },
    /* cache, object, gfp */
    { "kmem", "kmem_cache_alloc",
      "call_site={where caller} ptr={p 1} "
      "bytes_req={u 0 kmem_cache.object_size} "
      "bytes_alloc={u 0 kmem_cache.size} gfp_flags={gfp 2}" },
    /* cache, object */
    { "kmem", "kmem_cache_free",
      "call_site={where caller} ptr={p 1} name={string 0 kmem_cache.name}" },
    /* object */
    { "kmem", "kfree", "call_site={where caller} ptr={p 0}" },
    /* mm, counter, what it was, what is added */
    { "kmem", "rss_stat",
      "mm_id={u 0} curr={current 0} type={counter 1} size={pages 2}B" },

    /* pgdat */
    { "vmscan", "mm_vmscan_kswapd_sleep", "nid={d 0 pglist_data.node_id}" },
    /* pgdat, order */
    { "vmscan", "mm_vmscan_kswapd_wake",
      "nid={d 0 pglist_data.node_id} order={d 1}" },
    { "vmscan", "mm_vmscan_wakeup_kswapd",
      "nid={d 0 pglist_data.node_id} order={d 1}" },
    { "vmscan", "mm_vmscan_direct_reclaim_begin",
      "order={d 0} gfp_flags={gfp 1}" },
    { "vmscan", "mm_vmscan_direct_reclaim_end", "nr_reclaimed={u 0}" },
    /* scan_control, wanted, taken, lru */
    { "vmscan", "mm_vmscan_lru_isolate",
      "classzone={d 0 scan_control.reclaim_idx} "
      "order={d 0 scan_control.order} nr_requested={u 1} nr_taken={u 2} "
      "lru={lru 3}" },
    /* scan_control, taken, reclaimed, lru */
    { "vmscan", "mm_vmscan_lru_shrink_inactive",
      "nr_scanned={u 1} nr_reclaimed={u 2} "
      "priority={d 0 scan_control.priority} flags={writeback 3}" },
    /* page, of the swap cache */
    { "vmscan", "mm_vmscan_writepage",
      "page={p 0} pfn=0x{pfn 0} flags=RECLAIM_WB_ANON|RECLAIM_WB_ASYNC" },

    { "oom", "mark_victim", "pid={d 0 task_struct.pid}" },

    /* address, pc, cause */
    { "exceptions", "page_fault_user",
      "address={function 0} ip={function 1} error_code=0x{x 2}" },
    { "exceptions", "page_fault_kernel",
      "address={function 0} ip={function 1} error_code=0x{x 2}" },

    /* prev, is_preempted, next. Octavo has one priority, Linux's 120. */
    { "sched", "sched_switch",
      "prev_comm={comm 0} prev_pid={d 0 task_struct.pid} prev_prio=120 "
      "prev_state={state 0} ==> next_comm={comm 2} "
      "next_pid={d 2 task_struct.pid} next_prio=120" },
    /* task */
    { "sched", "sched_wakeup",
      "comm={comm 0} pid={d 0 task_struct.pid} prio=120 "
      "target_cpu={cpu 0}" },
    { "sched", "sched_wakeup_new",
      "comm={comm 0} pid={d 0 task_struct.pid} prio=120 "
      "target_cpu={cpu 0}" },

    /* first pfn, last pfn, scanned, taken */
    { "compaction", "mm_compaction_isolate_migratepages",
      "range=(0x{x 0} ~ 0x{x 1}) nr_scanned={u 2} nr_taken={u 3}" },
    { "compaction", "mm_compaction_isolate_freepages",
      "range=(0x{x 0} ~ 0x{x 1}) nr_scanned={u 2} nr_taken={u 3}" },
    { "compaction", "mm_compaction_migratepages",
      "nr_migrated={u 0} nr_failed={u 1}" },
    { "compaction", "mm_compaction_begin",
      "zone_start=0x{x 0} migrate_pfn=0x{x 1} free_pfn=0x{x 2} "
      "zone_end=0x{x 3}, mode={sync 4}" },
    { "compaction", "mm_compaction_end",
      "zone_start=0x{x 0} migrate_pfn=0x{x 1} free_pfn=0x{x 2} "
      "zone_end=0x{x 3}, mode={sync 4} status={compact 5}" },
    { "compaction", "mm_compaction_try_to_compact_pages",
      "order={d 0} gfp_mask={gfp 1} priority={d 2}" },
    /* zone, order, result; the machine has one node */
    { "compaction", "mm_compaction_finished",
      "node=0 zone={zone 0 zone.name} order={d 1} ret={compact 2}" },
    { "compaction", "mm_compaction_suitable",
      "node=0 zone={zone 0 zone.name} order={d 1} ret={compact 2}" },
    /* zone, order */
    { "compaction", "mm_compaction_deferred",
      "node=0 zone={zone 0 zone.name} order={d 1} "
      "order_failed={d 0 zone.compact_order_failed} "
      "consider={u 0 zone.compact_considered} "
      "limit={power 0 zone.compact_defer_shift}" },
    { "compaction", "mm_compaction_defer_compaction",
      "node=0 zone={zone 0 zone.name} order={d 1} "
      "order_failed={d 0 zone.compact_order_failed} "
      "consider={u 0 zone.compact_considered} "
      "limit={power 0 zone.compact_defer_shift}" },
    { "compaction", "mm_compaction_defer_reset",
      "node=0 zone={zone 0 zone.name} order={d 1} "
      "order_failed={d 0 zone.compact_order_failed} "
      "consider={u 0 zone.compact_considered} "
      "limit={power 0 zone.compact_defer_shift}" },
    /* pgdat */
    { "compaction", "mm_compaction_kcompactd_sleep",
      "nid={d 0 pglist_data.node_id}" },
    /* pgdat, order, the highest zone */
    { "compaction", "mm_compaction_wakeup_kcompactd",
      "nid={d 0 pglist_data.node_id} order={d 1} "
      "classzone_idx={zone 2 zone.name}" },
    { "compaction", "mm_compaction_kcompactd_wake",
      "nid={d 0 pglist_data.node_id} order={d 1} "
      "classzone_idx={zone 2 zone.name}" },

    /* succeeded, failed, mode, reason; there are no huge pages */
    { "migrate", "mm_migrate_pages",
      "nr_succeeded={u 0} nr_failed={u 1} nr_thp_succeeded=0 nr_thp_failed=0 "
      "nr_thp_split=0 mode={mode 2} reason={reason 3}" },
    { "migrate", "mm_migrate_pages_start", "mode={mode 0} reason={reason 1}" },
};
/* clang-format on */

const size_t trace_events_count = ARRAY_SIZE(trace_events);

const struct trace_event *trace_event_find(const char *provider,
                                           const char *name)
{
    for (size_t i = 0; i < trace_events_count; i++)
        if (!strcmp(trace_events[i].provider, provider) &&
            !strcmp(trace_events[i].name, name))
            return &trace_events[i];
    return NULL;
}
