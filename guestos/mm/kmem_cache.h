/*
 * A slab cache from the inside: what slab_common.c and the allocators behind
 * it (slub.c, slab.c) share. The allocator is chosen at boot by slab=; the
 * fields of both stand here side by side.
 *
 * Lock order: cache_lock > node.list_lock > slab_lock(page); all of it outside
 * of zone->lock. What belongs to one hart is used with interrupts off.
 */
#ifndef QUIRE_GUESTOS_MM_KMEM_CACHE_H
#define QUIRE_GUESTOS_MM_KMEM_CACHE_H

#include "slab.h"

#include "list.h"
#include "mm.h"
#include "percpu.h"
#include "sched.h"
#include "smp.h"
#include "spinlock.h"
#include "string.h"
#include "trace.h"

/* Two harts share no line of it. (On the host heads of lists stand for caches,
 * which then would have to be aligned as well.) */
#if __STDC_HOSTED__
#define ____cacheline_aligned
#else
#define ____cacheline_aligned __attribute__((aligned(64)))
#endif

/* Counters of a hart, with the names of Linux's files in /sys. */
enum slub_stat_item {
    ALLOC_SLOWPATH,
    FREE_SLOWPATH,
    ALLOC_FROM_PARTIAL,
    ALLOC_SLAB,
    ALLOC_REFILL,
    FREE_SLAB,
    CPUSLAB_FLUSH,
    ORDER_FALLBACK,
    CPU_PARTIAL_ALLOC,
    CPU_PARTIAL_FREE,
    NR_SLUB_STAT_ITEMS,
};

/*
 * SLUB, a hart: its slab, whose objects it hands out and takes back without a
 * lock, and more slabs in store. An object lies in the slab if its address
 * masked is the base; no address is NO_SLAB.
 */
#define NO_SLAB 1ul
struct kmem_cache_cpu {
    void *freelist;
    unsigned long slab_base;
    unsigned long slab_mask;
    struct page *page;    /* frozen, or NULL */
    struct page *partial; /* frozen too, linked by page->next */
    unsigned int stat[NR_SLUB_STAT_ITEMS];
} ____cacheline_aligned;

/* SLAB, a hart (or all of them, shared): hot objects, the last freed on top. */
struct array_cache {
    unsigned int avail;
    unsigned int limit;
    unsigned int batchcount;
    unsigned int touched; /* since the last look of the reaper */
    void *entry[];
};

/* The slabs of a cache; there is one node. */
struct kmem_cache_node {
    struct spinlock list_lock; /* guards the lists; interrupts off */
    unsigned long nr_slabs;    /* these two by atomic additions */
    unsigned long total_objects;
    unsigned long nr_partial;
    struct list_head partial;
    struct list_head full; /* SLUB: only where debugging wants it */
    /* SLAB */
    struct list_head free;
    unsigned long free_slabs;
    unsigned long free_objects; /* in the slabs, not in array caches */
    unsigned int free_limit;    /* more than these are given back */
    unsigned int colour_next;
    unsigned int free_touched;
    unsigned long next_reap; /* in jiffies */
    struct array_cache *shared;
};

struct kmem_cache {
    /* What the fast paths read comes first. */
    unsigned int offset;      /* SLUB: of the link in a free object */
    unsigned int object_size; /* as asked for, without what is added */
    unsigned int size;        /* from object to object */
    unsigned int align;
    slab_flags_t flags;
    unsigned int inuse;        /* from its start to the end of what is used */
    unsigned int red_left_pad; /* red zone before the object */
    gfp_t gfp;
    void (*ctor)(void *object);
    const char *name;
    int refcount;          /* names; 0: boot's, not to be merged or freed */
    struct list_head list; /* slab_caches */
    struct kmem_cache_node node;

    /* SLUB */
    unsigned int order, objects; /* of a slab */
    unsigned int min_order;      /* when memory is short */
    unsigned int cpu_partial;    /* free objects that a hart may store */
    unsigned int min_partial;    /* slabs kept in the node though empty */

    /* SLAB */
    unsigned int num; /* objects of a slab; its order is in `order` */
    unsigned int colour, colour_off;
    unsigned int freelist_size;        /* bytes of indices, a slab */
    struct kmem_cache *freelist_cache; /* where they are, NULL: in the slab */
    unsigned int limit, batchcount, shared;
    unsigned int list_lock_taken; /* by allocations and frees; under it */

    unsigned long seen_slabs, seen_objects, seen_listed; /* by slab_check */

    union { /* as many as harts are possible */
        struct kmem_cache_cpu cpu_slab[NR_CPUS];
        struct array_cache *cpu_cache[NR_CPUS];
    };
};

/* A line of /proc/slabinfo. */
struct slabinfo {
    unsigned long active_objs, num_objs, active_slabs, num_slabs;
    unsigned long shared_avail;
    unsigned int limit, batchcount, shared;
    unsigned int objects_per_slab, cache_order;
};

