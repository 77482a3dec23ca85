/*
 * Compaction: after the fragmentation load, with pages of a real process, most
 * of the free memory is in blocks of the largest order; an allocation that
 * failed succeeds; pinned pages and those of the kernel stay where they are;
 * the counts of deferral; and at random, with the audit after every step.
 */
#include "tests/mm_model.h"

#include <stdio.h>

#include "compaction.h"
#include "guestos/mm/compact.h"
#include "kernel.h"

static unsigned long in_blocks_of_order_10(void)
{
    unsigned long pages = 0;

    for (int i = 0; i < MAX_NR_ZONES; i++)
        pages += contig_page_data.node_zones[i].free_area[10].nr_free << 10;
    return pages;
}

/* -- The fragmentation load ---------------------------------------------- */

#define LOAD_MAX (256ul << 8)

static struct page *kernel_pages[LOAD_MAX];
static unsigned long nr_kernel_pages;
static unsigned long user_pages[LOAD_MAX]; /* by number in the mapping */
static unsigned long nr_user_pages;

static u32 word_of(unsigned long page)
{
    return (u32)page * 2654435761u + 1;
}

static void take_kernel_page(void)
{
    gfp_t gfp = GFP_KERNEL | (host_random(2) ? __GFP_RECLAIMABLE : 0);
    struct page *page = alloc_page(gfp);

    ck_assert_ptr_nonnull(page);
    kernel_pages[nr_kernel_pages++] = page;
}

/* 95 % of the free memory: seven pages of a process to one of the kernel. */
static void fill_memory(void)
{
    unsigned long wanted = all_free_pages() * 95 / 100;
    unsigned long least = nr_free_pages() - wanted;

    while (all_free_pages() > least)
        for (int i = 0; i < 64; i++)
            if (host_random(8)) {
                user_pages[nr_user_pages] = nr_user_pages;
                ck_assert(host_store(BASE + nr_user_pages * PAGE_SIZE,
                                     word_of(nr_user_pages)));
                nr_user_pages++;
            } else {
                take_kernel_page();
            }
}

static void free_half(void)
{
    unsigned long half = nr_kernel_pages / 2;

    while (nr_kernel_pages > half) {
        unsigned long i = host_random(nr_kernel_pages);

        __free_page(kernel_pages[i]);
        kernel_pages[i] = kernel_pages[--nr_kernel_pages];
    }
    half = nr_user_pages / 2;
    while (nr_user_pages > half) {
        unsigned long i = host_random(nr_user_pages);

        ck_assert_int_eq(sys_madvise(BASE + user_pages[i] * PAGE_SIZE,
                                     PAGE_SIZE, MADV_DONTNEED),
                         0);
        user_pages[i] = user_pages[--nr_user_pages];
    }
}

static void load(unsigned long mib)
{
    host_seed();
    host_boot(mib << 10, 0, 0);
    host_run_as(host_process("p"));
    ck_assert_uint_eq(
        vm_mmap(NULL, BASE, LOAD_MAX * PAGE_SIZE, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, 0),
        BASE);
    fill_memory();
    free_half();
    drain_all_pages(NULL);
    mm_audit();
}

static void check_user_pages(void)
{
    u32 word;

    for (unsigned long i = 0; i < nr_user_pages; i++) {
        ck_assert(host_load(BASE + user_pages[i] * PAGE_SIZE, &word));
        ck_assert_uint_eq(word, word_of(user_pages[i]));
    }
}

static void unload(void)
{
    while (nr_kernel_pages)
        __free_page(kernel_pages[--nr_kernel_pages]);
    host_exit(current);
    host_settle();
    mm_audit();
}

static const unsigned long sizes[] = {64, 256};

START_TEST(most_free_memory_is_in_the_largest_blocks_after_it)
{
    unsigned long before, after, free;

    load(sizes[_i]);
    before = in_blocks_of_order_10() * 100 / nr_free_pages();
    ck_assert_int_eq(compact_memory_write("1"), 0);
    free = nr_free_pages();
    after = in_blocks_of_order_10() * 100 / free;
    printf("# %lu MiB: %lu frames free; in blocks of order 10 %lu %% before "
           "and %lu %% after compaction; %lu pages moved\n",
           sizes[_i], free, before, after, sum_vm_event(PGMIGRATE_SUCCESS));
    fflush(stdout);
    mm_audit();
    check_user_pages();
    ck_assert_uint_ge(after, 60);
    unload();
}
END_TEST

