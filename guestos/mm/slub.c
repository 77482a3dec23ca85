/*
 * The slab allocator, after Linux's SLUB. A slab is a (compound) page cut
 * into objects of one size; the free ones form a list through themselves,
 * headed by page->freelist. A cache keeps the slabs that have both free and
 * used objects, and a few empty ones, on its partial list; full slabs are on
 * no list.
 *
 * A free object holds two words: the next free one and a canary made of its
 * address. A free that finds the canary looks the object up in the freelist:
 * that is a double free; an allocation that does not find it: somebody wrote
 * to freed memory. With a constructor the words lie behind the object, so
 * that what it set up stays.
 *
 * Lock: cache->lock, interrupts off, outside of zone->lock; cache_lock for
 * the list of caches. Counters: NR_SLAB_*_B. Mirrors Linux's new_slab,
 * ___slab_alloc, __slab_free, calculate_order.
 */
#include "slub.h"

#include "internal.h"
#include "kernel.h"
#include "string.h"

#define MIN_PARTIAL 2  /* empty slabs kept */
#define MAX_SLAB_ORDER 3
#define CANARY 0x5ab0b5a1ul

struct free_object {
    struct free_object *next;
    unsigned long canary;
};

LIST_HEAD(slab_caches);
DEFINE_SPINLOCK(cache_lock);
static struct kmem_cache cache_of_caches;

static struct free_object *meta_of(struct kmem_cache *s, void *object)
{
    return (struct free_object *)((char *)object + s->offset);
}

static unsigned long canary_of(const void *object)
{
    return (unsigned long)object ^ CANARY;
}

static void slab_bug(struct kmem_cache *s, const void *object,
                     const char *what)
{
    panic("BUG %s: %s at %p", s->name, what, object);
}

static enum node_stat_item slab_stat(const struct kmem_cache *s)
{
    return s->flags & SLAB_RECLAIM_ACCOUNT ? NR_SLAB_RECLAIMABLE_B
                                           : NR_SLAB_UNRECLAIMABLE_B;
}

static void set_free(struct kmem_cache *s, struct page *page, void *object)
{
    struct free_object *meta = meta_of(s, object);

    meta->next = page->freelist;
    meta->canary = canary_of(object);
    page->freelist = object;
    if (!s->ctor && s->size > sizeof *meta)
        host_poison(meta + 1, s->size - sizeof *meta);
}

static void *take_free(struct kmem_cache *s, struct page *page)
{
    void *object = page->freelist;
    struct free_object *meta = meta_of(s, object);

    if (meta->canary != canary_of(object))
        slab_bug(s, object, "written after it was freed");
    meta->canary = 0;
    page->freelist = meta->next;
    host_unpoison(object, s->size);
    return object;
}

static struct page *alloc_slab_page(struct kmem_cache *s, gfp_t gfp,
                                    unsigned int *order)
{
    struct page *page;

    gfp |= s->gfp | __GFP_COMP;
    gfp &= ~__GFP_ZERO;
    *order = s->order;
    if (s->order > s->min_order) {
        page = alloc_pages((gfp | __GFP_NOWARN | __GFP_NORETRY) &
                               ~__GFP_NOFAIL,
                           s->order);
        if (page)
            return page;
        *order = s->min_order;
    }
    return alloc_pages(gfp, *order);
}

static struct page *new_slab(struct kmem_cache *s, gfp_t gfp)
{
    unsigned int order;
    struct page *page = alloc_slab_page(s, gfp, &order);
    char *start;

    if (!page)
        return NULL;
    start = page_address(page);
    SetPageSlab(page);
    page->slab_cache = s;
    page->freelist = NULL;
    page->inuse = 0;
    page->objects = (u16)(((size_t)PAGE_SIZE << order) / s->size);
    for (unsigned int i = page->objects; i-- > 0;) {
        if (s->ctor)
            s->ctor(start + i * s->size);
        set_free(s, page, start + i * s->size);
    }
    mod_node_page_state(page_pgdat(page), slab_stat(s),
                        (long)PAGE_SIZE << order);
    return page;
}

