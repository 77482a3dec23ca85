/*
 * Radix trees: from an unsigned long to a pointer, 64 slots a node. The page
 * cache and the swap cache keep their pages in them. Callers lock. Items are
 * not NULL.
 */
#ifndef QUIRE_GUESTOS_RADIX_TREE_H
#define QUIRE_GUESTOS_RADIX_TREE_H

#include "types.h"

struct radix_tree_node;

struct radix_tree_root {
    unsigned height; /* levels of nodes; 0: empty or one item at index 0 */
    struct radix_tree_node *node;
};

#define RADIX_TREE_INIT                                                        \
    {                                                                          \
        0, NULL                                                                \
    }

static inline void INIT_RADIX_TREE(struct radix_tree_root *root)
{
    root->height = 0;
    root->node = NULL;
}

/* Makes sure that one insertion cannot fail, and returns with preemption
 * off; undone by radix_tree_preload_end. -ENOMEM: preemption is on. */
int radix_tree_preload(gfp_t gfp);
void radix_tree_preload_end(void);
/* 0, -EEXIST, or -ENOMEM; takes nodes from the preload, else GFP_ATOMIC. */
int radix_tree_insert(struct radix_tree_root *root, unsigned long index,
                      void *item);
void *radix_tree_lookup(const struct radix_tree_root *root,
                        unsigned long index);
/* Where it stands, to be replaced by another; NULL: nothing is there. */
void **radix_tree_lookup_slot(struct radix_tree_root *root,
                              unsigned long index);
/* Returns what was there. */
void *radix_tree_delete(struct radix_tree_root *root, unsigned long index);
/* At most `max` items from `first` on, by index; returns how many. */
unsigned radix_tree_gang_lookup(const struct radix_tree_root *root,
                                void **items, unsigned long first,
                                unsigned max);
void radix_tree_init(void); /* after the slab allocator */

#endif