/* -- Allocations --------------------------------------------------------- */

#define ORDER 10u

static struct page *alloc_at_once(void)
{
    return alloc_pages(GFP_NOWAIT | __GFP_NOWARN, ORDER);
}

START_TEST(a_request_that_failed_succeeds_after_it)
{
    struct page *page;

    load(64);
    ck_assert_ptr_null(alloc_at_once());
    ck_assert_int_eq(compact_memory_write("1"), 0);
    page = alloc_at_once();
    ck_assert_ptr_nonnull(page);
    __free_pages(page, ORDER);
    check_user_pages();
    unload();
}
END_TEST

START_TEST(who_can_wait_compacts_and_gets_the_block)
{
    struct page *page;

    load(64);
    page = alloc_pages(GFP_KERNEL | __GFP_NOWARN, ORDER);
    ck_assert_ptr_nonnull(page);
    ck_assert_uint_ge(sum_vm_event(COMPACTSTALL), 1);
    ck_assert_uint_eq(sum_vm_event(COMPACTSUCCESS), 1);
    ck_assert_uint_gt(sum_vm_event(COMPACTMIGRATE_SCANNED), 0);
    ck_assert_uint_gt(sum_vm_event(COMPACTFREE_SCANNED), 0);
    ck_assert_uint_ge(sum_vm_event(COMPACTISOLATED),
                      sum_vm_event(PGMIGRATE_SUCCESS));
    ck_assert_uint_eq(sum_vm_event(PGSTEAL_DIRECT), 0);
    __free_pages(page, ORDER);
    check_user_pages();
    unload();
}
END_TEST

START_TEST(who_cannot_wait_wakes_kcompactd)
{
    struct page *page;

    load(64);
    kcompactd_run();
    host_settle();
    ck_assert_ptr_null(alloc_at_once());
    host_settle();
    ck_assert_uint_eq(sum_vm_event(KCOMPACTD_WAKE), 1);
    ck_assert_uint_gt(sum_vm_event(KCOMPACTD_MIGRATE_SCANNED), 0);
    ck_assert_uint_gt(sum_vm_event(KCOMPACTD_FREE_SCANNED), 0);
    page = alloc_at_once();
    ck_assert_ptr_nonnull(page);
    __free_pages(page, ORDER);
    check_user_pages();
    unload();
}
END_TEST

START_TEST(where_memory_lacks_it_is_not_begun)
{
    struct zone *zone;

    load(64);
    zone = &contig_page_data.node_zones[ZONE_NORMAL];
    ck_assert_int_eq(compaction_suitable(zone, ORDER, WMARK_LOW, ZONE_NORMAL),
                     COMPACT_CONTINUE);
    sysctl_extfrag_threshold = 1000; /* never for fragmentation */
    ck_assert_int_eq(compaction_suitable(zone, ORDER, WMARK_LOW, ZONE_NORMAL),
                     COMPACT_SKIPPED);
    sysctl_extfrag_threshold = 500;
    min_free_kbytes = 32 << 10;
    setup_per_zone_wmarks();
    ck_assert_int_eq(compaction_suitable(zone, ORDER, WMARK_LOW, ZONE_NORMAL),
                     COMPACT_SKIPPED);
    ck_assert_int_eq(compaction_suitable(zone, -1, 0, ZONE_NORMAL),
                     COMPACT_CONTINUE);
    unload();
}
END_TEST

