/*
 * The gaps of the kernel's address space: a tree by address in which each node
 * knows the largest gap of its subtree. So the lowest gap that is wide enough
 * is found without a look at those that are not. Two gaps never touch. Giving
 * addresses back needs no memory: what was an area becomes the gap, or
 * vanishes in its neighbours.
 *
 *                 [5, 8) max 6
 *                /            \
 *      [1, 3) max 2        [10, 12) max 6
 *                                \
 *                              [20, 26) max 6
 *
 * Owns the tree, guarded by free_vmap_area_lock, inside of which there are
 * the slab's locks only. Mirrors Linux's find_vmap_lowest_match,
 * adjust_va_to_fit_type, merge_or_add_vmap_area.
 */
#include "vmap_area.h"

#include "kernel.h"
#include "slab.h"

static DEFINE_SPINLOCK(free_vmap_area_lock); /* guards the tree */
static struct rb_root free_vmap_area_root;

static unsigned long subtree_max(const struct rb_node *node)
{
    return node ? to_area(node)->subtree_max_size : 0;
}

static unsigned long computed_max(const struct rb_node *node)
{
    unsigned long below = max(subtree_max(node->left), subtree_max(node->right));

    return max(area_size(to_area(node)), below);
}

static void gap_update(struct rb_node *node)
{
    to_area(node)->subtree_max_size = computed_max(node);
}

static const struct rb_augment gap_augment = {gap_update};

static bool fits(const struct vmap_area *gap, unsigned long size,
                 unsigned long align)
{
    unsigned long start = ALIGN(gap->va_start, align);

    return start >= gap->va_start && start <= gap->va_end &&
           gap->va_end - start >= size;
}

/* The next node to look at after one that does not fit: to its right, or up,
 * to where it is on the left. */
static struct rb_node *next_candidate(struct rb_node *node, unsigned long size,
                                      bool *is_subtree)
{
    struct rb_node *child;

    *is_subtree = subtree_max(node->right) >= size;
    if (*is_subtree)
        return node->right;
    do {
        child = node;
        node = node->parent;
    } while (node && child == node->right);
    return node;
}

/* The lowest gap with room, or NULL. Subtrees of small gaps are not entered;
 * up to page alignment the first that is wide enough fits. */
static struct vmap_area *find_lowest_match(unsigned long size,
                                           unsigned long align)
{
    struct rb_node *node = free_vmap_area_root.rb_node;
    bool is_subtree = true;

    while (node) {
        if (is_subtree)
            while (subtree_max(node->left) >= size)
                node = node->left;
        if (fits(to_area(node), size, align))
            return to_area(node);
        node = next_candidate(node, size, &is_subtree);
    }
    return NULL;
}

static void insert_gap(struct vmap_area *va)
{
    struct rb_node **link = &free_vmap_area_root.rb_node, *parent = NULL;

    while (*link) {
        parent = *link;
        link = va->va_start < to_area(parent)->va_start ? &parent->left
                                                        : &parent->right;
    }
    rb_link_node(&va->rb_node, parent, link);
    rb_insert_augmented(&va->rb_node, &free_vmap_area_root, &gap_augment);
}

/* Takes [start, start + size) out of the gap. What remains on both sides
 * needs `rest`, which is NULL afterwards. */
static void clip_gap(struct vmap_area *gap, unsigned long start,
                     unsigned long size, struct vmap_area **rest)
{
    unsigned long end = gap->va_end;

    if (gap->va_start == start && end == start + size) {
        rb_erase_augmented(&gap->rb_node, &free_vmap_area_root, &gap_augment);
        kmem_cache_free(vmap_area_cache, gap);
        return;
    }
    if (gap->va_start == start) {
        gap->va_start = start + size;
        rb_propagate(&gap->rb_node, &gap_augment);
        return;
    }
    gap->va_end = start;
    rb_propagate(&gap->rb_node, &gap_augment);
    if (end == start + size)
        return;
    (*rest)->va_start = start + size;
    (*rest)->va_end = end;
    insert_gap(*rest);
    *rest = NULL;
}

/* Joins it with the gap that it touches; false: it touches none. */
static bool merge_below(struct vmap_area *prev, struct vmap_area *va)
{
    if (!prev || prev->va_end != va->va_start)
        return false;
    prev->va_end = va->va_end;
    kmem_cache_free(vmap_area_cache, va);
    return true;
}

/* What was an area becomes free. */
static void merge_or_add(struct vmap_area *va)
{
    struct rb_node *node = free_vmap_area_root.rb_node;
    struct vmap_area *prev = NULL, *next = NULL;

    while (node) {
        struct vmap_area *at = to_area(node);

        if (va->va_start < at->va_start) {
            next = at;
            node = node->left;
        } else {
            prev = at;
            node = node->right;
        }
    }
    if (!merge_below(prev, va)) {
        if (next && next->va_start == va->va_end) {
            next->va_start = va->va_start;
            rb_propagate(&next->rb_node, &gap_augment);
            kmem_cache_free(vmap_area_cache, va);
        } else {
            insert_gap(va);
        }
        return;
    }
    if (next && next->va_start == prev->va_end) {
        rb_erase_augmented(&next->rb_node, &free_vmap_area_root, &gap_augment);
        merge_below(prev, next);
    }
    rb_propagate(&prev->rb_node, &gap_augment);
}

void vmap_gap_give(struct vmap_area *va)
{
    spin_lock(&free_vmap_area_lock);
    merge_or_add(va);
    spin_unlock(&free_vmap_area_lock);
}

bool vmap_gap_take(unsigned long size, unsigned long align,
                   unsigned long *start, struct vmap_area **rest)
{
    struct vmap_area *gap;

    spin_lock(&free_vmap_area_lock);
    gap = find_lowest_match(size, align);
    if (gap) {
        *start = ALIGN(gap->va_start, align);
        clip_gap(gap, *start, size, rest);
    }
    spin_unlock(&free_vmap_area_lock);
    return gap;
}

static unsigned long check_gaps(void)
{
    struct rb_node *node = rb_first(&free_vmap_area_root);
    unsigned long end = 0, pages = 0;

    if (!rb_check(&free_vmap_area_root))
        panic("vmap_area: the tree of gaps is out of balance");
    for (; node; node = rb_next(node)) {
        const struct vmap_area *va = to_area(node);

        if (va->va_start >= va->va_end || va->va_start <= end)
            panic("vmap_area: the gap at %lx is empty, or touches another",
                  va->va_start);
        if (va->subtree_max_size != computed_max(node))
            panic("vmap_area: largest gap below %lx is %lx, not %lx",
                  va->va_start, computed_max(node), va->subtree_max_size);
        end = va->va_end;
        pages += area_size(va) >> PAGE_SHIFT;
    }
    return pages;
}

unsigned long vmap_gap_check(void)
{
    unsigned long pages;

    spin_lock(&free_vmap_area_lock);
    pages = check_gaps();
    spin_unlock(&free_vmap_area_lock);
    return pages;
}
