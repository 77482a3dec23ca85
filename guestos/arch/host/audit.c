/*
 * The audit: counts everything again from the page tables, the lists and the
 * swap caches, and compares with what the memory manager keeps.
 */
#include <stdlib.h>

#include "guestos/arch/host/host.h"
#include "guestos/mm/pcp.h"
#include "guestos/mm/swap_state.h"
#include "kernel.h"
#include "pagemap.h"
#include "rmap.h"
#include "slab.h"
#include "swapops.h"

struct counted {
    int *mapped;   /* entries, a frame */
    int **swapped; /* entries, an area and slot */
    unsigned long tables;
    unsigned long anon_mapped, file_mapped;
};

/* The reverse mapping must lead from the page to this entry. */
static void check_rmap(const struct page *page, struct vm_area_struct *vma,
                       unsigned long addr)
{
    const void *expected = PageAnon(page)
                               ? (const char *)vma->anon_vma + PAGE_MAPPING_ANON
                               : (const char *)vma->vm_file->f_mapping;

    if (page->mapping != expected ||
        page->index != linear_page_index(vma, addr))
        panic("audit: reclaim would not find page %lx at %lx",
              page_to_pfn(page), addr);
}

static void count_entry(struct counted *c, struct vm_area_struct *vma,
                        unsigned long addr, struct pte pte, long rss[])
{
    struct page *page;

    if (!pte_present(pte)) {
        struct swp_entry entry = pte_to_swp_entry(pte);

        if (is_migration_entry(entry))
            panic("audit: a migration entry is left at %lx", addr);
        c->swapped[swp_type(entry)][swp_offset(entry)]++;
        rss[MM_SWAPENTS]++;
        return;
    }
    if (pte_special(pte)) {
        if (!is_zero_pfn(pte_pfn(pte)))
            panic("audit: a special entry that is not the zero page");
        return;
    }
    page = pfn_to_page(pte_pfn(pte));
    if (!page_count(page))
        panic("audit: page %lx is mapped and free", page_to_pfn(page));
    check_rmap(page, vma, addr);
    c->mapped[page_to_pfn(page) - min_low_pfn]++;
    rss[PageAnon(page) ? MM_ANONPAGES : MM_FILEPAGES]++;
}

static void count_mm(struct counted *c, struct mm_struct *mm)
{
    long rss[NR_MM_COUNTERS] = {0};
    unsigned long tables = 0;

    vma_check(mm);
    for (unsigned i = 0; i < USER_PTRS_PER_PGD; i++) {
        unsigned long base = (unsigned long)i << PGDIR_SHIFT;
        struct pte *table = mm_find_pte(mm, base);

        if (!table)
            continue;
        if (!PageTable(virt_to_page(table)))
            panic("audit: a page table without its type");
        tables++;
        for (unsigned j = 0; j < PTRS_PER_PTE; j++) {
            unsigned long addr = base + j * PAGE_SIZE;

            struct vm_area_struct *vma;

            if (pte_none(table[j]))
                continue;
            vma = find_vma(mm, addr);
            if (!vma || vma->vm_start > addr)
                panic("audit: an entry at %lx outside of all VMAs", addr);
            count_entry(c, vma, addr, table[j], rss);
        }
    }
    for (int i = 0; i < NR_MM_COUNTERS; i++)
        if (rss[i] != mm->rss_stat[i])
            panic("audit: rss counter %d is %ld, found %ld", i, mm->rss_stat[i],
                  rss[i]);
    if (tables * PAGE_SIZE != mm->pgtables_bytes)
        panic("audit: pgtables_bytes %lu, found %lu tables", mm->pgtables_bytes,
              tables);
    c->tables += tables;
}

static struct page *cached_page(const struct swap_info_struct *si,
                                unsigned long slot)
{
    unsigned long chunk = PAGE_SIZE / sizeof(struct page *);

    return si->cache[slot / chunk][slot % chunk];
}

