/*
 * Access to frames that may lie beyond the direct map. kmap_local_page() is
 * the short way: a slot of this CPU, released in reverse order, no sleeping
 * with it held unless the scheduler saves slots. kmap() is the long way: a
 * shared slot that may be waited for.
 */
#ifndef QUIRE_GUESTOS_HIGHMEM_H
#define QUIRE_GUESTOS_HIGHMEM_H

#include "mm_types.h"

/* Before the first use: takes the page tables of the fixmap and pkmap areas
 * (host: nothing). */
void kmap_init(void);

void *kmap_local_page(struct page *page);
void kunmap_local(const void *addr);

void *kmap(struct page *page);
void kunmap(struct page *page);

bool PageHighMem(const struct page *page);

void clear_highpage(struct page *page);
void clear_user_highpage(struct page *page, unsigned long vaddr);
void copy_user_highpage(struct page *to, struct page *from,
                        unsigned long vaddr);
/* Bytes [start, end) of the page become zero. */
void zero_user_segment(struct page *page, unsigned int start,
                       unsigned int end);

#endif
