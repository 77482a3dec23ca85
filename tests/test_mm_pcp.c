/*
 * Per-CPU page lists: Linux's sizes, what is refilled and drained when, that
 * every frame is accounted for, and that drained lists leave the buddy
 * allocator as it was at boot.
 */
#include "guestos/arch/host/host.h"
#include "guestos/mm/pcp.h"
#include "page-isolation.h"
#include "proc_fs.h"
#include "string.h"
#include "tests/mm_unit.h"

#define NORMAL (&contig_page_data.node_zones[ZONE_NORMAL])

static struct per_cpu_pages *normal_pcp(void)
{
    return &this_cpu_array(pagesets).zone[pcp_zone_id(NORMAL)];
}

static unsigned long held(void)
{
    return pcp_count(NORMAL);
}

static void boot(unsigned long ram_kib)
{
    host_boot(ram_kib, 0, 0);
    reclaim_ops = (struct reclaim_ops){0};
    drain_all_pages(NULL);
}

START_TEST(high_and_batch_follow_linux)
{
    boot(64 * 1024);
    /* 12288 frames less some: 11 thousands, a quarter is 2, 3 rounds to 2,
     * less one. */
    ck_assert_int_eq(normal_pcp()->batch, 1);
    ck_assert_int_eq(normal_pcp()->high, (int)low_wmark_pages(NORMAL));
}
END_TEST

START_TEST(a_large_zone_has_larger_batches)
{
    boot(512 * 1024);
    /* 126,976 frames: 123 thousands, 30, 45 rounds to 32. */
    ck_assert_int_eq(normal_pcp()->batch, 31);
    ck_assert_int_eq(normal_pcp()->high, (int)low_wmark_pages(NORMAL));
}
END_TEST

START_TEST(a_list_is_refilled_by_the_batch)
{
    unsigned long before;

    boot(512 * 1024);
    before = nr_free_pages();
    ck_assert_uint_eq(held(), 0);
    ck_assert_ptr_nonnull(alloc_page(GFP_KERNEL));
    ck_assert_uint_eq(held(), 30);
    ck_assert_uint_eq(nr_free_pages(), before - 31);
    for (int i = 0; i < 30; i++)
        ck_assert_ptr_nonnull(alloc_page(GFP_KERNEL));
    ck_assert_uint_eq(held(), 0);
    ck_assert_uint_eq(nr_free_pages(), before - 31);
    mm_audit();
}
END_TEST

START_TEST(the_frame_freed_last_is_taken_first)
{
    struct page *a, *b;

    boot(64 * 1024);
    a = alloc_page(GFP_KERNEL);
    b = alloc_page(GFP_KERNEL);
    __free_page(a);
    __free_page(b);
    ck_assert_ptr_eq(alloc_page(GFP_KERNEL), b);
    ck_assert_ptr_eq(alloc_page(GFP_KERNEL), a);
    __free_page(a);
    /* Other kinds have lists of their own. */
    ck_assert_ptr_ne(alloc_page(GFP_KERNEL | __GFP_RECLAIMABLE), a);
    ck_assert_ptr_ne(alloc_page(GFP_HIGHUSER_MOVABLE), a);
    ck_assert_ptr_eq(alloc_page(GFP_KERNEL), a);
}
END_TEST

START_TEST(what_exceeds_high_goes_back_from_the_cold_end)
{
    static struct page *pages[4000];
    int high, batch;

    boot(512 * 1024);
    high = normal_pcp()->high;
    batch = normal_pcp()->batch;
    ck_assert_int_lt(high, 3000);
    for (int i = 0; i < 4000; i++)
        pages[i] = alloc_page(GFP_KERNEL);
    for (int i = 0; i < 4000; i++) {
        __free_page(pages[i]);
        ck_assert_int_le((int)held(), high);
    }
    ck_assert_int_ge((int)held(), batch);
    ck_assert(!PageBuddy(pages[3999]) && list_empty(&pages[0]->lru) == false);
    ck_assert_ptr_eq(alloc_page(GFP_KERNEL), pages[3999]);
    mm_audit();
}
END_TEST

START_TEST(isolated_frames_stay_off_the_lists)
{
    struct page *page;

    boot(64 * 1024);
    do {
        page = alloc_page(GFP_HIGHUSER_MOVABLE);
        SetPageLRU(page);
        drain_all_pages(NULL);
    } while (set_migratetype_isolate(page) != 0);
    ClearPageLRU(page);
    __free_page(page);
    ck_assert_uint_eq(held(), 0);
    buddy_check();
    ck_assert(PageBuddy(page) || !page_count(page));
}
END_TEST

START_TEST(disabled_lists_stay_empty)
{
    struct page *pages[100];
    unsigned long before;

    boot(64 * 1024);
    before = nr_free_pages();
    __free_page(alloc_page(GFP_KERNEL));
    ck_assert_uint_ne(held(), 0);
    zone_pcp_disable(NORMAL); /* what is there goes back */
    ck_assert_uint_eq(held(), 0);
    ck_assert_uint_eq(nr_free_pages(), before);
    for (int i = 0; i < 100; i++)
        pages[i] = alloc_page(GFP_KERNEL);
    ck_assert_uint_eq(nr_free_pages(), before - 100);
    for (int i = 0; i < 100; i++)
        __free_page(pages[i]);
    ck_assert_uint_eq(held(), 0);
    ck_assert_uint_eq(nr_free_pages(), before);
    zone_pcp_enable(NORMAL);
    __free_page(alloc_page(GFP_KERNEL));
    ck_assert_uint_ne(held(), 0);
    mm_audit();
}
END_TEST

