/*
 * Counters of /proc/vmstat, in its order and with its names (Linux v5.15).
 * Zone and node counters are exact at every moment; events only grow.
 */
#ifndef QUIRE_GUESTOS_VMSTAT_H
#define QUIRE_GUESTOS_VMSTAT_H

#include "types.h"

enum zone_stat_item {
    NR_FREE_PAGES,
    NR_ZONE_INACTIVE_ANON,
    NR_ZONE_ACTIVE_ANON,
    NR_ZONE_INACTIVE_FILE,
    NR_ZONE_ACTIVE_FILE,
    NR_ZONE_UNEVICTABLE,
    NR_ZONE_WRITE_PENDING,
    NR_MLOCK,
    NR_BOUNCE,
    NR_VM_ZONE_STAT_ITEMS,
};

enum node_stat_item {
    NR_INACTIVE_ANON,
    NR_ACTIVE_ANON,
    NR_INACTIVE_FILE,
    NR_ACTIVE_FILE,
    NR_UNEVICTABLE,
    NR_SLAB_RECLAIMABLE_B,
    NR_SLAB_UNRECLAIMABLE_B,
    NR_ISOLATED_ANON,
    NR_ISOLATED_FILE,
    NR_ANON_MAPPED,
    NR_FILE_MAPPED,
    NR_FILE_PAGES,
    NR_FILE_DIRTY,
    NR_WRITEBACK,
    NR_SHMEM,
    NR_VMSCAN_WRITE,
    NR_VMSCAN_IMMEDIATE,
    NR_DIRTIED,
    NR_WRITTEN,
    NR_KERNEL_STACK_KB,
    NR_PAGETABLE,
    NR_SWAPCACHE,
    NR_VM_NODE_STAT_ITEMS,
};

enum vm_event_item {
    PGPGIN, /* sectors from disks */
    PGPGOUT,
    PSWPIN, /* pages */
    PSWPOUT,
    PGALLOC_DMA,
    PGALLOC_NORMAL,
    PGALLOC_HIGH,
    ALLOCSTALL_DMA,
    ALLOCSTALL_NORMAL,
    ALLOCSTALL_HIGH,
    PGFREE,
    PGACTIVATE,
    PGDEACTIVATE,
    PGFAULT,
    PGMAJFAULT,
    PGREFILL,
    PGREUSE,
    PGSTEAL_KSWAPD,
    PGSTEAL_DIRECT,
    PGSCAN_KSWAPD,
    PGSCAN_DIRECT,
    PGSCAN_ANON,
    PGSCAN_FILE,
    PGSTEAL_ANON,
    PGSTEAL_FILE,
    PGINODESTEAL, /* page-cache pages that went with their inode */
    SLABS_SCANNED,
    KSWAPD_INODESTEAL,
    KSWAPD_LOW_WMARK_HIT_QUICKLY,
    KSWAPD_HIGH_WMARK_HIT_QUICKLY,
    PAGEOUTRUN,
    PGROTATED,
    OOM_KILL,
    PGMIGRATE_SUCCESS,
    PGMIGRATE_FAIL,
    COMPACTMIGRATE_SCANNED,
    COMPACTFREE_SCANNED,
    COMPACTISOLATED,
    COMPACTSTALL,
    COMPACTFAIL,
    COMPACTSUCCESS,
    KCOMPACTD_WAKE,
    KCOMPACTD_MIGRATE_SCANNED,
    KCOMPACTD_FREE_SCANNED,
    SWAP_RA,
    SWAP_RA_HIT,
    BOUNCE_IN, /* pages copied for devices that do not reach them */
    BOUNCE_OUT,
    NR_VM_EVENT_ITEMS,
};

struct page;
struct pglist_data;
struct zone;

/* One row a CPU; a reader sums. */
extern unsigned long vm_event_states[][NR_VM_EVENT_ITEMS];
extern long vm_zone_stat[NR_VM_ZONE_STAT_ITEMS];
extern long vm_node_stat[NR_VM_NODE_STAT_ITEMS];

void count_vm_events(enum vm_event_item item, unsigned long delta);
static inline void count_vm_event(enum vm_event_item item)
{
    count_vm_events(item, 1);
}
unsigned long sum_vm_event(enum vm_event_item item);

/* The PGALLOC_/ALLOCSTALL_ event of a zone. */
void count_zone_event(enum vm_event_item first, const struct zone *zone,
                      unsigned long delta);

void mod_zone_page_state(struct zone *zone, enum zone_stat_item item,
                         long delta);
void mod_node_page_state(struct pglist_data *pgdat, enum node_stat_item item,
                         long delta);

/* Sums are never seen below zero. */
unsigned long zone_page_state(const struct zone *zone,
                              enum zone_stat_item item);
unsigned long global_zone_page_state(enum zone_stat_item item);
unsigned long node_page_state(const struct pglist_data *pgdat,
                              enum node_stat_item item);
unsigned long global_node_page_state(enum node_stat_item item);

#endif
