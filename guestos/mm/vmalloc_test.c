/*
 * vmalloc in the machine, on demand: `echo NAME > /sys/kernel/debug/
 * vmalloc_test/run`, and with vmalloc_bench=ROUNDS,KIND on the command line a
 * walk over memory of that kind, whose misses are in the emulator's
 * statistics (bench/vmalloc.sh compares runs). As Linux's lib/test_vmalloc.c.
 */
#include "debugfs_test.h"
#include "init.h"
#include "kernel.h"
#include "mm.h"
#include "preempt.h"
#include "slab.h"
#include "string.h"
#include "vmalloc.h"

#if !__STDC_HOSTED__

#define ORDER 4u
#define BLOCK (PAGE_SIZE << ORDER)
#define WALK_PAGES 1024u /* the largest kmalloc */

/* One step beyond: ends the machine, with the address. */
static int guard(void)
{
    volatile char *p = vmalloc(2 * PAGE_SIZE);

    if (!p)
        return -ENOMEM;
    p[2 * PAGE_SIZE - 1] = 1;
    pr_info("vmalloc_test: reading behind %p\n", (void *)(uintptr_t)p);
    return p[2 * PAGE_SIZE];
}

/* All memory in single frames, of which every second goes back: no two that
 * are free lie side by side in a buddy pair. */
static unsigned long fragment(struct list_head *taken)
{
    struct page *page, *n;
    unsigned long pages = 0;

    preempt_disable(); /* nobody else needs any meanwhile */
    while ((page = alloc_page(GFP_NOWAIT | __GFP_MEMALLOC | __GFP_HIGHMEM |
                              __GFP_NOWARN)) != NULL)
        list_add(&page->lru, taken);
    list_for_each_entry_safe (page, n, taken, lru) {
        if (!(page_to_pfn(page) & 1))
            continue;
        list_del(&page->lru);
        __free_page(page);
        pages++;
    }
    preempt_enable();
    drain_all_pages(NULL);
    return pages;
}

static int fragments(void)
{
    LIST_HEAD(taken);
    unsigned long free = fragment(&taken);
    struct page *page, *n, *block =
        alloc_pages(GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN, ORDER);
    char *p = vmalloc(BLOCK);
    bool is_good = !block && p;

    pr_info("vmalloc_test: %lu free pages, alloc_pages of order %u %s, vmalloc "
            "of as much %s\n",
            free, ORDER, block ? "succeeds" : "fails", p ? "succeeds" : "fails");
    if (p) {
        memset(p, 0x5a, BLOCK);
        for (size_t i = 0; i < BLOCK; i++)
            is_good &= p[i] == 0x5a;
    }
    vfree(p);
    if (block)
        __free_pages(block, ORDER);
    list_for_each_entry_safe (page, n, &taken, lru)
        __free_page(page);
    return is_good ? 0 : -EIO;
}

/* Areas that come and go on every hart that calls it. */
static int churn(void)
{
    void *p[16] = {NULL};

    for (unsigned i = 0; i < 2000; i++) {
        unsigned slot = i * 7 % ARRAY_SIZE(p), pages = 1 + i * 13 % 20;

        vfree(p[slot]);
        p[slot] = vmalloc(pages * PAGE_SIZE);
        if (p[slot])
            memset(p[slot], (int)i, pages * PAGE_SIZE);
    }
    for (unsigned i = 0; i < ARRAY_SIZE(p); i++)
        vfree(p[i]);
    return 0;
}

static int purge(void)
{
    vm_unmap_aliases();
    return 0;
}

static struct debugfs_test tests[] = {
    {"guard", guard},
    {"fragments", fragments},
    {"churn", churn},
    {"purge", purge},
    {NULL, NULL},
};

static int stats_show(struct seq_file *m, void *data)
{
    struct vmap_stats stats;

    (void)data;
    vmalloc_get_stats(&stats);
    seq_printf(m, "lazy_pages %lu\npurges %lu\nareas_purged %lu\n", stats.lazy,
               stats.purges, stats.purged);
    return 0;
}

static const struct sysfs_attr test_attrs[] = {
    DEBUGFS_TEST_RUN,
    {"stats", 0444, stats_show, NULL},
    {NULL, 0, NULL, NULL},
};

/* -- The bench ----------------------------------------------------------- */

static unsigned long rounds; /* 0: no bench; these two set at boot */
static const char *kind;

static int __init vmalloc_bench_setup(const char *value)
{
    const char *end;

    rounds = simple_strtoul(value, &end, 10);
    kind = *end == ',' ? end + 1 : "vmalloc";
    return 0;
}
early_param("vmalloc_bench", vmalloc_bench_setup);

/* A word a page, in another line of each. */
static void walk(const volatile char *p)
{
    for (unsigned long i = 0; i < rounds; i++)
        for (unsigned page = 0; page < WALK_PAGES; page++)
            (void)p[page * PAGE_SIZE + page % 64 * 64];
}

static void bench(void)
{
    bool is_kmalloc = !strcmp(kind, "kmalloc");
    size_t size = WALK_PAGES * PAGE_SIZE;
    void *p = is_kmalloc ? kmalloc(size, GFP_KERNEL) : vmalloc(size);

    if (!p)
        return;
    walk(p);
    pr_info("vmalloc_bench: %s, %u pages, walked %lu times\n",
            is_kmalloc ? "kmalloc" : "vmalloc", WALK_PAGES, rounds);
    if (is_kmalloc)
        kfree(p);
    else
        vfree(p);
}

static int __init vmalloc_test_init(void)
{
    if (rounds)
        bench();
    return sysfs_create_dir(sysfs_debug, "vmalloc_test", test_attrs, tests)
               ? 0
               : -ENOMEM;
}
module_init(vmalloc_test_init);
#endif
