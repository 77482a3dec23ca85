/*
 * SLUB: the unqueued allocator. A slab is a (compound) page cut into objects;
 * the free ones form a list through themselves, headed by page->freelist.
 *
 *      hart          slab ->  o -> o -> o          frozen: the hart's own
 *                    store -> [slab] -> [slab]     frozen, some objects free
 *      node          partial -> [slab] <-> [slab]  not frozen
 *      (nowhere)     full slabs
 *
 * A hart takes and gives objects of its slab without any lock: interrupts are
 * off for a dozen instructions (a transaction id and LR/SC would take more).
 * Other harts' frees go to page->freelist, which the hart takes over when its
 * own list is used up. A full slab that gets an object back goes to the store
 * of the hart that freed it; when the store holds too much, it goes to the
 * node. Empty slabs beyond min_partial are given back.
 *
 * Locks: slab_lock for page->freelist and counters, list_lock for the node's
 * list, in the order list_lock > slab_lock. Counters: slub_stat. Mirrors
 * Linux's slab_alloc_node, ___slab_alloc, get_partial_node, __slab_free,
 * put_cpu_partial, unfreeze_partials, deactivate_slab.
 */
#include "slub.h"

#include "internal.h"
#include "kernel.h"

/* Interrupts are off in all that follows, unless it says otherwise. */

static struct kmem_cache_cpu *this_cpu_slab(struct kmem_cache *s)
{
    return &s->cpu_slab[slab_cpu()];
}

static void set_cpu_slab(struct kmem_cache_cpu *c, struct page *page)
{
    c->page = page;
    c->slab_base = (unsigned long)page_address(page);
    c->slab_mask = ~(((unsigned long)PAGE_SIZE << compound_order(page)) - 1);
}

static void clear_cpu_slab(struct kmem_cache_cpu *c)
{
    c->page = NULL;
    c->freelist = NULL;
    c->slab_base = NO_SLAB;
    c->slab_mask = 0;
}

void add_partial(struct kmem_cache_node *n, struct page *page, bool is_tail)
{
    lockdep_assert_held(&n->list_lock);
    n->nr_partial++;
    if (is_tail)
        list_add_tail(&page->lru, &n->partial);
    else
        list_add(&page->lru, &n->partial);
}

void remove_partial(struct kmem_cache_node *n, struct page *page)
{
    lockdep_assert_held(&n->list_lock);
    list_del(&page->lru);
    n->nr_partial--;
}

/* What others have freed of the hart's slab becomes the hart's; without any
 * the slab is full and let go. */
static void *get_freelist(struct kmem_cache_cpu *c)
{
    struct page *page = c->page;
    void *freelist;

    slab_lock(page);
    freelist = page->freelist;
    set_slab_freelist(page, NULL);
    page->inuse = page->objects;
    page->frozen = freelist != NULL;
    slab_unlock(page);
    if (!freelist)
        clear_cpu_slab(c);
    return freelist;
}

/* Slabs that are no longer a hart's go to the node, or back. */
static void unfreeze_partials(struct kmem_cache *s, struct kmem_cache_cpu *c)
{
    struct kmem_cache_node *n = &s->node;
    struct page *page = c->partial, *next, *unused = NULL;
    bool is_used;

    c->partial = NULL;
    if (!page)
        return;
    spin_lock(&n->list_lock);
    for (; page; page = next) {
        next = page->next;
        slab_lock(page);
        page->frozen = 0;
        is_used = page->inuse;
        slab_unlock(page);
        if (is_used || n->nr_partial < s->min_partial) {
            add_partial(n, page, true);
            continue;
        }
        page->next = unused;
        unused = page;
    }
    spin_unlock(&n->list_lock);
    for (; unused; unused = next) {
        next = unused->next;
        discard_slab(s, unused);
    }
}

/* Into the hart's store; the slab is frozen and has free objects. */
static void put_cpu_partial(struct kmem_cache *s, struct page *page,
                            bool may_drain)
{
    struct kmem_cache_cpu *c = this_cpu_slab(s);
    unsigned int pages = 0, objects = 0;

    if (c->partial) {
        pages = c->partial->pages;
        objects = c->partial->pobjects;
        if (may_drain && objects > s->cpu_partial) {
            unfreeze_partials(s, c);
            pages = objects = 0;
        }
    }
    page->pages = (u16)(pages + 1);
    page->pobjects = (u16)(objects + page->objects - page->inuse);
    page->next = c->partial;
    c->partial = page;
    c->stat[CPU_PARTIAL_FREE]++;
}

