/*
 * The page-table side of migration. While a page moves, migration entries
 * stand where it was mapped: nobody can read or write it, and who tries waits
 * for the page's lock. Entries stay counted in their address space's rss, so
 * that nothing is seen from outside.
 *
 *      pte W pfn A       -> migration W, A     -> pte W pfn B
 *      pte - pfn A       -> migration R, A     -> pte - pfn B
 *
 * fork copies migration entries (both become R: the page is shared from then
 * on), unmapping forgets them, mprotect makes them R; swapoff passes by. Where
 * a list of mappings changes under the mover's feet, a VMA that gets entries
 * comes after the one that it gets them from, or both stand there for the
 * time of the change, so that a walk finds them all.
 *
 * Owns nothing; rmap_lock, then page_table_lock. Mirrors Linux's
 * try_to_migrate, remove_migration_pte, migration_entry_wait.
 */
#include "kernel.h"
#include "migrate.h"
#include "pagemap.h"
#include "rmap.h"
#include "swapops.h"
#include "asm/cacheflush.h"
#include "asm/tlbflush.h"

static bool try_to_migrate_one(struct page *page, struct vm_area_struct *vma,
                               unsigned long addr, struct pte *ptep, void *arg)
{
    struct pte old = ptep_get_and_clear(vma->vm_mm, addr, ptep);
    struct swp_entry entry =
        pte_write(old) ? make_writable_migration_entry(page_to_pfn(page))
                       : make_readable_migration_entry(page_to_pfn(page));

    (void)arg;
    flush_tlb_page(vma, addr);
    if (pte_dirty(old))
        set_page_dirty(page);
    set_pte_at(vma->vm_mm, addr, ptep, swp_entry_to_pte(entry));
    page_remove_rmap(page);
    put_page(page);
    return page_mapped(page);
}

struct anon_vma *try_to_migrate(struct page *page)
{
    return rmap_walk_get(page, try_to_migrate_one, NULL);
}

static bool remove_migration_pte(struct page *page, struct vm_area_struct *vma,
                                 unsigned long addr, struct pte *ptep,
                                 void *old)
{
    struct pte pte = ptep_get(ptep);
    struct swp_entry entry;

    if (!is_migration_pte(pte))
        return true;
    entry = pte_to_swp_entry(pte);
    if (pfn_swap_entry_to_page(entry) != old)
        return true;
    pte = pte_mkold(pfn_pte(page_to_pfn(page), __pgprot(vma->vm_page_prot)));
    if (is_writable_migration_entry(entry) && vma->vm_flags & VM_WRITE)
        pte = pte_mkwrite(pte);
    get_page(page);
    if (PageAnon(page))
        page_add_anon_rmap(page, vma, addr);
    else
        page_add_file_rmap(page);
    /* The frame may hold code that no fetch has seen yet. */
    if (pte_exec(pte))
        flush_icache_mm(vma->vm_mm);
    smp_wmb(); /* the contents first, for other harts that see the entry */
    set_pte_at(vma->vm_mm, addr, ptep, pte);
    update_mmu_cache(vma, addr);
    return true;
}

void remove_migration_ptes(struct page *old, struct page *page,
                           struct anon_vma *anon_vma)
{
    rmap_walk_put(page, remove_migration_pte, old, anon_vma);
}

void migration_entry_wait(struct mm_struct *mm, struct pte *ptep)
{
    struct pte pte;

    spin_lock(&mm->page_table_lock);
    pte = ptep_get(ptep);
    if (is_migration_pte(pte))
        migration_entry_wait_on_locked(
            pfn_swap_entry_to_page(pte_to_swp_entry(pte)),
            &mm->page_table_lock);
    else
        spin_unlock(&mm->page_table_lock);
}
