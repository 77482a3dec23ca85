/*
 * Areas of the kernel's address space: between vmap_area.c, vmalloc.c and
 * vmallocinfo.c.
 */
#ifndef QUIRE_GUESTOS_MM_VMAP_AREA_H
#define QUIRE_GUESTOS_MM_VMAP_AREA_H

#include "list.h"
#include "rbtree.h"
#include "spinlock.h"
#include "vmalloc.h"

/* A gap in the tree of gaps, an area in the tree of areas, or one that was
 * freed, on the list of those that wait for a flush. */
struct vmap_area {
    unsigned long va_start, va_end;
    union {
        struct rb_node rb_node; /* by address */
        struct list_head list;
    };
    union {
        unsigned long subtree_max_size; /* gap: the largest below, or it */
        struct vm_struct *vm;           /* area: whose */
    };
};

static inline struct vmap_area *to_area(const struct rb_node *node)
{
    return rb_entry((struct rb_node *)(uintptr_t)node, struct vmap_area,
                    rb_node);
}

static inline unsigned long area_size(const struct vmap_area *va)
{
    return va->va_end - va->va_start;
}

extern struct kmem_cache *vmap_area_cache; /* set at boot */

/* Takes the lowest `size` bytes at that alignment out of a gap; false: none is
 * wide enough. Beyond page alignment *rest is used up if a gap is cut in two. */
bool vmap_gap_take(unsigned long size, unsigned long align,
                   unsigned long *start, struct vmap_area **rest);
/* va becomes a gap, or is freed. */
void vmap_gap_give(struct vmap_area *va);
/* Invariants; the pages in gaps. */
unsigned long vmap_gap_check(void);

extern struct spinlock vmap_area_lock; /* guards vmap_area_root */
extern struct rb_root vmap_area_root;  /* areas in use */

void vmap_area_init(void);
/* The lowest place for the area, which is in the tree of areas from then on.
 * May sleep. 0, -ENOMEM, or -EBUSY when no gap is wide enough. */
int alloc_vmap_area(struct vm_struct *vm, unsigned long size,
                    unsigned long align);
/* Takes the area that has the address off the tree; NULL: there is none. */
struct vmap_area *unlink_vmap_area(unsigned long addr);
/* It is unmapped: to be flushed and reused some time. */
void free_vmap_area_noflush(struct vmap_area *va);
/* The area that has the address; vmap_area_lock is held. */
struct vmap_area *__find_vmap_area(unsigned long addr);

/* Calls fn for those that wait for a flush, under their lock. */
void for_each_lazy_area(void (*fn)(const struct vmap_area *va, void *data),
                        void *data);
/* Whether such a one has the address; false if the lock is taken. */
bool is_lazy_addr(unsigned long addr);
/* The invariants of the trees; panics. The pages of gaps, areas and lazy ones:
 * all, unless areas come and go meanwhile. */
unsigned long vmap_area_check(void);

#endif
