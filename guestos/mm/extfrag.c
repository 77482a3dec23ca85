/*
 * External fragmentation as a number: for each order, which part of the free
 * memory is of no use to it (unusable_index), and whether an allocation of it
 * would fail for want of memory (towards 0) or because what is free lies in
 * pieces (towards 1; -1: it would not fail). Files, format and formulas are
 * those of Linux (__fragmentation_index, unusable_free_index,
 * extfrag_debug_init). Owns /sys/kernel/debug/extfrag; counts under zone->lock.
 */
#include "init.h"
#include "kernel.h"
#include "page_report.h"
#include "pageblock.h"
#include "sysfs.h"

struct contig_page_info {
    unsigned long free_pages;
    unsigned long free_blocks_total;
    unsigned long free_blocks_suitable; /* blocks of the order, as if split */
};

static struct contig_page_info fill_contig_page_info(struct zone *zone,
                                                     unsigned int order)
{
    struct contig_page_info info = {0, 0, 0};
    unsigned long flags;

    spin_lock_irqsave(&zone->lock, flags);
    for (unsigned int o = 0; o < MAX_ORDER; o++) {
        unsigned long blocks = zone->free_area[o].nr_free;

        info.free_blocks_total += blocks;
        info.free_pages += blocks << o;
        if (o >= order)
            info.free_blocks_suitable += blocks << (o - order);
    }
    spin_unlock_irqrestore(&zone->lock, flags);
    return info;
}

/* In thousandths. */
static int __fragmentation_index(unsigned int order,
                                 const struct contig_page_info *info)
{
    unsigned long requested = 1ul << order;

    if (!info->free_blocks_total)
        return 0;
    if (info->free_blocks_suitable)
        return -1000;
    return (int)(1000 - (1000 + (u64)info->free_pages * 1000 / requested) /
                            info->free_blocks_total);
}

int fragmentation_index(struct zone *zone, unsigned int order)
{
    struct contig_page_info info = fill_contig_page_info(zone, order);

    return __fragmentation_index(order, &info);
}

static int unusable_free_index(unsigned int order,
                               const struct contig_page_info *info)
{
    if (!info->free_pages)
        return 1000;
    return (int)((info->free_pages - (info->free_blocks_suitable << order)) *
                 (u64)1000 / info->free_pages);
}

static void show(struct seq_file *m,
                 int (*index)(unsigned int order,
                              const struct contig_page_info *info))
{
    struct zone *zone;

    for_each_populated_zone(zone) {
        seq_printf(m, "Node %d, zone %8s ", zone->zone_pgdat->node_id,
                   zone->name);
        for (unsigned int order = 0; order < MAX_ORDER; order++) {
            struct contig_page_info info = fill_contig_page_info(zone, order);
            int value = index(order, &info);
            int magnitude = value < 0 ? -value : value;

            seq_printf(m, "%s%d.%03d ", value < 0 ? "-" : "", magnitude / 1000,
                       magnitude % 1000);
        }
        seq_putc(m, '\n');
    }
}

int extfrag_index_show(struct seq_file *m, void *data)
{
    (void)data;
    show(m, __fragmentation_index);
    return 0;
}

int unusable_index_show(struct seq_file *m, void *data)
{
    (void)data;
    show(m, unusable_free_index);
    return 0;
}

static const struct sysfs_attr extfrag_attrs[] = {
    {"extfrag_index", 0444, extfrag_index_show, NULL},
    {"unusable_index", 0444, unusable_index_show, NULL},
    {NULL, 0, NULL, NULL},
};

static int __init extfrag_debug_init(void)
{
    return sysfs_create_dir(sysfs_debug, "extfrag", extfrag_attrs, NULL)
               ? 0
               : -ENOMEM;
}
module_init(extfrag_debug_init);
