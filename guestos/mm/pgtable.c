/*
 * Page tables of user address spaces: finding, making and freeing tables of
 * leaves. Owns NR_PAGETABLE and mm->pgtables_bytes; the entries that point to
 * tables change under page_table_lock. Mirrors Linux's pte_alloc_map,
 * free_pgtables.
 */
#include "atomic.h"
#include "internal.h"
#include "kernel.h"
#include "asm/tlbflush.h"

static struct pmd *find_pmd(struct mm_struct *mm, unsigned long addr)
{
    struct pgd *pgd = pgd_offset(mm, addr);

    return pmd_offset(pud_offset(p4d_offset(pgd, addr), addr), addr);
}

struct pte *mm_find_pte(struct mm_struct *mm, unsigned long addr)
{
    struct pmd *pmd = find_pmd(mm, addr);

    return pmd_none_or_clear_bad(pmd) ? NULL : pte_offset_kernel(pmd, addr);
}

static void count_table(struct mm_struct *mm, struct page *table, int n)
{
    mod_node_page_state(page_pgdat(table), NR_PAGETABLE, n);
    __atomic_fetch_add(&mm->pgtables_bytes, (long)n * PAGE_SIZE,
                       __ATOMIC_RELAXED);
}

struct pte *mm_alloc_pte(struct mm_struct *mm, unsigned long addr)
{
    struct pmd *pmd = find_pmd(mm, addr);
    struct page *table;

    if (!pmd_none_or_clear_bad(pmd))
        return pte_offset_kernel(pmd, addr);
    table = alloc_page(GFP_KERNEL | __GFP_ZERO);
    if (!table)
        return NULL;
    page_set_type(table, PAGE_TYPE_TABLE);
    spin_lock(&mm->page_table_lock);
    /* Another thread may have been faster. */
    if (pmd_none(*pmd)) {
        smp_wmb(); /* zeroes first, for other harts' walks */
        pmd_populate_pfn(pmd, page_to_pfn(table));
        count_table(mm, table, 1);
        table = NULL;
    }
    spin_unlock(&mm->page_table_lock);
    if (table)
        __free_page(table);
    return pte_offset_kernel(pmd, addr);
}

/* Tables whose whole reach lies in [floor, ceiling) go. */
void free_pgtables(struct mm_struct *mm, unsigned long floor,
                   unsigned long ceiling)
{
    unsigned long first = (floor + PGDIR_SIZE - 1) >> PGDIR_SHIFT;
    unsigned long last = ceiling >> PGDIR_SHIFT;

    for (unsigned long i = first; i < last; i++) {
        struct pmd *pmd = find_pmd(mm, i << PGDIR_SHIFT);
        struct page *table;

        if (pmd_none_or_clear_bad(pmd))
            continue;
        table = pfn_to_page(pmd_pfn(*pmd));
        spin_lock(&mm->page_table_lock);
        pmd_clear(pmd);
        count_table(mm, table, -1);
        spin_unlock(&mm->page_table_lock);
        flush_tlb_tables(mm);
        __free_page(table);
    }
}

struct pgprot vm_get_page_prot(unsigned long vm_flags)
{
    /* Private pages become writable by a fault, one by one. */
    bool is_writable = (vm_flags & (VM_WRITE | VM_SHARED)) ==
                       (VM_WRITE | VM_SHARED);
    u32 prot = _PAGE_BASE;

    if (!(vm_flags & (VM_READ | VM_WRITE | VM_EXEC)))
        return PAGE_NONE;
    if (vm_flags & (VM_READ | VM_WRITE))
        prot |= _PAGE_READ;
    if (vm_flags & VM_EXEC)
        prot |= _PAGE_EXEC;
    if (is_writable)
        prot |= _PAGE_WRITE;
    return __pgprot(prot);
}
