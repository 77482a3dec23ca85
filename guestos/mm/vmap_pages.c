/*
 * Entries of the kernel's own page table, for areas of its address space. The
 * tables of leaves are all there from the boot on and every root shares them
 * (arch: paging_init), so that no address space has to be told. Who has an
 * area changes its entries without a lock. Mirrors Linux's vmap_range_noflush,
 * vunmap_range_noflush, vmalloc_to_page.
 */
#include "internal.h"
#include "kernel.h"
#include "vmalloc.h"

static struct pte *kernel_pte(unsigned long va)
{
    struct pgd *pgd = pgd_offset_k(va);

    return pte_offset_kernel(
        pmd_offset(pud_offset(p4d_offset(pgd, va), va), va), va);
}

/* The entries from addr on that lie in one table, up to `end`. */
static unsigned long entries_here(unsigned long addr, unsigned long end)
{
    unsigned long in_table = (PGDIR_SIZE - (addr & ~PGDIR_MASK)) >> PAGE_SHIFT;

    return min(in_table, (end - addr) >> PAGE_SHIFT);
}

static void set_new_pte(struct pte *ptep, unsigned long pfn, struct pgprot prot)
{
    BUG_ON(!pte_none(*ptep));
    set_pte(ptep, pfn_pte(pfn, prot));
}

void vmap_pages_range(unsigned long start, unsigned long end,
                      struct pgprot prot, struct page **pages)
{
    while (start < end) {
        unsigned long n = entries_here(start, end);
        struct pte *ptep = kernel_pte(start);

        for (unsigned long i = 0; i < n; i++)
            set_new_pte(ptep + i, page_to_pfn(pages[i]), prot);
        pages += n;
        start += n << PAGE_SHIFT;
    }
}

void vmap_pfn_range(unsigned long start, unsigned long end, struct pgprot prot,
                    unsigned long pfn)
{
    while (start < end) {
        unsigned long n = entries_here(start, end);
        struct pte *ptep = kernel_pte(start);

        for (unsigned long i = 0; i < n; i++)
            set_new_pte(ptep + i, pfn + i, prot);
        pfn += n;
        start += n << PAGE_SHIFT;
    }
}

void vunmap_range_noflush(unsigned long start, unsigned long end)
{
    while (start < end) {
        unsigned long n = entries_here(start, end);
        struct pte *ptep = kernel_pte(start);

        for (unsigned long i = 0; i < n; i++)
            pte_clear(&init_mm, start, ptep + i);
        start += n << PAGE_SHIFT;
    }
}

struct page *vmalloc_to_page(const void *addr)
{
    struct pte pte;

    if (WARN_ON(!is_vmalloc_addr(addr)))
        return NULL;
    pte = ptep_get(kernel_pte((unsigned long)addr));
    return pte_present(pte) && pfn_valid(pte_pfn(pte)) ? pfn_to_page(pte_pfn(pte))
                                                       : NULL;
}
