/* Translations that TLBs must forget. local_: this hart only. */
#ifndef QUIRE_GUESTOS_ASM_TLBFLUSH_H
#define QUIRE_GUESTOS_ASM_TLBFLUSH_H

#include "types.h"

struct mm_struct;
struct vm_area_struct;

static inline void local_flush_tlb_all(void)
{
    __asm__ volatile("sfence.vma" ::: "memory");
}

/* One page, in every address space. */
static inline void local_flush_tlb_page(unsigned long addr)
{
    __asm__ volatile("sfence.vma %0" : : "r"(addr) : "memory");
}

void flush_tlb_all(void);
void flush_tlb_mm(struct mm_struct *mm);
void flush_tlb_page(struct vm_area_struct *vma, unsigned long addr);
void flush_tlb_range(struct vm_area_struct *vma, unsigned long start,
                     unsigned long end);
void flush_tlb_mm_range(struct mm_struct *mm, unsigned long start,
                        unsigned long end);
/* Tables of leaves are about to be freed: also where nobody uses `mm` now. */
void flush_tlb_tables(struct mm_struct *mm);
void flush_tlb_kernel_range(unsigned long start, unsigned long end);

/* A present entry was made more permissive, or a new one made present: Sv32
 * may remember that there was none. */
void update_mmu_cache(struct vm_area_struct *vma, unsigned long addr);

#endif
