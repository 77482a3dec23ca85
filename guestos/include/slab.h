/*
 * The slab allocators: caches of equal objects, and kmalloc on top. Semantics
 * are Linux's. Which allocator is behind it is chosen at boot by slab=.
 */
#ifndef QUIRE_GUESTOS_SLAB_H
#define QUIRE_GUESTOS_SLAB_H

#include "gfp.h"
#include "types.h"

typedef unsigned int slab_flags_t;

// clang-format off
#define SLAB_CONSISTENCY_CHECKS 0x100u  /* debugging: slub_debug=F */
#define SLAB_RED_ZONE        0x400u     /* Z */
#define SLAB_POISON          0x800u     /* P */
#define SLAB_HWCACHE_ALIGN   0x2000u    /* objects start at cache lines */
#define SLAB_CACHE_DMA       0x4000u
#define SLAB_STORE_USER      0x10000u   /* U: who allocated, who freed */
#define SLAB_RECLAIM_ACCOUNT 0x20000u   /* counts as reclaimable */
#define SLAB_PANIC           0x40000u   /* creation must not fail */
#define SLAB_TRACE           0x200000u  /* T: each call is printed */
#define SLAB_NO_MERGE        0x1000000u /* its slabs are its own */
// clang-format on

#define ARCH_KMALLOC_MINALIGN 8
#define KMALLOC_MIN_SIZE 8
#define KMALLOC_MAX_CACHE_SIZE 8192 /* above: whole pages */

/* What kmalloc(0) returns: may be freed, not used. */
#define ZERO_SIZE_PTR ((void *)16)
#define ZERO_OR_NULL_PTR(p) ((unsigned long)(p) <= (unsigned long)ZERO_SIZE_PTR)

struct kmem_cache;

/* First call: before it only pages can be allocated. */
void kmem_cache_init(void);

/*
 * A cache of objects of `size` bytes, aligned to `align` (0: to a pointer).
 * name is kept, not copied. ctor may be NULL; it runs when a slab is made. A
 * cache without one may turn out to be an alias of another of the same size.
 */
struct kmem_cache *kmem_cache_create(const char *name, unsigned int size,
                                     unsigned int align, slab_flags_t flags,
                                     void (*ctor)(void *));
/* The cache must be empty; complains and keeps it otherwise. */
void kmem_cache_destroy(struct kmem_cache *cache);
/* Gives empty slabs back; returns pages freed. */
unsigned long kmem_cache_shrink(struct kmem_cache *cache);
unsigned long kmem_cache_shrink_all(void);

void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp);
static inline void *kmem_cache_zalloc(struct kmem_cache *cache, gfp_t gfp)
{
    return kmem_cache_alloc(cache, gfp | __GFP_ZERO);
}
/* NULL is nothing. */
void kmem_cache_free(struct kmem_cache *cache, void *object);

/* Physically contiguous memory in the direct map; NULL when there is none. */
void *kmalloc(size_t size, gfp_t gfp);
static inline void *kzalloc(size_t size, gfp_t gfp)
{
    return kmalloc(size, gfp | __GFP_ZERO);
}
void *kcalloc(size_t n, size_t size, gfp_t gfp);
/* p with at least `size` bytes, maybe elsewhere; NULL: p is as it was. */
void *krealloc(const void *p, size_t size, gfp_t gfp);
void kfree(const void *p);
/* Bytes that may be used at p. */
size_t ksize(const void *p);
char *kstrdup(const char *s, gfp_t gfp);

/* In every tick of every hart: arrays that are not used are drained. */
void cache_reap(void);

/* Invariants of every cache and slab; panics with what is wrong. Nobody may
 * be allocating. */
void slab_check(void);

#endif
