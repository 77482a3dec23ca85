/* The simulated TLB of the host: it forgets only what is flushed here. */
#ifndef QUIRE_GUESTOS_ASM_TLBFLUSH_H
#define QUIRE_GUESTOS_ASM_TLBFLUSH_H

struct mm_struct;
struct vm_area_struct;

void flush_tlb_mm(struct mm_struct *mm);
void flush_tlb_page(struct vm_area_struct *vma, unsigned long addr);
void flush_tlb_range(struct vm_area_struct *vma, unsigned long start,
                     unsigned long end);
void flush_tlb_mm_range(struct mm_struct *mm, unsigned long start,
                        unsigned long end);
void flush_tlb_tables(struct mm_struct *mm);
void flush_tlb_kernel_range(unsigned long start, unsigned long end);
void update_mmu_cache(struct vm_area_struct *vma, unsigned long addr);

#endif
