/*
 * SLAB from the inside: between slab.c, slab_lists.c and slab_tune.c.
 */
#ifndef QUIRE_GUESTOS_MM_SLAB_ARRAY_H
#define QUIRE_GUESTOS_MM_SLAB_ARRAY_H

#include "internal.h"
#include "kmem_cache.h"
#include "page-flags.h"

typedef u16 freelist_idx_t;
#define SLAB_OBJ_MAX_NUM 4096u

/* For the host's sanitizer: a free object is not to be touched. */
static inline void slab_hide(struct kmem_cache *s, void *object)
{
    if (!kmem_cache_debug(s) && !s->ctor)
        host_poison(object, s->size);
}

static inline char *slab_start(const struct page *page)
{
    return (char *)page_address(page) + page->s_mem;
}

/* slab_lists.c: slabs on the node's lists; list_lock is held. */

/* A slab with free objects, a used one if there is; NULL: none. */
struct page *slab_first(struct kmem_cache_node *n);
/* The slab's next free object; then slab_fixup puts it where it belongs. */
void *slab_get_object(struct kmem_cache *s, struct page *page);
void slab_fixup(struct kmem_cache *s, struct page *page);
/* Gives objects back to their slabs; those to be given back are moved to
 * `unused`. */
void slab_free_block(struct kmem_cache *s, void **objects, unsigned int n,
                     struct list_head *unused);

/* Without the lock: frees slabs that are on no list of the node. */
void slab_destroy_all(struct kmem_cache *s, struct list_head *unused);
/* Makes a slab and puts it on the node's lists; may sleep as gfp says. */
bool slab_grow(struct kmem_cache *s, gfp_t gfp);
/* Up to `most` empty slabs are given back: how many were. */
unsigned long slab_drain_free(struct kmem_cache *s, unsigned long most);
int slab_layout(struct kmem_cache *s);
bool slab_is_free(struct kmem_cache *s, struct page *page, const void *object);
void slab_check_slab(struct kmem_cache *s, struct page *page);
void slab_check_cache(struct kmem_cache *s, unsigned long slabs);

/* slab_tune.c */
int slab_create(struct kmem_cache *s);
void slab_release(struct kmem_cache *s);
int slab_tune(struct kmem_cache *s, unsigned int limit, unsigned int batchcount,
              unsigned int shared);
void slab_late_init(void);
void slab_get_info(struct kmem_cache *s, struct slabinfo *info);

/* slab_reap.c */
void slab_drain_cpu(void *cache); /* all of the hart's objects; irqs off */
unsigned long slab_shrink(struct kmem_cache *s);
void slab_tick(void);

#endif
