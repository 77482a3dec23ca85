/*
 * The page allocator in the machine, on demand: `echo NAME > /sys/kernel/
 * debug/page_alloc_test/run`; reading it lists the names. What is printed can
 * be checked by hand against /proc/zoneinfo.
 */
#include "debugfs_test.h"
#include "init.h"
#include "internal.h"
#include "kernel.h"
#include "pcp.h"
#include "string.h"

#if !__STDC_HOSTED__

#include "asm/csr.h"

static unsigned long all_free(void)
{
    drain_all_pages(NULL);
    return nr_free_pages();
}

/* 65 pages: the block of 128 that they are cut from. */
static int exact(void)
{
    unsigned long before = all_free(), pfn, unused = 0;
    void *p = alloc_pages_exact(65 * PAGE_SIZE, GFP_KERNEL);

    if (!p)
        return -ENOMEM;
    pfn = page_to_pfn(virt_to_page(p));
    for (unsigned long i = 65; i < 128; i++)
        unused += !page_count(pfn_to_page(pfn + i));
    pr_info("page_alloc_test: 65 pages start at a multiple of %lu frames\n",
            pfn & 127 ? 1ul : 128ul);
    pr_info("page_alloc_test: %lu of the 63 frames behind them are free\n",
            unused);
    pr_info("page_alloc_test: %lu frames are taken\n", before - all_free());
    free_pages_exact(p, 65 * PAGE_SIZE);
    pr_info("page_alloc_test: %lu are afterwards\n", before - all_free());
    return 0;
}

/* Takes all frames that such an allocation can get, and says from where. */
static void exhaust(const char *name, gfp_t gfp)
{
    unsigned long from[MAX_NR_ZONES] = {0}, lowest = ~0ul, highest = 0;
    LIST_HEAD(taken);
    struct page *page, *next;

    while ((page = alloc_page(gfp | __GFP_NOWARN)) != NULL) {
        list_add(&page->lru, &taken);
        from[page_zonenum(page)]++;
        lowest = min(lowest, page_to_pfn(page));
        highest = max(highest, page_to_pfn(page));
    }
    list_for_each_entry_safe(page, next, &taken, lru) {
        list_del(&page->lru);
        __free_page(page);
    }
    pr_info("page_alloc_test: %s: DMA %lu, Normal %lu, HighMem %lu frames, "
            "%05lx to %05lx\n",
            name, from[ZONE_DMA], from[ZONE_NORMAL], from[ZONE_HIGHMEM], lowest,
            highest);
}

/* Which zones answer to which flags; nobody reclaims. */
static int zones(void)
{
    exhaust("GFP_DMA", GFP_NOWAIT | __GFP_DMA);
    exhaust("GFP_NOWAIT", GFP_NOWAIT);
    exhaust("GFP_ATOMIC", GFP_ATOMIC);
    exhaust("with __GFP_HIGHMEM", GFP_NOWAIT | __GFP_HIGHMEM);
    exhaust("with __GFP_MEMALLOC", GFP_NOWAIT | __GFP_MEMALLOC);
    return 0;
}

/* A page that was written to comes back zeroed, at the same address. */
static int zeroed(void)
{
    unsigned long *p = (unsigned long *)__get_free_page(GFP_KERNEL), *again;
    unsigned long sum = 0;

    if (!p)
        return -ENOMEM;
    memset(p, 0xa5, PAGE_SIZE);
    free_page((unsigned long)p);
    again = (unsigned long *)get_zeroed_page(GFP_KERNEL);
    for (unsigned int i = 0; again && i < PAGE_SIZE / sizeof(*again); i++)
        sum |= again[i];
    pr_info("page_alloc_test: the same page: %s, all zero: %s, page_address "
            "of its descriptor: %s\n",
            again == p ? "yes" : "no", again && !sum ? "yes" : "no",
            again && page_address(virt_to_page(again)) == again ? "the same"
                                                                : "another");
    free_page((unsigned long)again);
    return 0;
}

/* -- Instructions, by the hart's own count; interrupts are off ------------- */

/* Not inlined: what is counted is the call, arguments in registers. */
static unsigned long noinline now(void)
{
    return csr_read(instret);
}

/* Functions that are a `ret`. */
static struct page *noinline nothing(gfp_t gfp, unsigned int order)
{
    struct page *page = (struct page *)(unsigned long)gfp;

    __asm__ volatile("" : "+r"(page) : "r"(order));
    return page;
}

static void noinline nothing_freed(struct page *page)
{
    __asm__ volatile("" : : "r"(page));
}

/* Of counting, and of a call that does nothing. */
static unsigned long count_nothing(struct page **page)
{
    unsigned long from = now();

    *page = nothing(GFP_NOWAIT, 0);
    return now() - from;
}

static unsigned long count_nothing_freed(struct page *page)
{
    unsigned long from = now();

    nothing_freed(page);
    return now() - from;
}

static unsigned long count_alloc(struct page **page)
{
    unsigned long from = now();

    *page = alloc_pages(GFP_NOWAIT, 0);
    return now() - from;
}

static unsigned long count_free(struct page *page)
{
    unsigned long from = now();

    free_unref_page(page);
    return now() - from;
}

/* Takes what is smaller than the largest blocks of a zone. */
static void take_small_blocks(struct zone *zone, struct list_head *taken)
{
    for (unsigned int order = 0; order < MAX_ORDER - 1; order++)
        while (zone->free_area[order].nr_free) {
            struct page *page = alloc_pages(GFP_NOWAIT, order);

            if (!page)
                return;
            page->private = order;
            list_add(&page->lru, taken);
        }
}

static void free_blocks(struct list_head *taken)
{
    struct page *page, *next;

    list_for_each_entry_safe(page, next, taken, lru) {
        list_del(&page->lru);
        __free_pages(page, (unsigned int)page->private);
    }
}

static int cost(void)
{
    struct zone *zone = &contig_page_data.node_zones[ZONE_NORMAL];
    unsigned long flags, none, hit, freed, split;
    struct page *page, *ignored;
    LIST_HEAD(taken);

    if (!managed_zone(zone))
        return -EINVAL;
    local_irq_save(flags);
    __free_page(alloc_pages(GFP_NOWAIT, 0)); /* there is one at hand */
    none = count_nothing(&ignored) - 1;      /* but for the `ret` */
    hit = count_alloc(&page) - none;
    put_page_testzero(page);
    freed = count_free(page) - (count_nothing_freed(page) - 1);
    take_small_blocks(zone, &taken);
    drain_all_pages(zone);
    take_small_blocks(zone, &taken);
    split = count_alloc(&page) - none;
    __free_page(page);
    free_blocks(&taken);
    local_irq_restore(flags);
    pr_info("page_alloc_test: alloc_pages %lu, free_unref_page %lu, "
            "alloc_pages that splits order 10 %lu instructions\n",
            hit, freed, split);
    return 0;
}

static struct debugfs_test tests[] = {
    {"cost", cost},   {"exact", exact}, {"zeroed", zeroed},
    {"zones", zones}, {NULL, NULL},
};

static const struct sysfs_attr test_attrs[] = {
    DEBUGFS_TEST_RUN,
    {NULL, 0, NULL, NULL},
};

static int __init page_alloc_test_init(void)
{
    return sysfs_create_dir(sysfs_debug, "page_alloc_test", test_attrs, tests)
               ? 0
               : -ENOMEM;
}
module_init(page_alloc_test_init);
#endif
