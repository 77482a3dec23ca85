/*
 * Debugging of slab caches, as slub_debug= asks for it; the same for every
 * allocator. A cache with any of SLAB_DEBUG_FLAGS hands out and takes back
 * each object under node.list_lock, through the functions here.
 */
#ifndef QUIRE_GUESTOS_MM_SLAB_DEBUG_H
#define QUIRE_GUESTOS_MM_SLAB_DEBUG_H

#include "kmem_cache.h"

enum track_item {
    TRACK_ALLOC,
    TRACK_FREE,
    NR_TRACK_ITEMS,
};

/* Who did it last. */
struct track {
    unsigned long addr; /* where the call came from; 0: never */
    unsigned int cpu;
    int pid;
    unsigned long when; /* jiffies */
};

/* What red zones, free objects and room between them are filled with. */
#define SLUB_RED_INACTIVE 0xbb
#define SLUB_RED_ACTIVE 0xcc
#define POISON_INUSE 0x5a
#define POISON_FREE 0x6b
#define POISON_END 0xa5

/* The flags of a cache and those that slub_debug= gives it. */
slab_flags_t slab_debug_flags(const char *name, slab_flags_t flags);
/* slub_debug=O: no debugging where slabs would become larger. */
bool slab_debug_keeps_order(void);

/* A new slab, whose objects nobody has had; before its free list is made. */
void slab_debug_init(struct kmem_cache *s, struct page *page);

/* The object leaves its slab, or comes back. False: something is wrong and
 * was reported; what left cannot be used (Linux: the slab is given up), what
 * came is not freed. */
bool alloc_debug_processing(struct kmem_cache *s, struct page *page,
                            void *object, unsigned long addr);
bool free_debug_processing(struct kmem_cache *s, struct page *page,
                           void *object, unsigned long addr);
/* All objects of a slab, as slub's validate does: how many are wrong. */
unsigned int slab_validate(struct kmem_cache *s, struct page *page);

/* Between slab_debug.c and slab_report.c. */
bool slab_has_object(struct kmem_cache *s, struct page *page,
                     const void *object);
struct track *slab_track(struct kmem_cache *s, void *object,
                         enum track_item item);
unsigned int slab_info_end(const struct kmem_cache *s);
unsigned int slab_size_from_object(const struct kmem_cache *s);
void slab_bug(struct kmem_cache *s, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void slab_fix(struct kmem_cache *s, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void slab_err(struct kmem_cache *s, struct page *page, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void object_err(struct kmem_cache *s, struct page *page, void *object,
                const char *reason);
void print_trailer(struct kmem_cache *s, struct page *page, void *object);
void print_tracking(struct kmem_cache *s, void *object);
void slab_trace(struct kmem_cache *s, struct page *page, void *object,
                bool is_alloc);

#endif
