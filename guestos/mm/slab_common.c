/*
 * What all slab allocators share: which one is used, the caches and their
 * aliases, the pages of slabs. Owns slab_caches (cache_lock). Counters:
 * NR_SLAB_*_B. Mirrors Linux's kmem_cache_create, kmem_cache_destroy,
 * find_mergeable, calculate_alignment.
 */
#include "fault-inject.h"
#include "init.h"
#include "internal.h"
#include "kernel.h"
#include "kmem_cache.h"
#include "slab_debug.h"
#include "string.h"

#define CACHE_LINE 64u

/* What the flags of two caches must have in common to be one. */
#define SLAB_MERGE_SAME (SLAB_RECLAIM_ACCOUNT | SLAB_CACHE_DMA)
#define SLAB_NEVER_MERGE (SLAB_DEBUG_FLAGS | SLAB_TRACE | SLAB_NO_MERGE)

struct slab_ops slab_ops; /* written at boot */
LIST_HEAD(slab_caches);
DEFINE_SPINLOCK(cache_lock);
static struct kmem_cache cache_of_caches;
static const struct slab_ops *chosen = &slub_ops; /* by slab= */
static bool is_merging_off;

static const struct slab_ops *const allocators[] = {&slub_ops, &slab_slab_ops};

int slab_setup(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(allocators); i++) {
        if (strcmp(allocators[i]->name, name) == 0) {
            chosen = allocators[i];
            return 0;
        }
    }
    return -EINVAL;
}
early_param("slab", slab_setup);

static int slab_nomerge_setup(const char *value)
{
    (void)value;
    is_merging_off = true;
    return 0;
}
early_param("slab_nomerge", slab_nomerge_setup);

void *kmem_cache_alloc(struct kmem_cache *s, gfp_t gfp)
{
    if (should_failslab(gfp))
        return NULL;
    return slab_ops.alloc(s, gfp);
}

void kmem_cache_free(struct kmem_cache *s, void *object)
{
    TRACE(kmem, kmem_cache_free, s, object);
    slab_ops.free(s, object);
}

void cache_reap(void)
{
    if (slab_ops.tick)
        slab_ops.tick();
}

void slab_panic(const struct kmem_cache *s, const void *object,
                const char *what, ...)
{
    char text[80];
    va_list args;

    va_start(args, what);
    vsnprintf(text, sizeof text, what, args);
    va_end(args);
    panic("slab: %s, %p: %s", s->name, object, text);
}

static enum node_stat_item slab_stat(const struct kmem_cache *s)
{
    return s->flags & SLAB_RECLAIM_ACCOUNT ? NR_SLAB_RECLAIMABLE_B
                                           : NR_SLAB_UNRECLAIMABLE_B;
}

struct page *slab_alloc_pages(struct kmem_cache *s, gfp_t gfp,
                              unsigned int order)
{
    struct page *page =
        alloc_pages((gfp & GFP_RECLAIM_MASK) | __GFP_COMP | s->gfp, order);

    if (!page)
        return NULL;
    page->slab_cache = s;
    mod_node_page_state(page_pgdat(page), slab_stat(s),
                        (long)PAGE_SIZE << order);
    return page;
}

void slab_publish(struct kmem_cache *s, struct page *page)
{
    lockdep_assert_irqs_disabled();
    SetPageSlab(page);
    __atomic_fetch_add(&s->node.nr_slabs, 1, __ATOMIC_RELAXED);
    __atomic_fetch_add(&s->node.total_objects, slab_objects(s, page),
                       __ATOMIC_RELAXED);
}

void slab_unpublish(struct kmem_cache *s, struct page *page)
{
    lockdep_assert_irqs_disabled();
    ClearPageSlab(page);
    __atomic_fetch_sub(&s->node.nr_slabs, 1, __ATOMIC_RELAXED);
    __atomic_fetch_sub(&s->node.total_objects, slab_objects(s, page),
                       __ATOMIC_RELAXED);
}

void slab_free_pages(struct kmem_cache *s, struct page *page)
{
    unsigned int order = compound_order(page);

    host_unpoison(page_address(page), (size_t)PAGE_SIZE << order);
    mod_node_page_state(page_pgdat(page), slab_stat(s),
                        -((long)PAGE_SIZE << order));
    if (current->reclaim_state)
        current->reclaim_state->reclaimed_slab += 1ul << order;
    page->slab_cache = NULL;
    page->freelist = NULL;
    page->private = 0;
    __free_pages(page, order);
}

