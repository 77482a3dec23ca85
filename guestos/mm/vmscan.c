/*
 * Reclaim: which pages of the LRU lists are looked at, how many, and when it
 * is enough. New pages start on an inactive list; pages found used there are
 * activated, pages of the active list fall back when the inactive one gets
 * short. Anonymous and file pages share the work by swappiness and by what
 * reclaiming each has cost lately. Owns anon_cost and file_cost (lru_lock).
 * Counters: PGSCAN_*, PGSTEAL_*, PGREFILL, PGDEACTIVATE, ALLOCSTALL_*. Mirrors
 * Linux's shrink_lruvec, get_scan_count, isolate_lru_pages,
 * shrink_inactive_list, shrink_active_list, do_try_to_free_pages.
 */
#include "internal.h"
#include "kernel.h"
#include "pagemap.h"
#include "reclaim.h"
#include "rmap.h"
#include "sched.h"
#include "shrinker.h"
#include "slab.h"
#include "swap_state.h"
#include "trace.h"

int vm_swappiness = 60;

static bool is_file_lru(enum lru_list lru)
{
    return lru == LRU_INACTIVE_FILE || lru == LRU_ACTIVE_FILE;
}

static enum node_stat_item isolated_item(enum lru_list lru)
{
    return is_file_lru(lru) ? NR_ISOLATED_FILE : NR_ISOLATED_ANON;
}

/* Takes up to nr pages from the old end; pages of zones that are of no use
 * go to the young end, out of the way. Returns how many were taken. */
static unsigned long isolate_lru_pages(unsigned long nr,
                                       struct lruvec *lruvec,
                                       enum lru_list lru,
                                       struct list_head *taken,
                                       struct scan_control *sc)
{
    struct list_head *list = &lruvec->lists[lru];
    unsigned long n = 0, looks = lruvec_lru_size(lruvec, lru), flags;

    spin_lock_irqsave(&lruvec->lru_lock, flags);
    while (n < nr && looks-- && !list_empty(list)) {
        struct page *page = list_last_entry(list, struct page, lru);

        if (page_zonenum(page) > sc->reclaim_idx ||
            !get_page_unless_zero(page)) {
            list_move(&page->lru, list);
            continue;
        }
        lru_del_locked(page);
        list_add(&page->lru, taken);
        n++;
    }
    mod_node_page_state(lruvec_pgdat(lruvec), isolated_item(lru), (long)n);
    spin_unlock_irqrestore(&lruvec->lru_lock, flags);
    TRACE(vmscan, mm_vmscan_lru_isolate, sc, nr, n, lru);
    return n;
}

/* Returns isolated pages to their lists and drops our references. A page is on
 * its list first: who drops the last reference after us looks for it there
 * (put_page), without the lock. */
static void putback_pages(struct lruvec *lruvec, struct list_head *pages)
{
    LIST_HEAD(unused);
    struct page *page, *next;
    unsigned long flags;

    spin_lock_irqsave(&lruvec->lru_lock, flags);
    list_for_each_entry_safe(page, next, pages, lru) {
        list_del(&page->lru);
        /* Written out while we had it: it is free to go soon. */
        lru_add_locked(page, lruvec,
                       PageSwapCache(page) && !PageWriteback(page) &&
                           !PageDirty(page) && !page_mapped(page) &&
                           !PageActive(page));
        if (put_page_testzero(page)) {
            lru_del_locked(page);
            ClearPageActive(page);
            list_add(&page->lru, &unused);
        }
    }
    spin_unlock_irqrestore(&lruvec->lru_lock, flags);
    list_for_each_entry_safe(page, next, &unused, lru) {
        list_del(&page->lru);
        free_unref_page(page);
    }
}

static void note_cost(struct lruvec *lruvec, bool is_file, unsigned long nr)
{
    unsigned long size = 0, flags;

    spin_lock_irqsave(&lruvec->lru_lock, flags);
    if (is_file)
        lruvec->file_cost += nr;
    else
        lruvec->anon_cost += nr;
    for (int lru = 0; lru < LRU_UNEVICTABLE; lru++)
        size += lruvec_lru_size(lruvec, (enum lru_list)lru);
    if (lruvec->file_cost + lruvec->anon_cost > size / 4) {
        lruvec->file_cost /= 2;
        lruvec->anon_cost /= 2;
    }
    spin_unlock_irqrestore(&lruvec->lru_lock, flags);
}

static void count_scan(const struct scan_control *sc, bool is_file,
                       unsigned long scanned, unsigned long stolen)
{
    count_vm_events(sc->is_kswapd ? PGSCAN_KSWAPD : PGSCAN_DIRECT, scanned);
    count_vm_events(is_file ? PGSCAN_FILE : PGSCAN_ANON, scanned);
    count_vm_events(sc->is_kswapd ? PGSTEAL_KSWAPD : PGSTEAL_DIRECT, stolen);
    count_vm_events(is_file ? PGSTEAL_FILE : PGSTEAL_ANON, stolen);
}

