/*
 * Pressure on caches and reserves against it: shrinkers scan their share, what
 * they cannot do is deferred; mempools hand out their reserve when there is
 * nothing else, and wait for what comes back.
 */
#include "guestos/arch/host/host.h"
#include "guestos/mm/internal.h"
#include "init.h"
#include "kernel.h"
#include "mempool.h"
#include "mm.h"
#include "shrinker.h"
#include "slab.h"
#include "string.h"
#include "swap.h"
#include "sysfs.h"
#include "tests/mm_unit.h"
#include "vmstat.h"

extern const initcall_t initcall_shrinker_debugfs_init;

static void boot(void)
{
    host_seed();
    host_boot(16 * 1024, 2048, 12288);
}

/* -- Shrinkers ---------------------------------------------------------------
 */

static long objects, asked,
    calls; /* what the shrinker below has and was told */
static bool is_stuck;

static unsigned long count(struct shrinker *shrinker, struct shrink_control *sc)
{
    (void)shrinker, (void)sc;
    return (unsigned long)objects;
}

static unsigned long scan(struct shrinker *shrinker, struct shrink_control *sc)
{
    long n = min(objects, (long)sc->nr_to_scan);

    (void)shrinker;
    if (is_stuck || !(sc->gfp_mask & __GFP_FS))
        return SHRINK_STOP;
    calls++;
    asked += (long)sc->nr_to_scan;
    objects -= n;
    return (unsigned long)n;
}

static struct shrinker shrinker = {
    .name = "test",
    .count_objects = count,
    .scan_objects = scan,
    .seeks = DEFAULT_SEEKS,
};

static void start(long n)
{
    boot();
    register_shrinker(&shrinker);
    objects = n;
}

START_TEST(a_share_of_the_objects_is_scanned)
{
    start(100000);
    /* 100000 >> 4 twice over, in whole batches of 128. */
    ck_assert_uint_eq(shrink_slab(GFP_KERNEL, 0, 4), 12500 / 128 * 128);
    ck_assert_int_eq(calls, 12500 / 128);
    ck_assert_uint_eq(sum_vm_event(SLABS_SCANNED), 12500 / 128 * 128);
    ck_assert_int_eq(atomic_long_read(&shrinker.nr_deferred),
                     12500 - 12500 / 128 * 128);
}
END_TEST

START_TEST(what_is_too_little_adds_up)
{
    unsigned long freed = 0;
    int runs = 0;

    start(4096);
    while (!freed && runs < 1000) {
        freed = shrink_slab(GFP_KERNEL, 0, 12);
        runs++;
    }
    /* Two objects a run, and a 4096th of what was put off: never enough. */
    ck_assert_uint_eq(freed, 0);
    ck_assert_int_eq(atomic_long_read(&shrinker.nr_deferred), 2000);
    ck_assert_uint_gt(shrink_slab(GFP_KERNEL, 0, 2), 0);
}
END_TEST

START_TEST(work_that_may_not_be_done_is_deferred)
{
    start(1000);
    ck_assert_uint_eq(shrink_slab(GFP_NOFS, 0, 1), 0);
    ck_assert_int_eq(atomic_long_read(&shrinker.nr_deferred), 1000);
    ck_assert_int_eq(asked, 0);
    /* The next one does both shares. */
    ck_assert_uint_eq(shrink_slab(GFP_KERNEL, 0, 1), 1000);
    ck_assert_int_eq(objects, 0);
}
END_TEST

START_TEST(deferred_work_has_a_limit)
{
    start(1000);
    is_stuck = true;
    for (int i = 0; i < 100; i++)
        shrink_slab(GFP_KERNEL, 0, 0);
    ck_assert_int_eq(atomic_long_read(&shrinker.nr_deferred), 2000);
}
END_TEST

START_TEST(few_objects_are_scanned_at_last)
{
    start(5);
    ck_assert_uint_eq(shrink_slab(GFP_KERNEL, 0, 12), 0);
    ck_assert_uint_eq(shrink_slab(GFP_KERNEL, 0, 0), 5);
    ck_assert_uint_eq(shrink_slab(GFP_KERNEL, 0, 0), 0);
    unregister_shrinker(&shrinker);
    objects = 1000;
    ck_assert_uint_eq(shrink_slab(GFP_KERNEL, 0, 0), 0);
}
END_TEST

/* Its directory; the number depends on how many there are. */
static struct sysfs_dir *shown(void)
{
    struct sysfs_dir *dir = NULL;
    char name[16];

    for (int i = 0; !dir && i < 10; i++) {
        scnprintf(name, sizeof name, "test-%d", i);
        dir = sysfs_find(sysfs_find(sysfs_debug, "shrinker"), name);
    }
    return dir;
}

START_TEST(a_shrinker_is_shown_while_it_is_registered)
{
    boot();
    ck_assert_int_eq(initcall_shrinker_debugfs_init(), 0);
    ck_assert_ptr_null(shown());
    register_shrinker(&shrinker);
    ck_assert_ptr_nonnull(shown());
    ck_assert_ptr_eq(sysfs_data(shown()), &shrinker);
    unregister_shrinker(&shrinker);
    ck_assert_ptr_null(shown());
}
END_TEST