START_TEST(what_is_pinned_or_the_kernels_stays)
{
    static struct page *pinned[64];
    u32 word;

    load(64);
    for (int i = 0; i < 64; i++)
        ck_assert_int_eq(get_user_page(current->mm,
                                       BASE + user_pages[i * 50] * PAGE_SIZE,
                                       false, &pinned[i]),
                         0);
    ck_assert_int_eq(compact_memory_write("1"), 0);
    for (int i = 0; i < 64; i++) {
        unsigned long addr = BASE + user_pages[i * 50] * PAGE_SIZE;

        ck_assert(host_load(addr, &word));
        ck_assert_uint_eq(word, word_of(user_pages[i * 50]));
        ck_assert_uint_eq(pte_pfn(*mm_find_pte(current->mm, addr)),
                          page_to_pfn(pinned[i]));
        put_page(pinned[i]);
    }
    check_user_pages();
    unload();
}
END_TEST

/* -- Deferral ------------------------------------------------------------ */

/* How many tries are passed over until one is not. */
static unsigned int passed_over(struct zone *zone, int order)
{
    unsigned int n = 0;

    while (compaction_deferred(zone, order))
        n++;
    return n;
}

START_TEST(each_failure_in_a_row_defers_twice_as_long)
{
    static const unsigned int limits[] = {2, 4, 8, 16, 32, 64, 64, 64};
    struct zone *zone;

    boot(64 * 1024);
    zone = &contig_page_data.node_zones[ZONE_NORMAL];
    ck_assert_uint_eq(passed_over(zone, 5), 0);
    for (unsigned int i = 0; i < ARRAY_SIZE(limits); i++) {
        defer_compaction(zone, 5);
        ck_assert_uint_eq(passed_over(zone, 5), limits[i] - 1);
        ck_assert_int_eq(compaction_restarting(zone, 5), i >= 5);
    }
    compaction_defer_reset(zone, 5, true);
    ck_assert_uint_eq(passed_over(zone, 5), 0);
    ck_assert(!compaction_restarting(zone, 5));
}
END_TEST

START_TEST(an_order_that_succeeded_is_not_deferred_but_higher_ones_are)
{
    struct zone *zone;

    boot(64 * 1024);
    zone = &contig_page_data.node_zones[ZONE_NORMAL];
    defer_compaction(zone, 7);
    defer_compaction(zone, 7);
    compaction_defer_reset(zone, 4, false);
    ck_assert_uint_eq(passed_over(zone, 4), 0);
    ck_assert_uint_eq(passed_over(zone, 5), 3);
    defer_compaction(zone, 3);
    ck_assert_uint_eq(passed_over(zone, 3), 7);
    ck_assert_uint_eq(passed_over(zone, 2), 0);
}
END_TEST

START_TEST(a_failed_run_defers_the_next_and_skips_its_pageblocks)
{
    struct zone *zone;
    unsigned long scanned;
    gfp_t gfp = GFP_KERNEL | __GFP_HIGHMEM;

    /* Not one page can move. */
    load(64);
    zone = &contig_page_data.node_zones[ZONE_NORMAL];
    for (unsigned long i = 0; i < nr_user_pages; i++)
        get_page(pfn_to_page(pte_pfn(
            *mm_find_pte(current->mm, BASE + user_pages[i] * PAGE_SIZE))));
    ck_assert_int_eq(
        try_to_compact_pages(ORDER, gfp, WMARK_MIN, COMPACT_PRIO_SYNC_LIGHT),
        COMPACT_COMPLETE);
    ck_assert_uint_eq(zone->compact_defer_shift, 1);
    ck_assert(zone->compact_blockskip_flush);
    scanned = sum_vm_event(COMPACTMIGRATE_SCANNED);
    ck_assert_int_eq(
        try_to_compact_pages(ORDER, gfp, WMARK_MIN, COMPACT_PRIO_SYNC_LIGHT),
        COMPACT_DEFERRED);
    ck_assert_uint_eq(sum_vm_event(COMPACTMIGRATE_SCANNED), scanned);
    ck_assert_int_eq(
        try_to_compact_pages(ORDER, gfp, WMARK_MIN, COMPACT_PRIO_SYNC_LIGHT),
        COMPACT_COMPLETE);
    ck_assert_uint_eq(sum_vm_event(COMPACTMIGRATE_SCANNED), scanned);
    reset_isolation_suitable(&contig_page_data);
    ck_assert(!zone->compact_blockskip_flush);
    ck_assert_int_eq(
        try_to_compact_pages(ORDER, gfp, WMARK_MIN, COMPACT_PRIO_SYNC_FULL),
        COMPACT_COMPLETE);
    ck_assert_uint_gt(sum_vm_event(COMPACTMIGRATE_SCANNED), scanned);
    for (unsigned long i = 0; i < nr_user_pages; i++)
        put_page(pfn_to_page(pte_pfn(
            *mm_find_pte(current->mm, BASE + user_pages[i] * PAGE_SIZE))));
    check_user_pages();
    unload();
}
END_TEST

