/*
 * Slabs of SLAB: their layout and the three lists they stand on. In memory:
 *
 *      | colour | object 0 | object 1 | ... | object num-1 | ... | indices |
 *      0        s_mem
 *
 * page->freelist are the indices: those from page->inuse on name the free
 * objects. They stand at the end of the slab, or, when objects are large and
 * there is no room left, in an object of a kmalloc cache (off-slab).
 *
 * Colouring: the first object starts colour_off bytes later in each slab than
 * in the one made before, as long as the unused rest of a slab allows it, then
 * at 0 again. So first objects, which are used most, do not all fall into the
 * same set of the cache.
 *
 * Mirrors Linux's calculate_slab_order, cache_estimate, cache_grow_begin,
 * slab_get_obj, free_block, fixup_slab_list, drain_freelist.
 */
#include "slab_array.h"

#include "init.h"
#include "kernel.h"
#include "slab_debug.h"
#include "string.h"

#define CACHE_LINE 64u
#define OFF_SLAB_MIN_SIZE (PAGE_SIZE >> 3)
/* With little memory single pages, whatever they waste. */
#define SLAB_MAX_ORDER_LO 0u
#define SLAB_MAX_ORDER_HI 1u

static unsigned int slab_max_order = MAX_ORDER; /* parameter; or by memory */
static bool has_colours = true;

static int slab_max_order_setup(const char *value)
{
    const char *end;
    unsigned long order = simple_strtoul(value, &end, 10);

    if (end == value || *end || order >= MAX_ORDER)
        return -EINVAL;
    slab_max_order = (unsigned int)order;
    return 0;
}
early_param("slab_max_order", slab_max_order_setup);

/* To compare with; Linux has no such parameter. */
static int slab_nocolour_setup(const char *value)
{
    (void)value;
    has_colours = false;
    return 0;
}
early_param("slab_nocolour", slab_nocolour_setup);

/* -- Layout ---------------------------------------------------------------- */

/* How many objects, and what is left. */
static unsigned int cache_estimate(const struct kmem_cache *s,
                                   unsigned int order, bool is_off_slab,
                                   unsigned int *left)
{
    unsigned int bytes = (unsigned int)PAGE_SIZE << order;
    unsigned int each =
        s->size + (is_off_slab ? 0 : (unsigned int)sizeof(freelist_idx_t));
    unsigned int num = bytes / each;

    *left = bytes - num * each;
    return num;
}

static unsigned int max_order(void)
{
    if (slab_max_order == MAX_ORDER)
        slab_max_order = totalram_pages() > (32ul << 20) / PAGE_SIZE
                             ? SLAB_MAX_ORDER_HI
                             : SLAB_MAX_ORDER_LO;
    return slab_max_order;
}

/* Where the indices of `num` objects would be, off-slab; NULL: nowhere. */
static struct kmem_cache *index_cache(const struct kmem_cache *s,
                                      unsigned int num)
{
    struct kmem_cache *at = kmalloc_slab(num * sizeof(freelist_idx_t), 0);

    /* Not in a cache that needs one itself, nor for half of the gain. */
    return at && !at->freelist_cache && at->size <= s->size / 2 ? at : NULL;
}

/* The smallest order that wastes at most an eighth; 0 objects: none. */
static unsigned int calculate_slab_order(struct kmem_cache *s, bool off_slab)
{
    unsigned int left = 0;

    s->num = 0;
    for (unsigned int order = 0; order < MAX_ORDER; order++) {
        unsigned int rest, num = cache_estimate(s, order, off_slab, &rest);

        if (!num)
            continue;
        if (num > SLAB_OBJ_MAX_NUM)
            break;
        if (off_slab && !index_cache(s, num))
            continue;
        s->num = num;
        s->order = order;
        left = rest;
        if (s->flags & SLAB_RECLAIM_ACCOUNT || order >= max_order() ||
            left * 8 <= (unsigned int)PAGE_SIZE << order)
            break;
    }
    return left;
}

int slab_layout(struct kmem_cache *s)
{
    unsigned int left = 0;

    if (s->size >= OFF_SLAB_MIN_SIZE) {
        left = calculate_slab_order(s, true);
        s->freelist_size = s->num * (unsigned int)sizeof(freelist_idx_t);
        /* Rather in the slab than beside it, at the expense of colours. */
        if (s->num && left >= s->freelist_size)
            left -= s->freelist_size;
        else if (s->num)
            s->freelist_cache = index_cache(s, s->num);
    }
    if (!s->num) {
        left = calculate_slab_order(s, false);
        s->freelist_size = s->num * (unsigned int)sizeof(freelist_idx_t);
    }
    if (!s->num)
        return -EINVAL;
    if (s->order)
        s->gfp |= __GFP_COMP;
    s->colour_off = max(CACHE_LINE, s->align);
    s->colour = has_colours ? min(left, 0xffffu) / s->colour_off : 0;
    return 0;
}

/* -- Objects of a slab; list_lock is held -----------------------------------
 */

static freelist_idx_t *indices(const struct page *page)
{
    return page->freelist;
}

void *slab_get_object(struct kmem_cache *s, struct page *page)
{
    unsigned int i;

    lockdep_assert_held(&s->node.list_lock);
    i = indices(page)[page->inuse++];
    s->node.free_objects--;
    return slab_start(page) + i * s->size + s->red_left_pad;
}

static void slab_put_object(struct kmem_cache *s, struct page *page,
                            void *object)
{
    size_t at = (size_t)((char *)object - s->red_left_pad - slab_start(page));

    lockdep_assert_held(&s->node.list_lock);
    indices(page)[--page->inuse] = (freelist_idx_t)(at / s->size);
    s->node.free_objects++;
}