struct kmem_cache *slab_wrong_cache(struct kmem_cache *s, const void *object)
{
    struct page *page = virt_to_head_page(object);

    if (!PageSlab(page))
        slab_panic(s, object, "freed, but not an object of any cache");
    pr_err("kmem_cache_free: Wrong slab cache. %s but object is from %s\n",
           s->name, page->slab_cache->name);
    WARN_ON(page->slab_cache != s);
    return page->slab_cache;
}

/* A small object is not spread over two lines, a large one starts one. */
static unsigned int calculate_alignment(slab_flags_t flags, unsigned int align,
                                        unsigned int size)
{
    if (flags & SLAB_HWCACHE_ALIGN) {
        unsigned int line = CACHE_LINE;

        while (size <= line / 2)
            line /= 2;
        align = max(align, line);
    }
    return max(align, (unsigned int)sizeof(void *));
}

/* From the object as asked for to all that is around it; see slab_debug.c. */
static void calculate_sizes(struct kmem_cache *s)
{
    unsigned int word = sizeof(void *), size = ALIGN(s->object_size, word);
    bool is_covered = (s->flags & SLAB_POISON) || s->ctor;

    if ((s->flags & SLAB_POISON) && !s->ctor)
        s->flags |= __OBJECT_POISON;
    if ((s->flags & SLAB_RED_ZONE) && size == s->object_size)
        size += word; /* an overrun by one is seen too */
    s->inuse = size;
    s->offset = ALIGN_DOWN(s->object_size / 2, word);
    if (slab_ops.links_objects &&
        (is_covered || (s->flags & SLAB_RED_ZONE && s->object_size < word))) {
        s->offset = size; /* the object keeps what is in it */
        size += word;
    }
    if (s->flags & SLAB_STORE_USER)
        size += 2 * (unsigned int)sizeof(struct track);
    if (s->flags & SLAB_RED_ZONE) {
        s->red_left_pad = ALIGN(word, s->align);
        size += word + s->red_left_pad;
    }
    s->size = ALIGN(size, s->align);
}

static unsigned int pages_order(size_t bytes)
{
    unsigned int order = 0;

    while (((size_t)PAGE_SIZE << order) < bytes)
        order++;
    return order;
}

static int init_cache(struct kmem_cache *s, const char *name, unsigned int size,
                      unsigned int align, slab_flags_t flags,
                      void (*ctor)(void *))
{
    int error;

    memset(s, 0, cache_of_caches.object_size);
    s->name = name;
    s->refcount = 1;
    s->object_size = size;
    s->flags = flags;
    s->align = calculate_alignment(flags, align, size);
    s->ctor = ctor;
    if (flags & SLAB_CACHE_DMA)
        s->gfp |= __GFP_DMA;
    if (flags & SLAB_RECLAIM_ACCOUNT)
        s->gfp |= __GFP_RECLAIMABLE;
    spin_lock_init(&s->node.list_lock);
    INIT_LIST_HEAD(&s->node.partial);
    INIT_LIST_HEAD(&s->node.full);
    INIT_LIST_HEAD(&s->node.free);
    calculate_sizes(s);
    if (slab_debug_keeps_order() &&
        pages_order(s->size) > pages_order(s->object_size)) {
        s->flags &= ~(SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER |
                      __OBJECT_POISON);
        s->red_left_pad = 0;
        calculate_sizes(s);
    }
    error = slab_ops.create(s);
    if (error)
        return error;
    spin_lock(&cache_lock);
    list_add_tail(&s->list, &slab_caches);
    spin_unlock(&cache_lock);
    if (slab_ops.publish)
        slab_ops.publish(s);
    return 0;
}

bool slab_is_mergeable(const struct kmem_cache *s)
{
    return !is_merging_off && s->refcount > 0 && !s->ctor &&
           !(s->flags & SLAB_NEVER_MERGE);
}

