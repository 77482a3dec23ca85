/* Device registers in the kernel's address space; never unmapped. */
#include "io.h"
#include "mm.h"
#include "asm/pgtable.h"
#include "asm/tlbflush.h"

static unsigned long next_va = IOREMAP_START; /* grows; boot only */

void *ioremap(phys_addr_t pa, size_t size)
{
    unsigned long va = next_va, offset = (unsigned long)pa & ~PAGE_MASK;
    unsigned long pages = PAGE_ALIGN(offset + size) >> PAGE_SHIFT, i;

    if (!size || pages > (IOREMAP_END - next_va) >> PAGE_SHIFT) {
        return NULL;
    }
    for (i = 0; i < pages; i++) {
        unsigned long at = va + (i << PAGE_SHIFT);
        struct pmd *pmd =
            pmd_offset(pud_offset(p4d_offset(pgd_offset_k(at), at), at), at);

        set_pte(pte_offset_kernel(pmd, at),
                pfn_pte((unsigned long)(pa >> PAGE_SHIFT) + i, PAGE_KERNEL));
    }
    next_va += pages << PAGE_SHIFT;
    flush_tlb_kernel_range(va, next_va);
    return (char *)va + offset;
}
