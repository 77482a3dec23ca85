/*
 * Frames that a CPU has at hand: lists of single free frames for each zone
 * and migrate type, so that most allocations touch neither zone->lock nor a
 * line that another CPU writes. The frames at the head were freed last and are
 * likely still in the cache.
 */
#ifndef QUIRE_GUESTOS_MM_PCP_H
#define QUIRE_GUESTOS_MM_PCP_H

#include "pageblock.h"
#include "percpu.h"
#include "seq_file.h"

/*
 * Only its CPU takes and gives frames, any CPU may drain it: lock is held by
 * both, interrupts off. count is high - room. While high is 0 the lists are
 * empty and every call takes the slow way (zone_pcp_disable).
 */
struct per_cpu_pages {
    unsigned int lock;
    int room; /* frames that may still be freed here before some are drained */
    struct list_head lists[MIGRATE_PCPTYPES];
    int high;
    u16 batch;       /* to and from the buddy allocator at once */
    u16 free_factor; /* more at once while nothing is allocated: a shift */
    const u8 *pageblock_flags; /* of mem_map[0]'s pageblock, were it here */
    unsigned long nr_alloc;    /* frames handed out */
    long
        nr_net; /* frames that came from the buddy allocator, less those back */
#ifdef CONFIG_LOCKDEP
    struct lockdep_map dep;
#endif
} __attribute__((aligned(16 * sizeof(long))));

/* By pcp_zone_id(). */
struct cpu_pageset {
    struct per_cpu_pages zone[1 << (ZONES_WIDTH + NODES_SHIFT)];
};

DECLARE_CPU_ARRAY(struct cpu_pageset, pagesets);

/* A zone's number among those of all nodes: the top bits of its pages' flags,
 * so that it is one shift away. */
static inline unsigned int pcp_zone_id(const struct zone *zone)
{
    return (unsigned int)zone_idx(zone) << NODES_SHIFT |
           (unsigned int)zone->zone_pgdat->node_id;
}

/* Where an allocation looks first: the offset of its list in cpu_pageset, by
 * the CPU's node and the zone and mobility bits of its flags. */
#define PCP_GFP_MASK (GFP_ZONEMASK | GFP_MOVABLE_MASK)
extern u16 pcp_list_of_gfp[MAX_NUMNODES][PCP_GFP_MASK + 1];

/* At boot: empty lists, all disabled. */
void pcp_init(void);

/* A frame of the zone for this CPU, with lists refilled; NULL: none left. */
struct page *rmqueue_pcplist(struct zone *zone, enum migratetype type);
/* A frame that passed the checks: on a list, or to the buddy allocator. */
void free_to_pcp_slow(struct page *page);
/* Frames on the lists of all CPUs. */
unsigned long pcp_count(const struct zone *zone);
/* Their part of PGALLOC_* and PGFREE. */
unsigned long pcp_events_alloc(const struct zone *zone);
unsigned long pcp_events_free(void);
/* Their part of /proc/zoneinfo. */
void show_pagesets(struct seq_file *m, const struct zone *zone);
/* Invariants; frames on lists. Panics with what is wrong. */
unsigned long pcp_check(void);

/* Of all CPUs, in their order; interrupts are off. */
void pcp_lock_zone(const struct zone *zone);
void pcp_unlock_zone(const struct zone *zone);

/* subclass: while lists of other CPUs are locked, in their order. */
static inline void pcp_lock_nested(struct per_cpu_pages *pcp,
                                   unsigned int subclass)
{
    (void)subclass;
    lockdep_assert_irqs_disabled();
    lock_acquire(&pcp->dep, subclass, LOCK_SPIN);
    while (unlikely(__atomic_exchange_n(&pcp->lock, 1, __ATOMIC_ACQUIRE)))
        barrier();
}

static inline void pcp_lock(struct per_cpu_pages *pcp)
{
    pcp_lock_nested(pcp, 0);
}

static inline void pcp_unlock(struct per_cpu_pages *pcp)
{
    lock_release(&pcp->dep);
    /* Not a store of release order: that is an AMO. */
    __atomic_thread_fence(__ATOMIC_RELEASE);
    __atomic_store_n(&pcp->lock, 0, __ATOMIC_RELAXED);
}

/* The type of a frame's pageblock, without its zone's help. */
static inline unsigned int pcp_migratetype(const struct per_cpu_pages *pcp,
                                           const struct page *page)
{
    unsigned long offset = (unsigned long)page - (unsigned long)mem_map;

    return pcp->pageblock_flags[offset / (sizeof *page * pageblock_nr_pages)] &
           PB_MIGRATE_MASK;
}

/* The hottest frame that fits the flags, or NULL. */
static inline struct page *pcp_take_hot(gfp_t gfp)
{
    unsigned long at = pcp_list_of_gfp[numa_node_id()][gfp & PCP_GFP_MASK];
    unsigned long flags;
    struct per_cpu_pages *pcp;
    struct list_head *list, *entry;

    local_irq_save(flags);
    list = (struct list_head *)((char *)&this_cpu_array(pagesets) + at);
    pcp = (struct per_cpu_pages *)((unsigned long)list & -sizeof *pcp);
    pcp_lock(pcp);
    entry = list->next;
    if (unlikely(entry == list)) {
        pcp_unlock(pcp);
        local_irq_restore(flags);
        return NULL;
    }
    list->next = entry->next;
    entry->next->prev = list;
    pcp->room++;
    pcp->nr_alloc++;
    pcp_unlock(pcp);
    local_irq_restore(flags);
    return list_entry(entry, struct page, lru);
}

/* Puts a frame where it is found first; false: there is no room for it, or
 * none for its kind. */
static inline bool pcp_give_hot(struct page *page)
{
    unsigned long zone = page->flags >> NODES_PGSHIFT;
    struct per_cpu_pages *pcp;
    struct list_head *list;
    unsigned long flags;
    unsigned int type;

    local_irq_save(flags);
    pcp = &this_cpu_array(pagesets).zone[zone];
    OPTIMIZER_HIDE_VAR(pcp); /* else it is computed again for each member */
    type = pcp_migratetype(pcp, page);
    pcp_lock(pcp);
    if (unlikely(type >= MIGRATE_PCPTYPES || pcp->room <= 0)) {
        pcp_unlock(pcp);
        local_irq_restore(flags);
        return false;
    }
    pcp->room--;
    list = &pcp->lists[type];
    OPTIMIZER_HIDE_VAR(list);
    list_add(&page->lru, list);
    pcp_unlock(pcp);
    local_irq_restore(flags);
    return true;
}

#endif
