/*
 * /proc/vmstat, /proc/buddyinfo and /proc/zoneinfo, in the format of Linux
 * v5.15 (vmstat_show, frag_show_print, zoneinfo_show_print). Only what this
 * kernel counts appears; names are Linux's, and our own at the end.
 */
#include "pcp.h"
#include "proc_fs.h"

// clang-format off
static const char *const zone_stat_names[NR_VM_ZONE_STAT_ITEMS] = {
    "nr_free_pages", "nr_zone_inactive_anon", "nr_zone_active_anon",
    "nr_zone_inactive_file", "nr_zone_active_file", "nr_zone_unevictable",
    "nr_zone_write_pending", "nr_mlock", "nr_bounce",
};

static const char *const node_stat_names[NR_VM_NODE_STAT_ITEMS] = {
    "nr_inactive_anon", "nr_active_anon", "nr_inactive_file",
    "nr_active_file", "nr_unevictable", "nr_slab_reclaimable",
    "nr_slab_unreclaimable", "nr_isolated_anon", "nr_isolated_file",
    "nr_anon_pages", "nr_mapped", "nr_file_pages", "nr_dirty",
    "nr_writeback", "nr_shmem", "nr_vmscan_write",
    "nr_vmscan_immediate_reclaim", "nr_dirtied", "nr_written",
    "nr_kernel_stack", "nr_page_table_pages", "nr_swapcached",
};

static const char *const event_names[NR_VM_EVENT_ITEMS] = {
    "pgpgin", "pgpgout", "pswpin", "pswpout",
    "pgalloc_dma", "pgalloc_normal", "pgalloc_high",
    "allocstall_dma", "allocstall_normal", "allocstall_high",
    "pgfree", "pgactivate", "pgdeactivate", "pgfault", "pgmajfault",
    "pgrefill", "pgreuse", "pgsteal_kswapd", "pgsteal_direct",
    "pgscan_kswapd", "pgscan_direct", "pgscan_anon", "pgscan_file",
    "pgsteal_anon", "pgsteal_file",
    "pginodesteal", "slabs_scanned", "kswapd_inodesteal",
    "kswapd_low_wmark_hit_quickly", "kswapd_high_wmark_hit_quickly",
    "pageoutrun", "pgrotated", "oom_kill",
    "pgmigrate_success", "pgmigrate_fail",
    "compact_migrate_scanned", "compact_free_scanned", "compact_isolated",
    "compact_stall", "compact_fail", "compact_success", "compact_daemon_wake",
    "compact_daemon_migrate_scanned", "compact_daemon_free_scanned",
    "swap_ra", "swap_ra_hit",
    "bounce_in", "bounce_out",
};
// clang-format on

/* Items that are counted in bytes are shown in pages. */
static unsigned long node_value(enum node_stat_item item, unsigned long v)
{
    if (item == NR_SLAB_RECLAIMABLE_B || item == NR_SLAB_UNRECLAIMABLE_B)
        return v >> PAGE_SHIFT;
    return v;
}

/* Disk traffic is counted in sectors and shown in KiB. */
static unsigned long event_value(enum vm_event_item item)
{
    unsigned long v = sum_vm_event(item);

    return item == PGPGIN || item == PGPGOUT ? v / 2 : v;
}

int vmstat_proc_show(struct seq_file *m, void *v)
{
    (void)v;
    for (int i = 0; i < NR_VM_ZONE_STAT_ITEMS; i++)
        seq_printf(m, "%s %lu\n", zone_stat_names[i],
                   global_zone_page_state((enum zone_stat_item)i));
    for (int i = 0; i < NR_VM_NODE_STAT_ITEMS; i++)
        seq_printf(m, "%s %lu\n", node_stat_names[i],
                   node_value((enum node_stat_item)i,
                              global_node_page_state((enum node_stat_item)i)));
    for (int i = 0; i < NR_VM_EVENT_ITEMS; i++)
        seq_printf(m, "%s %lu\n", event_names[i],
                   event_value((enum vm_event_item)i));
    return 0;
}

int buddyinfo_proc_show(struct seq_file *m, void *v)
{
    struct zone *zone;

    (void)v;
    for_each_populated_zone(zone) {
        seq_printf(m, "Node %d, zone %8s ", zone->zone_pgdat->node_id,
                   zone->name);
        for (int order = 0; order < MAX_ORDER; order++)
            seq_printf(m, "%6lu ", zone->free_area[order].nr_free);
        seq_putc(m, '\n');
    }
    return 0;
}

static void zoneinfo_show_zone(struct seq_file *m, struct zone *zone,
                               bool is_first)
{
    seq_printf(m, "Node %d, zone %8s", zone->zone_pgdat->node_id, zone->name);
    if (is_first) {
        seq_puts(m, "\n  per-node stats");
        for (int i = 0; i < NR_VM_NODE_STAT_ITEMS; i++)
            seq_printf(m, "\n      %-12s %lu", node_stat_names[i],
                       node_value((enum node_stat_item)i,
                                  node_page_state(zone->zone_pgdat,
                                                  (enum node_stat_item)i)));
    }
    seq_printf(m,
               "\n  pages free     %lu"
               "\n        min      %lu"
               "\n        low      %lu"
               "\n        high     %lu"
               "\n        spanned  %lu"
               "\n        present  %lu"
               "\n        managed  %lu"
               "\n        cma      0",
               zone_page_state(zone, NR_FREE_PAGES), min_wmark_pages(zone),
               low_wmark_pages(zone), high_wmark_pages(zone),
               zone->spanned_pages, zone->present_pages, zone->managed_pages);
    seq_printf(m, "\n        protection: (%lu", zone->lowmem_reserve[0]);
    for (int i = 1; i < MAX_NR_ZONES; i++)
        seq_printf(m, ", %lu", zone->lowmem_reserve[i]);
    seq_putc(m, ')');
    if (!populated_zone(zone)) {
        seq_putc(m, '\n');
        return;
    }
    for (int i = 0; i < NR_VM_ZONE_STAT_ITEMS; i++)
        seq_printf(m, "\n      %-12s %lu", zone_stat_names[i],
                   zone_page_state(zone, (enum zone_stat_item)i));
    show_pagesets(m, zone);
    seq_printf(m, "\n  node_unreclaimable:  %u\n  start_pfn:           %lu\n",
               zone->zone_pgdat->kswapd_failures >= 16,
               zone->zone_start_pfn);
}

int zoneinfo_proc_show(struct seq_file *m, void *v)
{
    const struct pglist_data *shown = NULL; /* whose statistics stand there */
    struct zone *zone;

    (void)v;
    for_each_zone(zone) {
        bool is_first = populated_zone(zone) && zone->zone_pgdat != shown;

        if (is_first)
            shown = zone->zone_pgdat;
        zoneinfo_show_zone(m, zone, is_first);
    }
    return 0;
}
