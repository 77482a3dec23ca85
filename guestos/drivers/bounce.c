/*
 * Bounce buffers for devices with a short reach.
 */
#include "bounce.h"

#include "errno.h"
#include "highmem.h"
#include "kernel.h"
#include "mm.h"
#include "string.h"
#include "vmstat.h"

int bounce_pool_init(struct bounce_pool *pool, phys_addr_t reach)
{
    pool->reach = reach;
    for (pool->nr_free = 0; pool->nr_free < BOUNCE_PAGES; pool->nr_free++) {
        struct page *page = alloc_page(GFP_KERNEL | GFP_DMA);

        if (!page)
            goto fail;
        pool->free[pool->nr_free] = page;
        /* A zone wider than the reach (dma=) would be no help. */
        if (bounce_is_needed(pool, page)) {
            __free_page(page);
            goto fail;
        }
        page_set_type(page, PAGE_TYPE_BOUNCE);
    }
    return 0;
fail:
    while (pool->nr_free)
        __free_page(pool->free[--pool->nr_free]);
    return -ENOMEM;
}

bool bounce_is_needed(const struct bounce_pool *pool, struct page *page)
{
    return page_to_phys(page) + PAGE_SIZE > pool->reach;
}

unsigned bounce_count(const struct bounce_pool *pool, const struct bio *bio)
{
    unsigned n = 0;

    for (unsigned i = 0; i < bio->nr_segs; i++)
        n += bounce_is_needed(pool, bio->seg[i].page);
    return n;
}

struct page *bounce_take(struct bounce_pool *pool)
{
    struct page *page = pool->free[--pool->nr_free];

    mod_zone_page_state(page_zone(page), NR_BOUNCE, 1);
    return page;
}

void bounce_give(struct bounce_pool *pool, struct page *page)
{
    pool->free[pool->nr_free++] = page;
    mod_zone_page_state(page_zone(page), NR_BOUNCE, -1);
}

void bounce_out(struct page *bounce, const struct bio_segment *seg)
{
    char *from = kmap_local_page(seg->page);
    char *to = page_address(bounce);

    memcpy(to + seg->offset, from + seg->offset, seg->len);
    kunmap_local(from);
    count_vm_event(BOUNCE_OUT);
}

void bounce_in(struct page *bounce, const struct bio_segment *seg)
{
    char *to = kmap_local_page(seg->page);
    const char *from = page_address(bounce);

    memcpy(to + seg->offset, from + seg->offset, seg->len);
    kunmap_local(to);
    count_vm_event(BOUNCE_IN);
}
