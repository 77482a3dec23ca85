/*
 * A slab cache from the inside: for slub.c and what reports about it.
 */
#ifndef QUIRE_GUESTOS_MM_SLUB_H
#define QUIRE_GUESTOS_MM_SLUB_H

#include "slab.h"

#include "list.h"
#include "spinlock.h"

struct kmem_cache {
    const char *name;
    unsigned int object_size; /* as asked for */
    unsigned int size;        /* from object to object */
    unsigned int offset;      /* of the words of a free object */
    unsigned int order;       /* of a slab; min_order when memory is short */
    unsigned int min_order;
    unsigned int flags; /* SLAB_* */
    gfp_t gfp;
    void (*ctor)(void *);
    struct list_head list; /* slab_caches */
    struct spinlock lock;  /* guards the rest */
    struct list_head partial;
    unsigned long nr_partial, nr_empty, nr_slabs;
    unsigned long active_objects, total_objects;
};

extern struct list_head slab_caches;
extern struct spinlock cache_lock; /* guards slab_caches */

void slub_init(void);

#endif
