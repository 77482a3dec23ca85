/*
 * Access to frames that may lie beyond the direct map. kmap_local_page() is
 * the short way: a slot of this CPU, released in reverse order. kmap() is the
 * long way: a slot that all CPUs share and that may have to be waited for.
 */
#ifndef QUIRE_GUESTOS_HIGHMEM_H
#define QUIRE_GUESTOS_HIGHMEM_H

#include "mm_types.h"
#include "sched.h"

/* The architecture's part: makes the slot at va show the frame, for this CPU
 * at once, and returns where it is seen (arch_kmap_address). */
void *arch_kmap(unsigned long va, unsigned long pfn);
/* The slot shows nothing; this CPU has forgotten what it showed. */
void arch_kunmap(unsigned long va);
void *arch_kmap_address(unsigned long va, unsigned long pfn);
/* No TLB of any CPU knows [start, end) any more. */
void arch_flush_kmaps(unsigned long start, unsigned long end);
/* Whether an address comes from arch_kmap. */
bool arch_is_kmap(const void *addr);

/* -- kmap_local.c: slots of a CPU ---------------------------------------- */

/*
 * The task stays on its CPU until kunmap_local, but may be preempted and may
 * sleep: its slots are put aside and come back with it. Any context; mappings
 * nest up to KM_MAX_IDX deep and end in reverse order. For a page of the
 * direct map it is page_address.
 */
void *kmap_local_page(struct page *page);
/* Takes any address in the page. */
void kunmap_local(const void *addr);

/* As tasks change, interrupts off: the slots of who goes and who comes. */
void __kmap_local_sched_out(void);
void __kmap_local_sched_in(void);
static inline void kmap_local_sched_out(void)
{
    if (unlikely(current->kmap_ctrl.idx))
        __kmap_local_sched_out();
}
static inline void kmap_local_sched_in(void)
{
    if (unlikely(current->kmap_ctrl.idx))
        __kmap_local_sched_in();
}

/* -- highmem.c: slots of all CPUs ---------------------------------------- */

/* At boot, before the frames are handed over: tables, if there is high
 * memory. */
void kmap_init(void);
/* May sleep for a slot. Users of a page share its slot. */
void *kmap(struct page *page);
void kunmap(struct page *page);

/* For reports: slots that have a page, that are in use, flushes of all, and
 * how often a task had to wait. */
struct kmap_stats {
    unsigned int mapped, used;
    unsigned long flushes, waits;
};
void kmap_get_stats(struct kmap_stats *stats);
/* Invariant: counts and page_address agree; panics with what is wrong. */
void kmap_check(void);

bool PageHighMem(const struct page *page);

void clear_highpage(struct page *page);
void copy_user_highpage(struct page *to, struct page *from,
                        unsigned long vaddr);
/* Bytes [start, end) of the page become zero. */
void zero_user_segment(struct page *page, unsigned int start,
                       unsigned int end);

#endif