START_TEST(disabled_lists_stay_empty_when_sizes_change)
{
    struct page *page;

    boot(512 * 1024);
    ck_assert_int_gt(normal_pcp()->batch, 1);
    drain_all_pages(NULL);
    zone_pcp_disable(NORMAL);
    zone_pcp_disable(NORMAL);
    __free_page(alloc_page(GFP_KERNEL));
    ck_assert_uint_eq(held(), 0);
    zone_pcp_enable(NORMAL);
    setup_per_zone_wmarks(); /* as a write to /proc/sys/vm does */
    page = alloc_page(GFP_KERNEL);
    ck_assert_uint_eq(held(), 0);
    __free_page(page);
    ck_assert_uint_eq(held(), 0);
    zone_pcp_enable(NORMAL);
    __free_page(alloc_page(GFP_KERNEL));
    ck_assert_uint_ne(held(), 0);
    mm_audit();
}
END_TEST

START_TEST(zoneinfo_shows_the_lists)
{
    char expected[200];

    boot(64 * 1024);
    __free_page(alloc_page(GFP_KERNEL));
    snprintf(expected, sizeof expected,
             "\n  pagesets\n    cpu: 0\n              count: %lu\n"
             "              high:  %d\n              batch: %d",
             held(), normal_pcp()->high, normal_pcp()->batch);
    ck_assert_ptr_nonnull(strstr(host_proc(zoneinfo_proc_show), expected));
}
END_TEST

static unsigned long allocated(void)
{
    return sum_vm_event(PGALLOC_DMA) + sum_vm_event(PGALLOC_NORMAL) +
           sum_vm_event(PGALLOC_HIGH);
}

START_TEST(events_count_frames_wherever_they_come_from)
{
    unsigned long alloc, freed;
    struct page *page, *block;

    boot(512 * 1024);
    alloc = allocated();
    freed = sum_vm_event(PGFREE);
    page = alloc_page(GFP_KERNEL);
    block = alloc_pages(GFP_KERNEL, 3);
    ck_assert_uint_eq(allocated() - alloc, 9);
    ck_assert_uint_eq(sum_vm_event(PGFREE) - freed, 0);
    __free_page(page);
    __free_pages(block, 3);
    ck_assert_uint_eq(sum_vm_event(PGFREE) - freed, 9);
    drain_all_pages(NULL);
    ck_assert_uint_eq(sum_vm_event(PGFREE) - freed, 9);
    ck_assert_uint_eq(allocated() - alloc, 9);
}
END_TEST

#define MAX_HELD 4000

/* The order of a free list is not part of the state. */
static void save_state(char *to, size_t size)
{
    size_t n = 0;

    for (unsigned long pfn = min_low_pfn; pfn < max_pfn; pfn++) {
        const struct page *page = pfn_to_page(pfn);

        ck_assert_uint_lt(n, size);
        to[n++] = PageBuddy(page)    ? (char)('A' + buddy_order(page))
                  : page_count(page) ? '1'
                                     : '.';
    }
}

START_TEST(drained_lists_leave_the_state_of_boot)
{
    static char before[16384], after[16384];
    static struct page *pages[MAX_HELD];
    unsigned long n = 0, free;

    host_seed();
    boot(64 * 1024);
    save_state(before, sizeof before);
    free = nr_free_pages();
    for (int step = 0; step < 30000; step++) {
        static const gfp_t gfp[] = {GFP_NOWAIT, GFP_NOWAIT | __GFP_RECLAIMABLE,
                                    GFP_NOWAIT | __GFP_HIGHMEM | __GFP_MOVABLE,
                                    GFP_NOWAIT | GFP_DMA};

        if (n < MAX_HELD && host_random(2 + step / 5000 % 2)) {
            struct page *page = alloc_page(gfp[host_random(4)] | __GFP_NOWARN);

            if (page)
                pages[n++] = page;
        } else if (n) {
            unsigned long i = host_random(n);

            __free_page(pages[i]);
            pages[i] = pages[--n];
        }
        if (host_random(500) == 0)
            drain_local_pages(host_random(2) ? NORMAL : NULL);
        if (step % 500 == 0) {
            unsigned long on_lists = pcp_check();

            ck_assert_uint_eq(buddy_check() + on_lists + n, free);
        }
    }
    while (n)
        __free_page(pages[--n]);
    drain_all_pages(NULL);
    save_state(after, sizeof after);
    ck_assert_int_eq(memcmp(before, after, sizeof before), 0);
    mm_audit();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mm_pcp");
    TCase *tc = tcase_create("mm_pcp");

    tcase_set_timeout(tc, 300);
    tcase_add_test(tc, high_and_batch_follow_linux);
    tcase_add_test(tc, a_large_zone_has_larger_batches);
    tcase_add_test(tc, a_list_is_refilled_by_the_batch);
    tcase_add_test(tc, the_frame_freed_last_is_taken_first);
    tcase_add_test(tc, what_exceeds_high_goes_back_from_the_cold_end);
    tcase_add_test(tc, isolated_frames_stay_off_the_lists);
    tcase_add_test(tc, disabled_lists_stay_empty);
    tcase_add_test(tc, disabled_lists_stay_empty_when_sizes_change);
    tcase_add_test(tc, zoneinfo_shows_the_lists);
    tcase_add_test(tc, events_count_frames_wherever_they_come_from);
    tcase_add_test(tc, drained_lists_leave_the_state_of_boot);
    suite_add_tcase(suite, tc);
    return mm_unit_main(suite);
}