static unsigned long shrink_inactive_list(unsigned long nr,
                                          struct lruvec *lruvec,
                                          struct scan_control *sc,
                                          enum lru_list lru)
{
    LIST_HEAD(pages);
    unsigned long taken = isolate_lru_pages(nr, lruvec, lru, &pages, sc);
    unsigned long reclaimed, nr_pageout = 0;

    if (!taken)
        return 0;
    reclaimed = shrink_page_list(&pages, sc, &nr_pageout);
    putback_pages(lruvec, &pages);
    mod_node_page_state(lruvec_pgdat(lruvec), isolated_item(lru), -(long)taken);
    note_cost(lruvec, is_file_lru(lru), nr_pageout);
    count_scan(sc, is_file_lru(lru), taken, reclaimed);
    sc->nr_scanned += taken;
    TRACE(vmscan, mm_vmscan_lru_shrink_inactive, sc, taken, reclaimed, lru);
    return reclaimed;
}

static void shrink_active_list(unsigned long nr, struct lruvec *lruvec,
                               struct scan_control *sc, enum lru_list lru)
{
    LIST_HEAD(pages);
    LIST_HEAD(done);
    unsigned long taken = isolate_lru_pages(nr, lruvec, lru, &pages, sc);
    unsigned long deactivated = 0;

    while (!list_empty(&pages)) {
        struct page *page = list_last_entry(&pages, struct page, lru);
        unsigned long vm_flags = 0;
        int referenced = 0;

        list_move(&page->lru, &done);
        /* One that is locked is being worked on, and not idle. */
        if (!trylock_page(page))
            continue;
        referenced = page_referenced(page, &vm_flags);
        unlock_page(page);
        /* Text in use stays; all others get their chance on the inactive
         * list, where a further use brings them back. */
        if (referenced && vm_flags & VM_EXEC && is_file_lru(lru))
            continue;
        ClearPageActive(page);
        page_set_flag(page, PG_workingset);
        deactivated++;
    }
    putback_pages(lruvec, &done);
    mod_node_page_state(lruvec_pgdat(lruvec), isolated_item(lru), -(long)taken);
    count_vm_events(PGREFILL, taken);
    count_vm_events(PGDEACTIVATE, deactivated);
}

/* Up to 1 GiB the inactive list should be as long as the active one. */
static bool inactive_is_low(const struct lruvec *lruvec, enum lru_list inactive)
{
    enum lru_list active = (enum lru_list)(inactive + LRU_ACTIVE);

    return lruvec_lru_size(lruvec, inactive) < lruvec_lru_size(lruvec, active);
}

static bool can_reclaim_anon(const struct scan_control *sc)
{
    return sc->may_swap && sc->gfp & __GFP_IO &&
           (get_nr_swap_pages() > 0 ||
            global_node_page_state(NR_SWAPCACHE) > 0);
}

/* How many pages of each list to scan at this priority. */
static void get_scan_count(struct lruvec *lruvec,
                           const struct scan_control *sc, unsigned long *nr)
{
    unsigned long total = lruvec->anon_cost + lruvec->file_cost;
    unsigned long anon_cost = total + lruvec->anon_cost;
    unsigned long file_cost = total + lruvec->file_cost;
    u64 share[2]; /* anon, file */
    bool is_equal = !sc->priority && vm_swappiness;

    total = anon_cost + file_cost;
    share[0] = (u64)(unsigned int)vm_swappiness * (total + 1) /
               (anon_cost + 1);
    share[1] = (u64)(unsigned int)(200 - vm_swappiness) * (total + 1) /
               (file_cost + 1);
    if (!can_reclaim_anon(sc))
        share[0] = 0;
    for (int lru = 0; lru < LRU_UNEVICTABLE; lru++) {
        bool is_file = is_file_lru((enum lru_list)lru);
        u64 scan = lruvec_lru_size(lruvec, (enum lru_list)lru) >> sc->priority;

        if (!is_file && !share[0])
            scan = 0;
        else if (!is_equal)
            scan = DIV_ROUND_UP(scan * share[is_file],
                                share[0] + share[1]);
        nr[lru] = (unsigned long)scan;
    }
}

static unsigned long shrink_list(enum lru_list lru, unsigned long nr,
                                 struct lruvec *lruvec,
                                 struct scan_control *sc)
{
    if (lru == LRU_ACTIVE_ANON || lru == LRU_ACTIVE_FILE) {
        if (inactive_is_low(lruvec, (enum lru_list)(lru - LRU_ACTIVE)))
            shrink_active_list(nr, lruvec, sc, lru);
        return 0;
    }
    return shrink_inactive_list(nr, lruvec, sc, lru);
}