static void free_slab(struct kmem_cache *s, struct page *page)
{
    unsigned int order = compound_order(page);

    host_unpoison(page_address(page), (size_t)PAGE_SIZE << order);
    mod_node_page_state(page_pgdat(page), slab_stat(s),
                        -((long)PAGE_SIZE << order));
    ClearPageSlab(page);
    page->slab_cache = NULL;
    page->freelist = NULL;
    page->private = 0;
    __free_pages(page, order);
}

/* s->lock is held. */
static void add_partial(struct kmem_cache *s, struct page *page)
{
    if (page->inuse)
        list_add(&page->lru, &s->partial);
    else
        list_add_tail(&page->lru, &s->partial);
    s->nr_partial++;
}

static void del_partial(struct kmem_cache *s, struct page *page)
{
    list_del(&page->lru);
    s->nr_partial--;
}

/* A first object of a slab that is not full, or NULL; s->lock is held. */
static void *alloc_partial(struct kmem_cache *s)
{
    struct page *page;
    void *object;

    if (list_empty(&s->partial))
        return NULL;
    page = list_first_entry(&s->partial, struct page, lru);
    if (!page->inuse)
        s->nr_empty--;
    object = take_free(s, page);
    page->inuse++;
    s->active_objects++;
    if (!page->freelist)
        del_partial(s, page);
    return object;
}

void *kmem_cache_alloc(struct kmem_cache *s, gfp_t gfp)
{
    unsigned long flags;
    void *object;

    spin_lock_irqsave(&s->lock, flags);
    while (!(object = alloc_partial(s))) {
        struct page *page;

        spin_unlock_irqrestore(&s->lock, flags);
        page = new_slab(s, gfp);
        if (!page)
            return NULL;
        spin_lock_irqsave(&s->lock, flags);
        s->nr_slabs++;
        s->nr_empty++;
        s->total_objects += page->objects;
        add_partial(s, page);
    }
    spin_unlock_irqrestore(&s->lock, flags);
    if (gfp & __GFP_ZERO)
        memset(object, 0, s->object_size);
    return object;
}

/* The canary is there: freed twice, unless it is the user's own data. */
static void check_double_free(struct kmem_cache *s, struct page *page,
                              void *object)
{
    for (void *o = page->freelist; o; o = meta_of(s, o)->next)
        if (o == object)
            slab_bug(s, object, "object freed twice");
}

static void check_free(struct kmem_cache *s, struct page *page, void *object)
{
    size_t offset = (size_t)((char *)object - (char *)page_address(page));

    if (!PageSlab(page) || page->slab_cache != s)
        slab_bug(s, object, "freed to a cache that it is not of");
    if (offset % s->size || offset / s->size >= page->objects)
        slab_bug(s, object, "freed by a pointer into its middle");
    if (meta_of(s, object)->canary == canary_of(object))
        check_double_free(s, page, object);
}

void kmem_cache_free(struct kmem_cache *s, void *object)
{
    struct page *page, *unused = NULL;
    unsigned long flags;

    if (!object)
        return;
    page = compound_head(virt_to_page(object));
    spin_lock_irqsave(&s->lock, flags);
    check_free(s, page, object);
    if (!page->freelist) {
        set_free(s, page, object);
        page->inuse--;
        add_partial(s, page);
    } else {
        set_free(s, page, object);
        page->inuse--;
    }
    s->active_objects--;
    if (!page->inuse) {
        if (s->nr_empty >= MIN_PARTIAL) {
            del_partial(s, page);
            s->nr_slabs--;
            s->total_objects -= page->objects;
            unused = page;
        } else {
            list_move_tail(&page->lru, &s->partial);
            s->nr_empty++;
        }
    }
    spin_unlock_irqrestore(&s->lock, flags);
    if (unused)
        free_slab(s, unused);
}

unsigned long kmem_cache_shrink(struct kmem_cache *s)
{
    LIST_HEAD(empty);
    struct page *page, *next;
    unsigned long flags, freed = 0;

    spin_lock_irqsave(&s->lock, flags);
    list_for_each_entry_safe(page, next, &s->partial, lru) {
        if (page->inuse)
            continue;
        del_partial(s, page);
        list_add(&page->lru, &empty);
        s->nr_empty--;
        s->nr_slabs--;
        s->total_objects -= page->objects;
    }
    spin_unlock_irqrestore(&s->lock, flags);
    list_for_each_entry_safe(page, next, &empty, lru) {
        freed += 1ul << compound_order(page);
        list_del(&page->lru);
        free_slab(s, page);
    }
    return freed;
}

