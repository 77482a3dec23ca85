/*
 * Nodes, zones, free areas and LRU lists. Physical memory is one node; its
 * zones partition the frames by what can reach them (DMA: bus masters with a
 * short reach; NORMAL: the direct map; HIGHMEM: neither).
 */
#ifndef QUIRE_GUESTOS_MMZONE_H
#define QUIRE_GUESTOS_MMZONE_H

#include "gfp.h"
#include "list.h"
#include "mm_types.h"
#include "spinlock.h"
#include "vmstat.h"
#include "wait.h"

/* Blocks of 2^0 .. 2^(MAX_ORDER-1) frames: up to 4 MiB. */
#define MAX_ORDER 11
/* Above this order an allocation may fail rather than kill. */
#define PAGE_ALLOC_COSTLY_ORDER 3

enum zone_type {
    ZONE_DMA,
    ZONE_NORMAL,
    ZONE_HIGHMEM,
    MAX_NR_ZONES,
};

enum zone_watermarks {
    WMARK_MIN,  /* below it only reserves are served */
    WMARK_LOW,  /* below it kswapd starts */
    WMARK_HIGH, /* up to it kswapd works */
    NR_WMARK,
};

enum lru_list {
    LRU_INACTIVE_ANON,
    LRU_ACTIVE_ANON,
    LRU_INACTIVE_FILE,
    LRU_ACTIVE_FILE,
    LRU_UNEVICTABLE,
    NR_LRU_LISTS,
};

#define LRU_ACTIVE 1
#define LRU_FILE 2

/*
 * What the pages of a block are like, so that those which cannot move do not
 * lie among those which can. The first three are what allocations ask for and
 * have per-CPU lists.
 */
enum migratetype {
    MIGRATE_UNMOVABLE,
    MIGRATE_MOVABLE,
    MIGRATE_RECLAIMABLE,
    MIGRATE_PCPTYPES,                       /* so many on per-CPU lists */
    MIGRATE_HIGHATOMIC = MIGRATE_PCPTYPES, /* for atomic high orders */
    MIGRATE_ISOLATE,                        /* nothing is taken from here */
    MIGRATE_TYPES,
};
extern const char *const migratetype_names[MIGRATE_TYPES];

/* A pageblock: the unit that has one type. The largest block of the buddy
 * allocator, and a megapage of Sv32, so that no free block spans two. */
#define pageblock_order (MAX_ORDER - 1)
#define pageblock_nr_pages (1ul << pageblock_order)

struct free_area {
    struct list_head free_list[MIGRATE_TYPES];
    unsigned long nr_free; /* blocks */
};

/*
 * A zone: frames [zone_start_pfn, zone_start_pfn + spanned_pages). lock guards
 * free_area, pageblock_flags and NR_FREE_PAGES of the zone; taken with interrupts off.
 */
struct zone {
    unsigned long _watermark[NR_WMARK];
    /* Frames kept from allocations that could also use a higher zone. */
    unsigned long lowmem_reserve[MAX_NR_ZONES];
    struct pglist_data *zone_pgdat;
    unsigned long zone_start_pfn;
    unsigned long spanned_pages; /* with holes */
    unsigned long present_pages; /* without */
    unsigned long managed_pages; /* given to the buddy allocator */
    const char *name;
    u8 *pageblock_flags; /* a byte a pageblock, see mm/pageblock.c */
    unsigned long nr_reserved_highatomic; /* frames in such pageblocks */
    unsigned long nr_isolate_pageblock;
    /* Compaction: where its scanners stood (async, sync), and its failures. */
    unsigned long compact_cached_free_pfn;
    unsigned long compact_cached_migrate_pfn[2];
    unsigned int compact_considered;
    unsigned int compact_defer_shift;
    int compact_order_failed;
    bool compact_blockskip_flush; /* the skip bits are to be forgotten */
    struct free_area free_area[MAX_ORDER];
    struct spinlock lock;
    long vm_stat[NR_VM_ZONE_STAT_ITEMS];
};

