/*
 * Flushing. Address spaces have no ASIDs (switch_mm flushes), so one that a
 * hart does not use has nothing in its TLB. context.cpumask says which CPUs
 * use it; a flush is a fence here, if this CPU is one of them, and one call
 * of the firmware for all the others.
 *
 * A CPU that begins to use an address space is in the mask before its fence;
 * whoever flushes looks at the mask after it has changed the table. So either
 * it sees the CPU, or the CPU's fence comes after the change.
 *
 * A kernel thread keeps the address space that was there (lazy TLB), in case
 * its task comes back, but does not use it: the CPU leaves the mask and
 * remembers how many flushes had begun. If one has begun when it comes back,
 * or was under way when it left, it fences all. Only when tables themselves
 * are freed are such CPUs asked, too: a walk might still begin there. Mirrors
 * Linux's arch/riscv/mm/tlbflush.c, context.c, cacheflush.c; laziness is that
 * of its arch/x86.
 */
#include "asm/tlbflush.h"
#include "mm.h"
#include "percpu.h"
#include "sched.h"
#include "asm/cacheflush.h"
#include "asm/csr.h"
#include "asm/sbi.h"

#define FLUSH_ALL_ABOVE (16 * PAGE_SIZE) /* then one fence is cheaper */

/* Of the address space that a CPU keeps but does not use. */
struct lazy_tlb {
    unsigned long flushes_begun;
    bool is_missing_one; /* it was under way */
};

static DEFINE_PER_CPU(struct lazy_tlb, lazy_tlbs);

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

/* size ~0: everything. Preemption is off. */
static void flush_cpus(unsigned long cpus, unsigned long start,
                       unsigned long size)
{
    unsigned long self = 1ul << smp_processor_id();
    struct cpumask others = {cpus & ~self};

    if (cpus & self) {
        local_flush_range(start, size);
    }
    if (!cpumask_empty(&others)) {
        sbi_remote_sfence_vma(&others, start, size);
    }
}

static void flush_mm(struct mm_struct *mm, unsigned long start,
                     unsigned long size, bool is_tables)
{
    struct mm_context *context = &mm->context;
    unsigned long cpus;

    preempt_disable();
    __atomic_fetch_add(&context->flushes_begun, 1, __ATOMIC_SEQ_CST);
    cpus = cpumask_bits(&context->cpumask);
    if (is_tables) { /* in this order: a CPU may go from one to the other */
        smp_rmb();
        cpus |= cpumask_bits(&context->lazy);
        smp_rmb();
        cpus |= cpumask_bits(&context->cpumask);
    }
    flush_cpus(cpus, start, size);
    __atomic_fetch_add(&context->flushes_done, 1, __ATOMIC_SEQ_CST);
    preempt_enable();
}

void flush_tlb_mm(struct mm_struct *mm)
{
    flush_mm(mm, 0, ~0ul, false);
}

void flush_tlb_page(struct vm_area_struct *vma, unsigned long addr)
{
    flush_mm(vma->vm_mm, addr & PAGE_MASK, PAGE_SIZE, false);
}

void flush_tlb_mm_range(struct mm_struct *mm, unsigned long start,
                        unsigned long end)
{
    start &= PAGE_MASK;
    flush_mm(mm, start, end - start, false);
}

void flush_tlb_range(struct vm_area_struct *vma, unsigned long start,
                     unsigned long end)
{
    flush_tlb_mm_range(vma->vm_mm, start, end);
}

void flush_tlb_tables(struct mm_struct *mm)
{
    flush_mm(mm, 0, ~0ul, true);
}

static void flush_kernel(unsigned long start, unsigned long size)
{
    preempt_disable();
    smp_mb(); /* the table was changed before */
    flush_cpus(cpumask_bits(cpu_online_mask), start, size);
    preempt_enable();
}

void flush_tlb_all(void)
{
    flush_kernel(0, ~0ul);
}

void flush_tlb_kernel_range(unsigned long start, unsigned long end)
{
    start &= PAGE_MASK;
    flush_kernel(start, end - start);
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

/* The CPU has just joined the mask. */
static void catch_up_icache(int cpu, struct mm_context *context)
{
    if (cpumask_test_cpu(cpu, &context->icache_stale)) {
        cpumask_clear_cpu(cpu, &context->icache_stale);
        local_flush_icache_all();
    }
}

void enter_lazy_tlb(struct mm_struct *mm)
{
    struct mm_context *context = &mm->context;
    struct lazy_tlb *lazy = &this_cpu(lazy_tlbs);
    int cpu = smp_processor_id();
    unsigned long done;

    if (!cpumask_test_cpu(cpu, &context->cpumask)) {
        return;
    }
    done = __atomic_load_n(&context->flushes_done, __ATOMIC_SEQ_CST);
    lazy->flushes_begun =
        __atomic_load_n(&context->flushes_begun, __ATOMIC_SEQ_CST);
    lazy->is_missing_one = done != lazy->flushes_begun;
    cpumask_set_cpu(cpu, &context->lazy);
    cpumask_clear_cpu(cpu, &context->cpumask);
}

static void leave_lazy_tlb(int cpu, struct mm_context *context)
{
    const struct lazy_tlb *lazy = &this_cpu(lazy_tlbs);

    if (!cpumask_test_cpu(cpu, &context->lazy)) {
        return;
    }
    cpumask_set_cpu(cpu, &context->cpumask);
    cpumask_clear_cpu(cpu, &context->lazy);
    if (lazy->is_missing_one ||
        __atomic_load_n(&context->flushes_begun, __ATOMIC_SEQ_CST) !=
            lazy->flushes_begun) {
        local_flush_tlb_all();
    }
    catch_up_icache(cpu, context);
}

void switch_mm(struct mm_struct *prev, struct mm_struct *next,
               struct task_struct *task)
{
    int cpu = smp_processor_id();

    task->active_mm = next;
    if (prev == next) {
        leave_lazy_tlb(cpu, &next->context);
        return;
    }
    cpumask_set_cpu(cpu, &next->context.cpumask);
    csr_write(satp, SATP_MODE_SV32 |
                        (unsigned long)(virt_to_phys(next->pgd) >> PAGE_SHIFT));
    local_flush_tlb_all();
    cpumask_clear_cpu(cpu, &prev->context.cpumask);
    cpumask_clear_cpu(cpu, &prev->context.lazy);
    catch_up_icache(cpu, &next->context);
}
