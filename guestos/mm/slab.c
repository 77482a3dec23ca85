/*
 * SLAB: Bonwick's allocator, as the classic texts tell it. Slabs stand on
 * three lists a node; a hart keeps an array of hot objects, and all share one
 * more:
 *
 *      hart      [o o o o . . . .]       the last freed is the next used
 *      shared    [o o o o o o o o o]     on its way from hart to hart
 *      node      partial, full, free     slabs, with their indices of free
 *                                        objects
 *
 * An array that runs empty is filled with batchcount objects, one that runs
 * over gives as many up: so the lock of the lists is taken once a batch.
 *
 * Locks: list_lock guards the lists and the shared array, interrupts off; a
 * hart's array needs interrupts off alone. Mirrors Linux's ____cache_alloc,
 * cache_alloc_refill, ___cache_free, cache_flusharray.
 */
#include "slab_array.h"

#include "kernel.h"
#include "slab_debug.h"
#include "string.h"

/* An array that was not used lately is not filled further than this. */
#define BATCHREFILL_LIMIT 16u

static struct array_cache *this_array(struct kmem_cache *s)
{
    return s->cpu_cache[slab_cpu()];
}

/* The last `n` of one array, as far as they fit, to another. */
static unsigned int transfer_objects(struct array_cache *to,
                                     struct array_cache *from, unsigned int n)
{
    n = min(n, from->avail);
    n = min(n, to->limit - to->avail);
    from->avail -= n;
    memcpy(to->entry + to->avail, from->entry + from->avail,
           n * sizeof(void *));
    to->avail += n;
    return n;
}

/* list_lock is held. Without arrays (at boot): one object. */
static void *fill(struct kmem_cache *s, struct array_cache *ac)
{
    struct kmem_cache_node *n = &s->node;
    unsigned int batch = ac->batchcount;
    struct page *page;
    void *object = NULL;

    s->list_lock_taken++;
    if (!ac->touched && batch > BATCHREFILL_LIMIT)
        batch = BATCHREFILL_LIMIT;
    if (n->shared && transfer_objects(ac, n->shared, batch)) {
        n->shared->touched = 1;
        batch = 0;
    }
    while ((batch || !ac->limit) && (page = slab_first(n))) {
        while (batch && page->inuse < s->num) {
            ac->entry[ac->avail++] = slab_get_object(s, page);
            batch--;
        }
        if (!ac->limit)
            object = slab_get_object(s, page);
        slab_fixup(s, page);
        if (object)
            break;
    }
    if (!object && ac->avail) {
        ac->touched = 1;
        object = ac->entry[--ac->avail];
    }
    return object;
}

/* Interrupts are off; they may be on for a while, and the hart another. */
static void *cache_alloc_refill(struct kmem_cache *s, gfp_t gfp,
                                unsigned long flags)
{
    for (;;) {
        struct array_cache *ac = this_array(s);
        void *object;
        bool has_grown;

        if (ac->avail)
            return ac->entry[--ac->avail];
        spin_lock(&s->node.list_lock);
        object = fill(s, ac);
        spin_unlock(&s->node.list_lock);
        if (object)
            return object;
        local_irq_restore(flags);
        has_grown = slab_grow(s, gfp);
        local_irq_save(flags);
        if (!has_grown)
            return NULL;
    }
}

/* With debugging: straight from the slab. */
static void *alloc_debug(struct kmem_cache *s, gfp_t gfp, unsigned long flags,
                         unsigned long addr)
{
    struct kmem_cache_node *n = &s->node;
    void *object = NULL;

    while (!object) {
        struct page *page;
        bool has_grown = true;

        spin_lock(&n->list_lock);
        page = slab_first(n);
        if (page) {
            object = slab_get_object(s, page);
            if (!alloc_debug_processing(s, page, object, addr)) {
                /* Nobody gets anything from there any more. */
                n->free_objects -= s->num - page->inuse;
                page->inuse = (u16)s->num;
                object = NULL;
            }
            slab_fixup(s, page);
        }
        spin_unlock(&n->list_lock);
        if (page)
            continue;
        local_irq_restore(flags);
        has_grown = slab_grow(s, gfp);
        local_irq_save(flags);
        if (!has_grown)
            return NULL;
    }
    return object;
}

static __always_inline void *alloc_slow(struct kmem_cache *s, gfp_t gfp,
                                        unsigned long flags, size_t size,
                                        bool is_kmalloc)
{
    void *object;

    if (kmem_cache_debug(s))
        object = alloc_debug(s, gfp, flags,
                             (unsigned long)__builtin_return_address(0));
    else
        object = cache_alloc_refill(s, gfp, flags);
    local_irq_restore(flags);
    if (object)
        host_unpoison(object, s->object_size);
    return slab_post_alloc(s, object, gfp, size, is_kmalloc);
}

