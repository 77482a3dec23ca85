/*
 * The state of memory for the log, when an allocation fails or somebody is
 * killed for memory, with the lines of Linux v5.15's show_mem and
 * show_free_areas. Owns nothing; sums are read without locks, lists under
 * zone->lock.
 */
#include "pcp.h"
#include "kernel.h"
#include "swap.h"

static unsigned long kib(unsigned long pages)
{
    return pages << (PAGE_SHIFT - 10);
}

static void show_totals(void)
{
    unsigned long free_pcp = 0;
    struct zone *zone;

    for_each_zone(zone)
        free_pcp += pcp_count(zone);
    pr_warn("active_anon:%lu inactive_anon:%lu isolated_anon:%lu\n"
            " active_file:%lu inactive_file:%lu isolated_file:%lu\n"
            " unevictable:%lu dirty:%lu writeback:%lu\n",
            global_node_page_state(NR_ACTIVE_ANON),
            global_node_page_state(NR_INACTIVE_ANON),
            global_node_page_state(NR_ISOLATED_ANON),
            global_node_page_state(NR_ACTIVE_FILE),
            global_node_page_state(NR_INACTIVE_FILE),
            global_node_page_state(NR_ISOLATED_FILE),
            global_node_page_state(NR_UNEVICTABLE),
            global_node_page_state(NR_FILE_DIRTY),
            global_node_page_state(NR_WRITEBACK));
    pr_warn(" slab_reclaimable:%lu slab_unreclaimable:%lu\n"
            " mapped:%lu shmem:%lu pagetables:%lu bounce:%lu\n"
            " free:%lu free_pcp:%lu free_cma:0\n",
            global_node_page_state(NR_SLAB_RECLAIMABLE_B) >> PAGE_SHIFT,
            global_node_page_state(NR_SLAB_UNRECLAIMABLE_B) >> PAGE_SHIFT,
            global_node_page_state(NR_FILE_MAPPED),
            global_node_page_state(NR_SHMEM),
            global_node_page_state(NR_PAGETABLE),
            global_zone_page_state(NR_BOUNCE), nr_free_pages(), free_pcp);
}

static void show_zone(struct zone *zone)
{
    int node = zone->zone_pgdat->node_id;

    pr_warn("Node %d %s free:%lukB min:%lukB low:%lukB high:%lukB "
            "reserved_highatomic:%luKB active_anon:%lukB inactive_anon:%lukB "
            "active_file:%lukB inactive_file:%lukB unevictable:%lukB "
            "writepending:%lukB present:%lukB managed:%lukB mlocked:%lukB "
            "bounce:%lukB free_pcp:%lukB free_cma:0kB\n",
            node, zone->name, kib(zone_page_state(zone, NR_FREE_PAGES)),
            kib(min_wmark_pages(zone)), kib(low_wmark_pages(zone)),
            kib(high_wmark_pages(zone)), kib(zone->nr_reserved_highatomic),
            kib(zone_page_state(zone, NR_ZONE_ACTIVE_ANON)),
            kib(zone_page_state(zone, NR_ZONE_INACTIVE_ANON)),
            kib(zone_page_state(zone, NR_ZONE_ACTIVE_FILE)),
            kib(zone_page_state(zone, NR_ZONE_INACTIVE_FILE)),
            kib(zone_page_state(zone, NR_ZONE_UNEVICTABLE)),
            kib(zone_page_state(zone, NR_ZONE_WRITE_PENDING)),
            kib(zone->present_pages), kib(zone->managed_pages),
            kib(zone_page_state(zone, NR_MLOCK)),
            kib(zone_page_state(zone, NR_BOUNCE)), kib(pcp_count(zone)));
    pr_warn("lowmem_reserve[]: %lu %lu %lu\n", zone->lowmem_reserve[0],
            zone->lowmem_reserve[1], zone->lowmem_reserve[2]);
}

/* The letters of the types that have blocks of an order. */
static const char *types_text(unsigned int types, char *text)
{
    static const char letters[MIGRATE_TYPES] = "UMEHI";
    char *p = text;

    for (int i = 0; i < MIGRATE_TYPES; i++)
        if (types >> i & 1)
            *p++ = letters[i];
    *p = 0;
    return text;
}

static void show_orders(struct zone *zone)
{
    unsigned long n[MAX_ORDER], total = 0, flags;
    unsigned int types[MAX_ORDER] = {0};
    char letters[MIGRATE_TYPES + 1];

    spin_lock_irqsave(&zone->lock, flags);
    for (int order = 0; order < MAX_ORDER; order++) {
        const struct free_area *area = &zone->free_area[order];

        n[order] = area->nr_free;
        total += n[order] << order;
        for (int type = 0; type < MIGRATE_TYPES; type++)
            if (!free_area_empty(area, (enum migratetype)type))
                types[order] |= 1u << type;
    }
    spin_unlock_irqrestore(&zone->lock, flags);
    pr_warn("Node %d %s: ", zone->zone_pgdat->node_id, zone->name);
    for (int order = 0; order < MAX_ORDER; order++) {
        printk("%lu*%lukB ", n[order], kib(1ul << order));
        if (types[order])
            printk("(%s) ", types_text(types[order], letters));
    }
    printk("= %lukB\n", kib(total));
}

void show_mem(void)
{
    unsigned long swap_total, swap_free, present = 0;
    struct zone *zone;
    int nid;

    pr_warn("Mem-Info:\n");
    for_each_online_node(nid)
        present += NODE_DATA(nid)->node_present_pages;
    show_totals();
    for_each_populated_zone(zone)
        show_zone(zone);
    for_each_populated_zone(zone)
        show_orders(zone);
    si_swapinfo(&swap_total, &swap_free);
    pr_warn("%lu total pagecache pages\n%lu pages in swap cache\n"
            "Free swap  = %lukB\nTotal swap = %lukB\n",
            global_node_page_state(NR_FILE_PAGES),
            global_node_page_state(NR_SWAPCACHE), kib(swap_free),
            kib(swap_total));
    pr_warn("%lu pages RAM\n%lu pages HighMem/MovableOnly\n"
            "%lu pages reserved\n",
            present, totalhigh_pages(), present - totalram_pages());
}
