/*
 * The swap cache: which page holds the contents of which slot, on its way out
 * or in. A page in it has PG_swapcache, its entry in private and a reference
 * from the cache; the area's `cache` finds it by slot. Owns those pointers,
 * under the area's lock; a page joins and leaves with its own lock held. It
 * stays while its slot's copy is good, so that it can be dropped unwritten.
 * Counters: NR_SWAPCACHE, NR_FILE_PAGES, SWAP_RA, SWAP_RA_HIT. Mirrors Linux's
 * add_to_swap, __read_swap_cache_async, swap_cluster_readahead,
 * try_to_free_swap.
 */
#include "swap_state.h"

#include "bitops.h"

#include "internal.h"
#include "kernel.h"
#include "migrate.h"
#include "pagemap.h"

#define MAX_READAHEAD 8

int page_cluster = 3;

/* How well reading ahead did: a hint only, no lock. */
static unsigned int readahead_hits = 4;
static unsigned int last_window;
static unsigned long prev_offset;

static struct page **cache_slot(struct swap_info_struct *si,
                                unsigned long slot)
{
    return &si->cache[slot / CACHE_CHUNK][slot % CACHE_CHUNK];
}

static void count_cached(struct page *page, long delta)
{
    mod_node_page_state(page_pgdat(page), NR_FILE_PAGES, delta);
    mod_node_page_state(page_pgdat(page), NR_SWAPCACHE, delta);
}

/* The slot has SWAP_HAS_CACHE; si->lock is held, the page is locked. */
static void insert_locked(struct swap_info_struct *si, struct page *page,
                          struct swp_entry entry)
{
    lockdep_assert_held(&si->lock);
    VM_BUG_ON(!PageLocked(page));
    get_page(page);
    SetPageSwapCache(page);
    page->private = entry.val;
    *cache_slot(si, swp_offset(entry)) = page;
    count_cached(page, 1);
}

/* si->lock is held, the page is locked. */
static void remove_locked(struct swap_info_struct *si, struct page *page)
{
    struct swp_entry entry = {page->private};
    unsigned long slot = swp_offset(entry);

    lockdep_assert_held(&si->lock);
    BUG_ON(*cache_slot(si, slot) != page);
    *cache_slot(si, slot) = NULL;
    si->swap_map[slot] &= (unsigned short)~SWAP_HAS_CACHE;
    swap_free_locked(si, slot);
    ClearPageSwapCache(page);
    page->private = 0;
    count_cached(page, -1);
}

bool add_to_swap(struct page *page)
{
    struct swp_entry entry = get_swap_page();
    struct swap_info_struct *si;

    if (!entry.val)
        return false;
    si = swap_info_of(entry);
    spin_lock(&si->lock);
    insert_locked(si, page, entry);
    spin_unlock(&si->lock);
    /* What lies on the disk there is old. */
    set_page_dirty(page);
    return true;
}

void delete_from_swap_cache(struct page *page)
{
    struct swap_info_struct *si =
        swap_info_of((struct swp_entry){page->private});

    BUG_ON(!PageLocked(page) || PageWriteback(page));
    spin_lock(&si->lock);
    remove_locked(si, page);
    spin_unlock(&si->lock);
    put_page(page);
}

bool try_to_free_swap(struct page *page)
{
    if (!PageSwapCache(page) || PageWriteback(page) ||
        swap_count((struct swp_entry){page->private}))
        return false;
    delete_from_swap_cache(page);
    set_page_dirty(page);
    return true;
}

bool remove_swap_mapping(struct page *page)
{
    struct swap_info_struct *si =
        swap_info_of((struct swp_entry){page->private});
    bool is_gone;

    spin_lock(&si->lock);
    /* In this order; see remove_mapping. */
    is_gone = page_ref_freeze(page, 2); /* the cache's and the caller's */
    if (is_gone && (PageDirty(page) || PageWriteback(page))) {
        page_ref_unfreeze(page, 2);
        is_gone = false;
    }
    if (is_gone)
        remove_locked(si, page);
    spin_unlock(&si->lock);
    return is_gone;
}

int replace_swap_cache_page(struct page *newpage, struct page *page)
{
    struct swp_entry entry = {page->private};
    struct swap_info_struct *si = swap_info_of(entry);
    int error = -EAGAIN;

    spin_lock(&si->lock);
    if (page_ref_freeze(page, 2)) { /* the cache's and the caller's */
        migrate_page_states(newpage, page);
        get_page(newpage);
        *cache_slot(si, swp_offset(entry)) = newpage;
        page_ref_unfreeze(page, 1);
        error = 0;
    }
    spin_unlock(&si->lock);
    return error;
}

