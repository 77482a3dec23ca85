/*
 * The LRU lists. Owns lruvec.lists and PG_lru, PG_active; lru_lock (interrupts
 * off: the end of write-back rotates pages) guards them. Pages join their
 * list at once, there are no per-CPU batches. Also put_page, since the last
 * reference takes a page off its list. Counters: NR_*_ANON/FILE of node and
 * zone, PGACTIVATE, PGROTATED. Mirrors Linux's mm/swap.c.
 */
#include "swap.h"

#include "internal.h"
#include "kernel.h"
#include "pagemap.h"
#include "reclaim.h"

static struct lruvec *page_lruvec(const struct page *page)
{
    return &page_pgdat(page)->__lruvec;
}

static enum lru_list page_lru(const struct page *page)
{
    int lru = PageSwapBacked(page) ? LRU_INACTIVE_ANON : LRU_INACTIVE_FILE;

    return (enum lru_list)(PageActive(page) ? lru + LRU_ACTIVE : lru);
}

static void update_lru_size(const struct page *page, enum lru_list lru,
                            long delta)
{
    mod_node_page_state(page_pgdat(page),
                        (enum node_stat_item)(NR_INACTIVE_ANON + (int)lru),
                        delta);
    mod_zone_page_state(
        page_zone(page),
        (enum zone_stat_item)(NR_ZONE_INACTIVE_ANON + (int)lru), delta);
}

void lru_add_locked(struct page *page, struct lruvec *lruvec, bool is_tail)
{
    enum lru_list lru = page_lru(page);

    lockdep_assert_held(&lruvec->lru_lock);
    SetPageLRU(page);
    if (is_tail)
        list_add_tail(&page->lru, &lruvec->lists[lru]);
    else
        list_add(&page->lru, &lruvec->lists[lru]);
    update_lru_size(page, lru, 1);
}

void lru_del_locked(struct page *page)
{
    lockdep_assert_held(&page_lruvec(page)->lru_lock);
    ClearPageLRU(page);
    list_del(&page->lru);
    update_lru_size(page, page_lru(page), -1);
}

unsigned long lruvec_lru_size(const struct lruvec *lruvec, enum lru_list lru)
{
    return node_page_state(lruvec_pgdat(lruvec),
                           (enum node_stat_item)(NR_INACTIVE_ANON + (int)lru));
}

void lru_cache_add(struct page *page)
{
    struct lruvec *lruvec = page_lruvec(page);
    unsigned long flags;

    BUG_ON(PageLRU(page));
    spin_lock_irqsave(&lruvec->lru_lock, flags);
    lru_add_locked(page, lruvec, false);
    spin_unlock_irqrestore(&lruvec->lru_lock, flags);
}

void activate_page(struct page *page)
{
    struct lruvec *lruvec = page_lruvec(page);
    unsigned long flags;

    spin_lock_irqsave(&lruvec->lru_lock, flags);
    if (PageLRU(page) && !PageActive(page)) {
        lru_del_locked(page);
        SetPageActive(page);
        lru_add_locked(page, lruvec, false);
        count_vm_event(PGACTIVATE);
    }
    spin_unlock_irqrestore(&lruvec->lru_lock, flags);
}

void mark_page_accessed(struct page *page)
{
    if (!PageReferenced(page)) {
        SetPageReferenced(page);
    } else if (!PageActive(page)) {
        activate_page(page);
        ClearPageReferenced(page);
    }
}

void rotate_reclaimable_page(struct page *page)
{
    struct lruvec *lruvec = page_lruvec(page);
    unsigned long flags;

    spin_lock_irqsave(&lruvec->lru_lock, flags);
    if (PageLRU(page) && !PageActive(page) && !PageDirty(page)) {
        list_move_tail(&page->lru, &lruvec->lists[page_lru(page)]);
        count_vm_event(PGROTATED);
    }
    spin_unlock_irqrestore(&lruvec->lru_lock, flags);
}