/* The lists that reclaim works on, with what decides between them. */
struct lruvec {
    struct list_head lists[NR_LRU_LISTS];
    struct spinlock lru_lock; /* guards lists and PG_lru; interrupts off */
    unsigned long anon_cost, file_cost;
};

/* The machine is one node; on the host tests build more. */
#if __STDC_HOSTED__
#define NODES_SHIFT 2
#else
#define NODES_SHIFT 0
#endif
#define MAX_NUMNODES (1 << NODES_SHIFT)
#define MAX_ZONES_PER_ZONELIST (MAX_NUMNODES * MAX_NR_ZONES)

/* A zone with its index, which most walks want first. */
struct zoneref {
    struct zone *zone; /* NULL ends the list */
    enum zone_type zone_idx;
};

/* Zones in the order to try: of the node from the highest down, then of the
 * next nearest node. See mm/zonelist.c. */
struct zonelist {
    struct zoneref _zonerefs[MAX_ZONES_PER_ZONELIST + 1];
};

enum {
    ZONELIST_FALLBACK,
    ZONELIST_NOFALLBACK, /* __GFP_THISNODE: no other node */
    MAX_ZONELISTS,
};

/* A node. */
typedef struct pglist_data {
    struct zone node_zones[MAX_NR_ZONES];
    struct zonelist node_zonelists[MAX_ZONELISTS];
    unsigned long node_start_pfn;
    unsigned long node_present_pages;
    unsigned long node_spanned_pages;
    int node_id;
    struct wait_queue_head kswapd_wait;
    struct task_struct *kswapd;
    int kswapd_order;                  /* what it was woken for */
    enum zone_type kswapd_highest_zoneidx;
    int kswapd_failures; /* balancing runs without progress */
    struct wait_queue_head kcompactd_wait;
    struct task_struct *kcompactd;
    int kcompactd_max_order; /* what it was woken for */
    enum zone_type kcompactd_highest_zoneidx;
    unsigned long totalreserve_pages;
    struct lruvec __lruvec;
    long vm_stat[NR_VM_NODE_STAT_ITEMS];
} pg_data_t;

static inline struct pglist_data *lruvec_pgdat(const struct lruvec *lruvec)
{
    return container_of(lruvec, struct pglist_data, __lruvec);
}

extern struct pglist_data contig_page_data; /* node 0 */
#if NODES_SHIFT
extern struct pglist_data *node_data[MAX_NUMNODES];
#define NODE_DATA(nid) (node_data[nid])
extern int nr_online_nodes; /* from 0 on */
#else
#define NODE_DATA(nid) ((void)(nid), &contig_page_data)
#define nr_online_nodes 1
#endif
#define for_each_online_node(nid)                                              \
    for ((nid) = 0; (nid) < nr_online_nodes; (nid)++)

/* The node of the running CPU. */
#if NODES_SHIFT
extern int numa_node;
#define numa_node_id() numa_node
#else
#define numa_node_id() 0
#endif

/* As ACPI's SLIT has it: 10 is the node itself. */
#define LOCAL_DISTANCE 10
#define REMOTE_DISTANCE 20
int node_distance(int from, int to);
void set_node_distance(int from, int to, int distance);
/* The nearest node that is not in the bit mask `used`, which it joins; -1:
 * there is none. */
int find_next_best_node(int node, unsigned long *used);
/* Both lists of all online nodes. */
void build_all_zonelists(void);

static inline struct zonelist *node_zonelist(int nid, gfp_t gfp)
{
    return &NODE_DATA(nid)->node_zonelists[gfp & __GFP_THISNODE
                                               ? ZONELIST_NOFALLBACK
                                               : ZONELIST_FALLBACK];
}

/* The first at z or behind it that is not above the highest zone. */
static inline struct zoneref *next_zones_zonelist(struct zoneref *z,
                                                  enum zone_type highest)
{
    while (z->zone && z->zone_idx > highest)
        z++;
    return z;
}

static inline struct zoneref *first_zones_zonelist(struct zonelist *zonelist,
                                                   enum zone_type highest)
{
    return next_zones_zonelist(zonelist->_zonerefs, highest);
}

