/*
 * The slab allocator: objects do not overlap, keep their contents, and what
 * goes wrong with them is found.
 */
#include "guestos/arch/host/host.h"
#include "guestos/mm/internal.h"
#include "guestos/mm/slub.h"
#include "proc_fs.h"
#include "slab.h"
#include "string.h"
#include "tests/mm_unit.h"

static void boot(void)
{
    host_seed();
    host_boot(16 * 1024, 2048, 12288);
}

/* One assertion for all bytes: Check notes each in a file. */
static bool is_filled(const unsigned char *p, unsigned char fill, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (p[i] != fill)
            return false;
    return true;
}

START_TEST(random_objects_keep_their_contents)
{
    static struct {
        unsigned char *p;
        size_t size;
        unsigned char fill;
    } held[500];
    unsigned long n = 0;

    boot();
    for (int step = 0; step < 30000; step++) {
        if (n < 500 && host_random(2)) {
            size_t size = 1 + host_random(host_random(4) ? 300 : 12000);
            unsigned char *p = kmalloc(size, GFP_KERNEL);

            ck_assert_ptr_nonnull(p);
            ck_assert_uint_eq((unsigned long)p % ARCH_KMALLOC_MINALIGN, 0);
            ck_assert_uint_ge(ksize(p), size);
            held[n].fill = (unsigned char)step;
            memset(p, held[n].fill, size);
            held[n].p = p;
            held[n++].size = size;
        } else if (n) {
            unsigned long i = host_random(n);

            ck_assert(is_filled(held[i].p, held[i].fill, held[i].size));
            kfree(held[i].p);
            held[i] = held[--n];
        }
        if (step % 64 == 0)
            slab_check();
    }
    while (n--)
        kfree(held[n].p);
    kmem_cache_shrink_all();
    mm_audit();
}
END_TEST

START_TEST(all_memory_comes_back_from_an_empty_cache)
{
    struct kmem_cache *cache;
    void *objects[1000];
    unsigned long before;

    boot();
    cache = kmem_cache_create("test", 100, 0, 0, NULL);
    before = nr_free_pages();
    for (int i = 0; i < 1000; i++)
        objects[i] = kmem_cache_alloc(cache, GFP_KERNEL);
    ck_assert_uint_eq(cache->active_objects, 1000);
    ck_assert_uint_lt(nr_free_pages(), before - 20);
    for (int i = 0; i < 1000; i++)
        kmem_cache_free(cache, objects[(i * 7) % 1000]);
    kmem_cache_shrink(cache);
    ck_assert_uint_eq(cache->nr_slabs, 0);
    ck_assert_uint_eq(nr_free_pages(), before);
    kmem_cache_destroy(cache);
    slab_check();
}
END_TEST

static void fill_seven(void *object)
{
    memset(object, 7, 40);
}

START_TEST(a_constructed_object_comes_as_it_was_left)
{
    struct kmem_cache *cache;
    unsigned char *p;

    boot();
    cache = kmem_cache_create("ctor", 40, 0, 0, fill_seven);
    p = kmem_cache_alloc(cache, GFP_KERNEL);
    for (int i = 0; i < 40; i++)
        ck_assert_uint_eq(p[i], 7);
    kmem_cache_free(cache, p);
    p = kmem_cache_alloc(cache, GFP_KERNEL);
    for (int i = 0; i < 40; i++)
        ck_assert_uint_eq(p[i], 7);
}
END_TEST

START_TEST(every_failing_allocation_is_survived)
{
    boot();
    for (unsigned long nth = 1; nth < 20; nth++) {
        void *p[300];
        unsigned long before;

        kmem_cache_shrink_all();
        before = nr_free_pages();
        fail_nth_page = nth;
        for (int i = 0; i < 300; i++)
            p[i] = kmalloc(900, GFP_KERNEL);
        fail_nth_page = 0;
        for (int i = 0; i < 300; i++)
            kfree(p[i]);
        kmem_cache_shrink_all();
        ck_assert_uint_eq(nr_free_pages(), before);
        slab_check();
    }
}
END_TEST

START_TEST(slabinfo_has_linux_columns)
{
    const char *text;
    void *p;

    boot();
    p = kmalloc(64, GFP_KERNEL);
    text = host_proc(slabinfo_proc_show);
    ck_assert_ptr_eq(strstr(text, "slabinfo - version: 2.1\n# name "), text);
    ck_assert_ptr_nonnull(strstr(text, "\nkmalloc-64 "));
    ck_assert_ptr_nonnull(
        strstr(text, " : tunables    0    0    0 : slabdata"));
    kfree(p);
}
END_TEST

START_TEST(an_object_freed_twice_stops_the_kernel)
{
    void *p, *q;

    boot();
    p = kmalloc(64, GFP_KERNEL);
    q = kmalloc(64, GFP_KERNEL);
    kfree(p);
    kfree(q);
    kfree(p);
}
END_TEST

START_TEST(writing_to_a_freed_object_is_found)
{
    struct kmem_cache *cache;
    unsigned long *p;

    boot();
    cache = kmem_cache_create("test", 16, 0, 0, NULL);
    p = kmem_cache_alloc(cache, GFP_KERNEL);
    kmem_cache_free(cache, p);
    p[1] = 0;
    kmem_cache_alloc(cache, GFP_KERNEL);
}
END_TEST

START_TEST(an_object_of_another_cache_is_refused)
{
    struct kmem_cache *cache;

    boot();
    cache = kmem_cache_create("test", 64, 0, 0, NULL);
    kmem_cache_free(cache, kmalloc(64, GFP_KERNEL));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mm_slab");
    TCase *tc = tcase_create("mm_slab");

    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, random_objects_keep_their_contents);
    tcase_add_test(tc, all_memory_comes_back_from_an_empty_cache);
    tcase_add_test(tc, a_constructed_object_comes_as_it_was_left);
    tcase_add_test(tc, every_failing_allocation_is_survived);
    tcase_add_test(tc, slabinfo_has_linux_columns);
    tcase_add_test_raise_signal(tc, an_object_freed_twice_stops_the_kernel, 6);
    tcase_add_test_raise_signal(tc, writing_to_a_freed_object_is_found, 6);
    tcase_add_test_raise_signal(tc, an_object_of_another_cache_is_refused, 6);
    suite_add_tcase(suite, tc);
    return mm_unit_main(suite);
}
