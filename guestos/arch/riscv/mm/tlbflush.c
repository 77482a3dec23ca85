/*
 * Flushing. Address spaces have no ASIDs (switch_mm flushes), so one that a
 * hart does not use has nothing in its TLB. context.cpumask says which CPUs
 * use it, borrowing kernel threads included; a flush is a fence here, if this
 * CPU is one of them, and one call of the firmware for all the others.
 *
 * A CPU that begins to use an address space is in the mask before its fence;
 * whoever flushes looks at the mask after it has changed the table. So either
 * it sees the CPU, or the CPU's fence comes after the change. Mirrors Linux's
 * arch/riscv/mm/tlbflush.c, context.c, cacheflush.c.
 */
#include "asm/tlbflush.h"
#include "mm.h"
#include "percpu.h"
#include "sched.h"
#include "asm/cacheflush.h"
#include "asm/csr.h"
#include "asm/sbi.h"

#define FLUSH_ALL_ABOVE (16 * PAGE_SIZE) /* then one fence is cheaper */

static void local_flush_range(unsigned long start, unsigned long size)
{
    if (size > FLUSH_ALL_ABOVE) {
        local_flush_tlb_all();
        return;
    }
    for (unsigned long at = start; at - start < size; at += PAGE_SIZE) {
        local_flush_tlb_page(at);
    }
}

/* size ~0: everything. */
static void flush_range(const struct cpumask *mask, unsigned long start,
                        unsigned long size)
{
    int cpu = get_cpu();
    struct cpumask others;

    smp_mb(); /* the table was changed before */
    others.bits = cpumask_bits(mask) & ~(1ul << cpu);
    if (cpumask_test_cpu(cpu, mask)) {
        local_flush_range(start, size);
    }
    if (!cpumask_empty(&others)) {
        sbi_remote_sfence_vma(&others, start, size);
    }
    put_cpu();
}

void flush_tlb_all(void)
{
    flush_range(cpu_online_mask, 0, ~0ul);
}

void flush_tlb_mm(struct mm_struct *mm)
{
    flush_range(&mm->context.cpumask, 0, ~0ul);
}

void flush_tlb_page(struct vm_area_struct *vma, unsigned long addr)
{
    flush_range(&vma->vm_mm->context.cpumask, addr & PAGE_MASK, PAGE_SIZE);
}

void flush_tlb_mm_range(struct mm_struct *mm, unsigned long start,
                        unsigned long end)
{
    flush_range(&mm->context.cpumask, start & PAGE_MASK,
                end - (start & PAGE_MASK));
}

void flush_tlb_range(struct vm_area_struct *vma, unsigned long start,
                     unsigned long end)
{
    flush_tlb_mm_range(vma->vm_mm, start, end);
}

void flush_tlb_kernel_range(unsigned long start, unsigned long end)
{
    flush_range(cpu_online_mask, start & PAGE_MASK, end - (start & PAGE_MASK));
}

/* Another CPU that remembers that there was nothing faults and finds the
 * entry as it should be. */
void update_mmu_cache(struct vm_area_struct *vma, unsigned long addr)
{
    (void)vma;
    local_flush_tlb_page(addr);
}

void flush_icache_mm(struct mm_struct *mm)
{
    int cpu = get_cpu();
    unsigned long others = cpumask_bits(cpu_possible_mask) & ~(1ul << cpu);
    struct cpumask now;

    local_flush_icache_all();
    if (others) {
        __atomic_fetch_or(&mm->context.icache_stale.bits, others,
                          __ATOMIC_SEQ_CST);
        now.bits = cpumask_bits(&mm->context.cpumask) & others;
        if (!cpumask_empty(&now)) {
            sbi_remote_fence_i(&now);
        }
    }
    put_cpu();
}

void switch_mm(struct mm_struct *prev, struct mm_struct *next,
               struct task_struct *task)
{
    int cpu = smp_processor_id();

    task->active_mm = next;
    if (prev == next) {
        return;
    }
    cpumask_set_cpu(cpu, &next->context.cpumask);
    csr_write(satp, SATP_MODE_SV32 |
                        (unsigned long)(virt_to_phys(next->pgd) >> PAGE_SHIFT));
    local_flush_tlb_all();
    cpumask_clear_cpu(cpu, &prev->context.cpumask);
    if (cpumask_test_cpu(cpu, &next->context.icache_stale)) {
        cpumask_clear_cpu(cpu, &next->context.icache_stale);
        local_flush_icache_all();
    }
}
