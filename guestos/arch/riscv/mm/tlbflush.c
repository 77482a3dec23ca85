/*
 * Flushing. Address spaces have no ASIDs of their own yet (switch_mm flushes),
 * so an address space that does not run here has nothing in the TLB.
 */
#include "mm.h"
#include "sched.h"
#include "asm/csr.h"
#include "asm/tlbflush.h"

#define FLUSH_ALL_ABOVE (16 * PAGE_SIZE) /* then one fence is cheaper */

static bool runs_here(const struct mm_struct *mm)
{
    return current->active_mm == mm;
}

static void flush_range(unsigned long start, unsigned long end)
{
    if (end - start > FLUSH_ALL_ABOVE) {
        local_flush_tlb_all();
        return;
    }
    for (; start < end; start += PAGE_SIZE) {
        local_flush_tlb_page(start);
    }
}

void flush_tlb_all(void)
{
    local_flush_tlb_all();
}

void flush_tlb_mm(struct mm_struct *mm)
{
    if (runs_here(mm)) {
        local_flush_tlb_all();
    }
}

void flush_tlb_page(struct vm_area_struct *vma, unsigned long addr)
{
    if (runs_here(vma->vm_mm)) {
        local_flush_tlb_page(addr);
    }
}

void flush_tlb_mm_range(struct mm_struct *mm, unsigned long start,
                        unsigned long end)
{
    if (runs_here(mm)) {
        flush_range(start, end);
    }
}

void flush_tlb_range(struct vm_area_struct *vma, unsigned long start,
                     unsigned long end)
{
    flush_tlb_mm_range(vma->vm_mm, start, end);
}

void flush_tlb_kernel_range(unsigned long start, unsigned long end)
{
    flush_range(start & PAGE_MASK, end);
}

void update_mmu_cache(struct vm_area_struct *vma, unsigned long addr)
{
    (void)vma;
    local_flush_tlb_page(addr);
}

void switch_mm(struct mm_struct *prev, struct mm_struct *next,
               struct task_struct *task)
{
    task->active_mm = next;
    if (prev == next) {
        return;
    }
    csr_write(satp, SATP_MODE_SV32 |
                        (unsigned long)(virt_to_phys(next->pgd) >> PAGE_SHIFT));
    local_flush_tlb_all();
}
