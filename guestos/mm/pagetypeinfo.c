/*
 * /proc/pagetypeinfo: free blocks by migrate type and order, and pageblocks
 * by type, in the format of Linux v5.15 (pagetypeinfo_showfree,
 * pagetypeinfo_showblockcount). Counts a list under zone->lock.
 */
#include "kernel.h"
#include "page_owner.h"
#include "pageblock.h"
#include "proc_fs.h"

static unsigned long count_list(struct zone *zone, unsigned int order,
                                enum migratetype type)
{
    const struct list_head *head = &zone->free_area[order].free_list[type];
    const struct list_head *at;
    unsigned long flags, n = 0;

    spin_lock_irqsave(&zone->lock, flags);
    list_for_each(at, head)
        n++;
    spin_unlock_irqrestore(&zone->lock, flags);
    return n;
}

static void show_free(struct seq_file *m, struct zone *zone)
{
    for (int type = 0; type < MIGRATE_TYPES; type++) {
        seq_printf(m, "Node %4d, zone %8s, type %12s ",
                   zone->zone_pgdat->node_id, zone->name,
                   migratetype_names[type]);
        for (unsigned int order = 0; order < MAX_ORDER; order++)
            seq_printf(m, "%6lu ",
                       count_list(zone, order, (enum migratetype)type));
        seq_putc(m, '\n');
    }
}

static void show_blocks(struct seq_file *m, struct zone *zone)
{
    unsigned long count[MIGRATE_TYPES] = {0};
    unsigned long end = zone_end_pfn(zone);

    for (unsigned long pfn = zone->zone_start_pfn; pfn < end;
         pfn = (pfn | (pageblock_nr_pages - 1)) + 1)
        count[get_pageblock_migratetype(pfn_to_page(pfn))]++;
    seq_printf(m, "Node %d, zone %8s ", zone->zone_pgdat->node_id, zone->name);
    for (int type = 0; type < MIGRATE_TYPES; type++)
        seq_printf(m, "%12lu ", count[type]);
    seq_putc(m, '\n');
}

/* Pageblocks with a frame of another kind, as far as owners are known. */
static void show_mixed(struct seq_file *m, struct zone *zone)
{
    unsigned long count[MIGRATE_TYPES] = {0};
    unsigned long pfn = zone->zone_start_pfn, end = zone_end_pfn(zone);

    while (pfn < end) {
        int type = (int)get_pageblock_migratetype(pfn_to_page(pfn));
        unsigned long next = (pfn | (pageblock_nr_pages - 1)) + 1;

        for (; pfn < min(next, end); pfn++) {
            int owner = page_owner_migratetype(pfn_to_page(pfn));

            if (owner >= 0 && owner != type) {
                count[type]++;
                break;
            }
        }
        pfn = next;
    }
    seq_printf(m, "Node %d, zone %8s ", zone->zone_pgdat->node_id, zone->name);
    for (int type = 0; type < MIGRATE_TYPES; type++)
        seq_printf(m, "%12lu ", count[type]);
    seq_putc(m, '\n');
}

static void show_types(struct seq_file *m, const char *title)
{
    seq_printf(m, "\n%-23s", title);
    for (int type = 0; type < MIGRATE_TYPES; type++)
        seq_printf(m, "%12s ", migratetype_names[type]);
    seq_putc(m, '\n');
}

static void for_zones(struct seq_file *m,
                      void (*show)(struct seq_file *m, struct zone *zone))
{
    struct zone *zone;

    for_each_populated_zone(zone)
        show(m, zone);
}

int pagetypeinfo_proc_show(struct seq_file *m, void *v)
{
    (void)v;
    seq_printf(m, "Page block order: %d\nPages per block:  %lu\n\n",
               pageblock_order, pageblock_nr_pages);
    seq_printf(m, "%-43s ", "Free pages count per migrate type at order");
    for (int order = 0; order < MAX_ORDER; order++)
        seq_printf(m, "%6d ", order);
    seq_putc(m, '\n');
    for_zones(m, show_free);
    show_types(m, "Number of blocks type ");
    for_zones(m, show_blocks);
    if (page_owner_enabled) {
        show_types(m, "Number of mixed blocks ");
        for_zones(m, show_mixed);
    }
    return 0;
}
