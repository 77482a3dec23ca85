/*
 * Reclaim from the inside of mm/: between swap.c, vmscan.c and kswapd.c.
 */
#ifndef QUIRE_GUESTOS_MM_RECLAIM_H
#define QUIRE_GUESTOS_MM_RECLAIM_H

#include "mm.h"
#include "swap.h"

#define DEF_PRIORITY 12

/* What one run of reclaim wants and has got. */
struct scan_control {
    unsigned long nr_to_reclaim;
    gfp_t gfp;
    unsigned int order;
    int priority; /* a list is scanned by size >> priority */
    enum zone_type reclaim_idx; /* pages of higher zones are of no use */
    bool may_writepage;
    bool may_swap;
    bool is_kswapd;
    unsigned long nr_scanned;
    unsigned long nr_reclaimed;
};

/* swap.c; lru_lock is held */
void lru_add_locked(struct page *page, struct lruvec *lruvec, bool is_tail);
void lru_del_locked(struct page *page);

/* shrink_list.c: tries to free isolated pages; what stays is left in the
 * list. Returns how many were freed. */
unsigned long shrink_page_list(struct list_head *pages,
                               struct scan_control *sc,
                               unsigned long *nr_pageout);

/* vmscan.c */
void shrink_node(struct pglist_data *pgdat, struct scan_control *sc);
unsigned long try_to_free_pages(unsigned int order, gfp_t gfp);
unsigned long zone_reclaimable_pages(const struct zone *zone);

/* kswapd.c */
void wakeup_kswapd(unsigned int order, enum zone_type highest_zoneidx);

/* oom_kill.c */
bool out_of_memory(gfp_t gfp, unsigned int order);

#endif
