/*
 * What happens to whole ranges of page tables: a range is unmapped, or copied
 * for fork. Mirrors Linux's unmap_page_range, copy_page_range and mmu_gather:
 * a page is let go only after the TLB has forgotten it.
 */
#include "internal.h"
#include "kernel.h"
#include "pagemap.h"
#include "rmap.h"
#include "sched.h"
#include "swap_state.h"
#include "swapops.h"
#include "asm/tlbflush.h"

#define GATHER_PAGES 32

/* Pages on their way out of one VMA, until the TLB is flushed. */
struct mmu_gather {
    struct vm_area_struct *vma;
    unsigned long start, end; /* what was cleared */
    unsigned int nr;
    struct page *pages[GATHER_PAGES];
};

/* A page that nobody maps any more does not stay for the swap cache's sake. */
static void release_page(struct page *page)
{
    if (PageSwapCache(page) && !page_mapped(page) && trylock_page(page)) {
        try_to_free_swap(page);
        unlock_page(page);
    }
    put_page(page);
}

static void gather_flush(struct mmu_gather *tlb)
{
    if (tlb->start < tlb->end)
        flush_tlb_range(tlb->vma, tlb->start, tlb->end);
    for (unsigned int i = 0; i < tlb->nr; i++)
        release_page(tlb->pages[i]);
    tlb->nr = 0;
    tlb->start = ~0ul;
    tlb->end = 0;
}

/* Which counter of an address space has the page. */
static int rss_member(const struct page *page)
{
    return PageAnon(page) ? MM_ANONPAGES : MM_FILEPAGES;
}

/* The page of an entry that has been cleared. page_table_lock is held. */
static void zap_present(struct mmu_gather *tlb, struct pte pte)
{
    struct mm_struct *mm = tlb->vma->vm_mm;
    struct page *page;

    lockdep_assert_held(&mm->page_table_lock);
    if (pte_special(pte))
        return;
    page = pfn_to_page(pte_pfn(pte));
    if (PageAnon(page)) {
        add_mm_counter(mm, MM_ANONPAGES, -1);
    } else {
        add_mm_counter(mm, MM_FILEPAGES, -1);
        if (pte_young(pte))
            mark_page_accessed(page);
    }
    if (pte_dirty(pte))
        set_page_dirty(page);
    page_remove_rmap(page);
    tlb->pages[tlb->nr++] = page;
}

/* The last holder of a slot takes its cached page along. */
static void free_swap_and_cache(struct swp_entry entry)
{
    struct page *page;

    /* With the count gone swapoff could end, and its maps go. */
    if (!get_swap_device(entry))
        panic("a swap entry of no area: %08lx", entry.val);
    swap_free(entry);
    page = swap_count(entry) ? NULL : lookup_swap_cache(entry);
    if (page && trylock_page(page)) {
        /* The slot may be another page's by now, who wants its contents. */
        if (PageSwapCache(page) && page->private == entry.val &&
            !swap_count(entry) && !page_mapped(page) &&
            !PageWriteback(page)) {
            ClearPageDirty(page);
            try_to_free_swap(page);
        }
        unlock_page(page);
    }
    if (page)
        put_page(page);
    put_swap_device(entry);
}

/* An entry that has been cleared. page_table_lock is held. */
static void zap_swap_entry(struct mm_struct *mm, struct swp_entry entry)
{
    if (is_migration_entry(entry)) {
        /* The mover finds nothing here, and has the page's references. */
        add_mm_counter(mm, rss_member(pfn_swap_entry_to_page(entry)), -1);
        return;
    }
    free_swap_and_cache(entry);
    add_mm_counter(mm, MM_SWAPENTS, -1);
}

/* Entries of one table, [addr, end); stops early with a full gather. */
static unsigned long zap_ptes(struct mmu_gather *tlb, unsigned long addr,
                              unsigned long end)
{
    struct mm_struct *mm = tlb->vma->vm_mm;
    struct pte *ptep;

    spin_lock(&mm->page_table_lock);
    ptep = mm_find_pte(mm, addr);
    for (; addr < end && tlb->nr < GATHER_PAGES; addr += PAGE_SIZE, ptep++) {
        struct pte pte = ptep_get(ptep);

        if (pte_none(pte))
            continue;
        pte = ptep_get_and_clear(mm, addr, ptep);
        if (pte_present(pte)) {
            tlb->start = min(tlb->start, addr);
            tlb->end = max(tlb->end, addr + PAGE_SIZE);
            zap_present(tlb, pte);
        } else {
            zap_swap_entry(mm, pte_to_swp_entry(pte));
        }
    }
    spin_unlock(&mm->page_table_lock);
    return addr;
}

