/*
 * The slab allocator: caches of equal objects, and kmalloc on top. Semantics
 * are Linux's; there is one allocator, after its SLUB.
 */
#ifndef QUIRE_GUESTOS_SLAB_H
#define QUIRE_GUESTOS_SLAB_H

#include "gfp.h"
#include "types.h"

#define SLAB_HWCACHE_ALIGN  0x2000u /* objects start at cache lines */
#define SLAB_CACHE_DMA      0x4000u
#define SLAB_RECLAIM_ACCOUNT 0x20000u /* counts as reclaimable */
#define SLAB_PANIC          0x40000u /* creation must not fail */

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
 * name is kept, not copied. ctor may be NULL; it runs when a slab is made.
 */
struct kmem_cache *kmem_cache_create(const char *name, unsigned int size,
                                     unsigned int align, unsigned int flags,
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
/* A second free of the same object is detected and reported. */
void kmem_cache_free(struct kmem_cache *cache, void *object);

/* Physically contiguous memory in the direct map; NULL when there is none. */
void *kmalloc(size_t size, gfp_t gfp);
static inline void *kzalloc(size_t size, gfp_t gfp)
{
    return kmalloc(size, gfp | __GFP_ZERO);
}
void *kcalloc(size_t n, size_t size, gfp_t gfp);
void kfree(const void *p);
/* Bytes that may be used at p. */
size_t ksize(const void *p);
char *kstrdup(const char *s, gfp_t gfp);

/* Invariants of every cache; panics with what is wrong. */
void slab_check(void);

#endif