/* The smallest order that wastes at most an eighth and holds some objects. */
static void calculate_order(struct kmem_cache *s)
{
    unsigned int order = 0;

    while (((size_t)PAGE_SIZE << order) < s->size)
        order++;
    s->min_order = order;
    for (; order < MAX_SLAB_ORDER; order++) {
        size_t bytes = (size_t)PAGE_SIZE << order;

        if (bytes / s->size >= 4 && bytes % s->size <= bytes / 8)
            break;
    }
    s->order = max(order, s->min_order);
}

static void init_cache(struct kmem_cache *s, const char *name,
                       unsigned int size, unsigned int align,
                       unsigned int flags, void (*ctor)(void *))
{
    unsigned int words = sizeof(struct free_object);

    if (flags & SLAB_HWCACHE_ALIGN)
        align = max(align, 64u);
    align = max(align, (unsigned int)sizeof(void *));
    memset(s, 0, sizeof *s);
    s->name = name;
    s->object_size = size;
    s->offset = ctor ? (unsigned int)ALIGN(size, sizeof(void *)) : 0;
    s->size = ALIGN(ctor ? s->offset + words : max(size, words), align);
    s->flags = flags;
    s->gfp = flags & SLAB_CACHE_DMA ? __GFP_DMA : 0;
    s->ctor = ctor;
    spin_lock_init(&s->lock);
    INIT_LIST_HEAD(&s->partial);
    calculate_order(s);
    spin_lock(&cache_lock);
    list_add_tail(&s->list, &slab_caches);
    spin_unlock(&cache_lock);
}

struct kmem_cache *kmem_cache_create(const char *name, unsigned int size,
                                     unsigned int align, unsigned int flags,
                                     void (*ctor)(void *))
{
    struct kmem_cache *s = kmem_cache_alloc(&cache_of_caches, GFP_KERNEL);

    if (!s) {
        if (flags & SLAB_PANIC)
            panic("kmem_cache_create: no memory for %s", name);
        return NULL;
    }
    init_cache(s, name, size, align, flags, ctor);
    return s;
}

void kmem_cache_destroy(struct kmem_cache *s)
{
    if (!s)
        return;
    kmem_cache_shrink(s);
    if (s->nr_slabs) {
        pr_err("kmem_cache_destroy %s: %lu objects remain\n", s->name,
               s->active_objects);
        return;
    }
    spin_lock(&cache_lock);
    list_del(&s->list);
    spin_unlock(&cache_lock);
    kmem_cache_free(&cache_of_caches, s);
}

void slub_init(void)
{
    init_cache(&cache_of_caches, "kmem_cache", sizeof(struct kmem_cache), 0,
               SLAB_HWCACHE_ALIGN, NULL);
}

static void check_slab(struct kmem_cache *s, struct page *page)
{
    unsigned int free = 0;

    for (void *o = page->freelist; o; o = meta_of(s, o)->next) {
        if (meta_of(s, o)->canary != canary_of(o))
            slab_bug(s, o, "free object without its canary");
        if (++free > page->objects)
            slab_bug(s, o, "the freelist runs in a circle");
    }
    if (free + page->inuse != page->objects || !free)
        slab_bug(s, page_address(page), "wrong count of used objects");
}

void slab_check(void)
{
    struct kmem_cache *s;

    list_for_each_entry(s, &slab_caches, list) {
        unsigned long partial = 0, empty = 0, flags;
        struct page *page;

        spin_lock_irqsave(&s->lock, flags);
        list_for_each_entry(page, &s->partial, lru) {
            check_slab(s, page);
            partial++;
            empty += !page->inuse;
        }
        if (partial != s->nr_partial || empty != s->nr_empty)
            slab_bug(s, s, "wrong count of partial slabs");
        spin_unlock_irqrestore(&s->lock, flags);
    }
}
