/*
 * What happens to pages that reclaim has taken from the inactive lists: used
 * ones go back (second chance), anonymous ones get a swap slot, mapped ones
 * are unmapped, dirty ones are written, clean ones are freed. Owns nothing;
 * the pages are isolated, with a reference each. Writing needs no memory:
 * slots, cache entries and bios are there beforehand. Mirrors Linux's
 * shrink_page_list, page_check_references, pageout, __remove_mapping.
 */
#include "internal.h"
#include "pagemap.h"
#include "reclaim.h"
#include "rmap.h"
#include "swap_state.h"
#include "trace.h"

enum verdict {
    VERDICT_FREE,
    VERDICT_KEEP,
    VERDICT_ACTIVATE,
    VERDICT_WRITTEN, /* under write-back and unlocked */
};

static enum verdict check_references(struct page *page)
{
    unsigned long vm_flags;
    int ptes = page_referenced(page, &vm_flags);
    bool was_referenced = TestClearPageReferenced(page);

    if (vm_flags & VM_LOCKED)
        return VERDICT_ACTIVATE;
    if (!ptes)
        return VERDICT_FREE;
    SetPageReferenced(page);
    if (was_referenced || ptes > 1)
        return VERDICT_ACTIVATE;
    /* Text is used all the time or not at all. */
    if (vm_flags & VM_EXEC && !PageSwapBacked(page))
        return VERDICT_ACTIVATE;
    return VERDICT_KEEP;
}

/* The page leaves its cache if we hold the last reference beside it. */
static bool remove_from_cache(struct page *page)
{
    if (PageSwapCache(page))
        return remove_swap_mapping(page);
    return page_mapping(page) && remove_mapping(page->mapping, page);
}

/* A clean or dirty page that nothing maps: written, or free to go. */
static enum verdict pageout(struct page *page, struct scan_control *sc,
                            struct swap_plug *plug)
{
    if (!PageDirty(page))
        return VERDICT_FREE;
    if (!PageSwapCache(page) || !sc->may_writepage ||
        !(sc->gfp & __GFP_IO))
        return VERDICT_KEEP;
    mod_node_page_state(page_pgdat(page), NR_VMSCAN_WRITE, 1);
    SetPageReclaim(page);
    ClearPageDirty(page);
    TRACE(vmscan, mm_vmscan_writepage, page);
    swap_writepage(page, plug);
    return VERDICT_WRITTEN;
}

/* The page is locked. */
static enum verdict shrink_page(struct page *page, struct scan_control *sc,
                                struct swap_plug *plug)
{
    enum verdict verdict;

    if (PageWriteback(page)) {
        SetPageReclaim(page); /* its end brings it back to us */
        return VERDICT_KEEP;
    }
    verdict = check_references(page);
    if (verdict != VERDICT_FREE)
        return verdict;
    if (PageAnon(page) && !PageSwapCache(page)) {
        if (!sc->may_swap || !(sc->gfp & __GFP_IO) || !add_to_swap(page))
            return VERDICT_ACTIVATE;
    }
    if (page_mapped(page) && !try_to_unmap(page))
        return VERDICT_ACTIVATE;
    verdict = pageout(page, sc, plug);
    if (verdict != VERDICT_FREE)
        return verdict;
    return remove_from_cache(page) ? VERDICT_FREE : VERDICT_KEEP;
}

/* Frees the page, or says by false that it stays. */
static bool handle_page(struct page *page, struct scan_control *sc,
                        struct swap_plug *plug, unsigned long *nr_pageout)
{
    switch (shrink_page(page, sc, plug)) {
    case VERDICT_FREE:
        ClearPageLocked(page);
        ClearPageActive(page);
        free_unref_page(page);
        return true;
    case VERDICT_ACTIVATE:
        if (PageSwapCache(page) && vm_swap_full())
            try_to_free_swap(page);
        SetPageActive(page);
        count_vm_event(PGACTIVATE);
        unlock_page(page);
        return false;
    case VERDICT_WRITTEN:
        ++*nr_pageout;
        return false;
    case VERDICT_KEEP:
        unlock_page(page);
        return false;
    }
    return false;
}

unsigned long shrink_page_list(struct list_head *pages,
                               struct scan_control *sc,
                               unsigned long *nr_pageout)
{
    LIST_HEAD(kept);
    struct swap_plug plug = {NULL};
    unsigned long freed = 0;

    while (!list_empty(pages)) {
        struct page *page = list_last_entry(pages, struct page, lru);

        list_del_init(&page->lru);
        if (page_count(page) == 1 && !page_mapped(page) &&
            !PageSwapCache(page) && !page_mapping(page)) {
            /* Everybody else has dropped it meanwhile. */
            list_add(&page->lru, &kept);
            continue;
        }
        if (!trylock_page(page) || !handle_page(page, sc, &plug, nr_pageout))
            list_add(&page->lru, &kept);
        else
            freed++;
    }
    swap_plug_flush(&plug);
    list_splice(&kept, pages);
    return freed;
}
