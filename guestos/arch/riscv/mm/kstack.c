/*
 * Kernel stacks: 8 KiB in the upper half of 16 KiB of address space; the
 * lower half stays unmapped, so that an overflow faults (see entry.S).
 */
#include "bitops.h"
#include "mm.h"
#include "spinlock.h"
#include "task.h"
#include "vmstat.h"
#include "asm/pgtable.h"
#include "asm/tlbflush.h"

#define SLOT_SIZE (2ul * THREAD_SIZE)
#define NR_SLOTS ((KSTACK_END - KSTACK_START) / SLOT_SIZE)
#define STACK_PAGES (THREAD_SIZE / PAGE_SIZE)

static DEFINE_SPINLOCK(slots_lock); /* guards slots */
static DECLARE_BITMAP(slots, NR_SLOTS);

static struct pte *stack_pte(unsigned long va)
{
    return pte_offset_kernel(
        pmd_offset(pud_offset(p4d_offset(pgd_offset_k(va), va), va), va), va);
}

static void release(unsigned long va, unsigned nr)
{
    struct page *pages[STACK_PAGES];

    for (unsigned i = 0; i < nr; i++) {
        struct pte *ptep = stack_pte(va + i * PAGE_SIZE);

        pages[i] = pfn_to_page(pte_pfn(*ptep));
        pte_clear(&init_mm, va, ptep);
    }
    /* The task may have run on any hart. */
    flush_tlb_kernel_range(va, va + nr * PAGE_SIZE);
    for (unsigned i = 0; i < nr; i++) {
        mod_node_page_state(page_pgdat(pages[i]), NR_KERNEL_STACK_KB,
                            -(long)(PAGE_SIZE / 1024));
        __free_page(pages[i]);
    }
    spin_lock(&slots_lock);
    __clear_bit((va - KSTACK_START) / SLOT_SIZE, slots);
    spin_unlock(&slots_lock);
}

void *alloc_kernel_stack(void)
{
    unsigned long slot, va;

    spin_lock(&slots_lock);
    slot = find_next_zero_bit(slots, NR_SLOTS, 0);
    if (slot < NR_SLOTS) {
        __set_bit(slot, slots);
    }
    spin_unlock(&slots_lock);
    if (slot >= NR_SLOTS) {
        return NULL;
    }
    va = KSTACK_START + slot * SLOT_SIZE + THREAD_SIZE;
    for (unsigned i = 0; i < STACK_PAGES; i++) {
        struct page *page = alloc_page(GFP_KERNEL | __GFP_HIGHMEM);

        if (!page) {
            release(va, i);
            return NULL;
        }
        page_set_type(page, PAGE_TYPE_KSTACK);
        mod_node_page_state(page_pgdat(page), NR_KERNEL_STACK_KB,
                            PAGE_SIZE / 1024);
        set_pte(stack_pte(va + i * PAGE_SIZE),
                pfn_pte(page_to_pfn(page), PAGE_KERNEL));
        local_flush_tlb_page(va + i * PAGE_SIZE);
    }
    return (void *)va;
}

void free_kernel_stack(void *stack)
{
    release((unsigned long)stack, STACK_PAGES);
}