bool isolate_lru_page(struct page *page)
{
    struct lruvec *lruvec = page_lruvec(page);
    unsigned long flags;
    bool is_isolated = false;

    spin_lock_irqsave(&lruvec->lru_lock, flags);
    if (PageLRU(page) && get_page_unless_zero(page)) {
        lru_del_locked(page);
        is_isolated = true;
    }
    spin_unlock_irqrestore(&lruvec->lru_lock, flags);
    return is_isolated;
}

void putback_lru_page(struct page *page)
{
    lru_cache_add(page);
    put_page(page);
}

/* Pages of one list and one zone that have joined, to be counted at once. */
struct joined {
    const struct page *page; /* one of them */
    enum lru_list lru;
    long nr;
};

static void count_joined(struct joined *j)
{
    if (j->nr)
        update_lru_size(j->page, j->lru, j->nr);
    j->nr = 0;
}

/* lru_lock is held. A page is on its list before the reference goes: who drops
 * the last one after us looks for it there, without the lock. */
static void join_and_put(struct page *page, struct lruvec *lruvec,
                         struct joined *j, struct list_head *unused)
{
    enum lru_list lru = page_lru(page);

    if (j->nr && (lru != j->lru || page_zone(page) != page_zone(j->page)))
        count_joined(j);
    j->page = page;
    j->lru = lru;
    j->nr++;
    SetPageLRU(page);
    list_add(&page->lru, &lruvec->lists[lru]);
    if (put_page_testzero(page)) {
        lru_del_locked(page);
        ClearPageActive(page);
        list_add(&page->lru, unused);
    }
}

void putback_lru_pages(struct list_head *pages)
{
    struct lruvec *lruvec = NULL;
    struct joined joined = {NULL, LRU_INACTIVE_ANON, 0};
    struct page *page, *next;
    unsigned long flags = 0;
    LIST_HEAD(unused);

    list_for_each_entry_safe(page, next, pages, lru) {
        if (page_lruvec(page) != lruvec) {
            if (lruvec) {
                count_joined(&joined);
                spin_unlock_irqrestore(&lruvec->lru_lock, flags);
            }
            lruvec = page_lruvec(page);
            spin_lock_irqsave(&lruvec->lru_lock, flags);
        }
        join_and_put(page, lruvec, &joined, &unused);
    }
    if (lruvec) {
        count_joined(&joined);
        spin_unlock_irqrestore(&lruvec->lru_lock, flags);
    }
    INIT_LIST_HEAD(pages);
    list_for_each_entry_safe(page, next, &unused, lru) {
        list_del(&page->lru);
        free_unref_page(page);
    }
}

/* The last reference of an order-0 page is gone. */
void put_page(struct page *page)
{
    page = compound_head(page);
    if (!put_page_testzero(page))
        return;
    if (PageLRU(page)) {
        struct lruvec *lruvec = page_lruvec(page);
        unsigned long flags;

        spin_lock_irqsave(&lruvec->lru_lock, flags);
        lru_del_locked(page);
        spin_unlock_irqrestore(&lruvec->lru_lock, flags);
        ClearPageActive(page);
    } else {
        /* Isolated pages may be active and on no list. */
        ClearPageActive(page);
    }
    free_unref_page(page);
}

static unsigned long check_lists(struct lruvec *lruvec)
{
    unsigned long total = 0, flags;

    spin_lock_irqsave(&lruvec->lru_lock, flags);
    for (int lru = 0; lru < NR_LRU_LISTS; lru++) {
        unsigned long n = 0;
        struct page *page;

        list_for_each_entry(page, &lruvec->lists[lru], lru) {
            if (!PageLRU(page) || (int)page_lru(page) != lru ||
                !page_count(page))
                panic("lru: page %lx does not belong on list %d",
                      page_to_pfn(page), lru);
            n++;
        }
        if (n != lruvec_lru_size(lruvec, (enum lru_list)lru))
            panic("lru: list %d has %lu pages, says %lu", lru, n,
                  lruvec_lru_size(lruvec, (enum lru_list)lru));
        total += n;
    }
    spin_unlock_irqrestore(&lruvec->lru_lock, flags);
    return total;
}

unsigned long lru_check(void)
{
    unsigned long total = 0;
    int nid;

    for_each_online_node(nid)
        total += check_lists(&NODE_DATA(nid)->__lruvec);
    return total;
}
