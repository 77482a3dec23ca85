/*
 * Bounce buffers: pages of ZONE_DMA that stand in for pages which a device
 * does not reach. They are taken at boot and kept, so that writing to swap
 * never has to allocate: every driver has enough for its largest request.
 */
#ifndef QUIRE_GUESTOS_BOUNCE_H
#define QUIRE_GUESTOS_BOUNCE_H

#include "blkdev.h"

#define BOUNCE_PAGES (2 * BIO_MAX)

/* Guarded by the driver's lock. */
struct bounce_pool {
    phys_addr_t reach; /* the first address that the device cannot use */
    unsigned nr_free;
    struct page *free[BOUNCE_PAGES];
};

/* 0 or -ENOMEM. */
int bounce_pool_init(struct bounce_pool *pool, phys_addr_t reach);
bool bounce_is_needed(const struct bounce_pool *pool, struct page *page);
/* How many pages of a request must bounce. */
unsigned bounce_count(const struct bounce_pool *pool, const struct bio *bio);
/* Takes a page; the pool is not empty. */
struct page *bounce_take(struct bounce_pool *pool);
void bounce_give(struct bounce_pool *pool, struct page *page);
/* Between a segment and its stand-in, which has the data at the same offset.
 * Any context. */
void bounce_out(struct page *bounce, const struct bio_segment *seg);
void bounce_in(struct page *bounce, const struct bio_segment *seg);

#endif
