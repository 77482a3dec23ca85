/*
 * What the allocators cost, counted by the machine: with slab_bench=ROUNDS on
 * the command line the boot prints how many instructions the fast paths take,
 * and reads the first word of the first object of many slabs, ROUNDS times
 * over. How often that misses the cache is in the emulator's statistics;
 * bench/slab.sh compares runs with and without colouring.
 */
#include "init.h"
#include "kernel.h"
#include "kmem_cache.h"
#include "string.h"

#if !__STDC_HOSTED__
#include "asm/csr.h"

#define HOT_SIZE 1100 /* three a page; what is left has room for colours */
#define HOT_SLABS 40u
#define REPEATS 8 /* the first of them warm up */

static unsigned long rounds; /* 0: no bench; set at boot */

static int __init slab_bench_setup(const char *value)
{
    rounds = simple_strtoul(value, NULL, 10);
    return 0;
}
early_param("slab_bench", slab_bench_setup);

/* Not inlined: what is counted is the call, arguments in registers. */
static unsigned long noinline now(void)
{
    return csr_read(instret);
}

/* A call of a function that is a `ret`. */
static void *noinline nothing(struct kmem_cache *s, gfp_t gfp)
{
    __asm__ volatile("" : "+r"(s) : "r"(gfp));
    return s;
}

static unsigned long count_nothing(void **object)
{
    unsigned long from = now();

    *object = nothing(NULL, GFP_KERNEL);
    return now() - from;
}

static unsigned long count_nothing_freed(struct kmem_cache *s)
{
    unsigned long from = now();

    nothing(s, 0);
    return now() - from;
}

static unsigned long count_alloc(struct kmem_cache *s, void **object)
{
    unsigned long from = now();

    *object = kmem_cache_alloc(s, GFP_KERNEL);
    return now() - from;
}

static unsigned long count_free(struct kmem_cache *s, void *object)
{
    unsigned long from = now();

    kmem_cache_free(s, object);
    return now() - from;
}

static unsigned long count_kmalloc(size_t size, void **object)
{
    unsigned long from = now();

    *object = kmalloc(size, GFP_KERNEL);
    return now() - from;
}

static unsigned long count_kfree(void *object)
{
    unsigned long from = now();

    kfree(object);
    return now() - from;
}

static void bench_paths(void)
{
    struct kmem_cache *s =
        kmem_cache_create("bench", 64, 0, SLAB_NO_MERGE | SLAB_PANIC, NULL);
    unsigned long flags, none, none_freed, counts[4] = {0};
    void *object;

    local_irq_save(flags);
    /* What is around the function. */
    none = count_nothing(&object) - 1;
    none_freed = count_nothing_freed(s) - 1;
    for (int i = 0; i < REPEATS; i++) {
        counts[0] = count_alloc(s, &object);
        counts[1] = count_free(s, object);
        counts[2] = count_kmalloc(64, &object);
        counts[3] = count_kfree(object);
    }
    local_irq_restore(flags);
    pr_info("slab_bench %s: kmem_cache_alloc %lu, kmem_cache_free %lu, "
            "kmalloc %lu, kfree %lu instructions\n",
            slab_ops.name, counts[0] - none, counts[1] - none_freed,
            counts[2] - none, counts[3] - none_freed);
    kmem_cache_destroy(s);
}

/* The first object of each slab. */
static unsigned int find_first(void **object, unsigned int n, void **first)
{
    unsigned int found = 0;

    for (unsigned int i = 0; i < n; i++) {
        struct page *page = virt_to_head_page(object[i]);

        if (object[i] == slab_ops.start(page) && found < HOT_SLABS)
            first[found++] = object[i];
    }
    return found;
}

static void bench_colours(void)
{
    struct kmem_cache *s = kmem_cache_create("bench", HOT_SIZE, 0,
                                             SLAB_NO_MERGE | SLAB_PANIC, NULL);
    static void *object[HOT_SLABS * 8];
    void *first[HOT_SLABS];
    unsigned int n = 0, found;

    while (n < ARRAY_SIZE(object) &&
           (object[n] = kmem_cache_alloc(s, GFP_KERNEL)) != NULL)
        n++;
    found = find_first(object, n, first);
    for (unsigned long i = 0; i < rounds; i++)
        for (unsigned int j = 0; j < found; j++)
            (void)READ_ONCE(*(unsigned int *)first[j]);
    pr_info("slab_bench %s: first words of %u slabs, %u colours, read %lu "
            "times\n",
            slab_ops.name, found, s->colour, rounds);
    while (n)
        kmem_cache_free(s, object[--n]);
    kmem_cache_destroy(s);
}

static int __init slab_bench(void)
{
    if (!rounds)
        return 0;
    bench_paths();
    bench_colours();
    return 0;
}
module_init(slab_bench);
#endif
