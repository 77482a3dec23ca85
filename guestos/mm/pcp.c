/*
 * Per-CPU page lists: what pcp.h does not do in a few instructions. Refills a
 * list with a batch from the buddy allocator, gives batches back from the
 * cold end when there are more frames than `high`, and empties lists for
 * those who need the frames elsewhere, for which no CPU has to be interrupted:
 * each list has a lock (Linux since v6.2; v5.15 sends work to each CPU).
 *
 * Owns pagesets. Lock order: pcp->lock, zone->lock; interrupts off. Frames
 * here are not in NR_FREE_PAGES, and an allocation that finds one does not
 * look at watermarks: it takes nothing from the free frames that they guard.
 * Counters: PGALLOC_* and PGFREE, as far as they concern single frames: the
 * fast path counts one of them, the other follows from what lies here.
 *
 * Mirrors Linux's rmqueue_bulk, free_pcppages_bulk, nr_pcp_free,
 * drain_all_pages, zone_batchsize, zone_highsize, zone_pcp_update.
 */
#include "pcp.h"
#include "kernel.h"
#include "mutex.h"
#include "page_owner.h"
#include "trace.h"

DEFINE_CPU_ARRAY(struct cpu_pageset, pagesets);
u16 pcp_list_of_gfp[MAX_NUMNODES][PCP_GFP_MASK + 1];
int percpu_pagelist_high_fraction; /* /proc/sys/vm; 0: by the watermark */

_Static_assert(!(sizeof(struct per_cpu_pages) &
                 (sizeof(struct per_cpu_pages) - 1)),
               "pcp_take_hot finds a pageset by its alignment");

static struct per_cpu_pages *pageset(const struct zone *zone, int cpu)
{
    return &cpu_array(pagesets, cpu).zone[pcp_zone_id(zone)];
}

static int pcp_held(const struct per_cpu_pages *pcp)
{
    return pcp->high - pcp->room;
}

/* -- Boot and sizes ------------------------------------------------------ */

static void init_pageset(struct per_cpu_pages *pcp, const struct zone *zone)
{
    static struct lock_class_key pcp_key;

    lockdep_init_map(&pcp->dep, "pcp->lock", &pcp_key);
    for (int type = 0; type < MIGRATE_PCPTYPES; type++)
        INIT_LIST_HEAD(&pcp->lists[type]);
    pcp->batch = 1;
    if (!populated_zone(zone))
        return;
    pcp->pageblock_flags =
        zone->pageblock_flags - ((zone->zone_start_pfn >> pageblock_order) -
                                 (min_low_pfn >> pageblock_order));
}

static void init_lists_of_gfp(int nid)
{
    for (gfp_t gfp = 0; gfp <= PCP_GFP_MASK; gfp++) {
        struct zone *zone =
            first_zones_zonelist(node_zonelist(nid, gfp), gfp_zone(gfp))->zone;
        unsigned long type = 0;

        if ((gfp & GFP_MOVABLE_MASK) != GFP_MOVABLE_MASK)
            type = gfp_migratetype(gfp);
        if (zone)
            pcp_list_of_gfp[nid][gfp] =
                (u16)(pcp_zone_id(zone) * sizeof(struct per_cpu_pages) +
                      offsetof(struct per_cpu_pages, lists) +
                      type * sizeof(struct list_head));
    }
}

void pcp_init(void)
{
    struct zone *zone;
    int cpu, nid;

    BUG_ON(min_low_pfn & (pageblock_nr_pages - 1));
    for_each_possible_cpu(cpu)
        for_each_zone(zone)
            init_pageset(pageset(zone, cpu), zone);
    for_each_online_node(nid)
        init_lists_of_gfp(nid);
}

static unsigned long rounddown_pow_of_two(unsigned long n)
{
    while (n & (n - 1))
        n &= n - 1;
    return n;
}

/* A thousandth of the zone, at most 1 MiB, in quarters; one less than a power
 * of two, so that batches do not keep to one colour of the cache. */
static int zone_batchsize(const struct zone *zone)
{
    unsigned long batch =
        min(zone->managed_pages >> 10, (1024ul * 1024) / PAGE_SIZE) / 4;

    batch = max(batch, 1ul);
    batch = rounddown_pow_of_two(batch + batch / 2) - 1;
    return (int)max(batch, 1ul);
}

/* As many as the low watermark keeps free, or a fraction of the zone, shared by
 * the CPUs. */
static int zone_highsize(const struct zone *zone, int batch)
{
    unsigned long all = low_wmark_pages(zone);
    int cpu, cpus = 0;

    if (percpu_pagelist_high_fraction)
        all =
            zone->managed_pages / (unsigned long)percpu_pagelist_high_fraction;
    for_each_online_cpu(cpu)
        cpus++;
    return max((int)all / cpus, batch * 4);
}

static void free_pcppages_bulk(struct zone *zone, int count,
                               struct per_cpu_pages *pcp);

