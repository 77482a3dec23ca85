/*
 * Blocks that are not a power of two: a larger one is taken, made single
 * frames, and what is too much goes back at once. Owns nothing. Mirrors
 * Linux's split_page, alloc_pages_exact, free_pages_exact.
 */
#include "internal.h"
#include "kernel.h"
#include "page_owner.h"

void split_page(struct page *page, unsigned int order)
{
    BUG_ON(PageHead(page) || page_count(page) != 1);
    for (unsigned long i = 1; i < 1ul << order; i++)
        page[i]._refcount = 1;
    split_page_owner(page, order);
}

static unsigned int get_order(size_t size)
{
    unsigned int order = 0;

    while (((size_t)PAGE_SIZE << order) < size)
        order++;
    return order;
}

void *alloc_pages_exact(size_t size, gfp_t gfp)
{
    unsigned int order = get_order(size);
    unsigned long addr;

    /* Single frames have no head. */
    if (WARN_ON_ONCE(gfp & (__GFP_COMP | __GFP_HIGHMEM)))
        gfp &= ~(__GFP_COMP | __GFP_HIGHMEM);
    addr = __get_free_pages(gfp, order);
    if (!addr)
        return NULL;
    split_page(virt_to_page((void *)addr), order);
    for (size_t at = PAGE_ALIGN(size); at < (size_t)PAGE_SIZE << order;
         at += PAGE_SIZE)
        free_page(addr + at);
    return (void *)addr;
}

void free_pages_exact(void *addr, size_t size)
{
    for (size_t at = 0; at < size; at += PAGE_SIZE)
        free_page((unsigned long)addr + at);
}