/* Takes slabs from the node: one to work with, more into the store. */
static bool get_partial(struct kmem_cache *s, struct kmem_cache_cpu *c)
{
    struct kmem_cache_node *n = &s->node;
    struct page *page, *next;
    unsigned int available = 0;

    if (!READ_ONCE(n->nr_partial))
        return false;
    spin_lock(&n->list_lock);
    list_for_each_entry_safe(page, next, &n->partial, lru) {
        remove_partial(n, page);
        slab_lock(page);
        page->frozen = 1;
        slab_unlock(page);
        if (!c->page) {
            set_cpu_slab(c, page);
            c->stat[ALLOC_FROM_PARTIAL]++;
        } else {
            available += (unsigned int)(page->objects - page->inuse);
            put_cpu_partial(s, page, false);
        }
        if (available >= s->cpu_partial / 2)
            break;
    }
    spin_unlock(&n->list_lock);
    return c->page != NULL;
}

/* Interrupts may be on for a while, and the hart another one afterwards. */
static bool grow(struct kmem_cache *s, gfp_t gfp, unsigned long flags)
{
    struct kmem_cache_cpu *c;
    struct page *page;

    local_irq_restore(flags);
    page = new_slab(s, gfp);
    local_irq_save(flags);
    if (!page)
        return false;
    slab_publish(s, page);
    c = this_cpu_slab(s);
    c->stat[ALLOC_SLAB]++;
    if (c->page)
        put_cpu_partial(s, page, true); /* there is one already */
    else
        set_cpu_slab(c, page);
    return true;
}

/* The hart's list is empty: where more objects come from. */
static void *___slab_alloc(struct kmem_cache *s, gfp_t gfp, unsigned long flags)
{
    for (;;) {
        struct kmem_cache_cpu *c = this_cpu_slab(s);
        void *object = c->freelist;

        if (!object && c->page) {
            object = get_freelist(c);
            c->stat[ALLOC_REFILL] += object != NULL;
        }
        if (object) {
            c->freelist = get_freepointer(s, object);
            return object;
        }
        if (c->partial) {
            struct page *page = c->partial;

            c->partial = page->next;
            set_cpu_slab(c, page);
            c->stat[CPU_PARTIAL_ALLOC]++;
            continue;
        }
        if (!get_partial(s, c) && !grow(s, gfp, flags))
            return NULL;
    }
}

static __always_inline void *alloc_slow(struct kmem_cache *s, gfp_t gfp,
                                        unsigned long flags, size_t size,
                                        bool is_kmalloc)
{
    void *object;

    slub_stat(s, ALLOC_SLOWPATH);
    if (kmem_cache_debug(s))
        object = slub_alloc_debug(s, gfp, flags,
                                  (unsigned long)__builtin_return_address(0));
    else
        object = ___slab_alloc(s, gfp, flags);
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
    struct kmem_cache_cpu *c;
    unsigned long flags;
    void *object;

    local_irq_save(flags);
    c = this_cpu_slab(s);
    object = c->freelist;
    if (unlikely(!object))
        return is_kmalloc ? kmalloc_slow(s, gfp, flags, size)
                          : slab_alloc_slow(s, gfp, flags);
    c->freelist = get_freepointer(s, object);
    local_irq_restore(flags);
    host_unpoison(object, s->object_size);
    return slab_post_alloc(s, object, gfp, size, is_kmalloc);
}

static void *slub_alloc(struct kmem_cache *s, gfp_t gfp)
{
    return alloc_object(s, gfp, 0, false);
}

static void *slub_kmalloc(struct kmem_cache *s, gfp_t gfp, size_t size)
{
    return alloc_object(s, gfp, size, true);
}

/* Whether freeing the object changes which list the slab is on; slab_lock is
 * held. A full slab goes to a store if there are any. */
static bool needs_list_lock(const struct kmem_cache *s, const struct page *page)
{
    if (page->frozen)
        return false;
    if (!page->freelist)
        return !s->cpu_partial;
    return page->inuse == 1;
}

