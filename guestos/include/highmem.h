/*
 * Access to frames that may lie beyond the direct map. kmap_local_page() is
 * the short way: a slot of this CPU, released in reverse order, no sleeping
 * with it held unless the scheduler saves slots. kmap() is the long way: a
 * shared slot that may be waited for.
 */
#ifndef QUIRE_GUESTOS_HIGHMEM_H
#define QUIRE_GUESTOS_HIGHMEM_H

#include "mm_types.h"

/* The architecture's part: makes the slot at va show the frame and returns
 * where it is seen; forgets it. */
void *arch_kmap(unsigned long va, unsigned long pfn);
void arch_kunmap(unsigned long va);
/* No TLB of any CPU knows [start, end) any more. */
void arch_flush_kmaps(unsigned long start, unsigned long end);
/* Whether an address comes from arch_kmap. */
bool arch_is_kmap(const void *addr);

void *kmap_local_page(struct page *page);
void kunmap_local(const void *addr);

void *kmap(struct page *page);
void kunmap(struct page *page);

bool PageHighMem(const struct page *page);

void clear_highpage(struct page *page);
void copy_user_highpage(struct page *to, struct page *from,
                        unsigned long vaddr);
/* Bytes [start, end) of the page become zero. */
void zero_user_segment(struct page *page, unsigned int start,
                       unsigned int end);

#endif
