/*
 * Slab caches as a whole: how they are made, merged, sized, counted, shown and
 * destroyed. Every test that can runs on each allocator.
 */
#include "proc_fs.h"
#include "sysfs.h"
#include "tests/mm_slab.h"
#include "vmstat.h"

START_TEST(all_memory_comes_back_from_an_empty_cache)
{
    struct kmem_cache *cache;
    void *objects[1000];
    struct slabinfo info;
    unsigned long before;

    boot(_i);
    cache = kmem_cache_create("test", 100, 0, SLAB_NO_MERGE, NULL);
    before = all_free_pages();
    for (int i = 0; i < 1000; i++)
        objects[i] = kmem_cache_alloc(cache, GFP_KERNEL);
    slab_ops.get_info(cache, &info);
    ck_assert_uint_ge(info.active_objs, 1000);
    ck_assert_uint_le(info.active_objs, 1000 + 120);
    ck_assert_uint_lt(all_free_pages(), before - 20);
    for (int i = 0; i < 1000; i++)
        kmem_cache_free(cache, objects[(i * 7) % 1000]);
    kmem_cache_shrink(cache);
    ck_assert_uint_eq(slabs_of(cache), 0);
    ck_assert_uint_eq(all_free_pages(), before);
    kmem_cache_destroy(cache);
    slab_check();
}
END_TEST

START_TEST(a_cache_in_use_is_not_destroyed)
{
    struct kmem_cache *cache;
    unsigned char *p;

    boot(_i);
    cache = kmem_cache_create("test", 100, 0, SLAB_NO_MERGE, NULL);
    p = kmem_cache_zalloc(cache, GFP_KERNEL);
    kmem_cache_destroy(cache);
    ck_assert_ptr_nonnull(strstr(host_log(), "kmem_cache_destroy test: Slab "
                                             "cache still has objects\n"));
    ck_assert(is_filled(p, 0, 100));
    slab_check();
}
END_TEST

START_TEST(caches_of_a_size_are_one)
{
    struct kmem_cache *a, *b, *other;

    boot(_i);
    a = kmem_cache_create("a", 1000, 0, 0, NULL);
    b = kmem_cache_create("b", 998, 0, 0, NULL);
    ck_assert_ptr_eq(a, b);
    ck_assert_int_eq(a->refcount, 2);
    other = kmem_cache_create("c", 1000, 0, SLAB_RECLAIM_ACCOUNT, NULL);
    ck_assert_ptr_ne(a, other);
    kmem_cache_destroy(b);
    kmem_cache_free(a, kmem_cache_alloc(a, GFP_KERNEL));
    kmem_cache_destroy(a);
    kmem_cache_destroy(other);
    slab_check();
}
END_TEST

#define SLUB_ONLY 0

static struct sysfs_dir *shown(const char *name)
{
    return sysfs_find(sysfs_find(sysfs_kernel, "slab"), name);
}

START_TEST(sys_shows_no_cache_that_is_gone)
{
    struct kmem_cache *a, *b;

    boot(SLUB_ONLY);
    a = kmem_cache_create("a", 1000, 0, 0, NULL);
    b = kmem_cache_create("b", 1000, 0, 0, NULL);
    ck_assert_ptr_eq(sysfs_data(shown(":0001000")), a);
    ck_assert_ptr_nonnull(shown("b"));
    kmem_cache_destroy(a);
    ck_assert_ptr_nonnull(shown(":0001000"));
    kmem_cache_destroy(b);
    ck_assert_ptr_null(shown(":0001000"));
    ck_assert_ptr_null(shown("a"));
    /* What is left of b is its link: the next b has one of its own. */
    b = kmem_cache_create("b", 1000, 0, SLAB_NO_MERGE, NULL);
    ck_assert_ptr_eq(sysfs_data(shown("b")), b);
    kmem_cache_destroy(b);
    ck_assert_ptr_null(shown("b"));
}
END_TEST

/* No more objects than a slab can count. */
START_TEST(large_orders_are_for_large_objects)
{
    ck_assert_int_eq(early_param_slub_min_order_setup.setup("7"), 0);
    boot(SLUB_ONLY);
    ck_assert_uint_eq(kmem_cache_create("test", 64, 0, SLAB_NO_MERGE, NULL)
                          ->order,
                      7);
    kfree(kmalloc(8, GFP_KERNEL));
    slab_check();
}
END_TEST

/* All memory in single pages, of which every other one is freed. */
static void fragment(void)
{
    struct page *page, *kept = NULL;

    while ((page = alloc_pages(GFP_NOWAIT | __GFP_MEMALLOC, 0)) != NULL) {
        page->lru.next = (void *)kept;
        kept = page;
    }
    while ((page = kept) != NULL) {
        kept = (void *)page->lru.next;
        if (page_to_pfn(page) & 1)
            __free_pages(page, 0);
    }
}

START_TEST(a_smaller_slab_is_better_than_reclaim)
{
    struct kmem_cache *s;

    boot(SLUB_ONLY);
    s = kmem_cache_create("test", 2048, 0, SLAB_NO_MERGE, NULL);
    ck_assert_uint_gt(s->order, s->min_order);
    fragment();
    kmem_cache_free(s, kmem_cache_alloc(s, GFP_KERNEL));
    ck_assert_uint_eq(sum_vm_event(ALLOCSTALL_DMA) +
                          sum_vm_event(ALLOCSTALL_NORMAL),
                      0);
    ck_assert_uint_eq(s->cpu_slab[0].stat[ORDER_FALLBACK], 1);
}
END_TEST

