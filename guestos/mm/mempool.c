/*
 * Memory pools. An allocation first tries the allocator behind the pool,
 * without touching the reserves of the page allocator and without sleeping;
 * then the pool's own elements; then it waits for one that is given back.
 * Elements that come back fill the pool first. Lock: pool->lock. Mirrors
 * Linux's mempool_alloc, mempool_free, mempool_resize.
 */
#include "mempool.h"

#include "kernel.h"
#include "sched.h"
#include "slab.h"
#include "string.h"

/* pool->lock is held. */
static void *remove_element(mempool_t *pool)
{
    lockdep_assert_held(&pool->lock);
    return pool->curr_nr ? pool->elements[--pool->curr_nr] : NULL;
}

static bool add_element(mempool_t *pool, void *element)
{
    lockdep_assert_held(&pool->lock);
    if (pool->curr_nr >= pool->min_nr)
        return false;
    pool->elements[pool->curr_nr++] = element;
    return true;
}

static void *take_element(mempool_t *pool)
{
    unsigned long flags;
    void *element;

    spin_lock_irqsave(&pool->lock, flags);
    element = remove_element(pool);
    spin_unlock_irqrestore(&pool->lock, flags);
    return element;
}

static bool give_element(mempool_t *pool, void *element)
{
    unsigned long flags;
    bool is_kept;

    spin_lock_irqsave(&pool->lock, flags);
    is_kept = add_element(pool, element);
    spin_unlock_irqrestore(&pool->lock, flags);
    return is_kept;
}

static bool fill(mempool_t *pool)
{
    while (pool->curr_nr < pool->min_nr) {
        void *element = pool->alloc(GFP_KERNEL, pool->pool_data);

        if (!element)
            return false;
        if (!give_element(pool, element))
            pool->free(element, pool->pool_data);
    }
    return true;
}

mempool_t *mempool_create(int min_nr, mempool_alloc_t *alloc,
                          mempool_free_t *free, void *pool_data)
{
    mempool_t *pool = kzalloc(sizeof *pool, GFP_KERNEL);

    if (!pool)
        return NULL;
    spin_lock_init(&pool->lock);
    init_waitqueue_head(&pool->wait);
    pool->min_nr = min_nr;
    pool->alloc = alloc;
    pool->free = free;
    pool->pool_data = pool_data;
    pool->elements = kcalloc((size_t)min_nr, sizeof(void *), GFP_KERNEL);
    if (!pool->elements || !fill(pool)) {
        mempool_destroy(pool);
        return NULL;
    }
    return pool;
}

void mempool_destroy(mempool_t *pool)
{
    void *element;

    if (!pool)
        return;
    while ((element = take_element(pool)) != NULL)
        pool->free(element, pool->pool_data);
    kfree(pool->elements);
    kfree(pool);
}

static void shrink(mempool_t *pool, int min_nr)
{
    unsigned long flags;
    void *element;

    spin_lock_irqsave(&pool->lock, flags);
    pool->min_nr = min_nr;
    while (pool->curr_nr > min_nr) {
        element = remove_element(pool);
        spin_unlock_irqrestore(&pool->lock, flags);
        pool->free(element, pool->pool_data);
        spin_lock_irqsave(&pool->lock, flags);
    }
    spin_unlock_irqrestore(&pool->lock, flags);
}

int mempool_resize(mempool_t *pool, int new_min_nr)
{
    unsigned long flags;
    void **elements;

    if (new_min_nr <= pool->min_nr) {
        shrink(pool, new_min_nr);
        return 0;
    }
    elements = kcalloc((size_t)new_min_nr, sizeof(void *), GFP_KERNEL);
    if (!elements)
        return -ENOMEM;
    spin_lock_irqsave(&pool->lock, flags);
    memcpy(elements, pool->elements, (size_t)pool->curr_nr * sizeof(void *));
    swap(pool->elements, elements);
    pool->min_nr = new_min_nr;
    spin_unlock_irqrestore(&pool->lock, flags);
    kfree(elements);
    return fill(pool) ? 0 : -ENOMEM;
}

void *mempool_alloc(mempool_t *pool, gfp_t gfp)
{
    gfp_t modest = (gfp | __GFP_NOMEMALLOC | __GFP_NORETRY | __GFP_NOWARN) &
                   ~(__GFP_DIRECT_RECLAIM | __GFP_IO);

    WARN_ON_ONCE(gfp & __GFP_ZERO);
    for (;;) {
        void *element = pool->alloc(modest, pool->pool_data);

        if (!element)
            element = take_element(pool);
        if (element)
            return element;
        if (modest != (gfp | __GFP_NOMEMALLOC | __GFP_NORETRY | __GFP_NOWARN)) {
            /* Once more, and harder, before waiting for others. */
            modest = gfp | __GFP_NOMEMALLOC | __GFP_NORETRY | __GFP_NOWARN;
            continue;
        }
        if (!gfpflags_allow_blocking(gfp))
            return NULL;
        io_wait_event(&pool->wait, READ_ONCE(pool->curr_nr) != 0);
    }
}

void mempool_free(void *element, mempool_t *pool)
{
    if (!element)
        return;
    if (give_element(pool, element))
        wake_up(&pool->wait);
    else
        pool->free(element, pool->pool_data);
}

void *mempool_alloc_slab(gfp_t gfp, void *pool_data)
{
    return kmem_cache_alloc(pool_data, gfp);
}

void mempool_free_slab(void *element, void *pool_data)
{
    kmem_cache_free(pool_data, element);
}

void *mempool_kmalloc(gfp_t gfp, void *pool_data)
{
    return kmalloc((size_t)(uintptr_t)pool_data, gfp);
}

void mempool_kfree(void *element, void *pool_data)
{
    (void)pool_data;
    kfree(element);
}

void *mempool_alloc_pages(gfp_t gfp, void *pool_data)
{
    return alloc_pages(gfp, (unsigned int)(uintptr_t)pool_data);
}

void mempool_free_pages(void *element, void *pool_data)
{
    __free_pages(element, (unsigned int)(uintptr_t)pool_data);
}
