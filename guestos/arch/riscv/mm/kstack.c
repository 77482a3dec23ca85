/*
 * Kernel stacks: 8 KiB in the upper half of an area of 16 KiB; the lower half
 * stays unmapped, so that an overflow faults (see entry.S), and makes a guard
 * page behind superfluous. Counter: NR_KERNEL_STACK_KB. Mirrors Linux's
 * alloc_thread_stack_node with VMAP_STACK, account_kernel_stack.
 */
#include "mm.h"
#include "slab.h"
#include "task.h"
#include "vmalloc.h"
#include "asm/tlbflush.h"

#define AREA_SIZE (2ul * THREAD_SIZE)
#define STACK_PAGES (THREAD_SIZE / PAGE_SIZE)

static void account(const struct vm_struct *area, long kib_a_page)
{
    for (unsigned i = 0; i < STACK_PAGES; i++) {
        mod_node_page_state(page_pgdat(area->pages[i]), NR_KERNEL_STACK_KB,
                            kib_a_page);
    }
}

void *alloc_kernel_stack(void)
{
    struct vm_struct *area =
        __get_vm_area(AREA_SIZE, AREA_SIZE, VM_ALLOC | VM_NO_GUARD,
                      (unsigned long)__builtin_return_address(0));
    unsigned long stack;

    if (!area) {
        return NULL;
    }
    if (vm_area_alloc_pages(area, GFP_KERNEL, STACK_PAGES) != 0) {
        free_vm_area(area);
        return NULL;
    }
    for (unsigned i = 0; i < STACK_PAGES; i++) {
        page_set_type(area->pages[i], PAGE_TYPE_KSTACK);
    }
    account(area, PAGE_SIZE / 1024);
    stack = (unsigned long)area->addr + THREAD_SIZE;
    vmap_pages_range(stack, stack + THREAD_SIZE, PAGE_KERNEL, area->pages);
    /* A fault on it could not be told. Other CPUs forgot these addresses when
     * they were unmapped, and do not look at them before the stack is used: a
     * TLB that walks ahead and keeps what is not there, which Sv32 allows,
     * would need a flush of all CPUs here. */
    for (unsigned long at = stack; at < stack + THREAD_SIZE; at += PAGE_SIZE) {
        local_flush_tlb_page(at);
    }
    return (void *)stack;
}

void free_kernel_stack(void *stack)
{
    struct vm_struct *area = remove_vm_area((char *)stack - THREAD_SIZE);

    BUG_ON(!area);
    account(area, -(long)(PAGE_SIZE / 1024));
    vm_area_free_pages(area);
    kfree(area);
}