START_TEST(slabs_are_counted_by_the_hart_that_frees_them)
{
    struct kmem_cache *s;

    nr_harts = 2;
    boot(SLUB_ONLY);
    s = kmem_cache_create("test", 64, 0, SLAB_NO_MERGE, NULL);
    kmem_cache_free(s, kmem_cache_alloc(s, GFP_KERNEL));
    host_run_on(1);
    kmem_cache_shrink(s);
    ck_assert_uint_eq(s->cpu_slab[0].stat[FREE_SLAB], 0);
    ck_assert_uint_eq(s->cpu_slab[1].stat[FREE_SLAB], 1);
}
END_TEST

START_TEST(krealloc_keeps_what_was_there)
{
    unsigned char *p;

    boot(_i);
    p = krealloc(NULL, 20, GFP_KERNEL);
    memset(p, 9, 20);
    ck_assert_ptr_eq(krealloc(p, 24, GFP_KERNEL), p);
    p = krealloc(p, 200, GFP_KERNEL);
    ck_assert(is_filled(p, 9, 20));
    memset(p, 8, 200);
    p = krealloc(p, 20000, GFP_KERNEL);
    ck_assert(is_filled(p, 8, 200));
    ck_assert_uint_eq(ksize(p), 32768);
    ck_assert_ptr_eq(krealloc(p, 0, GFP_KERNEL), ZERO_SIZE_PTR);
    ck_assert_ptr_eq(kmalloc(0, GFP_KERNEL), ZERO_SIZE_PTR);
    kfree(ZERO_SIZE_PTR);
    kfree(NULL);
    kmem_cache_shrink_all();
    mm_audit();
}
END_TEST

START_TEST(size_classes_are_linux_s)
{
    static const struct {
        size_t size, gets;
    } rows[] = {{1, 8},       {8, 8},       {9, 16},      {33, 64},
                {65, 96},     {97, 128},    {129, 192},   {193, 256},
                {257, 512},   {513, 1024},  {1025, 2048}, {4097, 8192},
                {8192, 8192}, {8193, 16384}};

    boot(_i);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        void *p = kmalloc(rows[i].size, GFP_KERNEL);
        void *dma = kmalloc(rows[i].size, GFP_KERNEL | __GFP_DMA);
        void *rcl = kmalloc(rows[i].size, GFP_KERNEL | __GFP_RECLAIMABLE);

        ck_assert_uint_eq(ksize(p), rows[i].gets);
        ck_assert_uint_eq(ksize(dma), rows[i].gets);
        ck_assert_uint_lt(virt_to_phys(dma) - PHYS_OFFSET, 2u << 20);
        ck_assert_uint_eq(ksize(rcl), rows[i].gets);
        kfree(p);
        kfree(dma);
        kfree(rcl);
    }
}
END_TEST

START_TEST(reclaimable_slabs_are_counted_apart)
{
    unsigned long before;
    void *p;

    boot(_i);
    before = global_node_page_state(NR_SLAB_RECLAIMABLE_B);
    p = kmalloc(700, GFP_KERNEL | __GFP_RECLAIMABLE);
    ck_assert_uint_gt(global_node_page_state(NR_SLAB_RECLAIMABLE_B), before);
    kfree(p);
    kmem_cache_shrink_all();
    ck_assert_uint_eq(global_node_page_state(NR_SLAB_RECLAIMABLE_B), before);
}
END_TEST

START_TEST(slabinfo_has_linux_columns)
{
    const char *text;
    void *p;

    boot(_i);
    p = kmalloc(64, GFP_KERNEL);
    text = host_proc(slabinfo_proc_show);
    ck_assert_ptr_eq(strstr(text, "slabinfo - version: 2.1\n# name "), text);
    ck_assert_ptr_nonnull(strstr(text, "\nkmalloc-64 "));
    ck_assert_ptr_nonnull(strstr(text, "\nkmalloc-rcl-1k "));
    ck_assert_ptr_nonnull(strstr(text, "\ndma-kmalloc-8k "));
    ck_assert_ptr_nonnull(strstr(text, " : tunables "));
    ck_assert_ptr_nonnull(strstr(text, " : slabdata "));
    kfree(p);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mm_slab_cache");
    TCase *tc = tcase_create("mm_slab_cache");
    const TTest *const tests[] = {
        all_memory_comes_back_from_an_empty_cache,
        a_cache_in_use_is_not_destroyed,
        caches_of_a_size_are_one,
        krealloc_keeps_what_was_there,
        size_classes_are_linux_s,
        reclaimable_slabs_are_counted_apart,
        slabinfo_has_linux_columns,
    };

    tcase_set_timeout(tc, 120);
    for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
        tcase_add_loop_test(tc, tests[i], 0, NR_ALLOCATORS);
    tcase_add_test(tc, sys_shows_no_cache_that_is_gone);
    tcase_add_test(tc, large_orders_are_for_large_objects);
    tcase_add_test(tc, a_smaller_slab_is_better_than_reclaim);
    tcase_add_test(tc, slabs_are_counted_by_the_hart_that_frees_them);
    suite_add_tcase(suite, tc);
    return mm_unit_main(suite);
}
