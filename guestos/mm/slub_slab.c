/*
 * Slabs of SLUB: how large they are, how they are made and given back.
 * Counters: NR_SLAB_*_B, by slab_common.c. Mirrors Linux's calculate_order,
 * set_min_partial, set_cpu_partial, allocate_slab, free_slab.
 */
#include "bitops.h"
#include "init.h"
#include "internal.h"
#include "kernel.h"
#include "slab_debug.h"
#include "slub.h"
#include "string.h"

#define MIN_PARTIAL 5u
#define MAX_PARTIAL 10u
#define MAX_OBJECTS 32767u /* that page->objects can count */

/* Parameters of the same names. */
static unsigned int slub_min_order, slub_max_order = PAGE_ALLOC_COSTLY_ORDER;
static unsigned int slub_min_objects; /* 0: by the number of harts */

static int set_number(unsigned int *to, const char *value, unsigned int most)
{
    const char *end;
    unsigned long n = simple_strtoul(value, &end, 10);

    if (end == value || *end || n > most)
        return -EINVAL;
    *to = (unsigned int)n;
    return 0;
}

static int slub_min_order_setup(const char *value)
{
    return set_number(&slub_min_order, value, MAX_ORDER - 1);
}
early_param("slub_min_order", slub_min_order_setup);

static int slub_max_order_setup(const char *value)
{
    return set_number(&slub_max_order, value, MAX_ORDER - 1);
}
early_param("slub_max_order", slub_max_order_setup);

static int slub_min_objects_setup(const char *value)
{
    return set_number(&slub_min_objects, value, 4096);
}
early_param("slub_min_objects", slub_min_objects_setup);

static unsigned int order_objects(unsigned int order, unsigned int size)
{
    return (unsigned int)(((size_t)PAGE_SIZE << order) / size);
}

static unsigned int order_for(size_t bytes)
{
    unsigned int order = 0;

    while (((size_t)PAGE_SIZE << order) < bytes)
        order++;
    return order;
}

/* The smallest order that holds so many and wastes at most 1/fraction. */
static unsigned int slab_order(unsigned int size, unsigned int min_objects,
                               unsigned int max_order, unsigned int fraction)
{
    unsigned int order =
        max(slub_min_order, order_for((size_t)min_objects * size));

    if (order_objects(slub_min_order, size) > MAX_OBJECTS)
        return order_for((size_t)size * MAX_OBJECTS) - 1;
    while (order <= max_order) {
        size_t bytes = (size_t)PAGE_SIZE << order;

        if (bytes % size <= bytes / fraction)
            break;
        order++;
    }
    return order;
}

static unsigned int calculate_order(unsigned int size)
{
    unsigned int objects = slub_min_objects, order;

    if (!objects)
        objects = 4 * (fls((unsigned long)num_possible_cpus()) + 1);
    /* First less waste is given up, then objects. */
    for (objects = min(objects, order_objects(slub_max_order, size));
         objects > 1; objects--) {
        for (unsigned int fraction = 16; fraction >= 4; fraction /= 2) {
            order = slab_order(size, objects, slub_max_order, fraction);
            if (order <= slub_max_order)
                return order;
        }
    }
    order = slab_order(size, 1, slub_max_order, 1);
    return order <= slub_max_order ? order
                                   : slab_order(size, 1, MAX_ORDER - 1, 1);
}

/* How much a hart may store: about as much work as it takes to get it. */
static unsigned int default_cpu_partial(const struct kmem_cache *s)
{
    if (kmem_cache_debug(s))
        return 0;
    return s->size >= PAGE_SIZE ? 2
           : s->size >= 1024    ? 6
           : s->size >= 256     ? 13
                                : 30;
}

int slub_create(struct kmem_cache *s)
{
    unsigned int cpu;

    s->order = calculate_order(s->size);
    if (s->order >= MAX_ORDER || order_objects(s->order, s->size) > MAX_OBJECTS)
        return -EINVAL;
    s->objects = order_objects(s->order, s->size);
    s->min_order = order_for(s->size);
    if (s->order)
        s->gfp |= __GFP_COMP;
    s->min_partial = clamp(ilog2(s->size) / 2, MIN_PARTIAL, MAX_PARTIAL);
    s->cpu_partial = default_cpu_partial(s);
    for_each_possible_cpu(cpu) {
        memset(&s->cpu_slab[cpu], 0, sizeof s->cpu_slab[cpu]);
        s->cpu_slab[cpu].slab_base = NO_SLAB;
    }
    return 0;
}

/* With interrupts on: the hart may be another one a moment later, which only
 * shifts the count. */
static void count_atomically(struct kmem_cache *s, enum slub_stat_item item)
{
    __atomic_fetch_add(&s->cpu_slab[smp_processor_id()].stat[item], 1,
                       __ATOMIC_RELAXED);
}

/* Rather a smaller slab than one for which others lose their pages. */
static struct page *allocate_slab_pages(struct kmem_cache *s, gfp_t gfp)
{
    gfp_t modest = (gfp | __GFP_NOWARN | __GFP_NORETRY | __GFP_NOMEMALLOC) &
                   ~(__GFP_NOFAIL | __GFP_DIRECT_RECLAIM);
    struct page *page;

    if (s->order > s->min_order) {
        page = slab_alloc_pages(s, modest, s->order);
        if (page)
            return page;
        count_atomically(s, ORDER_FALLBACK);
    }
    return slab_alloc_pages(s, gfp, s->min_order);
}

/* All objects are free, nobody knows the slab yet; it is the caller's hart's
 * (frozen) unless the cache is debugged. */
struct page *new_slab(struct kmem_cache *s, gfp_t gfp)
{
    struct page *page = allocate_slab_pages(s, gfp);
    void *next = NULL;

    if (!page)
        return NULL;
    page->objects =
        (u16)(order_objects(compound_order(page), s->size) & MAX_OBJECTS);
    page->inuse = 0;
    page->frozen = !kmem_cache_debug(s);
    if (kmem_cache_debug(s))
        slab_debug_init(s, page);
    for (unsigned int i = page->objects; i-- > 0;) {
        char *object =
            (char *)page_address(page) + i * s->size + s->red_left_pad;

        if (s->ctor)
            s->ctor(object);
        set_freepointer(s, object, next);
        slub_hide(s, object);
        next = object;
    }
    page->freelist = next;
    return page;
}

void discard_slab(struct kmem_cache *s, struct page *page)
{
    slab_unpublish(s, page);
    free_slab(s, page);
}

void free_slab(struct kmem_cache *s, struct page *page)
{
    count_atomically(s, FREE_SLAB);
    slab_free_pages(s, page);
}