/* The slab is not the hart's. */
static void __slab_free(struct kmem_cache *s, struct page *page, void *object)
{
    struct kmem_cache_node *n = &s->node;
    bool is_locked = false, was_full, was_frozen, is_empty;

    slab_lock(page);
    if (needs_list_lock(s, page)) {
        slab_unlock(page);
        spin_lock(&n->list_lock);
        slab_lock(page);
        is_locked = true;
    }
    was_full = !page->freelist;
    was_frozen = page->frozen;
    set_freepointer(s, object, page->freelist);
    slub_hide(s, object);
    set_slab_freelist(page, object);
    page->inuse--;
    is_empty = !page->inuse;
    if (was_full && !was_frozen && !is_locked)
        page->frozen = 1;
    slab_unlock(page);
    if (!is_locked) {
        if (was_full && !was_frozen)
            put_cpu_partial(s, page, true);
        return;
    }
    if (!was_frozen && is_empty && n->nr_partial >= s->min_partial) {
        if (!was_full)
            remove_partial(n, page);
        spin_unlock(&n->list_lock);
        discard_slab(s, page);
        return;
    }
    if (!was_frozen && was_full)
        add_partial(n, page, true);
    spin_unlock(&n->list_lock);
}

static void noinline
slab_free_slow(struct kmem_cache *s, void *object, unsigned long flags)
{
    struct page *page;

    if (!object) {
        local_irq_restore(flags);
        return;
    }
    page = virt_to_head_page(object);
    if (unlikely(!PageSlab(page) || page->slab_cache != s))
        s = slab_wrong_cache(s, object);
    slub_stat(s, FREE_SLOWPATH);
    if (kmem_cache_debug(s))
        slub_free_debug(s, page, object,
                        (unsigned long)__builtin_return_address(0));
    else
        __slab_free(s, page, object);
    local_irq_restore(flags);
}

static void slub_free(struct kmem_cache *s, void *object)
{
    struct kmem_cache_cpu *c;
    unsigned long flags;

    local_irq_save(flags);
    c = this_cpu_slab(s);
    if (unlikely(((unsigned long)object & c->slab_mask) != c->slab_base)) {
        slab_free_slow(s, object, flags);
        return;
    }
    set_freepointer(s, object, c->freelist);
    c->freelist = object;
    slub_hide(s, object);
    local_irq_restore(flags);
}

/* The hart's slab with what is left of its list. */
static void deactivate_slab(struct kmem_cache *s, struct kmem_cache_cpu *c)
{
    struct kmem_cache_node *n = &s->node;
    void *head = c->freelist, *tail = NULL;
    struct page *page = c->page;
    unsigned int count = 0;
    bool has_free, is_unused;

    for (void *o = head; o; o = get_freepointer(s, o)) {
        tail = o;
        count++;
    }
    clear_cpu_slab(c);
    c->stat[CPUSLAB_FLUSH]++;
    spin_lock(&n->list_lock);
    slab_lock(page);
    if (tail) {
        set_freepointer(s, tail, page->freelist);
        set_slab_freelist(page, head);
        page->inuse = (u16)(page->inuse - count);
    }
    page->frozen = 0;
    has_free = page->freelist != NULL;
    is_unused = !page->inuse && n->nr_partial >= s->min_partial;
    slab_unlock(page);
    if (!is_unused && has_free)
        add_partial(n, page, !tail);
    spin_unlock(&n->list_lock);
    if (is_unused)
        discard_slab(s, page);
}

void slub_flush_cpu(void *cache)
{
    struct kmem_cache *s = cache;
    struct kmem_cache_cpu *c = this_cpu_slab(s);

    if (c->page)
        deactivate_slab(s, c);
    unfreeze_partials(s, c);
}

static char *slub_start(const struct page *page)
{
    return page_address(page);
}

static void slub_release(struct kmem_cache *s)
{
    (void)s; /* the harts' part is in the cache itself */
}

static int slub_tune(struct kmem_cache *s, unsigned int limit,
                     unsigned int batchcount, unsigned int shared)
{
    (void)s, (void)limit, (void)batchcount, (void)shared;
    return -EIO; /* there are no arrays */
}

static void slub_late_init(void)
{
}

const struct slab_ops slub_ops = {
    .alloc = slub_alloc,
    .kmalloc = slub_kmalloc,
    .free = slub_free,
    .name = "slub",
    .links_objects = true,
    .start = slub_start,
    .is_free = slub_is_free,
    .create = slub_create,
    .shrink = slub_shrink,
    .release = slub_release,
    .get_info = slub_get_info,
    .tune = slub_tune,
    .late_init = slub_late_init,
    .publish = slub_publish,
    .publish_alias = slub_publish_alias,
    .withdraw = slub_withdraw,
    .check_slab = slub_check_slab,
    .check_cache = slub_check_cache,
};