static void check_area(const struct swap_info_struct *si, const int *found)
{
    unsigned long used = 0;

    for (unsigned long slot = 1; slot < si->max; slot++) {
        unsigned int count = si->swap_map[slot];
        struct page *page = cached_page(si, slot);

        if (count == SWAP_MAP_BAD)
            continue;
        used += count != 0;
        if ((int)(count & ~SWAP_HAS_CACHE) != found[slot])
            panic("audit: slot %lu has count %x, %d entries", slot, count,
                  found[slot]);
        if (!!(count & SWAP_HAS_CACHE) != (page != NULL))
            panic("audit: slot %lu and the swap cache differ", slot);
        if (page && (!PageSwapCache(page) ||
                     page->private != swp_entry(si->type, slot).val))
            panic("audit: slot %lu caches a page of another", slot);
    }
    if (used != si->inuse_pages)
        panic("audit: %lu slots in use, says %lu", used, si->inuse_pages);
}

/* References that are known: entries, the page cache, the swap cache. */
static void check_page(struct counted *c, struct page *page)
{
    int mapped = c->mapped[page_to_pfn(page) - min_low_pfn];
    int expected =
        mapped + PageSwapCache(page) + (page->mapping && !PageAnon(page));

    if (page_mapcount(page) != mapped)
        panic("audit: page %lx has mapcount %d, %d entries", page_to_pfn(page),
              page_mapcount(page), mapped);
    if (page_count(page) != expected)
        panic("audit: page %lx has refcount %d, expected %d", page_to_pfn(page),
              page_count(page), expected);
    if (PageLocked(page) || PageWriteback(page))
        panic("audit: page %lx is in flight", page_to_pfn(page));
    if (mapped && PageAnon(page))
        c->anon_mapped++;
    else if (mapped)
        c->file_mapped++;
}

static unsigned long check_frames(struct counted *c)
{
    unsigned long lru = 0;

    for (unsigned long pfn = min_low_pfn; pfn < max_pfn; pfn++) {
        struct page *page = pfn_to_page(pfn);

        if (PageLRU(page)) {
            lru++;
            check_page(c, page);
        } else if (c->mapped[pfn - min_low_pfn]) {
            panic("audit: page %lx is mapped and on no list", pfn);
        }
        if (PageLRU(page) + PageSlab(page) + PageBuddy(page) +
                PageReserved(page) + PageTable(page) >
            1)
            panic("audit: page %lx has two owners", pfn);
    }
    return lru;
}

static void expect(const char *what, unsigned long says, unsigned long found)
{
    if (says != found)
        panic("audit: %s says %lu, found %lu", what, says, found);
}

void mm_audit(void)
{
    struct counted c = {calloc(max_pfn - min_low_pfn, sizeof(int)),
                        calloc(MAX_SWAPFILES, sizeof(int *)), 0, 0, 0};
    struct mm_struct *mm;
    unsigned long in_flight;

    expect("NR_FREE_PAGES", nr_free_pages(), buddy_check());
    pcp_check();
    expect("frames in flight", mm_check_frames(), 0);
    slab_check();
    for (unsigned int i = 0; i < nr_swapfiles; i++)
        c.swapped[i] = calloc(swap_info[i]->max, sizeof(int));
    list_for_each_entry(mm, &mmlist, mmlist)
        count_mm(&c, mm);
    for (unsigned int i = 0; i < nr_swapfiles; i++) {
        if (swap_info[i]->flags & SWP_USED)
            check_area(swap_info[i], c.swapped[i]);
        free(c.swapped[i]);
    }
    expect("the LRU lists", lru_check(), check_frames(&c));
    expect("NR_ANON_MAPPED", global_node_page_state(NR_ANON_MAPPED),
           c.anon_mapped);
    expect("NR_FILE_MAPPED", global_node_page_state(NR_FILE_MAPPED),
           c.file_mapped);
    expect("NR_PAGETABLE", global_node_page_state(NR_PAGETABLE), c.tables);
    expect("NR_ISOLATED",
           global_node_page_state(NR_ISOLATED_ANON) +
               global_node_page_state(NR_ISOLATED_FILE),
           0);
    if (mm_audit_refs(&in_flight) || in_flight)
        panic("audit: %lu references in flight", in_flight);
    free(c.mapped);
    free(c.swapped);
}