/* cache_lock is held. */
static struct kmem_cache *find_mergeable(unsigned int size, unsigned int align,
                                         slab_flags_t flags)
{
    unsigned int fitting =
        ALIGN(ALIGN(size, (unsigned int)sizeof(void *)), align);
    struct kmem_cache *s;

    lockdep_assert_held(&cache_lock);
    if (is_merging_off || flags & SLAB_NEVER_MERGE)
        return NULL;
    list_for_each_entry_reverse(s, &slab_caches, list) {
        if (!slab_is_mergeable(s))
            continue;
        if (((flags ^ s->flags) & SLAB_MERGE_SAME) || s->size % align ||
            (!slab_ops.links_objects && s->align % align))
            continue;
        if (s->size >= fitting && s->size - fitting < sizeof(void *))
            return s;
    }
    return NULL;
}

/* A cache that is there already, which gets one more name; or NULL. */
static struct kmem_cache *kmem_cache_alias(const char *name, unsigned int size,
                                           unsigned int align,
                                           slab_flags_t flags)
{
    struct kmem_cache *s;

    align = calculate_alignment(flags, align, size);
    spin_lock(&cache_lock);
    s = find_mergeable(size, align, flags);
    if (s) {
        s->refcount++;
        /* Clearing an object clears the larger one. */
        s->object_size = max(s->object_size, size);
        s->inuse = max(s->inuse, ALIGN(size, (unsigned int)sizeof(void *)));
    }
    spin_unlock(&cache_lock);
    if (s && slab_ops.publish_alias)
        slab_ops.publish_alias(s, name);
    return s;
}

struct kmem_cache *kmem_cache_create(const char *name, unsigned int size,
                                     unsigned int align, slab_flags_t flags,
                                     void (*ctor)(void *))
{
    struct kmem_cache *s = NULL;

    flags = slab_debug_flags(name, flags);
    if (!ctor)
        s = kmem_cache_alias(name, size, align, flags);
    if (s)
        return s;
    s = kmem_cache_alloc(&cache_of_caches, GFP_KERNEL);
    if (s && init_cache(s, name, size, align, flags, ctor) == 0)
        return s;
    if (s)
        kmem_cache_free(&cache_of_caches, s);
    if (flags & SLAB_PANIC)
        panic("kmem_cache_create: no memory for %s", name);
    return NULL;
}

void kmem_cache_destroy(struct kmem_cache *s)
{
    bool is_last;

    if (!s)
        return;
    spin_lock(&cache_lock);
    is_last = --s->refcount == 0;
    spin_unlock(&cache_lock);
    if (!is_last)
        return;
    slab_ops.shrink(s);
    if (__atomic_load_n(&s->node.nr_slabs, __ATOMIC_RELAXED)) {
        pr_err("kmem_cache_destroy %s: Slab cache still has objects\n",
               s->name);
        return;
    }
    spin_lock(&cache_lock);
    list_del(&s->list);
    spin_unlock(&cache_lock);
    if (slab_ops.withdraw)
        slab_ops.withdraw(s);
    slab_ops.release(s);
    kmem_cache_free(&cache_of_caches, s);
}

unsigned long kmem_cache_shrink(struct kmem_cache *s)
{
    return slab_ops.shrink(s);
}

unsigned long kmem_cache_shrink_all(void)
{
    struct kmem_cache *s;
    unsigned long freed = 0;

    spin_lock(&cache_lock);
    /* What slabs of large objects have in caches of small ones comes back
     * first: those were made before. */
    list_for_each_entry_reverse(s, &slab_caches, list)
        freed += slab_ops.shrink(s);
    spin_unlock(&cache_lock);
    return freed;
}

void kmem_cache_init(void)
{
    unsigned int cpus = (unsigned int)num_possible_cpus();

    slab_ops = *chosen;
    cache_of_caches.object_size = sizeof cache_of_caches;
    init_cache(&cache_of_caches, "kmem_cache",
               (unsigned int)offsetof(struct kmem_cache, cpu_slab) +
                   cpus * (slab_ops.links_objects
                               ? sizeof(struct kmem_cache_cpu)
                               : sizeof(struct array_cache *)),
               0, slab_debug_flags("kmem_cache", SLAB_HWCACHE_ALIGN), NULL);
    cache_of_caches.refcount = -1;
    create_kmalloc_caches();
    slab_ops.late_init();
}
