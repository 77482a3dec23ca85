/*
 * Boot memory, zones, watermarks and the buddy allocator, against bitmaps and
 * Linux's own numbers.
 */
#include "guestos/arch/host/host.h"
#include "guestos/mm/internal.h"
#include "memblock.h"
#include "proc_fs.h"
#include "string.h"
#include "tests/mm_unit.h"

#define RAM_KIB (16 * 1024)
#define PAGES (RAM_KIB / 4)

static struct zone *zone_of(enum zone_type i)
{
    return &contig_page_data.node_zones[i];
}

/* -- memblock ------------------------------------------------------------ */

START_TEST(boot_allocations_are_aligned_and_disjoint)
{
    u64 total = 0;

    host_arena_init(4096);
    memblock_reserve(PHYS_OFFSET + 4000 * 1024, 10);
    for (int i = 0; i < 20; i++) {
        u64 before = memblock.reserved.total_size;
        u64 pa = memblock_phys_alloc(1000, 256, ~0ull);

        ck_assert_uint_ne(pa, 0);
        ck_assert_uint_eq(pa % 256, 0);
        ck_assert_uint_eq(memblock.reserved.total_size - before, 1000);
        total += 1000;
    }
    ck_assert_uint_eq(memblock.reserved.total_size, total + 10);
    ck_assert_uint_eq(memblock_phys_alloc(8u << 20, 1, ~0ull), 0);
    ck_assert_uint_eq(memblock_phys_alloc(4096, 1, PHYS_OFFSET + 100), 0);
}
END_TEST

/* -- Zones --------------------------------------------------------------- */

START_TEST(every_frame_is_reserved_or_free_after_boot)
{
    unsigned long reserved = 0;

    host_boot(RAM_KIB, 2048, 12288);
    for (unsigned long pfn = min_low_pfn; pfn < max_pfn; pfn++)
        reserved += PageReserved(pfn_to_page(pfn));
    ck_assert_uint_eq(max_pfn - min_low_pfn, PAGES);
    ck_assert_uint_eq(reserved + totalram_pages(), PAGES);
    ck_assert_uint_eq(zone_of(ZONE_DMA)->spanned_pages, 512);
    ck_assert_uint_eq(zone_of(ZONE_NORMAL)->spanned_pages, 3072 - 512);
    ck_assert_uint_eq(zone_of(ZONE_HIGHMEM)->managed_pages, 1024);
    mm_audit();
}
END_TEST

START_TEST(watermarks_follow_linux_formulas)
{
    unsigned long low, min;

    host_boot(RAM_KIB, 2048, 12288);
    low =
        zone_of(ZONE_DMA)->managed_pages + zone_of(ZONE_NORMAL)->managed_pages;
    /* 4 * sqrt(KiB of low memory), the root rounded down */
    min = (unsigned long)min_free_kbytes;
    ck_assert_uint_le(min * min, low * 4 * 16);
    ck_assert_uint_gt((min + 1) * (min + 1), low * 4 * 16);
    ck_assert_uint_eq(min_wmark_pages(zone_of(ZONE_NORMAL)),
                      min / 4 * zone_of(ZONE_NORMAL)->managed_pages / low);
    ck_assert_uint_eq(min_wmark_pages(zone_of(ZONE_HIGHMEM)), 32);
    ck_assert_uint_eq(low_wmark_pages(zone_of(ZONE_NORMAL)),
                      min_wmark_pages(zone_of(ZONE_NORMAL)) +
                          min_wmark_pages(zone_of(ZONE_NORMAL)) / 4);
    ck_assert_uint_eq(zone_of(ZONE_NORMAL)->lowmem_reserve[ZONE_HIGHMEM],
                      zone_of(ZONE_HIGHMEM)->managed_pages / 32);
    ck_assert_uint_eq(zone_of(ZONE_DMA)->lowmem_reserve[ZONE_NORMAL],
                      zone_of(ZONE_NORMAL)->managed_pages / 256);
}
END_TEST

START_TEST(allocations_fall_back_downwards_only)
{
    struct page *page;
    enum zone_type last = ZONE_HIGHMEM;
    unsigned long n[MAX_NR_ZONES] = {0};

    host_boot(RAM_KIB, 2048, 12288);
    page = alloc_page(GFP_KERNEL);
    ck_assert_int_eq(page_zonenum(page), ZONE_NORMAL);
    page = alloc_page(GFP_KERNEL | GFP_DMA);
    ck_assert_int_eq(page_zonenum(page), ZONE_DMA);
    while ((page = get_page_from_freelist(GFP_HIGHUSER, 0, WMARK_LOW))) {
        ck_assert_int_le(page_zonenum(page), last);
        last = page_zonenum(page);
        n[last]++;
    }
    ck_assert_int_eq(last, ZONE_DMA);
    /* What is left in the lower zones is kept for those who need them. */
    ck_assert_uint_ge(zone_page_state(zone_of(ZONE_NORMAL), NR_FREE_PAGES),
                      low_wmark_pages(zone_of(ZONE_NORMAL)) +
                          zone_of(ZONE_NORMAL)->lowmem_reserve[ZONE_HIGHMEM]);
    ck_assert_ptr_nonnull(alloc_page(GFP_ATOMIC | GFP_DMA));
    buddy_check();
}
END_TEST