static struct page *get_cached(struct swap_info_struct *si,
                               unsigned long slot)
{
    struct page *page = *cache_slot(si, slot);

    lockdep_assert_held(&si->lock);
    if (page)
        get_page(page);
    return page;
}

struct page *lookup_swap_cache(struct swp_entry entry)
{
    struct swap_info_struct *si = swap_info_of(entry);
    struct page *page;

    spin_lock(&si->lock);
    page = get_cached(si, swp_offset(entry));
    spin_unlock(&si->lock);
    if (page && TestClearPageReadahead(page)) {
        count_vm_event(SWAP_RA_HIT);
        readahead_hits++;
    }
    return page;
}

/* A page for the slot: the cached one, or a fresh one that the caller must
 * read (*is_new); NULL: nothing is there, or no memory. */
static struct page *get_or_add(struct swap_info_struct *si,
                               struct swp_entry entry, gfp_t gfp,
                               bool *is_new)
{
    unsigned long slot = swp_offset(entry);
    struct page *page, *fresh;

    *is_new = false;
    spin_lock(&si->lock);
    page = get_cached(si, slot);
    spin_unlock(&si->lock);
    if (page)
        return page;
    fresh = alloc_page(gfp);
    if (!fresh)
        return NULL;
    SetPageLocked(fresh);
    SetPageSwapBacked(fresh);
    spin_lock(&si->lock);
    page = get_cached(si, slot);
    if (!page && si->swap_map[slot] && si->swap_map[slot] != SWAP_MAP_BAD &&
        !(si->swap_map[slot] & SWAP_HAS_CACHE)) {
        si->swap_map[slot] |= SWAP_HAS_CACHE;
        insert_locked(si, fresh, entry);
        *is_new = true;
    }
    spin_unlock(&si->lock);
    if (*is_new) {
        lru_cache_add(fresh);
        return fresh;
    }
    ClearPageLocked(fresh);
    put_page(fresh);
    return page;
}

/* Pages to read around a fault, by how many of the last were used. */
static unsigned int readahead_window(unsigned long offset)
{
    unsigned int most = min(1u << page_cluster, (unsigned int)MAX_READAHEAD);
    unsigned int hits = readahead_hits;
    unsigned int pages = hits + 2;

    readahead_hits = 0;
    if (most <= 1)
        return 1;
    if (pages == 2) {
        if (offset != prev_offset + 1 && offset != prev_offset - 1)
            pages = 1;
        prev_offset = offset;
    } else {
        pages = (unsigned int)roundup_pow_of_two(pages);
    }
    pages = min(pages, most);
    pages = max(pages, last_window / 2);
    last_window = pages;
    return pages;
}

/* First collects the pages, then reads, so that no request waits
 * while memory is looked for. */
static void read_cluster(struct swap_info_struct *si, unsigned long first,
                         unsigned long last, unsigned long wanted)
{
    struct page *pages[MAX_READAHEAD];
    struct swap_plug plug = {NULL};
    unsigned int n = 0;

    for (unsigned long slot = first; slot <= last; slot++) {
        bool is_new;
        struct page *page;

        if (slot == wanted || !(si->swap_map[slot] & ~SWAP_HAS_CACHE) ||
            si->swap_map[slot] == SWAP_MAP_BAD)
            continue;
        page = get_or_add(si, swp_entry(si->type, slot),
                          GFP_HIGHUSER_MOVABLE | __GFP_NORETRY |
                              __GFP_NOWARN,
                          &is_new);
        if (page && is_new) {
            SetPageReadahead(page);
            count_vm_event(SWAP_RA);
            pages[n++] = page;
        } else if (page) {
            put_page(page);
        }
    }
    for (unsigned int i = 0; i < n; i++) {
        swap_readpage(pages[i], &plug);
        put_page(pages[i]);
    }
    swap_plug_flush(&plug);
}

struct page *swapin_readahead(struct swp_entry entry)
{
    struct swap_info_struct *si = swap_info_of(entry);
    unsigned long slot = swp_offset(entry);
    unsigned int window = readahead_window(slot);
    unsigned long first = slot & ~(unsigned long)(window - 1);
    unsigned long last = min(first + window - 1, si->max - 1);
    struct swap_plug plug = {NULL};
    bool is_new;
    struct page *page =
        get_or_add(si, entry, GFP_HIGHUSER_MOVABLE, &is_new);

    if (page && is_new) {
        swap_readpage(page, &plug);
        swap_plug_flush(&plug);
    }
    if (page && window > 1)
        read_cluster(si, max(first, 1ul), last, slot);
    return page;
}