bool slab_is_free(struct kmem_cache *s, struct page *page, const void *object)
{
    size_t at =
        (size_t)((const char *)object - s->red_left_pad - slab_start(page));

    for (unsigned int i = page->inuse; i < s->num; i++)
        if (indices(page)[i] == at / s->size)
            return true;
    return false;
}

/* -- Lists; list_lock is held ------------------------------------------------
 */

struct page *slab_first(struct kmem_cache_node *n)
{
    struct page *page = list_first_entry_or_null(&n->partial, struct page, lru);

    lockdep_assert_held(&n->list_lock);
    if (page)
        return page;
    page = list_first_entry_or_null(&n->free, struct page, lru);
    if (page) {
        n->free_touched = 1;
        n->free_slabs--;
    }
    return page;
}

void slab_fixup(struct kmem_cache *s, struct page *page)
{
    lockdep_assert_held(&s->node.list_lock);
    list_move(&page->lru,
              page->inuse == s->num ? &s->node.full : &s->node.partial);
}

/* The oldest empty slab leaves the node. */
static void take_free_slab(struct kmem_cache *s, struct list_head *unused)
{
    struct kmem_cache_node *n = &s->node;
    struct page *page = list_last_entry(&n->free, struct page, lru);

    lockdep_assert_held(&n->list_lock);
    list_move(&page->lru, unused);
    n->free_slabs--;
    n->free_objects -= s->num;
    slab_unpublish(s, page);
}

void slab_free_block(struct kmem_cache *s, void **objects, unsigned int n,
                     struct list_head *unused)
{
    struct kmem_cache_node *node = &s->node;

    for (unsigned int i = 0; i < n; i++) {
        struct page *page = virt_to_head_page(objects[i]);

        if (unlikely(!PageSlab(page) || page->slab_cache != s))
            slab_panic(s, objects[i], "freed to a cache that it is not of");
        slab_put_object(s, page, objects[i]);
        if (!page->inuse) {
            list_move(&page->lru, &node->free);
            node->free_slabs++;
        } else {
            /* At the end: the longer it waits, the emptier it gets. */
            list_move_tail(&page->lru, &node->partial);
        }
    }
    while (node->free_objects > node->free_limit && !list_empty(&node->free))
        take_free_slab(s, unused);
}

/* -- Slabs -------------------------------------------------------------------
 */

static void slab_destroy(struct kmem_cache *s, struct page *page)
{
    void *list = page->freelist;

    slab_free_pages(s, page);
    if (s->freelist_cache)
        kmem_cache_free(s->freelist_cache, list);
}

void slab_destroy_all(struct kmem_cache *s, struct list_head *unused)
{
    struct page *page, *next;

    list_for_each_entry_safe(page, next, unused, lru) {
        list_del(&page->lru);
        slab_destroy(s, page);
    }
}

unsigned long slab_drain_free(struct kmem_cache *s, unsigned long most)
{
    struct kmem_cache_node *n = &s->node;
    unsigned long flags, drained = 0;
    LIST_HEAD(unused);

    spin_lock_irqsave(&n->list_lock, flags);
    for (; drained < most && !list_empty(&n->free); drained++)
        take_free_slab(s, &unused);
    spin_unlock_irqrestore(&n->list_lock, flags);
    slab_destroy_all(s, &unused);
    return drained;
}

/* The colour of the next slab, in bytes. */
static unsigned int next_colour(struct kmem_cache *s)
{
    struct kmem_cache_node *n = &s->node;
    unsigned long flags;
    unsigned int colour;

    spin_lock_irqsave(&n->list_lock, flags);
    colour = n->colour_next++;
    if (n->colour_next >= s->colour)
        n->colour_next = 0;
    spin_unlock_irqrestore(&n->list_lock, flags);
    return colour * s->colour_off;
}

static bool make_indices(struct kmem_cache *s, struct page *page, gfp_t gfp)
{
    size_t bytes = (size_t)PAGE_SIZE << s->order;

    page->freelist =
        s->freelist_cache
            ? kmem_cache_alloc(s->freelist_cache,
                               gfp & ~(__GFP_ZERO | __GFP_DMA | __GFP_NOFAIL))
            : (char *)page_address(page) + bytes - s->freelist_size;
    if (!page->freelist)
        return false;
    for (unsigned int i = 0; i < s->num; i++)
        indices(page)[i] = (freelist_idx_t)i;
    return true;
}

bool slab_grow(struct kmem_cache *s, gfp_t gfp)
{
    struct kmem_cache_node *n = &s->node;
    struct page *page = slab_alloc_pages(s, gfp, s->order);
    unsigned long flags;

    if (!page)
        return false;
    page->s_mem = (u16)next_colour(s);
    page->inuse = 0;
    if (!make_indices(s, page, gfp)) {
        slab_free_pages(s, page);
        return false;
    }
    if (kmem_cache_debug(s))
        slab_debug_init(s, page);
    for (unsigned int i = 0; i < s->num; i++) {
        char *object = slab_start(page) + i * s->size + s->red_left_pad;

        if (s->ctor)
            s->ctor(object);
        slab_hide(s, object);
    }
    spin_lock_irqsave(&n->list_lock, flags);
    slab_publish(s, page);
    list_add_tail(&page->lru, &n->free);
    n->free_slabs++;
    n->free_objects += s->num;
    spin_unlock_irqrestore(&n->list_lock, flags);
    return true;
}
