/*
 * Red-black trees whose links are embedded in the object. The caller descends
 * and compares, links the node in place with rb_link_node, then rebalances
 * with rb_insert_color. Augmented trees keep a value a node that depends on
 * its subtree: `update` recomputes one node's from its children.
 */
#ifndef QUIRE_GUESTOS_RBTREE_H
#define QUIRE_GUESTOS_RBTREE_H

#include "kernel.h"

struct rb_node {
    struct rb_node *parent, *left, *right;
    bool is_red;
};

struct rb_root {
    struct rb_node *rb_node;
};

#define RB_ROOT                                                                \
    (struct rb_root)                                                           \
    {                                                                          \
        NULL                                                                   \
    }
#define RB_EMPTY_ROOT(root) (!(root)->rb_node)
#define rb_entry(ptr, type, member) container_of(ptr, type, member)

struct rb_augment {
    void (*update)(struct rb_node *node);
};

static inline void rb_link_node(struct rb_node *node, struct rb_node *parent,
                                struct rb_node **link)
{
    node->parent = parent;
    node->left = NULL;
    node->right = NULL;
    *link = node;
}

void rb_insert_color(struct rb_node *node, struct rb_root *root);
void rb_erase(struct rb_node *node, struct rb_root *root);

/* The same for augmented trees; every node on the path is updated. */
void rb_insert_augmented(struct rb_node *node, struct rb_root *root,
                         const struct rb_augment *augment);
void rb_erase_augmented(struct rb_node *node, struct rb_root *root,
                        const struct rb_augment *augment);
/* `node`'s own data has changed: updates it and its ancestors. */
void rb_propagate(struct rb_node *node, const struct rb_augment *augment);

struct rb_node *rb_first(const struct rb_root *root);
struct rb_node *rb_last(const struct rb_root *root);
struct rb_node *rb_next(const struct rb_node *node);
struct rb_node *rb_prev(const struct rb_node *node);
/* `fresh` takes the place of `old`; the caller keeps the order. */
void rb_replace_node(struct rb_node *old, struct rb_node *fresh,
                     struct rb_root *root);

/* Invariants: no red node has a red child, every path has as many black
 * nodes, parents match. For tests. */
bool rb_check(const struct rb_root *root);

#endif