/* -- At random ----------------------------------------------------------- */

static struct {
    struct page *page;
    unsigned int order;
} blocks[40];

/* A block comes or goes. */
static void random_block(void)
{
    unsigned int i = (unsigned int)host_random(ARRAY_SIZE(blocks));

    if (blocks[i].page) {
        __free_pages(blocks[i].page, blocks[i].order);
        blocks[i].page = NULL;
        return;
    }
    blocks[i].order = (unsigned int)host_random(7);
    blocks[i].page = alloc_pages((host_random(2) ? GFP_KERNEL : GFP_NOWAIT) |
                                     __GFP_COMP | __GFP_NORETRY | __GFP_NOWARN,
                                 blocks[i].order);
}

static void random_compaction(void)
{
    struct task_struct *task = current;

    host_run_as(&init_task);
    if (host_random(3) == 0)
        ck_assert_int_eq(compact_memory_write("1"), 0);
    else
        try_to_compact_pages(1 + (unsigned int)host_random(MAX_ORDER - 1),
                             GFP_HIGHUSER_MOVABLE, WMARK_MIN,
                             (enum compact_priority)host_random(3));
    host_run_as(task);
}

static void run_and_compact(u32 steps)
{
    for (u32 step = 1; step <= steps; step++) {
        random_step(step);
        if (host_random(2))
            random_block();
        if (host_random(5) == 0) {
            random_compaction();
            host_settle();
            mm_audit();
        }
    }
    check_all();
    for (unsigned int i = 0; i < ARRAY_SIZE(blocks); i++)
        if (blocks[i].page)
            __free_pages(blocks[i].page, blocks[i].order);
    while (nr_procs)
        drop_proc(0);
    host_settle();
    mm_audit();
    ck_assert_uint_gt(sum_vm_event(PGMIGRATE_SUCCESS), steps);
}

START_TEST(compacted_processes_agree_with_arrays)
{
    boot(32 * 1024);
    kcompactd_run();
    start(2000);
    run_and_compact(600);
}
END_TEST

START_TEST(so_they_do_in_too_little_memory)
{
    boot_with_swap(10 * 1024, 8000);
    kcompactd_run();
    start(2900);
    for (unsigned long i = 0; i < nr_pages; i++)
        write_word(0, i, (u32)i);
    run_and_compact(400);
    ck_assert_uint_gt(sum_vm_event(PSWPOUT), 500);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mm_compaction");
    TCase *tc = tcase_create("mm_compaction");

    tcase_set_timeout(tc, 300);
    tcase_add_loop_test(tc, most_free_memory_is_in_the_largest_blocks_after_it,
                        0, 2);
    tcase_add_test(tc, a_request_that_failed_succeeds_after_it);
    tcase_add_test(tc, who_can_wait_compacts_and_gets_the_block);
    tcase_add_test(tc, who_cannot_wait_wakes_kcompactd);
    tcase_add_test(tc, where_memory_lacks_it_is_not_begun);
    tcase_add_test(tc, what_is_pinned_or_the_kernels_stays);
    tcase_add_test(tc, each_failure_in_a_row_defers_twice_as_long);
    tcase_add_test(tc,
                   an_order_that_succeeded_is_not_deferred_but_higher_ones_are);
    tcase_add_test(tc, a_failed_run_defers_the_next_and_skips_its_pageblocks);
    tcase_add_test(tc, compacted_processes_agree_with_arrays);
    tcase_add_test(tc, so_they_do_in_too_little_memory);
    suite_add_tcase(suite, tc);
    return mm_unit_main(suite);
}
