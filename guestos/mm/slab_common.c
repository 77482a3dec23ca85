/*
 * kmalloc and what all slab allocators share: the size classes, large
 * allocations as whole pages, /proc/slabinfo. The tables are written at boot
 * only. Mirrors Linux's create_kmalloc_caches, kmalloc_slab, kmalloc_order,
 * ksize, slab_show.
 */
#include "bitops.h"
#include "internal.h"
#include "kernel.h"
#include "proc_fs.h"
#include "slub.h"
#include "string.h"

static const struct {
    unsigned int size;
    const char *name, *dma_name;
} kmalloc_info[] = {
    // clang-format off
    {    8, "kmalloc-8",   "dma-kmalloc-8"},
    {   16, "kmalloc-16",  "dma-kmalloc-16"},
    {   32, "kmalloc-32",  "dma-kmalloc-32"},
    {   64, "kmalloc-64",  "dma-kmalloc-64"},
    {   96, "kmalloc-96",  "dma-kmalloc-96"},
    {  128, "kmalloc-128", "dma-kmalloc-128"},
    {  192, "kmalloc-192", "dma-kmalloc-192"},
    {  256, "kmalloc-256", "dma-kmalloc-256"},
    {  512, "kmalloc-512", "dma-kmalloc-512"},
    { 1024, "kmalloc-1k",  "dma-kmalloc-1k"},
    { 2048, "kmalloc-2k",  "dma-kmalloc-2k"},
    { 4096, "kmalloc-4k",  "dma-kmalloc-4k"},
    { 8192, "kmalloc-8k",  "dma-kmalloc-8k"},
    // clang-format on
};
#define NR_KMALLOC ARRAY_SIZE(kmalloc_info)

static struct kmem_cache *kmalloc_caches[2][NR_KMALLOC];
static u8 small_class[192 / 8 + 1]; /* by size / 8, rounded up */

void kmem_cache_init(void)
{
    unsigned int class = 0;

    slub_init();
    for (unsigned int i = 0; i < NR_KMALLOC; i++) {
        kmalloc_caches[0][i] =
            kmem_cache_create(kmalloc_info[i].name, kmalloc_info[i].size,
                              ARCH_KMALLOC_MINALIGN, SLAB_PANIC, NULL);
        kmalloc_caches[1][i] = kmem_cache_create(
            kmalloc_info[i].dma_name, kmalloc_info[i].size,
            ARCH_KMALLOC_MINALIGN, SLAB_PANIC | SLAB_CACHE_DMA, NULL);
    }
    for (unsigned int i = 0; i <= 192 / 8; i++) {
        while (kmalloc_info[class].size < i * 8)
            class++;
        small_class[i] = (u8)class;
    }
}

static struct kmem_cache *kmalloc_slab(size_t size, gfp_t gfp)
{
    unsigned int class;

    if (size <= 192)
        class = small_class[(size + 7) / 8];
    else
        class = fls(size - 1) - 1; /* 256 is class 7 */
    return kmalloc_caches[gfp & __GFP_DMA ? 1 : 0][class];
}

/* More than a size class has: a compound page of its own. */
static void *kmalloc_large(size_t size, gfp_t gfp)
{
    unsigned int order = 0;
    struct page *page;

    while (order < MAX_ORDER && ((size_t)PAGE_SIZE << order) < size)
        order++;
    if (order == MAX_ORDER)
        return NULL;
    page = alloc_pages((gfp & ~__GFP_HIGHMEM) | __GFP_COMP, order);
    if (!page)
        return NULL;
    mod_node_page_state(page_pgdat(page), NR_SLAB_UNRECLAIMABLE_B,
                        (long)PAGE_SIZE << order);
    return page_address(page);
}

void *kmalloc(size_t size, gfp_t gfp)
{
    if (!size)
        return ZERO_SIZE_PTR;
    if (size > KMALLOC_MAX_CACHE_SIZE)
        return kmalloc_large(size, gfp);
    return kmem_cache_alloc(kmalloc_slab(size, gfp), gfp);
}

void *kcalloc(size_t n, size_t size, gfp_t gfp)
{
    size_t bytes;

    if (__builtin_mul_overflow(n, size, &bytes))
        return NULL;
    return kzalloc(bytes, gfp);
}

size_t ksize(const void *p)
{
    struct page *page;

    if (ZERO_OR_NULL_PTR(p))
        return 0;
    page = compound_head(virt_to_page(p));
    return PageSlab(page) ? page->slab_cache->object_size
                          : (size_t)PAGE_SIZE << compound_order(page);
}

void kfree(const void *p)
{
    struct page *page;
    unsigned int order;

    if (ZERO_OR_NULL_PTR(p))
        return;
    page = compound_head(virt_to_page(p));
    if (PageSlab(page)) {
        kmem_cache_free(page->slab_cache, (void *)p);
        return;
    }
    order = compound_order(page);
    if (p != page_address(page))
        panic("kfree: %p is not the start of its pages", p);
    mod_node_page_state(page_pgdat(page), NR_SLAB_UNRECLAIMABLE_B,
                        -((long)PAGE_SIZE << order));
    __free_pages(page, order);
}

char *kstrdup(const char *s, gfp_t gfp)
{
    size_t size = strlen(s) + 1;
    char *copy = kmalloc(size, gfp);

    if (copy)
        memcpy(copy, s, size);
    return copy;
}

unsigned long kmem_cache_shrink_all(void)
{
    struct kmem_cache *s;
    unsigned long freed = 0;

    list_for_each_entry(s, &slab_caches, list)
        freed += kmem_cache_shrink(s);
    return freed;
}

int slabinfo_proc_show(struct seq_file *m, void *v)
{
    struct kmem_cache *s;

    (void)v;
    seq_puts(m, "slabinfo - version: 2.1\n"
                "# name            <active_objs> <num_objs> <objsize> "
                "<objperslab> <pagesperslab> : tunables <limit> "
                "<batchcount> <sharedfactor> : slabdata <active_slabs> "
                "<num_slabs> <sharedavail>\n");
    list_for_each_entry(s, &slab_caches, list) {
        unsigned int per_slab =
            (unsigned int)(((size_t)PAGE_SIZE << s->order) / s->size);

        seq_printf(m, "%-17s %6lu %6lu %6u %4u %4u", s->name,
                   s->active_objects, s->total_objects, s->size, per_slab,
                   1u << s->order);
        seq_printf(m, " : tunables %4u %4u %4u : slabdata %6lu %6lu %6lu\n",
                   0, 0, 0, s->nr_slabs, s->nr_slabs, 0ul);
    }
    return 0;
}
