/* Radix trees of 64 slots a node. */
#include "radix_tree.h"
#include "errno.h"
#include "gfp.h"
#include "percpu.h"
#include "slab.h"
#include "string.h"

#define MAP_SHIFT 6
#define MAP_SIZE (1u << MAP_SHIFT)
#define INDEX_BITS (8 * sizeof(unsigned long))
#define HEIGHT_MAX ((INDEX_BITS + MAP_SHIFT - 1) / MAP_SHIFT)

struct radix_tree_node {
    unsigned count; /* slots in use */
    void *slots[MAP_SIZE];
};

/* Nodes for one insertion, a hart. */
struct preload {
    unsigned nr;
    struct radix_tree_node *nodes[HEIGHT_MAX];
};

static struct kmem_cache *node_cache;            /* set at boot */
static DEFINE_PER_CPU(struct preload, preloads); /* preemption off */

void radix_tree_init(void)
{
    node_cache = kmem_cache_create(
        "radix_tree_node", sizeof(struct radix_tree_node), 0,
        SLAB_PANIC | SLAB_RECLAIM_ACCOUNT, NULL);
}

int radix_tree_preload(gfp_t gfp)
{
    for (;;) {
        struct preload *preload;
        struct radix_tree_node *node;

        preempt_disable();
        preload = &this_cpu(preloads);
        if (preload->nr == HEIGHT_MAX) {
            return 0;
        }
        preempt_enable();
        node = kmem_cache_zalloc(node_cache, gfp);
        if (!node) {
            return -ENOMEM;
        }
        preempt_disable();
        preload = &this_cpu(preloads);
        if (preload->nr < HEIGHT_MAX) {
            preload->nodes[preload->nr++] = node;
            node = NULL;
        }
        preempt_enable();
        if (node) {
            kmem_cache_free(node_cache, node);
        }
    }
}

void radix_tree_preload_end(void)
{
    preempt_enable();
}

static struct radix_tree_node *new_node(void)
{
    struct preload *preload;
    struct radix_tree_node *node = NULL;

    preempt_disable();
    preload = &this_cpu(preloads);
    if (preload->nr) {
        node = preload->nodes[--preload->nr];
    }
    preempt_enable_no_resched();
    return node ? node : kmem_cache_zalloc(node_cache, GFP_ATOMIC);
}

/* The largest index that a tree of this height can hold. */
static unsigned long max_index(unsigned height)
{
    unsigned bits = height * MAP_SHIFT;

    return bits >= INDEX_BITS ? ~0ul : (1ul << bits) - 1;
}

static unsigned slot_of(unsigned long index, unsigned level)
{
    return (index >> (level * MAP_SHIFT)) & (MAP_SIZE - 1);
}

/* Puts nodes on top until `index` fits. */
static int grow(struct radix_tree_root *root, unsigned long index)
{
    while (!root->height || index > max_index(root->height)) {
        struct radix_tree_node *node = new_node();

        if (!node) {
            return -ENOMEM;
        }
        if (root->node) {
            node->slots[0] = root->node;
            node->count = 1;
        }
        root->node = node;
        root->height++;
    }
    return 0;
}

int radix_tree_insert(struct radix_tree_root *root, unsigned long index,
                      void *item)
{
    struct radix_tree_node *node;
    int error = grow(root, index);

    if (error) {
        return error;
    }
    node = root->node;
    for (unsigned level = root->height - 1; level; level--) {
        void **slot = &node->slots[slot_of(index, level)];

        if (!*slot) {
            *slot = new_node();
            if (!*slot) {
                return -ENOMEM; /* an empty path does no harm */
            }
            node->count++;
        }
        node = *slot;
    }
    if (node->slots[slot_of(index, 0)]) {
        return -EEXIST;
    }
    node->slots[slot_of(index, 0)] = item;
    node->count++;
    return 0;
}

/* The slot of an index that may hold something, or NULL. */
static void **find_slot(const struct radix_tree_root *root, unsigned long index)
{
    struct radix_tree_node *node = root->node;

    if (!node || index > max_index(root->height)) {
        return NULL;
    }
    for (unsigned level = root->height - 1; level; level--) {
        node = node->slots[slot_of(index, level)];
        if (!node) {
            return NULL;
        }
    }
    return &node->slots[slot_of(index, 0)];
}

void *radix_tree_lookup(const struct radix_tree_root *root, unsigned long index)
{
    void **slot = find_slot(root, index);

    return slot ? *slot : NULL;
}

void **radix_tree_lookup_slot(struct radix_tree_root *root,
                              unsigned long index)
{
    void **slot = find_slot(root, index);

    return slot && *slot ? slot : NULL;
}

/* Takes single-child nodes off the top while the rest still fits. */
static void shrink(struct radix_tree_root *root)
{
    while (root->height > 1 && root->node->count == 1 && root->node->slots[0]) {
        struct radix_tree_node *node = root->node;

        root->node = node->slots[0];
        root->height--;
        kmem_cache_free(node_cache, node);
    }
    if (root->node && !root->node->count) {
        kmem_cache_free(node_cache, root->node);
        root->node = NULL;
        root->height = 0;
    }
}

void *radix_tree_delete(struct radix_tree_root *root, unsigned long index)
{
    struct radix_tree_node *path[HEIGHT_MAX], *node = root->node;
    unsigned level, height = root->height;
    void *item;

    if (!radix_tree_lookup(root, index)) {
        return NULL;
    }
    for (level = height - 1;; level--) {
        path[level] = node;
        if (!level) {
            break;
        }
        node = node->slots[slot_of(index, level)];
    }
    item = path[0]->slots[slot_of(index, 0)];
    for (level = 0; level < height; level++) {
        path[level]->slots[slot_of(index, level)] = NULL;
        if (--path[level]->count || level == height - 1) {
            break;
        }
        kmem_cache_free(node_cache, path[level]);
    }
    shrink(root);
    return item;
}

unsigned radix_tree_gang_lookup(const struct radix_tree_root *root,
                                void **items, unsigned long first, unsigned max)
{
    unsigned n = 0;
    unsigned long index = first;

    while (n < max && root->node && index <= max_index(root->height)) {
        struct radix_tree_node *node = root->node;
        unsigned level = root->height - 1;
        unsigned long step;

        /* Down to a leaf, or to the hole that `index` is in. */
        while (level && node->slots[slot_of(index, level)]) {
            node = node->slots[slot_of(index, level)];
            level--;
        }
        if (!level && node->slots[slot_of(index, 0)]) {
            items[n++] = node->slots[slot_of(index, 0)];
        }
        step = 1ul << (level * MAP_SHIFT);
        index = (index & ~(step - 1)) + step;
        if (!index) {
            break; /* that was the last index there is */
        }
    }
    return n;
}
