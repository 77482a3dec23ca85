/*
 * Memory pools: elements kept in reserve, for those who must not fail, as
 * whoever writes pages out to get memory. Semantics are Linux's.
 */
#ifndef QUIRE_GUESTOS_MEMPOOL_H
#define QUIRE_GUESTOS_MEMPOOL_H

#include "gfp.h"
#include "wait.h"

struct kmem_cache;

typedef void *mempool_alloc_t(gfp_t gfp, void *pool_data);
typedef void mempool_free_t(void *element, void *pool_data);

typedef struct mempool_s {
    struct spinlock lock; /* guards the next three; interrupts off */
    int min_nr;           /* elements kept */
    int curr_nr;          /* of these, there now */
    void **elements;
    void *pool_data;
    mempool_alloc_t *alloc;
    mempool_free_t *free;
    struct wait_queue_head wait;
} mempool_t;

/* With min_nr elements in reserve; NULL without memory. */
mempool_t *mempool_create(int min_nr, mempool_alloc_t *alloc,
                          mempool_free_t *free, void *pool_data);
/* All elements are back. */
void mempool_destroy(mempool_t *pool);
/* 0 or -ENOMEM; may sleep. */
int mempool_resize(mempool_t *pool, int new_min_nr);

/* An element: fresh, from the reserve, or, where gfp lets it sleep, whenever
 * one is given back. Not with __GFP_ZERO. */
void *mempool_alloc(mempool_t *pool, gfp_t gfp);
/* Any context. */
void mempool_free(void *element, mempool_t *pool);

/* Elements that are objects of a cache, kmalloc's, or pages of an order. */
mempool_alloc_t mempool_alloc_slab, mempool_kmalloc, mempool_alloc_pages;
mempool_free_t mempool_free_slab, mempool_kfree, mempool_free_pages;

static inline mempool_t *mempool_create_slab_pool(int min_nr,
                                                  struct kmem_cache *cache)
{
    return mempool_create(min_nr, mempool_alloc_slab, mempool_free_slab, cache);
}

static inline mempool_t *mempool_create_kmalloc_pool(int min_nr, size_t size)
{
    return mempool_create(min_nr, mempool_kmalloc, mempool_kfree,
                          (void *)(uintptr_t)size);
}

static inline mempool_t *mempool_create_page_pool(int min_nr, int order)
{
    return mempool_create(min_nr, mempool_alloc_pages, mempool_free_pages,
                          (void *)(intptr_t)order);
}

#endif