/* Another may have cleared entries of the range that our TLBs still know: who
 * finds nothing there must not return before they have forgotten it. Each
 * counts itself before it looks, and until it has flushed. */
static void gather_finish(struct mmu_gather *tlb, unsigned long start,
                          unsigned long end)
{
    struct atomic *pending = &tlb->vma->vm_mm->tlb_flush_pending;

    if (atomic_read(pending) > 1) {
        tlb->start = start;
        tlb->end = end;
    }
    gather_flush(tlb);
    atomic_dec_return(pending);
}

void zap_page_range(struct vm_area_struct *vma, unsigned long start,
                    unsigned long end)
{
    struct mmu_gather tlb = {.vma = vma, .start = ~0ul};

    atomic_inc_return(&vma->vm_mm->tlb_flush_pending);
    update_hiwater_rss(vma->vm_mm);
    for (unsigned long addr = start; addr < end;) {
        unsigned long next = pgd_addr_end(addr, end);

        if (!mm_find_pte(vma->vm_mm, addr)) {
            addr = next;
            continue;
        }
        addr = zap_ptes(&tlb, addr, next);
        if (tlb.nr == GATHER_PAGES)
            gather_flush(&tlb);
        cond_resched();
    }
    gather_finish(&tlb, start, end);
}

/* Both have the page when it has moved, and none may write to it. */
static void copy_migration_entry(struct vm_area_struct *dst, struct pte *to,
                                 struct vm_area_struct *src, struct pte *from)
{
    struct swp_entry entry = pte_to_swp_entry(ptep_get(from));
    struct page *page = pfn_swap_entry_to_page(entry);

    add_mm_counter(dst->vm_mm, rss_member(page), 1);
    if (is_writable_migration_entry(entry) && !(src->vm_flags & VM_SHARED)) {
        entry = make_readable_migration_entry(page_to_pfn(page));
        set_pte(from, swp_entry_to_pte(entry));
    }
    set_pte(to, swp_entry_to_pte(entry));
}

/* Shares one entry: the frame, read-only for both, or the swap slot. Both
 * page_table_locks are held. False: the slot's count is full. */
static bool copy_one_pte(struct vm_area_struct *dst, struct pte *to,
                         struct vm_area_struct *src, struct pte *from)
{
    struct pte pte = ptep_get(from);
    struct page *page;

    if (is_migration_pte(pte)) {
        copy_migration_entry(dst, to, src, from);
        return true;
    }
    if (!pte_present(pte)) {
        if (!swap_duplicate(pte_to_swp_entry(pte)))
            return false;
        add_mm_counter(dst->vm_mm, MM_SWAPENTS, 1);
        set_pte(to, pte);
        return true;
    }
    if (pte_write(pte) && !(src->vm_flags & VM_SHARED)) {
        ptep_set_wrprotect(src->vm_mm, 0, from);
        pte = pte_wrprotect(pte);
    }
    if (!pte_special(pte)) {
        page = pfn_to_page(pte_pfn(pte));
        get_page(page);
        page_dup_rmap(page);
        add_mm_counter(dst->vm_mm, rss_member(page), 1);
    }
    set_pte(to, pte_mkold(pte));
    return true;
}

static int copy_ptes(struct vm_area_struct *dst, struct vm_area_struct *src,
                     unsigned long addr, unsigned long end)
{
    struct pte *to = mm_alloc_pte(dst->vm_mm, addr);
    struct pte *from = mm_find_pte(src->vm_mm, addr);
    int error = 0;

    if (!to)
        return -ENOMEM;
    spin_lock(&dst->vm_mm->page_table_lock);
    spin_lock_nested(&src->vm_mm->page_table_lock, 1);
    for (; addr < end && !error; addr += PAGE_SIZE, to++, from++)
        if (!pte_none(ptep_get(from)) &&
            !copy_one_pte(dst, to, src, from))
            error = -ENOMEM;
    spin_unlock(&src->vm_mm->page_table_lock);
    spin_unlock(&dst->vm_mm->page_table_lock);
    return error;
}

int copy_page_range(struct vm_area_struct *dst, struct vm_area_struct *src)
{
    unsigned long end = src->vm_end;
    int error = 0;

    /* Pages of files come back by faults, unless some were written. */
    if (src->vm_file && !src->anon_vma)
        return 0;
    for (unsigned long addr = src->vm_start, next; addr < end && !error;
         addr = next) {
        next = pgd_addr_end(addr, end);
        if (mm_find_pte(src->vm_mm, addr))
            error = copy_ptes(dst, src, addr, next);
        cond_resched();
    }
    flush_tlb_range(src, src->vm_start, end);
    return error;
}
