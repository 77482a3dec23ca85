/*
 * SLUB from the inside: between slub.c, slub_slab.c and slub_debug.c.
 */
#ifndef QUIRE_GUESTOS_MM_SLUB_H
#define QUIRE_GUESTOS_MM_SLUB_H

#include "internal.h"
#include "kernel.h"
#include "kmem_cache.h"
#include "page-flags.h"

/* The link of a free object. Known to the host's sanitizer as readable. */
static inline void *get_freepointer(const struct kmem_cache *s, void *object)
{
    return *(void **)(void *)((char *)object + s->offset);
}

static inline void set_freepointer(const struct kmem_cache *s, void *object,
                                   void *next)
{
    *(void **)(void *)((char *)object + s->offset) = next;
}

/* For the host's sanitizer: only the link of a free object may be touched,
 * unless something else keeps its contents. */
static inline void slub_hide(struct kmem_cache *s, void *object)
{
    char *after = (char *)object + s->offset + sizeof(void *);

    if (kmem_cache_debug(s) || s->ctor)
        return;
    host_poison(object, s->offset);
    host_poison(after, s->size - s->offset - sizeof(void *));
}

/* Guards freelist, inuse and frozen of a slab, with interrupts off. */
static inline void slab_lock(struct page *page)
{
    while (page_test_set_flag(page, PG_locked))
        barrier();
}

/* The list of free objects that all harts share. */
static inline void set_slab_freelist(struct page *page, void *freelist)
{
    VM_BUG_ON(!PageLocked(page));
    page->freelist = freelist;
}

static inline void slab_unlock(struct page *page)
{
    VM_BUG_ON(!PageLocked(page));
    page_clear_flag(page, PG_locked);
}

static inline void slub_stat(struct kmem_cache *s, enum slub_stat_item item)
{
    s->cpu_slab[slab_cpu()].stat[item]++;
}

/* slub_slab.c */
struct page *new_slab(struct kmem_cache *s, gfp_t gfp);
/* Interrupts are off. */
void discard_slab(struct kmem_cache *s, struct page *page);
/* The second half of it: one that is out of sight. */
void free_slab(struct kmem_cache *s, struct page *page);
int slub_create(struct kmem_cache *s);

/* slub.c; list_lock is held */
void add_partial(struct kmem_cache_node *n, struct page *page, bool is_tail);
void remove_partial(struct kmem_cache_node *n, struct page *page);
/* Takes the hart's slabs away from it; interrupts are off. */
void slub_flush_cpu(void *cache);

/* slub_debug.c */
void *slub_alloc_debug(struct kmem_cache *s, gfp_t gfp, unsigned long flags,
                       unsigned long addr);
void slub_free_debug(struct kmem_cache *s, struct page *page, void *object,
                     unsigned long addr);

/* slub_shrink.c */
unsigned long slub_shrink(struct kmem_cache *s);
void slub_get_info(struct kmem_cache *s, struct slabinfo *info);
void slub_check_slab(struct kmem_cache *s, struct page *page);
void slub_check_cache(struct kmem_cache *s, unsigned long slabs);
bool slub_is_free(struct kmem_cache *s, struct page *page, const void *object);

/* slub_sysfs.c */
void slub_publish(struct kmem_cache *s);
void slub_publish_alias(struct kmem_cache *s, const char *name);
void slub_withdraw(struct kmem_cache *s);

#endif
