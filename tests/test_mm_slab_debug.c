/*
 * Misuse of slab objects is found and reported, with the object as culprit,
 * in the caches and by the checks that slub_debug= names.
 */
#include "tests/mm_slab.h"

/* The message names `object` as the culprit. */
static void expect_report(const char *log, const char *what, const void *object)
{
    char line[80];

    ck_assert_msg(strstr(log, what) != NULL, "no \"%s\" in: %s", what, log);
    snprintf(line, sizeof line, "Object 0x%p @offset=", object);
    ck_assert_msg(strstr(log, line) != NULL, "no \"%s\" in: %s", line, log);
}

START_TEST(an_object_freed_twice_is_reported)
{
    void *p, *q;
    const char *log;

    boot_with(_i, "FZPU,kmalloc-64");
    p = kmalloc(64, GFP_KERNEL);
    q = kmalloc(64, GFP_KERNEL);
    kfree(p);
    kfree(q);
    kfree(p);
    log = host_log();
    expect_report(log, "BUG kmalloc-64 (Not tainted): Object already free\n",
                  p);
    ck_assert_ptr_nonnull(strstr(log, "Freed in 0x"));
    ck_assert_ptr_nonnull(strstr(log, "FIX kmalloc-64: Object at 0x"));
    ck_assert_ptr_ne(kmalloc(64, GFP_KERNEL), kmalloc(64, GFP_KERNEL));
    slab_check();
}
END_TEST

START_TEST(writing_to_a_freed_object_is_reported)
{
    struct kmem_cache *cache;
    unsigned char *p;

    boot_with(_i, "");
    cache = kmem_cache_create("test", 100, 0, 0, NULL);
    p = kmem_cache_alloc(cache, GFP_KERNEL);
    kmem_cache_free(cache, p);
    p[17] = 0;
    for (int i = 0; i < 300; i++)
        kmem_cache_alloc(cache, GFP_KERNEL);
    expect_report(host_log(), "BUG test (Not tainted): Poison overwritten\n",
                  p);
}
END_TEST

START_TEST(writing_beyond_an_object_is_reported)
{
    unsigned char *p;
    const char *log;

    boot_with(_i, "ZF");
    p = kmalloc(64, GFP_KERNEL);
    p[64] = 1;
    kfree(p);
    log = host_log();
    expect_report(log, "(Not tainted): Right Redzone overwritten\n", p);
    ck_assert_ptr_nonnull(strstr(log, "First byte 0x1 instead of 0xcc\n"));
    p = kmalloc(20, GFP_KERNEL);
    p[-1] = 1;
    kfree(p);
    expect_report(host_log(),
                  "Tainted: G    B            ): Left Redzone overwritten\n",
                  p);
}
END_TEST

START_TEST(a_pointer_into_an_object_is_reported)
{
    char *p;

    boot_with(_i, "F");
    p = kmalloc(64, GFP_KERNEL);
    kfree(p + 8);
    ck_assert_ptr_nonnull(strstr(host_log(), "Invalid object pointer 0x"));
    kfree(p);
    ck_assert_str_eq(host_log(), "");
    kmem_cache_shrink_all();
    slab_check();
}
END_TEST

START_TEST(an_object_of_another_cache_is_refused)
{
    struct kmem_cache *cache;

    boot_with(_i, "F");
    cache = kmem_cache_create("test", 64, 0, 0, NULL);
    kmem_cache_free(cache, kmalloc(64, GFP_KERNEL));
}
END_TEST

START_TEST(debugging_is_for_the_caches_that_are_named)
{
    boot_with(_i, "F;Z,vm*,other;P,test");
    ck_assert_uint_eq(slab_debug_flags("any", 0), SLAB_CONSISTENCY_CHECKS);
    ck_assert_uint_eq(slab_debug_flags("vm_area_struct", 0), SLAB_RED_ZONE);
    ck_assert_uint_eq(slab_debug_flags("other", 0), SLAB_RED_ZONE);
    ck_assert_uint_eq(slab_debug_flags("others", 0), SLAB_CONSISTENCY_CHECKS);
    ck_assert_uint_eq(slab_debug_flags("test", SLAB_PANIC),
                      SLAB_POISON | SLAB_PANIC);
}
END_TEST

START_TEST(debugging_options_are_linux_s)
{
    static const struct {
        const char *option;
        slab_flags_t all, test;
        const char *log;
    } rows[] = {
        // clang-format off
        {"fz",       SLAB_CONSISTENCY_CHECKS | SLAB_RED_ZONE,
                     SLAB_CONSISTENCY_CHECKS | SLAB_RED_ZONE, ""},
        {",test",    0, SLAB_DEBUG_DEFAULT, ""},
        {"fp-u",     SLAB_STORE_USER, SLAB_STORE_USER, ""},
        {";;z;;p,test;", SLAB_RED_ZONE, SLAB_POISON, ""},
        {"fx,test",  0, SLAB_CONSISTENCY_CHECKS,
                     "slub_debug option 'x' unknown. skipped\n"},
        // clang-format on
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        host_log();
        ck_assert_int_eq(early_param_slub_debug_setup.setup(rows[i].option),
                         0);
        ck_assert_uint_eq(slab_debug_flags("any", 0), rows[i].all);
        ck_assert_uint_eq(slab_debug_flags("test", 0), rows[i].test);
        ck_assert_str_eq(host_log(), rows[i].log); /* once */
    }
    /* Of all blocks, whoever asks. */
    ck_assert_int_eq(early_param_slub_debug_setup.setup("f,test;O,other"), 0);
    ck_assert(slab_debug_keeps_order());
}
END_TEST

START_TEST(debugging_may_be_held_to_the_order)
{
    struct kmem_cache *small, *page;

    boot_with(_i, "FZPUO");
    small = kmem_cache_create("small", 64, 0, 0, NULL);
    page = kmem_cache_create("page", 4096, 0, 0, NULL);
    ck_assert_uint_eq(small->flags & SLAB_DEBUG_DEFAULT, SLAB_DEBUG_DEFAULT);
    ck_assert_uint_eq(page->flags & SLAB_DEBUG_DEFAULT,
                      SLAB_CONSISTENCY_CHECKS);
    ck_assert_uint_eq(page->size, 4096);
    kmem_cache_free(page, kmem_cache_alloc(page, GFP_KERNEL));
    ck_assert_str_eq(host_log(), "");
    slab_check();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mm_slab_debug");
    TCase *tc = tcase_create("mm_slab_debug");
    const TTest *const tests[] = {
        an_object_freed_twice_is_reported,
        writing_to_a_freed_object_is_reported,
        writing_beyond_an_object_is_reported,
        a_pointer_into_an_object_is_reported,
        debugging_is_for_the_caches_that_are_named,
        debugging_may_be_held_to_the_order,
    };

    tcase_set_timeout(tc, 120);
    for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
        tcase_add_loop_test(tc, tests[i], 0, NR_ALLOCATORS);
    tcase_add_test(tc, debugging_options_are_linux_s);
    tcase_add_loop_test_raise_signal(tc, an_object_of_another_cache_is_refused,
                                     6, 0, NR_ALLOCATORS);
    suite_add_tcase(suite, tc);
    return mm_unit_main(suite);
}
