/*
 * The slots of kmap: entries of the kernel's own table, whose leaves
 * paging_init has made for the whole area. highmem.c says which slot is whose.
 */
#include "highmem.h"
#include "mm.h"
#include "asm/pgtable.h"
#include "asm/tlbflush.h"

static struct pte *slot_pte(unsigned long va)
{
    struct pgd *pgd = pgd_offset_k(va);

    return pte_offset_kernel(
        pmd_offset(pud_offset(p4d_offset(pgd, va), va), va), va);
}

void *arch_kmap_address(unsigned long va, unsigned long pfn)
{
    (void)pfn;
    return (void *)va;
}

/* A slot is used by one CPU, or was flushed from all TLBs when it had its last
 * page: nobody else has to know. */
void *arch_kmap(unsigned long va, unsigned long pfn)
{
    set_pte(slot_pte(va), pfn_pte(pfn, PAGE_KERNEL));
    local_flush_tlb_page(va);
    return (void *)va;
}

void arch_kunmap(unsigned long va)
{
    set_pte(slot_pte(va), __pte(0));
    local_flush_tlb_page(va);
}

void arch_flush_kmaps(unsigned long start, unsigned long end)
{
    flush_tlb_kernel_range(start, end);
}

bool arch_is_kmap(const void *addr)
{
    return (unsigned long)addr >= PKMAP_BASE;
}