START_TEST(reclaim_asks_shrinkers)
{
    start(5000);
    shrink_all(64);
    ck_assert_int_lt(objects, 5000);
}
END_TEST

/* -- Mempools ----------------------------------------------------------------
 */

static int left; /* elements that the allocator behind the pool still has */
static int out;  /* and those that it has handed out */

static void *limited_alloc(gfp_t gfp, void *data)
{
    (void)gfp, (void)data;
    if (!left)
        return NULL;
    left--;
    out++;
    return kmalloc(64, GFP_KERNEL);
}

static void limited_free(void *element, void *data)
{
    (void)data;
    kfree(element);
    left++;
    out--;
}

START_TEST(the_reserve_is_for_when_nothing_else_is_left)
{
    void *elements[12];
    mempool_t *pool;

    boot();
    left = 10;
    pool = mempool_create(4, limited_alloc, limited_free, NULL);
    ck_assert_int_eq(pool->curr_nr, 4);
    for (int i = 0; i < 10; i++) {
        elements[i] = mempool_alloc(pool, GFP_ATOMIC);
        ck_assert_ptr_nonnull(elements[i]);
        ck_assert_int_eq(pool->curr_nr, i < 6 ? 4 : 9 - i);
    }
    ck_assert_ptr_null(mempool_alloc(pool, GFP_ATOMIC));
    for (int i = 0; i < 10; i++) {
        mempool_free(elements[i], pool);
        ck_assert_int_eq(pool->curr_nr, min(i + 1, 4));
    }
    mempool_free(NULL, pool);
    mempool_destroy(pool);
    ck_assert_int_eq(out, 0);
    kmem_cache_shrink_all();
    mm_audit();
}
END_TEST

static mempool_t *shared_pool;
static void *held_by_thread;

static int giver(void *data)
{
    (void)data;
    mempool_free(held_by_thread, shared_pool);
    for (;;) {
        current->state = TASK_UNINTERRUPTIBLE;
        schedule();
    }
    return 0;
}

START_TEST(who_may_sleep_waits_for_an_element)
{
    void *first;

    boot();
    left = 1;
    shared_pool = mempool_create(1, limited_alloc, limited_free, NULL);
    first = held_by_thread = mempool_alloc(shared_pool, GFP_NOIO);
    kthread_run(giver, NULL, "giver");
    ck_assert_ptr_eq(mempool_alloc(shared_pool, GFP_NOIO), first);
}
END_TEST

START_TEST(a_pool_can_change_its_size)
{
    mempool_t *pool;
    void *p;

    boot();
    left = 20;
    pool = mempool_create(4, limited_alloc, limited_free, NULL);
    ck_assert_int_eq(mempool_resize(pool, 10), 0);
    ck_assert_int_eq(pool->curr_nr, 10);
    p = mempool_alloc(pool, GFP_KERNEL);
    ck_assert_int_eq(mempool_resize(pool, 2), 0);
    ck_assert_int_eq(pool->curr_nr, 2);
    mempool_free(p, pool);
    mempool_destroy(pool);
    ck_assert_int_eq(out, 0);
}
END_TEST

START_TEST(a_pool_without_memory_is_not_made)
{
    unsigned long before;
    mempool_t *pool;

    boot();
    for (unsigned long nth = 1; nth < 12; nth++) {
        kmem_cache_shrink_all();
        before = all_free_pages();
        fail_nth = nth;
        pool = mempool_create_page_pool(5, 1);
        ck_assert_ptr_null(fail_nth ? NULL : pool);
        fail_nth = 0;
        mempool_destroy(pool);
        kmem_cache_shrink_all();
        ck_assert_uint_eq(all_free_pages(), before);
    }
    pool = mempool_create_kmalloc_pool(3, 200);
    ck_assert_uint_eq(ksize(pool->elements[0]), 256);
    mempool_destroy(pool);
    mm_audit();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mm_shrinker");
    TCase *tc = tcase_create("mm_shrinker");

    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, a_share_of_the_objects_is_scanned);
    tcase_add_test(tc, what_is_too_little_adds_up);
    tcase_add_test(tc, work_that_may_not_be_done_is_deferred);
    tcase_add_test(tc, deferred_work_has_a_limit);
    tcase_add_test(tc, few_objects_are_scanned_at_last);
    tcase_add_test(tc, a_shrinker_is_shown_while_it_is_registered);
    tcase_add_test(tc, reclaim_asks_shrinkers);
    tcase_add_test(tc, the_reserve_is_for_when_nothing_else_is_left);
    tcase_add_test(tc, who_may_sleep_waits_for_an_element);
    tcase_add_test(tc, a_pool_can_change_its_size);
    tcase_add_test(tc, a_pool_without_memory_is_not_made);
    suite_add_tcase(suite, tc);
    return mm_unit_main(suite);
}
