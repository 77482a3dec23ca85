/*
 * The part of the audit that counts references: every entry of every page
 * table, the page cache, the swap cache and the swap slots against _mapcount,
 * _refcount, swap_map and the counters beside them. The machine is stopped
 * for it: entries and counts that change together do so under spinlocks, so
 * they agree then. Only references of tasks that were stopped in the midst of
 * something are left over, and are counted as in flight.
 *
 * It needs no memory: the count of each frame and slot goes down by what is
 * found, what must be left is known, and a second walk puts everything back.
 * What is wrong is a panic. Owns nothing.
 */
#include "internal.h"
#include "kernel.h"
#include "pagemap.h"
#include "stop_machine.h"
#include "swap_state.h"
#include "swapops.h"

struct found {
    unsigned long tables, anon_mapped, file_mapped, swapped, file_pages;
    unsigned long lru, in_flight;
};

static void wrong(const struct page *page, const char *why)
{
    panic("audit: frame %lx %s (flags %lx, refcount %d, mapcount %d)",
          page_to_pfn(page), why, page->flags, page->_refcount,
          page->_mapcount);
}

/* -- Page tables --------------------------------------------------------- */

/* A present entry of a page takes (or gives back) its share of the counts. */
static void count_page(struct page *page, int sign, long rss[])
{
    if (sign < 0 && (page->_mapcount < 0 || page->_refcount <= 0))
        wrong(page, "is mapped more often than it knows");
    page->_mapcount += sign;
    page->_refcount += sign;
    rss[PageAnon(page) ? MM_ANONPAGES : MM_FILEPAGES]++;
}

static void count_slot(struct swp_entry entry, int sign, long rss[])
{
    struct swap_info_struct *si;
    unsigned short *count;

    if (is_migration_entry(entry)) {
        /* The page has no share of it, but the process still has the page. */
        rss[PageAnon(pfn_swap_entry_to_page(entry)) ? MM_ANONPAGES
                                                    : MM_FILEPAGES]++;
        return;
    }
    if (swp_type(entry) >= nr_swapfiles)
        panic("audit: entry %lx is of no swap area", entry.val);
    si = swap_info[swp_type(entry)];
    if (swp_offset(entry) >= si->max)
        panic("audit: entry %lx is beyond its swap area", entry.val);
    count = &si->swap_map[swp_offset(entry)];
    if (sign < 0 && (*count == SWAP_MAP_BAD || !(*count & ~SWAP_HAS_CACHE)))
        panic("audit: slot %lu has more entries than it knows",
              swp_offset(entry));
    *count = (unsigned short)(*count + sign);
    rss[MM_SWAPENTS]++;
}

static void count_entry(struct pte pte, int sign, long rss[])
{
    if (pte_none(pte))
        return;
    if (!pte_present(pte)) {
        count_slot(pte_to_swp_entry(pte), sign, rss);
    } else if (!pte_special(pte)) {
        if (!pfn_valid(pte_pfn(pte)))
            panic("audit: an entry of no frame: %08lx",
                  (unsigned long)pte_val(pte));
        count_page(pfn_to_page(pte_pfn(pte)), sign, rss);
    } else if (!is_zero_pfn(pte_pfn(pte))) {
        panic("audit: a special entry that is not the zero page");
    }
}

static void check_mm(const struct mm_struct *mm, const long rss[],
                     unsigned long tables)
{
    for (int i = 0; i < NR_MM_COUNTERS; i++)
        if (rss[i] != mm->rss_stat[i])
            panic("audit: rss counter %d is %ld, found %ld", i, mm->rss_stat[i],
                  rss[i]);
    if (tables * PAGE_SIZE != mm->pgtables_bytes)
        panic("audit: pgtables_bytes %lu, found %lu tables", mm->pgtables_bytes,
              tables);
}

static void count_mm(struct mm_struct *mm, int sign, struct found *found)
{
    long rss[NR_MM_COUNTERS] = {0};
    unsigned long tables = 0;

    for (unsigned int i = 0; i < USER_PTRS_PER_PGD; i++) {
        struct pte *table = mm_find_pte(mm, (unsigned long)i << PGDIR_SHIFT);

        if (!table)
            continue;
        if (!PageTable(virt_to_page(table)))
            wrong(virt_to_page(table), "is a page table without its type");
        tables++;
        for (unsigned int j = 0; j < PTRS_PER_PTE; j++)
            count_entry(ptep_get(&table[j]), sign, rss);
    }
    check_mm(mm, rss, tables);
    found->tables += tables;
    found->swapped += (unsigned long)rss[MM_SWAPENTS];
}

static void count_all(int sign, struct found *found)
{
    struct mm_struct *mm;

    list_for_each_entry(mm, &mmlist, mmlist)
        count_mm(mm, sign, found);
}

/* -- Frames -------------------------------------------------------------- */

/* What the page cache has under the page's index is the page. */
static void check_cached(const struct page *page)
{
    const struct address_space *mapping = page->mapping;

    if (radix_tree_lookup(&mapping->page_tree, page->index) != page)
        wrong(page, "is not where the page cache looks for it");
}

