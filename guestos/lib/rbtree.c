/*
 * Red-black trees.
 *
 * Invariants: the root is black; a red node has no red child; every path from
 * a node down to a leaf passes as many black nodes. An insertion adds a red
 * node and repairs red-red upwards; an erasure of a black node leaves a path
 * short by one black and repairs that upwards. Augmented data is recomputed
 * where children change: by rotations, and once from the deepest change up.
 */
#include "rbtree.h"

static bool is_red(const struct rb_node *node)
{
    return node && node->is_red;
}

static void update(struct rb_node *node, const struct rb_augment *augment)
{
    if (augment && node) {
        augment->update(node);
    }
}

void rb_propagate(struct rb_node *node, const struct rb_augment *augment)
{
    for (; node; node = node->parent) {
        update(node, augment);
    }
}

static void replace_child(struct rb_node *old, struct rb_node *fresh,
                          struct rb_node *parent, struct rb_root *root)
{
    if (!parent) {
        root->rb_node = fresh;
    } else if (parent->left == old) {
        parent->left = fresh;
    } else {
        parent->right = fresh;
    }
}

static void rotate_left(struct rb_node *node, struct rb_root *root,
                        const struct rb_augment *augment)
{
    struct rb_node *up = node->right;

    node->right = up->left;
    if (up->left) {
        up->left->parent = node;
    }
    up->parent = node->parent;
    replace_child(node, up, node->parent, root);
    up->left = node;
    node->parent = up;
    update(node, augment);
    update(up, augment);
}

static void rotate_right(struct rb_node *node, struct rb_root *root,
                         const struct rb_augment *augment)
{
    struct rb_node *up = node->left;

    node->left = up->right;
    if (up->right) {
        up->right->parent = node;
    }
    up->parent = node->parent;
    replace_child(node, up, node->parent, root);
    up->right = node;
    node->parent = up;
    update(node, augment);
    update(up, augment);
}

static void rotate(struct rb_node *node, bool left, struct rb_root *root,
                   const struct rb_augment *augment)
{
    if (left) {
        rotate_left(node, root, augment);
    } else {
        rotate_right(node, root, augment);
    }
}

void rb_insert_augmented(struct rb_node *node, struct rb_root *root,
                         const struct rb_augment *augment)
{
    struct rb_node *parent;

    node->is_red = true;
    rb_propagate(node, augment);
    while (is_red(parent = node->parent)) {
        struct rb_node *grand = parent->parent;
        bool left = parent == grand->left;
        struct rb_node *uncle = left ? grand->right : grand->left;

        if (is_red(uncle)) {
            parent->is_red = false;
            uncle->is_red = false;
            grand->is_red = true;
            node = grand;
            continue;
        }
        if (node == (left ? parent->right : parent->left)) {
            rotate(parent, left, root, augment);
            node = parent;
            parent = node->parent;
        }
        parent->is_red = false;
        grand->is_red = true;
        rotate(grand, !left, root, augment);
    }
    root->rb_node->is_red = false;
}

/* The paths through `node` (a child of parent, perhaps NULL) are one black
 * short. */
static void repair_erase(struct rb_node *node, struct rb_node *parent,
                         struct rb_root *root, const struct rb_augment *augment)
{
    while (parent && !is_red(node)) {
        bool left = node == parent->left;
        struct rb_node *sibling = left ? parent->right : parent->left;
        struct rb_node *near, *far;

        if (is_red(sibling)) {
            sibling->is_red = false;
            parent->is_red = true;
            rotate(parent, left, root, augment);
            sibling = left ? parent->right : parent->left;
        }
        near = left ? sibling->left : sibling->right;
        far = left ? sibling->right : sibling->left;
        if (!is_red(near) && !is_red(far)) {
            sibling->is_red = true;
            node = parent;
            parent = node->parent;
            continue;
        }
        if (!is_red(far)) {
            near->is_red = false;
            sibling->is_red = true;
            rotate(sibling, !left, root, augment);
            sibling = left ? parent->right : parent->left;
            far = left ? sibling->right : sibling->left;
        }
        sibling->is_red = parent->is_red;
        parent->is_red = false;
        far->is_red = false;
        rotate(parent, left, root, augment);
        return;
    }
    if (node) {
        node->is_red = false;
    }
}

void rb_erase_augmented(struct rb_node *node, struct rb_root *root,
                        const struct rb_augment *augment)
{
    struct rb_node *child, *parent, *next;
    bool was_red;

    if (node->left && node->right) {
        /* Its successor, which has no left child, takes its place. */
        for (next = node->right; next->left; next = next->left) {
        }
        child = next->right;
        was_red = next->is_red;
        parent = next->parent == node ? next : next->parent;
        replace_child(next, child, next->parent, root);
        if (child) {
            child->parent = next->parent == node ? next : next->parent;
        }
        rb_replace_node(node, next, root);
    } else {
        child = node->left ? node->left : node->right;
        was_red = node->is_red;
        parent = node->parent;
        replace_child(node, child, parent, root);
        if (child) {
            child->parent = parent;
        }
    }
    if (augment) {
        rb_propagate(parent, augment);
    }
    if (!was_red) {
        repair_erase(child, parent, root, augment);
    }
}

void rb_replace_node(struct rb_node *old, struct rb_node *fresh,
                     struct rb_root *root)
{
    *fresh = *old;
    replace_child(old, fresh, old->parent, root);
    if (fresh->left) {
        fresh->left->parent = fresh;
    }
    if (fresh->right) {
        fresh->right->parent = fresh;
    }
}

void rb_insert_color(struct rb_node *node, struct rb_root *root)
{
    rb_insert_augmented(node, root, NULL);
}

void rb_erase(struct rb_node *node, struct rb_root *root)
{
    rb_erase_augmented(node, root, NULL);
}

struct rb_node *rb_first(const struct rb_root *root)
{
    struct rb_node *node = root->rb_node;

    while (node && node->left) {
        node = node->left;
    }
    return node;
}

struct rb_node *rb_last(const struct rb_root *root)
{
    struct rb_node *node = root->rb_node;

    while (node && node->right) {
        node = node->right;
    }
    return node;
}

struct rb_node *rb_next(const struct rb_node *node)
{
    if (node->right) {
        return rb_first(&(struct rb_root){node->right});
    }
    while (node->parent && node == node->parent->right) {
        node = node->parent;
    }
    return node->parent;
}

struct rb_node *rb_prev(const struct rb_node *node)
{
    if (node->left) {
        return rb_last(&(struct rb_root){node->left});
    }
    while (node->parent && node == node->parent->left) {
        node = node->parent;
    }
    return node->parent;
}

/* Black nodes on every path below, or -1 when something is wrong. */
static int check_subtree(const struct rb_node *node,
                         const struct rb_node *parent)
{
    int left, right;

    if (!node) {
        return 0;
    }
    left = check_subtree(node->left, node);
    right = check_subtree(node->right, node);
    if (left < 0 || left != right || node->parent != parent ||
        (node->is_red && is_red(parent))) {
        return -1;
    }
    return left + !node->is_red;
}

bool rb_check(const struct rb_root *root)
{
    return !is_red(root->rb_node) && check_subtree(root->rb_node, NULL) >= 0;
}