/* An allocator. Objects, caches and kmalloc are the common code's matter. */
struct slab_ops {
    void *(*alloc)(struct kmem_cache *s, gfp_t gfp);
    /* The same, for so many bytes of a size class. */
    void *(*kmalloc)(struct kmem_cache *s, gfp_t gfp, size_t size);
    void (*free)(struct kmem_cache *s, void *object);
    const char *name;
    bool links_objects; /* a free object holds a link */
    /* The first object of a slab, with its red zone. */
    char *(*start)(const struct page *page);
    /* Whether an object lies in its slab, free; list_lock is held. */
    bool (*is_free)(struct kmem_cache *s, struct page *page,
                    const void *object);
    /* Lays out the cache, whose sizes are known; 0 or -errno. */
    int (*create)(struct kmem_cache *s);
    /* Gives back all slabs that can be; how many pages. */
    unsigned long (*shrink)(struct kmem_cache *s);
    /* Gives back what create took; the cache has no slabs. */
    void (*release)(struct kmem_cache *s);
    void (*get_info)(struct kmem_cache *s, struct slabinfo *info);
    int (*tune)(struct kmem_cache *s, unsigned int limit,
                unsigned int batchcount, unsigned int shared);
    /* In every tick of every hart; NULL: nothing to do. */
    void (*tick)(void);
    /* kmalloc works: what had to wait for it. */
    void (*late_init)(void);
    /* /sys: a cache, one more name for it, a cache that goes. NULL: not shown. */
    void (*publish)(struct kmem_cache *s);
    void (*publish_alias)(struct kmem_cache *s, const char *name);
    void (*withdraw)(struct kmem_cache *s);
    /* Invariants; panics. A slab: */
    void (*check_slab)(struct kmem_cache *s, struct page *page);
    /* ... and the cache, whose slabs were just counted. */
    void (*check_cache)(struct kmem_cache *s, unsigned long slabs);
};

extern struct slab_ops slab_ops;
extern const struct slab_ops slub_ops, slab_slab_ops;
int slab_setup(const char *name); /* slab=, before kmem_cache_init */
void create_kmalloc_caches(void);
/* The cache for such a kmalloc; at boot NULL where it is not there yet. */
struct kmem_cache *kmalloc_slab(size_t size, gfp_t gfp);

extern struct list_head slab_caches;
extern struct spinlock cache_lock; /* guards slab_caches and refcounts */

/* Flags of our own. */
#define __OBJECT_POISON 0x80000000u /* the object itself is poisoned */
#define SLAB_DEBUG_DEFAULT                                                     \
    (SLAB_CONSISTENCY_CHECKS | SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER)
#define SLAB_DEBUG_FLAGS (SLAB_DEBUG_DEFAULT | SLAB_TRACE)

static inline unsigned int slab_objects(const struct kmem_cache *s,
                                        const struct page *page)
{
    return slab_ops.links_objects ? page->objects : s->num;
}

static inline bool kmem_cache_debug(const struct kmem_cache *s)
{
    return s->flags & SLAB_DEBUG_FLAGS;
}

/* Whether other caches may become one with it. */
bool slab_is_mergeable(const struct kmem_cache *s);

static inline struct page *virt_to_head_page(const void *object)
{
    return compound_head(virt_to_page(object));
}

/* What both allocators do with an object, or NULL, for the caller. */
static __always_inline void *slab_post_alloc(struct kmem_cache *s,
                                             void *object, gfp_t gfp,
                                             size_t size, bool is_kmalloc)
{
    (void)size; /* hosted builds have no tracepoints */
    if (is_kmalloc)
        TRACE(kmem, kmalloc, object, s, size, gfp);
    else
        TRACE(kmem, kmem_cache_alloc, s, object, gfp);
    if (unlikely(gfp & __GFP_ZERO && object))
        return memset(object, 0, s->object_size);
    return object;
}

/* Called with interrupts off. */
static inline unsigned int slab_cpu(void)
{
    lockdep_assert_irqs_disabled();
    return (unsigned int)smp_processor_id();
}

/* Pages for a slab, with page->slab_cache; and back. */
struct page *slab_alloc_pages(struct kmem_cache *s, gfp_t gfp,
                              unsigned int order);
void slab_free_pages(struct kmem_cache *s, struct page *page);
/* In between: it is whole and comes where it belongs, or leaves that place;
 * interrupts are off for both, so that slab_check sees no slab half-made. */
void slab_publish(struct kmem_cache *s, struct page *page);
void slab_unpublish(struct kmem_cache *s, struct page *page);
/* A pointer that is not of this cache: says so, returns the right one. */
struct kmem_cache *slab_wrong_cache(struct kmem_cache *s, const void *object);
void __attribute__((noreturn, format(printf, 3, 4)))
slab_panic(const struct kmem_cache *s, const void *object, const char *what,
           ...);

#endif