/* -- Buddies ------------------------------------------------------------- */

START_TEST(one_page_splits_a_block_and_returns_to_it)
{
    char before[4096];
    struct page *page;

    host_boot(RAM_KIB, 2048, 12288);
    drain_all_pages(NULL);
    strcpy(before, host_proc(buddyinfo_proc_show));
    page = alloc_page(GFP_HIGHUSER);
    ck_assert_int_eq(page_zonenum(page), ZONE_HIGHMEM);
    for (int order = 0; order < 10; order++)
        ck_assert_uint_eq(zone_of(ZONE_HIGHMEM)->free_area[order].nr_free, 1);
    ck_assert_uint_eq(zone_of(ZONE_HIGHMEM)->free_area[10].nr_free, 0);
    buddy_check();
    __free_page(page);
    drain_all_pages(NULL);
    ck_assert_str_eq(before, host_proc(buddyinfo_proc_show));
}
END_TEST

START_TEST(exact_allocations_give_the_tail_back)
{
    unsigned long before;
    void *p;

    host_boot(RAM_KIB, 2048, 12288);
    drain_all_pages(NULL);
    before = nr_free_pages();
    p = alloc_pages_exact(65 * PAGE_SIZE, GFP_KERNEL);
    drain_all_pages(NULL);
    ck_assert_uint_eq(nr_free_pages(), before - 65);
    memset(p, 0xff, 65 * PAGE_SIZE);
    buddy_check();
    free_pages_exact(p, 65 * PAGE_SIZE);
    drain_all_pages(NULL);
    ck_assert_uint_eq(nr_free_pages(), before);
    mm_audit();
}
END_TEST

START_TEST(random_use_agrees_with_a_bitmap_and_leaves_nothing)
{
    static bool used[PAGES];
    static struct {
        struct page *page;
        unsigned int order;
    } held[200];
    char before[4096];
    unsigned long n = 0;

    host_seed();
    host_boot(RAM_KIB, 2048, 12288);
    reclaim_ops = (struct reclaim_ops){0};
    drain_all_pages(NULL);
    strcpy(before, host_proc(buddyinfo_proc_show));
    for (int step = 0; step < 20000; step++) {
        if (n < 200 && host_random(2)) {
            unsigned int order = (unsigned int)host_random(7);
            gfp_t zone[] = {GFP_DMA, 0, __GFP_HIGHMEM};
            struct page *page = alloc_pages(
                GFP_NOWAIT | __GFP_NOWARN | zone[host_random(3)], order);

            if (!page)
                continue;
            ck_assert_uint_eq(page_to_pfn(page) % (1ul << order), 0);
            for (unsigned long i = 0; i < 1ul << order; i++) {
                bool *u = &used[page_to_pfn(page) - min_low_pfn + i];

                ck_assert(!*u && !PageReserved(page + i));
                *u = true;
            }
            held[n].page = page;
            held[n++].order = order;
        } else if (n) {
            unsigned long i = host_random(n);

            for (unsigned long k = 0; k < 1ul << held[i].order; k++)
                used[page_to_pfn(held[i].page) - min_low_pfn + k] = false;
            __free_pages(held[i].page, held[i].order);
            held[i] = held[--n];
        }
        if (step % 16 == 0)
            buddy_check();
    }
    while (n--)
        __free_pages(held[n].page, held[n].order);
    buddy_check();
    drain_all_pages(NULL);
    ck_assert_str_eq(before, host_proc(buddyinfo_proc_show));
}
END_TEST

START_TEST(a_page_freed_twice_stops_the_kernel)
{
    struct page *page;

    host_boot(RAM_KIB, 2048, 12288);
    page = alloc_page(GFP_KERNEL);
    __free_page(page);
    __free_page(page);
}
END_TEST

START_TEST(a_mapped_page_cannot_be_freed)
{
    struct page *page;

    host_boot(RAM_KIB, 2048, 12288);
    page = alloc_page(GFP_KERNEL);
    page->_mapcount = 0;
    __free_page(page);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mm_page_alloc");
    TCase *tc = tcase_create("mm_page_alloc");

    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, boot_allocations_are_aligned_and_disjoint);
    tcase_add_test(tc, every_frame_is_reserved_or_free_after_boot);
    tcase_add_test(tc, watermarks_follow_linux_formulas);
    tcase_add_test(tc, allocations_fall_back_downwards_only);
    tcase_add_test(tc, one_page_splits_a_block_and_returns_to_it);
    tcase_add_test(tc, exact_allocations_give_the_tail_back);
    tcase_add_test(tc, random_use_agrees_with_a_bitmap_and_leaves_nothing);
    tcase_add_test_raise_signal(tc, a_page_freed_twice_stops_the_kernel, 6);
    tcase_add_test_raise_signal(tc, a_mapped_page_cannot_be_freed, 6);
    suite_add_tcase(suite, tc);
    return mm_unit_main(suite);
}