/* Jumped to, so that the return address is that of the caller. */
static void *noinline
slab_alloc_slow(struct kmem_cache *s, gfp_t gfp, unsigned long flags)
{
    return alloc_slow(s, gfp, flags, 0, false);
}

static void *noinline
kmalloc_slow(struct kmem_cache *s, gfp_t gfp, unsigned long flags, size_t size)
{
    return alloc_slow(s, gfp, flags, size, true);
}

static __always_inline void *alloc_object(struct kmem_cache *s, gfp_t gfp,
                                          size_t size, bool is_kmalloc)
{
    struct array_cache *ac;
    unsigned long flags;
    void *object;

    local_irq_save(flags);
    ac = this_array(s);
    if (unlikely(!ac->avail))
        return is_kmalloc ? kmalloc_slow(s, gfp, flags, size)
                          : slab_alloc_slow(s, gfp, flags);
    ac->touched = 1;
    object = ac->entry[--ac->avail];
    local_irq_restore(flags);
    host_unpoison(object, s->object_size);
    return slab_post_alloc(s, object, gfp, size, is_kmalloc);
}

static void *slab_alloc(struct kmem_cache *s, gfp_t gfp)
{
    return alloc_object(s, gfp, 0, false);
}

static void *slab_kmalloc(struct kmem_cache *s, gfp_t gfp, size_t size)
{
    return alloc_object(s, gfp, size, true);
}

/* The oldest batch leaves: to the shared array while that has room. */
static void cache_flusharray(struct kmem_cache *s, struct array_cache *ac)
{
    struct kmem_cache_node *n = &s->node;
    unsigned int batch = ac->batchcount, room = 0;
    LIST_HEAD(unused);

    spin_lock(&n->list_lock);
    s->list_lock_taken++;
    if (n->shared)
        room = n->shared->limit - n->shared->avail;
    if (room) {
        batch = min(batch, room);
        memcpy(n->shared->entry + n->shared->avail, ac->entry,
               batch * sizeof(void *));
        n->shared->avail += batch;
    } else {
        slab_free_block(s, ac->entry, batch, &unused);
    }
    spin_unlock(&n->list_lock);
    slab_destroy_all(s, &unused);
    ac->avail -= batch;
    memmove(ac->entry, ac->entry + batch, ac->avail * sizeof(void *));
}

/* Without an array, or with debugging: straight to the slab. */
static void free_one(struct kmem_cache *s, void *object, unsigned long addr)
{
    struct kmem_cache_node *n = &s->node;
    struct page *page = virt_to_head_page(object);
    LIST_HEAD(unused);

    if (unlikely(!PageSlab(page) || page->slab_cache != s)) {
        s = slab_wrong_cache(s, object);
        n = &s->node;
    }
    spin_lock(&n->list_lock);
    s->list_lock_taken++;
    if (!kmem_cache_debug(s) || free_debug_processing(s, page, object, addr))
        slab_free_block(s, &object, 1, &unused);
    spin_unlock(&n->list_lock);
    slab_destroy_all(s, &unused);
}

static void noinline
slab_free_slow(struct kmem_cache *s, void *object, unsigned long flags)
{
    struct array_cache *ac = this_array(s);

    if (ac->limit) {
        cache_flusharray(s, ac);
        ac->entry[ac->avail++] = object;
    } else {
        free_one(s, object, (unsigned long)__builtin_return_address(0));
    }
    local_irq_restore(flags);
}

static void slab_free(struct kmem_cache *s, void *object)
{
    struct array_cache *ac;
    unsigned long flags;

    if (unlikely(!object))
        return;
    slab_hide(s, object);
    local_irq_save(flags);
    ac = this_array(s);
    if (unlikely(ac->avail >= ac->limit)) {
        slab_free_slow(s, object, flags);
        return;
    }
    ac->entry[ac->avail++] = object;
    local_irq_restore(flags);
}

const struct slab_ops slab_slab_ops = {
    .alloc = slab_alloc,
    .kmalloc = slab_kmalloc,
    .free = slab_free,
    .name = "slab",
    .links_objects = false,
    .start = slab_start,
    .is_free = slab_is_free,
    .create = slab_create,
    .shrink = slab_shrink,
    .release = slab_release,
    .get_info = slab_get_info,
    .tune = slab_tune,
    .tick = slab_tick,
    .late_init = slab_late_init,
    .check_slab = slab_check_slab,
    .check_cache = slab_check_cache,
};