static void set_high(struct zone *zone, struct per_cpu_pages *pcp, int high,
                     int batch)
{
    unsigned long flags;

    local_irq_save(flags);
    pcp_lock(pcp);
    pcp->room += high - pcp->high;
    pcp->high = high;
    pcp->batch = (u16)batch;
    if (pcp->room < 0)
        free_pcppages_bulk(zone, -pcp->room, pcp);
    pcp_unlock(pcp);
    local_irq_restore(flags);
}

static DEFINE_MUTEX(sizes_lock); /* sizes change; guards the next */
static int nr_disabled[1 << (ZONES_WIDTH +
                             NODES_SHIFT)]; /* who wants the lists empty */

static void zone_pcp_update(struct zone *zone)
{
    int batch = zone_batchsize(zone), high = zone_highsize(zone, batch);
    int cpu;

    /* Records of owners are made on the slow way, by which all frames must
     * pass: none may be left on a list for the fast one. */
    if (page_owner_enabled || nr_disabled[pcp_zone_id(zone)]) {
        high = 0;
        batch = 1;
    }
    for_each_possible_cpu(cpu)
        set_high(zone, pageset(zone, cpu), high, batch);
}

void setup_per_cpu_pageset(void)
{
    struct zone *zone;

    mutex_lock(&sizes_lock);
    for_each_populated_zone(zone)
        zone_pcp_update(zone);
    mutex_unlock(&sizes_lock);
}

static void add_disabled(struct zone *zone, int n)
{
    mutex_lock(&sizes_lock);
    nr_disabled[pcp_zone_id(zone)] += n;
    zone_pcp_update(zone);
    mutex_unlock(&sizes_lock);
}

void zone_pcp_disable(struct zone *zone)
{
    add_disabled(zone, 1);
}

void zone_pcp_enable(struct zone *zone)
{
    add_disabled(zone, -1);
}

/* -- Refill and drain; pcp->lock is held, interrupts are off -------------- */

static void rmqueue_bulk(struct zone *zone, struct per_cpu_pages *pcp,
                         enum migratetype type)
{
    lockdep_assert_held(pcp);
    pcp->free_factor >>= 1;
    spin_lock(&zone->lock);
    for (int i = 0; i < pcp->batch; i++) {
        struct page *page = __rmqueue(zone, 0, type);

        if (!page)
            break;
        if (!check_new_page(page))
            continue;
        /* In the order of their addresses, for those who ask for many. */
        list_add_tail(&page->lru, &pcp->lists[type]);
        pcp->room--;
        pcp->nr_net++;
    }
    spin_unlock(&zone->lock);
}

static void drain_page(struct zone *zone, struct per_cpu_pages *pcp,
                       struct page *page, enum migratetype type)
{
    (void)type; /* hosted builds have no tracepoints */
    list_del(&page->lru);
    pcp->room++;
    pcp->nr_net--;
    TRACE(kmem, mm_page_pcpu_drain, page, 0, type);
    __free_one_page(zone, page_to_pfn(page), 0);
}

/* From the cold ends, a frame of each type in turn. */
static void free_pcppages_bulk(struct zone *zone, int count,
                               struct per_cpu_pages *pcp)
{
    int type = 0;

    lockdep_assert_held(pcp);
    count = min(count, pcp_held(pcp));
    spin_lock(&zone->lock);
    while (count) {
        struct list_head *list = &pcp->lists[type];

        if (!list_empty(list)) {
            drain_page(zone, pcp, list_last_entry(list, struct page, lru),
                       (enum migratetype)type);
            count--;
        }
        type = (type + 1) % MIGRATE_PCPTYPES;
    }
    spin_unlock(&zone->lock);
}

/* How many to drain: more and more while a CPU only frees. */
static int nr_pcp_free(struct per_cpu_pages *pcp)
{
    int least = pcp->batch, most = pcp->high - pcp->batch;
    int batch = pcp->batch << pcp->free_factor;

    if (most < least)
        return max(least, 1);
    if (batch < most)
        pcp->free_factor++;
    return clamp(batch, least, most);
}

/* -- What the allocator calls -------------------------------------------- */

struct page *rmqueue_pcplist(struct zone *zone, enum migratetype type)
{
    struct per_cpu_pages *pcp;
    struct page *page;
    unsigned long flags;

    local_irq_save(flags);
    pcp = pageset(zone, smp_processor_id());
    pcp_lock(pcp);
    if (list_empty(&pcp->lists[type]))
        rmqueue_bulk(zone, pcp, type);
    page = list_first_entry_or_null(&pcp->lists[type], struct page, lru);
    if (page) {
        list_del(&page->lru);
        pcp->room++;
        pcp->nr_alloc++;
    }
    pcp_unlock(pcp);
    local_irq_restore(flags);
    return page;
}

