/*
 * Counters: zones, nodes, events. Zone and node counters are exact sums kept
 * with atomic additions; events have a row a CPU. Mirrors Linux's
 * mod_zone_page_state, count_vm_event, vmstat_show, frag_show and
 * zoneinfo_show, which are in vmstat_proc.c.
 */
#include "vmstat.h"

#include "pcp.h"

unsigned long vm_event_states[NR_CPUS][NR_VM_EVENT_ITEMS];
long vm_zone_stat[NR_VM_ZONE_STAT_ITEMS];
long vm_node_stat[NR_VM_NODE_STAT_ITEMS];

void count_vm_events(enum vm_event_item item, unsigned long delta)
{
    __atomic_fetch_add(&vm_event_states[smp_processor_id()][item], delta,
                       __ATOMIC_RELAXED);
}

/* What the per-CPU page lists know of it. */
static unsigned long pcp_event(enum vm_event_item item)
{
    unsigned long sum = 0;
    int nid;

    if (item == PGFREE)
        return pcp_events_free();
    if (item >= PGALLOC_DMA && item < PGALLOC_DMA + MAX_NR_ZONES)
        for_each_online_node(nid)
            sum += pcp_events_alloc(
                &NODE_DATA(nid)->node_zones[item - PGALLOC_DMA]);
    return sum;
}

unsigned long sum_vm_event(enum vm_event_item item)
{
    unsigned long sum = pcp_event(item);

    for (int cpu = 0; cpu < NR_CPUS; cpu++)
        sum += vm_event_states[cpu][item];
    return sum;
}

void count_zone_event(enum vm_event_item first, const struct zone *zone,
                      unsigned long delta)
{
    count_vm_events((enum vm_event_item)((int)first + (int)zone_idx(zone)),
                    delta);
}

void mod_zone_page_state(struct zone *zone, enum zone_stat_item item,
                         long delta)
{
    __atomic_fetch_add(&zone->vm_stat[item], delta, __ATOMIC_RELAXED);
    __atomic_fetch_add(&vm_zone_stat[item], delta, __ATOMIC_RELAXED);
}

void mod_node_page_state(struct pglist_data *pgdat, enum node_stat_item item,
                         long delta)
{
    __atomic_fetch_add(&pgdat->vm_stat[item], delta, __ATOMIC_RELAXED);
    __atomic_fetch_add(&vm_node_stat[item], delta, __ATOMIC_RELAXED);
}

static unsigned long not_negative(long v)
{
    return v < 0 ? 0 : (unsigned long)v;
}

unsigned long zone_page_state(const struct zone *zone, enum zone_stat_item item)
{
    return not_negative(zone->vm_stat[item]);
}

unsigned long global_zone_page_state(enum zone_stat_item item)
{
    return not_negative(vm_zone_stat[item]);
}

unsigned long node_page_state(const struct pglist_data *pgdat,
                              enum node_stat_item item)
{
    return not_negative(pgdat->vm_stat[item]);
}

unsigned long global_node_page_state(enum node_stat_item item)
{
    return not_negative(vm_node_stat[item]);
}