/* A frame of the kernel's: never on an LRU list, never mapped. */
static void check_kernel_frame(const struct page *page)
{
    if (PageLRU(page))
        wrong(page, "is the kernel's and on an LRU list");
    if (PageSwapCache(page))
        wrong(page, "is the kernel's and in the swap cache");
}

static void check_user_frame(const struct page *page, struct found *found)
{
    bool is_file = page_mapping(page) != NULL;
    int left = page->_refcount - PageSwapCache(page) - is_file;

    if (page->_mapcount != -1)
        wrong(page, "is mapped less often than it knows");
    if (left < 0)
        wrong(page, "has less references than users");
    if (is_file)
        check_cached(page);
    found->lru += PageLRU(page);
    found->file_pages += is_file + PageSwapCache(page);
    if (PageLRU(page) || PageAnon(page) || is_file || PageSwapCache(page))
        found->in_flight += (unsigned long)left;
}

static bool is_kernel_frame(const struct page *page)
{
    return PageReserved(page) || PageSlab(page) ||
           page->page_type < PAGE_TYPE_NONE;
}

/* Entries have been taken off: what is left of the counts? */
static void check_frames(struct found *found)
{
    for (unsigned long pfn = min_low_pfn; pfn < max_pfn; pfn++) {
        const struct page *page = pfn_to_page(pfn);

        if (is_kernel_frame(page))
            check_kernel_frame(page);
        else if (!(page->compound_head & 1) || PageLRU(page))
            check_user_frame(page, found);
    }
}

/* -- Swap ---------------------------------------------------------------- */

static void check_slot(const struct swap_info_struct *si, unsigned long slot)
{
    const struct page *page = si->cache[slot / CACHE_CHUNK][slot % CACHE_CHUNK];
    unsigned int count = si->swap_map[slot];

    if (count == SWAP_MAP_BAD)
        return;
    if (count & ~SWAP_HAS_CACHE)
        panic("audit: slot %lu has %u entries less than it knows", slot,
              count & ~SWAP_HAS_CACHE);
    /* A slot that is being given out has its mark before its page. */
    if (page && (!(count & SWAP_HAS_CACHE) || !PageSwapCache(page) ||
                 page->private != swp_entry(si->type, slot).val))
        wrong(page, "is in the swap cache of another's slot");
}

static void check_swap(void)
{
    for (unsigned int i = 0; i < nr_swapfiles; i++) {
        const struct swap_info_struct *si = swap_info[i];

        if (!(si->flags & SWP_USED))
            continue;
        for (unsigned long slot = 1; slot < si->max; slot++)
            check_slot(si, slot);
    }
}

/* Slots in use, with the cache's; the counts are whole. */
static void check_slot_sums(void)
{
    for (unsigned int i = 0; i < nr_swapfiles; i++) {
        const struct swap_info_struct *si = swap_info[i];
        unsigned long used = 0;

        if (!(si->flags & SWP_USED))
            continue;
        for (unsigned long slot = 1; slot < si->max; slot++)
            used += si->swap_map[slot] && si->swap_map[slot] != SWAP_MAP_BAD;
        if (used != si->inuse_pages)
            panic("audit: %lu slots in use, says %lu", used, si->inuse_pages);
    }
}

/* -- Together ------------------------------------------------------------ */

static void expect(const char *what, unsigned long says, unsigned long found)
{
    if (says != found)
        panic("audit: %s says %lu, found %lu", what, says, found);
}

/* With the counts whole again. */
static void check_mapped(struct found *found)
{
    for (unsigned long pfn = min_low_pfn; pfn < max_pfn; pfn++) {
        const struct page *page = pfn_to_page(pfn);

        if (is_kernel_frame(page) || !page_mapped(page))
            continue;
        if (PageAnon(page))
            found->anon_mapped++;
        else
            found->file_mapped++;
    }
}

static int audit_stopped(void *data)
{
    struct found *found = data, again = {0};

    count_all(-1, found);
    check_frames(found);
    check_swap();
    count_all(+1, &again);
    check_slot_sums();
    check_mapped(found);
    expect("the LRU lists", lru_check(), found->lru);
    expect("NR_ANON_MAPPED", global_node_page_state(NR_ANON_MAPPED),
           found->anon_mapped);
    expect("NR_FILE_MAPPED", global_node_page_state(NR_FILE_MAPPED),
           found->file_mapped);
    expect("NR_FILE_PAGES", global_node_page_state(NR_FILE_PAGES),
           found->file_pages);
    expect("NR_PAGETABLE", global_node_page_state(NR_PAGETABLE), found->tables);
    return 0;
}

int mm_audit_refs(unsigned long *in_flight)
{
    struct found found = {0};
    int error = stop_machine(audit_stopped, &found);

    *in_flight = found.in_flight;
    if (!error)
        pr_info("audit: %lu anonymous and %lu file frames mapped, %lu swap "
                "entries, %lu page tables, %lu on LRU lists, %lu references "
                "in flight\n",
                found.anon_mapped, found.file_mapped, found.swapped,
                found.tables, found.lru, found.in_flight);
    return error;
}