/* zone is a struct zone *, z a struct zoneref *. */
#define for_each_zone_zonelist(zone, z, zlist, highest)                        \
    for ((z) = first_zones_zonelist(zlist, highest), (zone) = (z)->zone;       \
         zone;                                                                 \
         (z) = next_zones_zonelist((z) + 1, highest), (zone) = (z)->zone)

extern unsigned long min_low_pfn, max_low_pfn, max_pfn;
extern unsigned long totalreserve_pages;
/* Settings; after a change, setup_per_zone_wmarks. */
extern int min_free_kbytes;
extern int watermark_scale_factor; /* in 1/10000 of a zone */
extern int percpu_pagelist_high_fraction;
extern int lowmem_reserve_ratio[MAX_NR_ZONES];

/* Too little memory for groups: all is one type (Linux's rule). */
extern bool page_group_by_mobility_disabled;

static inline enum migratetype gfp_migratetype(gfp_t gfp)
{
    if (unlikely(page_group_by_mobility_disabled) ||
        WARN_ON_ONCE((gfp & GFP_MOVABLE_MASK) == GFP_MOVABLE_MASK))
        return MIGRATE_UNMOVABLE;
    return (enum migratetype)((gfp & GFP_MOVABLE_MASK) / __GFP_MOVABLE);
}

/* The zone that an allocation prefers. */
static inline enum zone_type gfp_zone(gfp_t gfp)
{
    if (gfp & __GFP_DMA)
        return ZONE_DMA;
    return gfp & __GFP_HIGHMEM ? ZONE_HIGHMEM : ZONE_NORMAL;
}

static inline bool managed_zone(const struct zone *zone)
{
    return zone->managed_pages != 0;
}

static inline bool populated_zone(const struct zone *zone)
{
    return zone->present_pages != 0;
}

static inline bool is_highmem(const struct zone *zone)
{
    return zone == &zone->zone_pgdat->node_zones[ZONE_HIGHMEM];
}

static inline enum zone_type zone_idx(const struct zone *zone)
{
    return (enum zone_type)(zone - zone->zone_pgdat->node_zones);
}

static inline unsigned long zone_end_pfn(const struct zone *zone)
{
    return zone->zone_start_pfn + zone->spanned_pages;
}

/* The zone behind this one, of its node or of the next; NULL: none. */
static inline struct zone *next_zone(struct zone *zone)
{
    struct pglist_data *pgdat = zone->zone_pgdat;
    int nid = pgdat->node_id + 1;

    if (zone_idx(zone) < MAX_NR_ZONES - 1)
        return zone + 1;
    return nid < nr_online_nodes ? NODE_DATA(nid)->node_zones : NULL;
}

/* Of all online nodes; zone is a struct zone *. */
#define for_each_zone(zone)                                                    \
    for ((zone) = NODE_DATA(0)->node_zones; (zone); (zone) = next_zone(zone))
#define for_each_populated_zone(zone)                                          \
    for_each_zone(zone)                                                        \
        if (!populated_zone(zone)) {                                           \
        } else

#define min_wmark_pages(zone) ((zone)->_watermark[WMARK_MIN])
#define low_wmark_pages(zone) ((zone)->_watermark[WMARK_LOW])
#define high_wmark_pages(zone) ((zone)->_watermark[WMARK_HIGH])

/*
 * Whether a block of the order could be handed out with `mark` frames left,
 * for an allocation whose highest zone is highest_zoneidx.
 */
bool zone_watermark_ok(struct zone *zone, unsigned int order,
                       unsigned long mark, enum zone_type highest_zoneidx,
                       unsigned int alloc_flags);
/* The same if `free` frames were free. */
bool __zone_watermark_ok(const struct zone *zone, unsigned int order,
                         unsigned long mark, enum zone_type highest_zoneidx,
                         unsigned int alloc_flags, long free);

/* Computes watermarks and reserves from min_free_kbytes. */
void setup_per_zone_wmarks(void);
/* Chooses min_free_kbytes by the size of low memory: 4 * sqrt(KiB). */
void init_per_zone_wmark_min(void);

/* Invariants: every list, count and flag of the free areas; panics with what
 * is wrong. Returns the free pages counted. */
unsigned long buddy_check(void);

#endif
