/*
 * Short windows to frames that the direct map does not reach. Each CPU has
 * KM_MAX_IDX slots of the fixmap area; a task's mappings, and those of the
 * interrupts that come on top of them, use them as a stack. What a task has
 * mapped is kept in its kmap_ctrl, so that it may sleep: as it leaves the CPU
 * the slots are emptied, as it comes back they are filled again. For that it
 * must come back to the same CPU (migrate_disable), whose slots have the
 * addresses that it knows; so a flush of the own TLB is all that is needed.
 * Owns current->kmap_ctrl: the task and its interrupts, no lock. Mirrors
 * Linux's __kmap_local_page_prot, kunmap_local_indexed, __kmap_local_sched_in.
 */
#include "highmem.h"

#include "internal.h"
#include "percpu.h"
#include "string.h"

bool PageHighMem(const struct page *page)
{
    return page_zonenum(page) == ZONE_HIGHMEM;
}

/* Preemption is off, or the task stays on its CPU. */
static unsigned long km_slot(int idx)
{
    return FIXADDR_START +
           (unsigned long)(smp_processor_id() * KM_MAX_IDX + idx) * PAGE_SIZE;
}

void *kmap_local_page(struct page *page)
{
    struct kmap_ctrl *ctrl = &current->kmap_ctrl;
    void *addr;
    int idx;

    if (!PageHighMem(page))
        return page_address(page);
    migrate_disable();
    preempt_disable();
    idx = ctrl->idx++; /* an interrupt from here on uses the next */
    barrier();
    BUG_ON(idx >= KM_MAX_IDX);
    ctrl->pfn[idx] = page_to_pfn(page);
    addr = arch_kmap(km_slot(idx), ctrl->pfn[idx]);
    preempt_enable();
    return addr;
}

void kunmap_local(const void *addr)
{
    struct kmap_ctrl *ctrl = &current->kmap_ctrl;
    int idx;

    if (!arch_is_kmap(addr))
        return;
    preempt_disable();
    idx = ctrl->idx - 1;
    BUG_ON(idx < 0);
    /* Only the last one may end. */
    BUG_ON(((unsigned long)addr & PAGE_MASK) !=
           (unsigned long)arch_kmap_address(km_slot(idx), ctrl->pfn[idx]));
    arch_kunmap(km_slot(idx));
    ctrl->pfn[idx] = 0;
    barrier();
    ctrl->idx--;
    preempt_enable();
    migrate_enable();
}

void __kmap_local_sched_out(void)
{
    const struct kmap_ctrl *ctrl = &current->kmap_ctrl;

    for (int i = 0; i < ctrl->idx; i++)
        arch_kunmap(km_slot(i));
}

void __kmap_local_sched_in(void)
{
    const struct kmap_ctrl *ctrl = &current->kmap_ctrl;

    for (int i = 0; i < ctrl->idx; i++)
        arch_kmap(km_slot(i), ctrl->pfn[i]);
}

void clear_highpage(struct page *page)
{
    void *p = kmap_local_page(page);

    clear_page(p);
    kunmap_local(p);
}

void copy_user_highpage(struct page *to, struct page *from, unsigned long vaddr)
{
    void *source = kmap_local_page(from);
    void *target = kmap_local_page(to);

    (void)vaddr;
    copy_page(target, source);
    kunmap_local(target);
    kunmap_local(source);
}

void zero_user_segment(struct page *page, unsigned int start, unsigned int end)
{
    char *p = kmap_local_page(page);

    memset(p + start, 0, end - start);
    kunmap_local(p);
}
