/*
 * kmalloc: caches of a size class each, and whole pages beyond. The tables
 * are written at boot only. Mirrors Linux's create_kmalloc_caches,
 * kmalloc_slab, kmalloc_order, ksize, krealloc.
 */
#include "fault-inject.h"
#include "internal.h"
#include "kernel.h"
#include "kmem_cache.h"
#include "string.h"

enum kmalloc_cache_type {
    KMALLOC_NORMAL,
    KMALLOC_RECLAIM,
    KMALLOC_DMA,
    NR_KMALLOC_TYPES,
};

#define INFO(size, text)                                                       \
    {                                                                          \
        (size),                                                                \
        {                                                                      \
            "kmalloc-" text, "kmalloc-rcl-" text, "dma-kmalloc-" text          \
        }                                                                      \
    }
static const struct {
    unsigned int size;
    const char *name[NR_KMALLOC_TYPES];
} kmalloc_info[] = {
    INFO(8, "8"),     INFO(16, "16"),   INFO(32, "32"),   INFO(64, "64"),
    INFO(96, "96"),   INFO(128, "128"), INFO(192, "192"), INFO(256, "256"),
    INFO(512, "512"), INFO(1024, "1k"), INFO(2048, "2k"), INFO(4096, "4k"),
    INFO(8192, "8k"),
};
#define NR_KMALLOC ARRAY_SIZE(kmalloc_info)

static struct kmem_cache *kmalloc_caches[NR_KMALLOC_TYPES][NR_KMALLOC];
/* Classes: by size / 8, rounded up, and beyond by (size - 1) / 256. */
static u8 small_class[192 / 8 + 1], large_class[KMALLOC_MAX_CACHE_SIZE / 256];

void create_kmalloc_caches(void)
{
    static const slab_flags_t flags[NR_KMALLOC_TYPES] = {
        [KMALLOC_RECLAIM] = SLAB_RECLAIM_ACCOUNT,
        [KMALLOC_DMA] = SLAB_CACHE_DMA,
    };
    unsigned int class = 0;

    for (unsigned int i = 0; i <= 192 / 8; i++) {
        while (kmalloc_info[class].size < i * 8)
            class ++;
        small_class[i] = (u8) class;
    }
    for (unsigned int i = 0; i < ARRAY_SIZE(large_class); i++) {
        while (kmalloc_info[class].size < (i + 1) * 256)
            class ++;
        large_class[i] = (u8) class;
    }
    for (int type = 0; type < NR_KMALLOC_TYPES; type++)
        for (unsigned int i = 0; i < NR_KMALLOC; i++)
            kmalloc_caches[type][i] = kmem_cache_create(
                kmalloc_info[i].name[type], kmalloc_info[i].size,
                ARCH_KMALLOC_MINALIGN, SLAB_PANIC | flags[type], NULL);
}

static __always_inline struct kmem_cache *find_cache(size_t size, gfp_t gfp)
{
    unsigned int class = size <= 192 ? small_class[(size + 7) / 8]
                                     : large_class[(size - 1) / 256];

    if (likely(!(gfp & (__GFP_DMA | __GFP_RECLAIMABLE))))
        return kmalloc_caches[KMALLOC_NORMAL][class];
    return kmalloc_caches[gfp & __GFP_DMA ? KMALLOC_DMA : KMALLOC_RECLAIM]
                         [class];
}

struct kmem_cache *kmalloc_slab(size_t size, gfp_t gfp)
{
    return find_cache(size, gfp);
}

/* More than a size class has: a compound page of its own. */
static void *noinline kmalloc_large(size_t size, gfp_t gfp)
{
    unsigned int order = 0;
    void *object = NULL;
    struct page *page;

    while (order < MAX_ORDER && ((size_t)PAGE_SIZE << order) < size)
        order++;
    if (order == MAX_ORDER)
        return NULL;
    page = alloc_pages((gfp & ~__GFP_HIGHMEM) | __GFP_COMP, order);
    if (page) {
        mod_node_page_state(page_pgdat(page), NR_SLAB_UNRECLAIMABLE_B,
                            (long)PAGE_SIZE << order);
        object = page_address(page);
    }
    TRACE(kmem, kmalloc, object, (struct kmem_cache *)NULL, size, gfp);
    return object;
}

void *kmalloc(size_t size, gfp_t gfp)
{
    if (unlikely(!size))
        return ZERO_SIZE_PTR;
    if (unlikely(size > KMALLOC_MAX_CACHE_SIZE))
        return kmalloc_large(size, gfp);
    if (should_failslab(gfp))
        return NULL;
    return slab_ops.kmalloc(find_cache(size, gfp), gfp, size);
}

void *kcalloc(size_t n, size_t size, gfp_t gfp)
{
    size_t bytes;

    if (__builtin_mul_overflow(n, size, &bytes))
        return NULL;
    return kzalloc(bytes, gfp);
}

/* With debugging the room behind the object is not the user's. */
static size_t slab_ksize(const struct kmem_cache *s)
{
    if (s->flags & (SLAB_RED_ZONE | SLAB_POISON))
        return s->object_size;
    return s->flags & SLAB_STORE_USER ? s->inuse : s->size;
}

size_t ksize(const void *p)
{
    struct page *page;

    if (ZERO_OR_NULL_PTR(p))
        return 0;
    page = virt_to_head_page(p);
    return PageSlab(page) ? slab_ksize(page->slab_cache)
                          : (size_t)PAGE_SIZE << compound_order(page);
}

void *krealloc(const void *p, size_t size, gfp_t gfp)
{
    size_t old = ksize(p);
    void *fresh;

    if (!size) {
        kfree(p);
        return ZERO_SIZE_PTR;
    }
    if (!ZERO_OR_NULL_PTR(p) && old >= size)
        return (void *)(uintptr_t)p;
    fresh = kmalloc(size, gfp);
    if (fresh && old) {
        memcpy(fresh, p, old);
        kfree(p);
    }
    return fresh;
}

static void noinline
free_large(const void *p, struct page *page)
{
    unsigned int order = compound_order(page);

    if (p != page_address(page))
        panic("kfree: %p is not the start of its pages", p);
    mod_node_page_state(page_pgdat(page), NR_SLAB_UNRECLAIMABLE_B,
                        -((long)PAGE_SIZE << order));
    __free_pages(page, order);
}

void kfree(const void *p)
{
    struct page *page;

    TRACE(kmem, kfree, p);
    if (unlikely(ZERO_OR_NULL_PTR(p)))
        return;
    page = virt_to_head_page(p);
    if (unlikely(!PageSlab(page))) {
        free_large(p, page);
        return;
    }
    slab_ops.free(page->slab_cache, (void *)(uintptr_t)p);
}

char *kstrdup(const char *s, gfp_t gfp)
{
    size_t size = strlen(s) + 1;
    char *copy = kmalloc(size, gfp);

    if (copy)
        memcpy(copy, s, size);
    return copy;
}