void free_to_pcp_slow(struct page *page)
{
    struct zone *zone = page_zone(page);
    struct per_cpu_pages *pcp;
    enum migratetype type;
    unsigned long flags;

    reset_page_owner(page, 0);
    local_irq_save(flags);
    pcp = pageset(zone, smp_processor_id());
    pcp_lock(pcp);
    type = get_pageblock_migratetype(page);
    if (is_migrate_isolate(type) || !pcp->high) {
        spin_lock(&zone->lock);
        __free_one_page(zone, page_to_pfn(page), 0);
        spin_unlock(&zone->lock);
        pcp->nr_net--;
    } else {
        /* A frame of the reserve does not go back to it by way of a list. */
        if (type >= MIGRATE_PCPTYPES)
            type = MIGRATE_MOVABLE;
        list_add(&page->lru, &pcp->lists[type]);
        pcp->room--;
        if (pcp->room < 0)
            free_pcppages_bulk(zone, nr_pcp_free(pcp), pcp);
    }
    pcp_unlock(pcp);
    local_irq_restore(flags);
}

static void drain_pageset(struct zone *zone, int cpu)
{
    struct per_cpu_pages *pcp = pageset(zone, cpu);
    unsigned long flags;

    if (!pcp_held(pcp))
        return;
    local_irq_save(flags);
    pcp_lock(pcp);
    free_pcppages_bulk(zone, pcp_held(pcp), pcp);
    pcp_unlock(pcp);
    local_irq_restore(flags);
}

static void drain_cpu(struct zone *zone, int cpu)
{
    if (zone) {
        drain_pageset(zone, cpu);
        return;
    }
    for_each_populated_zone(zone)
        drain_pageset(zone, cpu);
}

void drain_local_pages(struct zone *zone)
{
    drain_cpu(zone, get_cpu());
    put_cpu();
}

void drain_all_pages(struct zone *zone)
{
    int cpu;

    for_each_possible_cpu(cpu)
        drain_cpu(zone, cpu);
}

/* -- Reports ------------------------------------------------------------- */

unsigned long pcp_count(const struct zone *zone)
{
    unsigned long sum = 0;
    int cpu;

    for_each_possible_cpu(cpu)
        sum += (unsigned long)pcp_held(pageset(zone, cpu));
    return sum;
}

unsigned long pcp_events_alloc(const struct zone *zone)
{
    unsigned long sum = 0;
    int cpu;

    for_each_possible_cpu(cpu)
        sum += pageset(zone, cpu)->nr_alloc;
    return sum;
}

/* What came is what came from the buddy allocator and what was freed; what
 * went was handed out or is here. */
unsigned long pcp_events_free(void)
{
    unsigned long sum = 0;
    struct zone *zone;
    int cpu;

    for_each_possible_cpu(cpu)
        for_each_zone(zone) {
            const struct per_cpu_pages *pcp = pageset(zone, cpu);

            sum += pcp->nr_alloc + (unsigned long)pcp_held(pcp) -
                   (unsigned long)pcp->nr_net;
        }
    return sum;
}

void show_pagesets(struct seq_file *m, const struct zone *zone)
{
    int cpu;

    seq_puts(m, "\n  pagesets");
    for_each_online_cpu(cpu) {
        const struct per_cpu_pages *pcp = pageset(zone, cpu);

        seq_printf(m,
                   "\n    cpu: %i\n              count: %i\n"
                   "              high:  %i\n              batch: %i",
                   cpu, pcp_held(pcp), pcp->high, pcp->batch);
    }
}

static unsigned long check_pageset(const struct zone *zone,
                                   const struct per_cpu_pages *pcp)
{
    unsigned long n = 0;

    for (int type = 0; type < MIGRATE_PCPTYPES; type++) {
        const struct page *page;

        list_for_each_entry(page, &pcp->lists[type], lru) {
            if (page_zone(page) != zone || PageBuddy(page) ||
                page->page_type != PAGE_TYPE_NONE || page_count(page))
                panic("pcp: frame %lx is on a list and not free",
                      page_to_pfn(page));
            n++;
        }
    }
    if (n != (unsigned long)pcp_held(pcp))
        panic("pcp: zone %s has %lu frames on a CPU's lists, says %d",
              zone->name, n, pcp_held(pcp));
    return n;
}

unsigned long pcp_check(void)
{
    unsigned long sum = 0, flags;
    struct zone *zone;
    int cpu;

    for_each_possible_cpu(cpu)
        for_each_zone(zone) {
            struct per_cpu_pages *pcp = pageset(zone, cpu);

            local_irq_save(flags);
            pcp_lock(pcp);
            sum += check_pageset(zone, pcp);
            pcp_unlock(pcp);
            local_irq_restore(flags);
        }
    return sum;
}

void pcp_lock_zone(const struct zone *zone)
{
    int cpu;

    for_each_possible_cpu(cpu)
        pcp_lock_nested(pageset(zone, cpu), (unsigned int)cpu);
}

void pcp_unlock_zone(const struct zone *zone)
{
    int cpu;

    for_each_possible_cpu(cpu)
        pcp_unlock(pageset(zone, cpu));
}