void shrink_node(struct pglist_data *pgdat, struct scan_control *sc)
{
    struct lruvec *lruvec = &pgdat->__lruvec;
    unsigned long nr[NR_LRU_LISTS] = {0};

    get_scan_count(lruvec, sc, nr);
    while (nr[LRU_INACTIVE_ANON] || nr[LRU_ACTIVE_FILE] ||
           nr[LRU_INACTIVE_FILE]) {
        for (int lru = 0; lru < LRU_UNEVICTABLE; lru++) {
            unsigned long n = min(nr[lru], SWAP_CLUSTER_MAX);

            if (!n)
                continue;
            nr[lru] -= n;
            sc->nr_reclaimed +=
                shrink_list((enum lru_list)lru, n, lruvec, sc);
        }
        cond_resched();
        if (sc->nr_reclaimed >= sc->nr_to_reclaim)
            break;
    }
    if (can_reclaim_anon(sc) && inactive_is_low(lruvec, LRU_INACTIVE_ANON))
        shrink_active_list(SWAP_CLUSTER_MAX, lruvec, sc, LRU_ACTIVE_ANON);
    shrink_slab(sc->gfp, pgdat->node_id, sc->priority);
    if (current->reclaim_state) {
        sc->nr_reclaimed += current->reclaim_state->reclaimed_slab;
        current->reclaim_state->reclaimed_slab = 0;
    }
}

unsigned long zone_reclaimable_pages(const struct zone *zone)
{
    unsigned long n = zone_page_state(zone, NR_ZONE_INACTIVE_FILE) +
                      zone_page_state(zone, NR_ZONE_ACTIVE_FILE);

    if (get_nr_swap_pages() > 0)
        n += zone_page_state(zone, NR_ZONE_INACTIVE_ANON) +
             zone_page_state(zone, NR_ZONE_ACTIVE_ANON);
    return n;
}

static void shrink_nodes(struct scan_control *sc)
{
    int nid;

    for_each_online_node(nid) {
        unsigned long before = sc->nr_reclaimed;

        shrink_node(NODE_DATA(nid), sc);
        if (sc->nr_reclaimed > before)
            NODE_DATA(nid)->kswapd_failures = 0;
    }
}

static unsigned long do_try_to_free_pages(struct scan_control *sc)
{
    for (sc->priority = DEF_PRIORITY; sc->priority >= 0; sc->priority--) {
        shrink_nodes(sc);
        if (sc->nr_reclaimed >= sc->nr_to_reclaim)
            break;
        /* What is on its way to the disk will be free: rather wait for that
         * than scan on. */
        if (sc->nr_scanned && sc->gfp & __GFP_IO)
            wait_for_writeback_progress();
    }
    if (!sc->nr_reclaimed)
        sc->nr_reclaimed = kmem_cache_shrink_all();
    return sc->nr_reclaimed;
}

unsigned long try_to_free_pages(unsigned int order, gfp_t gfp)
{
    struct scan_control sc = {
        .nr_to_reclaim = SWAP_CLUSTER_MAX,
        .gfp = gfp,
        .order = order,
        .reclaim_idx = gfp_zone(gfp),
        .may_writepage = true,
        .may_swap = true,
    };
    struct reclaim_state reclaim_state = {0};
    unsigned long freed;

    current->reclaim_state = &reclaim_state;
    count_zone_event(ALLOCSTALL_DMA,
                     &NODE_DATA(numa_node_id())->node_zones[gfp_zone(gfp)], 1);
    TRACE2(vmscan, mm_vmscan_direct_reclaim_begin, order, gfp);
    freed = do_try_to_free_pages(&sc);
    current->reclaim_state = NULL;
    TRACE1(vmscan, mm_vmscan_direct_reclaim_end, freed);
    return freed;
}

unsigned long shrink_all(unsigned long nr_pages)
{
    struct scan_control sc = {
        .nr_to_reclaim = nr_pages,
        .gfp = GFP_HIGHUSER_MOVABLE,
        .reclaim_idx = ZONE_HIGHMEM,
        .may_writepage = true,
        .may_swap = true,
    };
    struct reclaim_state reclaim_state = {0};
    unsigned int was = current->flags & PF_MEMALLOC;

    current->flags |= PF_MEMALLOC;
    current->reclaim_state = &reclaim_state;
    do_try_to_free_pages(&sc);
    current->reclaim_state = NULL;
    current->flags = (current->flags & ~PF_MEMALLOC) | was;
    return sc.nr_reclaimed;
}
