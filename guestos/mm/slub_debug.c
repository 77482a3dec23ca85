/*
 * SLUB with debugging: no hart has a slab of its own; every object goes from
 * and to the node's slabs under list_lock, past the checks of slab_debug.c.
 * Full slabs are kept on a list. Mirrors Linux's alloc_single_from_partial,
 * free_debug_processing.
 */
#include "slab_debug.h"
#include "slub.h"

/* All objects count as used: nobody gets any from here any more. */
static void give_up(struct kmem_cache_node *n, struct page *page)
{
    page->freelist = NULL;
    page->inuse = page->objects;
    remove_partial(n, page);
    list_add(&page->lru, &n->full);
}

/* list_lock is held, and there is a slab. */
static void *alloc_single(struct kmem_cache *s, unsigned long addr)
{
    struct kmem_cache_node *n = &s->node;
    struct page *page = list_first_entry(&n->partial, struct page, lru);
    void *object = page->freelist;

    if (!alloc_debug_processing(s, page, object, addr)) {
        give_up(n, page);
        return NULL;
    }
    page->freelist = get_freepointer(s, object);
    page->inuse++;
    if (!page->freelist) {
        remove_partial(n, page);
        list_add(&page->lru, &n->full);
    }
    return object;
}

void *slub_alloc_debug(struct kmem_cache *s, gfp_t gfp, unsigned long flags,
                       unsigned long addr)
{
    struct kmem_cache_node *n = &s->node;
    void *object = NULL;

    while (!object) {
        struct page *page = NULL;

        if (!READ_ONCE(n->nr_partial)) {
            local_irq_restore(flags);
            page = new_slab(s, gfp);
            local_irq_save(flags);
            if (!page)
                return NULL;
            slab_publish(s, page);
            slub_stat(s, ALLOC_SLAB);
        }
        spin_lock(&n->list_lock);
        if (page)
            add_partial(n, page, false);
        if (n->nr_partial)
            object = alloc_single(s, addr);
        spin_unlock(&n->list_lock);
    }
    return object;
}

void slub_free_debug(struct kmem_cache *s, struct page *page, void *object,
                     unsigned long addr)
{
    struct kmem_cache_node *n = &s->node;
    bool is_unused = false;

    spin_lock(&n->list_lock);
    if (free_debug_processing(s, page, object, addr)) {
        if (!page->freelist) {
            list_del(&page->lru);
            add_partial(n, page, true);
        }
        set_freepointer(s, object, page->freelist);
        page->freelist = object;
        page->inuse--;
        is_unused = !page->inuse && n->nr_partial > s->min_partial;
        if (is_unused)
            remove_partial(n, page);
    }
    spin_unlock(&n->list_lock);
    if (is_unused)
        discard_slab(s, page);
}
