/*
 * SLUB as a whole: shrinking a cache, its line of slabinfo, its invariants.
 * Mirrors Linux's __kmem_cache_shrink, get_slabinfo, count_partial.
 */
#include "kernel.h"
#include "slub.h"

/* Slabs with fewer free objects than this are sorted, fullest first, so that
 * the emptier ones have a chance to become empty. */
#define SHRINK_PROMOTE_MAX 32u

unsigned long slub_shrink(struct kmem_cache *s)
{
    struct kmem_cache_node *n = &s->node;
    struct list_head promote[SHRINK_PROMOTE_MAX];
    struct page *page, *next;
    LIST_HEAD(unused);
    unsigned long flags, freed = 0;

    for (unsigned int i = 0; i < SHRINK_PROMOTE_MAX; i++)
        INIT_LIST_HEAD(&promote[i]);
    on_each_cpu(slub_flush_cpu, s);
    spin_lock_irqsave(&n->list_lock, flags);
    list_for_each_entry_safe(page, next, &n->partial, lru) {
        unsigned int free = (unsigned int)(page->objects - page->inuse);

        if (free == page->objects) {
            list_move(&page->lru, &unused);
            n->nr_partial--;
            slab_unpublish(s, page);
        } else if (free <= SHRINK_PROMOTE_MAX) {
            list_move(&page->lru, &promote[free - 1]);
        }
    }
    for (unsigned int i = SHRINK_PROMOTE_MAX; i-- > 0;)
        list_splice(&promote[i], &n->partial);
    spin_unlock_irqrestore(&n->list_lock, flags);
    list_for_each_entry_safe(page, next, &unused, lru) {
        freed += 1ul << compound_order(page);
        list_del(&page->lru);
        free_slab(s, page);
    }
    return freed;
}

/* Objects of the harts' slabs count as used, as in Linux. */
void slub_get_info(struct kmem_cache *s, struct slabinfo *info)
{
    struct kmem_cache_node *n = &s->node;
    unsigned long free = 0, flags;
    struct page *page;

    spin_lock_irqsave(&n->list_lock, flags);
    list_for_each_entry(page, &n->partial, lru)
        free += (unsigned long)(page->objects - page->inuse);
    info->num_objs = n->total_objects;
    info->active_objs = info->num_objs - min(free, info->num_objs);
    info->active_slabs = info->num_slabs = n->nr_slabs;
    spin_unlock_irqrestore(&n->list_lock, flags);
    info->objects_per_slab = s->objects;
    info->cache_order = s->order;
}

bool slub_is_free(struct kmem_cache *s, struct page *page, const void *object)
{
    unsigned int n = 0;

    for (void *o = page->freelist; o && n++ <= page->objects;
         o = get_freepointer(s, o)) {
        if (o == object)
            return true;
    }
    return false;
}

static unsigned int check_list(struct kmem_cache *s, struct page *page,
                               void *list)
{
    const char *start = page_address(page);
    unsigned int n = 0;

    for (char *o = list; o; o = get_freepointer(s, o)) {
        size_t at = (size_t)(o - start) - s->red_left_pad;

        if (o < start || at % s->size || at / s->size >= page->objects)
            slab_panic(s, o, "the free list leaves its slab");
        if (++n > page->objects)
            slab_panic(s, o, "the free list runs in a circle");
    }
    return n;
}

/* Whose the slab is, and how many objects are on the hart's own list. */
static bool find_owner(struct kmem_cache *s, struct page *page,
                       unsigned int *own)
{
    unsigned int cpu, found = 0;

    *own = 0;
    for_each_possible_cpu(cpu) {
        struct kmem_cache_cpu *c = &s->cpu_slab[cpu];

        if (c->page == page) {
            found++;
            *own = check_list(s, page, c->freelist);
        }
        for (struct page *p = c->partial; p; p = p->next)
            found += p == page;
    }
    if (found > 1)
        slab_panic(s, page_address(page), "the slab has two owners");
    return found;
}

void slub_check_slab(struct kmem_cache *s, struct page *page)
{
    unsigned int own, free = check_list(s, page, page->freelist);
    bool is_owned = find_owner(s, page, &own);

    if (is_owned != page->frozen)
        slab_panic(s, page_address(page), "frozen is %d, owned by a hart %d",
                   page->frozen, is_owned);
    if (page->inuse + free != page->objects || own > page->inuse)
        slab_panic(s, page_address(page),
                   "%u in use, %u free, %u the hart's, of %u", page->inuse,
                   free, own, page->objects);
    s->seen_objects += page->objects;
    /* Given-up slabs of debugging are like full ones. */
    s->seen_listed += free && !page->frozen;
}

void slub_check_cache(struct kmem_cache *s, unsigned long slabs)
{
    struct kmem_cache_node *n = &s->node;
    unsigned long listed = 0;
    struct page *page;

    list_for_each_entry(page, &n->partial, lru) {
        if (page->slab_cache != s || page->frozen || !page->freelist)
            slab_panic(s, page_address(page), "a slab on the wrong list");
        listed++;
    }
    if (listed != n->nr_partial || listed != s->seen_listed)
        slab_panic(s, s, "%lu slabs listed, %lu counted, %lu seen", listed,
                   n->nr_partial, s->seen_listed);
    if (slabs != n->nr_slabs || s->seen_objects != n->total_objects)
        slab_panic(s, s, "%lu slabs of %lu objects counted, %lu of %lu seen",
                   n->nr_slabs, n->total_objects, slabs, s->seen_objects);
}
