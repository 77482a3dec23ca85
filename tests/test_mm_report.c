/*
 * What is said of frames: their owners, the words of kpageflags, fragmentation
 * as a number, settings; and that the audit finds what is wrong.
 */
#include "errno.h"
#include "guestos/arch/host/host.h"
#include "guestos/mm/page_owner.h"
#include "guestos/mm/pcp.h"
#include "init.h"
#include "page_report.h"
#include "proc_fs.h"
#include "slab.h"
#include "string.h"
#include "tests/mm_unit.h"

#define ZONE(i) (&contig_page_data.node_zones[i])

extern const struct early_param early_param_page_owner_setup;

static void boot(void)
{
    host_boot(64 * 1024, 0, 0);
    reclaim_ops = (struct reclaim_ops){0};
}

/* -- page_owner ---------------------------------------------------------- */

static const char *owner_text(const struct page *page)
{
    static char text[PAGE_OWNER_TEXT];
    unsigned long pfn = page_to_pfn(page);

    if (page_owner_text(&pfn, text, sizeof text) <= 0)
        return NULL;
    return pfn == page_to_pfn(page) ? text : NULL;
}

START_TEST(each_frame_has_a_record_of_its_allocation)
{
    struct page *page;
    char line[100];

    ck_assert_int_eq(early_param_page_owner_setup.setup("maybe"), -EINVAL);
    ck_assert_int_eq(early_param_page_owner_setup.setup("on"), 0);
    boot();
    page = alloc_pages(GFP_HIGHUSER_MOVABLE | __GFP_ZERO, 2);
    snprintf(line, sizeof line,
             "Page allocated via order 2, mask 0x100dca(GFP_HIGHUSER_MOVABLE|"
             "__GFP_ZERO), pid %d, ts 0 ns",
             current->pid);
    ck_assert_ptr_eq(strstr(owner_text(page), line), owner_text(page));
    snprintf(line, sizeof line, "\nPFN %lu type Movable Block %lu type ",
             page_to_pfn(page), page_to_pfn(page) >> 10);
    ck_assert_ptr_nonnull(strstr(owner_text(page), line));
    ck_assert_ptr_null(owner_text(page + 1));
    split_page(page, 2);
    ck_assert_ptr_nonnull(strstr(owner_text(page + 1), "order 0"));
    __free_page(page + 1);
    ck_assert_ptr_null(owner_text(page + 1));
    ck_assert_ptr_nonnull(owner_text(page + 2));
}
END_TEST

START_TEST(single_frames_have_records_too)
{
    struct page *page;

    ck_assert_int_eq(early_param_page_owner_setup.setup("on"), 0);
    boot();
    for (int i = 0; i < 50; i++) {
        page = alloc_page(GFP_KERNEL);
        ck_assert_int_eq(page_owner_migratetype(page), MIGRATE_UNMOVABLE);
        __free_page(page);
        ck_assert_int_eq(page_owner_migratetype(page), -1);
    }
    ck_assert_uint_eq(pcp_count(ZONE(ZONE_NORMAL)), 0);
}
END_TEST

START_TEST(without_the_parameter_nothing_is_kept)
{
    unsigned long pfn;
    char text[10];

    boot();
    pfn = min_low_pfn;
    ck_assert_int_eq((int)page_owner_text(&pfn, text, sizeof text), -EINVAL);
}
END_TEST

/* -- kpageflags ---------------------------------------------------------- */

static bool has(const struct page *page, int bit)
{
    return kpageflags(page_to_pfn(page)) >> bit & 1;
}

START_TEST(kpageflags_tells_states_apart)
{
    struct page *block, *compound, *slab;
    void *object;

    boot();
    drain_all_pages(NULL);
    block = alloc_pages(GFP_KERNEL, 3);
    ck_assert(!has(block, 10) && !has(block + 5, 10));
    __free_pages(block, 3);
    ck_assert(has(block, 10) && has(block + 5, 10)); /* KPF_BUDDY */
    compound = alloc_pages(GFP_KERNEL | __GFP_COMP, 1);
    ck_assert(has(compound, 15) && !has(compound, 16)); /* HEAD, TAIL */
    ck_assert(!has(compound + 1, 15) && has(compound + 1, 16));
    object = kmalloc(64, GFP_KERNEL);
    slab = compound_head(virt_to_page(object));
    ck_assert(has(slab, 7)); /* KPF_SLAB */
    ck_assert_uint_eq(kpagecount(page_to_pfn(slab)), 0);
    object = kmalloc(4096, GFP_KERNEL); /* its slab is of several frames */
    slab = compound_head(virt_to_page(object));
    ck_assert_uint_eq(kpageflags(page_to_pfn(slab)), 1 << 7 | 1 << 15);
    ck_assert_uint_eq(kpageflags(page_to_pfn(slab + 1)), 1 << 7 | 1 << 16);
    ck_assert(has(empty_zero_page, 24));             /* KPF_ZERO_PAGE */
    ck_assert(has(pfn_to_page(min_low_pfn), 32));    /* KPF_RESERVED */
    ck_assert_uint_eq(kpageflags(max_pfn), 1 << 20); /* KPF_NOPAGE */
    block = alloc_page(GFP_KERNEL);
    page_set_type(block, PAGE_TYPE_TABLE);
    ck_assert(has(block, 26)); /* KPF_PGTABLE */
    ck_assert_uint_eq(kpagecount(page_to_pfn(block)), 0);
    __free_page(block);
    /* On a per-CPU list: free, and in no block. */
    ck_assert_uint_eq(kpageflags(page_to_pfn(block)), 0);
}
END_TEST

START_TEST(mapped_pages_have_their_count)
{
    struct task_struct *task;
    struct page *page;
    u64 words[3];

    boot();
    task = host_process("p");
    host_run_as(task);
    ck_assert_uint_eq(vm_mmap(NULL, 0x10000000, PAGE_SIZE,
                              PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0),
                      0x10000000);
    ck_assert(host_store(0x10000000, 1));
    page = pfn_to_page(pte_pfn(*mm_find_pte(task->mm, 0x10000000)));
    ck_assert(has(page, 11) && has(page, 12) && has(page, 14) && has(page, 5));
    ck_assert_uint_eq(kpagecount(page_to_pfn(page)), 1);
    task_pagemap(task->mm, 0x10000000 - PAGE_SIZE, words, 3);
    ck_assert_uint_eq(words[0] | words[2], 0);
    /* Present, mapped once, anonymous. */
    ck_assert_uint_eq(words[1], 1ull << 63 | 1ull << 56 | page_to_pfn(page));
    ck_assert_ptr_nonnull(host_fork(task));
    ck_assert_uint_eq(kpagecount(page_to_pfn(page)), 2);
    task_pagemap(task->mm, 0x10000000, words, 1);
    ck_assert_uint_eq(words[0], 1ull << 63 | page_to_pfn(page));
}
END_TEST

/* -- Fragmentation ------------------------------------------------------- */

START_TEST(fragmentation_is_told_in_thousandths)
{
    static struct page *pages[20000];
    unsigned long n = 0;
    struct page *page;

    boot();
    while ((page = get_page_from_freelist(0, 0, ALLOC_NO_WATERMARKS)))
        pages[n++] = page;
    drain_all_pages(NULL);
    while ((page = get_page_from_freelist(0, 0, ALLOC_NO_WATERMARKS)))
        pages[n++] = page;
    ck_assert_ptr_nonnull(strstr(host_proc(unusable_index_show),
                                 "Node 0, zone   Normal 1.000 1.000 1.000 "));
    ck_assert_ptr_nonnull(strstr(host_proc(extfrag_index_show),
                                 "Node 0, zone   Normal 0.000 0.000 0.000 "));
    /* Every second frame: order 0 has all, others nothing. */
    for (unsigned long i = 0; i < n; i++)
        if (page_to_pfn(pages[i]) % 2 && page_zone(pages[i]) == ZONE(1))
            __free_page(pages[i]);
    drain_all_pages(NULL);
    ck_assert_ptr_nonnull(strstr(host_proc(unusable_index_show),
                                 "Node 0, zone   Normal 0.000 1.000 1.000 "));
    /* 1 - (1/blocks + 1/2): half by want of memory; then 3/4, 7/8. */
    ck_assert_ptr_nonnull(strstr(host_proc(extfrag_index_show),
                                 "Node 0, zone   Normal -1.000 0.500 0.750 "
                                 "0.875 "));
}
END_TEST

/* -- Settings ------------------------------------------------------------ */

START_TEST(settings_are_read_checked_and_followed)
{
    unsigned long min;

    boot();
    min = min_wmark_pages(ZONE(ZONE_NORMAL));
    ck_assert_int_eq(min_free_kbytes_write("4096"), 0);
    ck_assert_str_eq(host_proc(min_free_kbytes_show), "4096\n");
    ck_assert_uint_gt(min_wmark_pages(ZONE(ZONE_NORMAL)), min * 3);
    ck_assert_int_eq(min_free_kbytes_write("10000000"), -EINVAL);
    ck_assert_int_eq(min_free_kbytes_write("12 13"), -EINVAL);
    ck_assert_int_eq(min_free_kbytes_write("many"), -EINVAL);
    ck_assert_int_eq(min_free_kbytes_write(""), -EINVAL);
    ck_assert_str_eq(host_proc(lowmem_reserve_ratio_show), "256\t32\t0\n");
    ck_assert_int_eq(lowmem_reserve_ratio_write("10 0"), 0);
    ck_assert_str_eq(host_proc(lowmem_reserve_ratio_show), "10\t0\t0\n");
    ck_assert_uint_eq(ZONE(ZONE_DMA)->lowmem_reserve[ZONE_NORMAL],
                      ZONE(ZONE_NORMAL)->managed_pages / 10);
    ck_assert_int_eq(lowmem_reserve_ratio_write("1 2 3 4"), -EINVAL);
    ck_assert_int_eq(watermark_scale_factor_write("1000"), 0);
    ck_assert_uint_ge(low_wmark_pages(ZONE(ZONE_NORMAL)) -
                          min_wmark_pages(ZONE(ZONE_NORMAL)),
                      ZONE(ZONE_NORMAL)->managed_pages / 10);
    ck_assert_int_eq(watermark_scale_factor_write("0"), -EINVAL);
    ck_assert_int_eq(percpu_pagelist_high_fraction_write("100"), 0);
    ck_assert_int_eq(this_cpu_array(pagesets).zone[pcp_zone_id(ZONE(ZONE_NORMAL))].high,
                     (int)ZONE(ZONE_NORMAL)->managed_pages / 100);
    ck_assert_int_eq(percpu_pagelist_high_fraction_write("7"), -EINVAL);
    mm_audit();
}
END_TEST

/* -- The audit ----------------------------------------------------------- */

START_TEST(the_audit_is_content_with_what_is_right)
{
    boot();
    ck_assert_ptr_nonnull(alloc_pages(GFP_KERNEL | __GFP_COMP, 3));
    __free_page(alloc_page(GFP_KERNEL));
    ck_assert_int_eq(mm_command("audit"), 0);
    ck_assert_uint_eq(mm_check_frames(), 0);
    ck_assert_int_eq(mm_command("audits"), -EINVAL);
}
END_TEST

/* A free block's frame is used: each of these ends in a panic. */
static void spoil(int how)
{
    struct page *page = alloc_page(GFP_KERNEL);
    struct per_cpu_pages *pcp =
        &this_cpu_array(pagesets).zone[pcp_zone_id(ZONE(ZONE_NORMAL))];

    switch (how) {
    case 0: /* taken from a list behind the counters' back */
        __free_page(page);
        list_del(&page->lru);
        page->_refcount = 1;
        break;
    case 1: /* a lost frame is only in flight to the kernel; not here */
        page->_refcount = 0;
        ck_assert_uint_eq(mm_check_frames(), 1);
        page->_refcount = 1;
        SetPageLRU(page);
        SetPageSlab(page);
        break;
    case 2:
        ZONE(ZONE_NORMAL)->vm_stat[NR_FREE_PAGES]++;
        break;
    case 3:
        pcp->room++;
        break;
    case 4:
        ZONE(ZONE_NORMAL)->nr_reserved_highatomic++;
        break;
    case 5: /* a pageblock changes its type, and its lists do not */
        drain_all_pages(NULL);
        set_pageblock_migratetype(page, MIGRATE_RECLAIMABLE);
        break;
    case 6: /* freed without a merge */
        page = alloc_pages(GFP_KERNEL, 1);
        split_page(page, 1);
        __free_page(page + 1);
        drain_all_pages(NULL);
        page->_refcount = 0;
        spin_lock_irq(&ZONE(ZONE_NORMAL)->lock);
        add_to_free_list(page, ZONE(ZONE_NORMAL), 0,
                         get_pageblock_migratetype(page), false);
        spin_unlock_irq(&ZONE(ZONE_NORMAL)->lock);
        mod_zone_page_state(ZONE(ZONE_NORMAL), NR_FREE_PAGES, 1);
        break;
    default:
        page->_refcount = -1;
    }
}
#define NR_SPOILS 8

START_TEST(the_audit_finds_what_is_wrong)
{
    boot();
    spoil(_i);
    mm_check_frames();
}
END_TEST

int main(void)
{

    Suite *suite = suite_create("mm_report");
    TCase *tc = tcase_create("mm_report");

    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, each_frame_has_a_record_of_its_allocation);
    tcase_add_test(tc, single_frames_have_records_too);
    tcase_add_test(tc, without_the_parameter_nothing_is_kept);
    tcase_add_test(tc, kpageflags_tells_states_apart);
    tcase_add_test(tc, mapped_pages_have_their_count);
    tcase_add_test(tc, fragmentation_is_told_in_thousandths);
    tcase_add_test(tc, settings_are_read_checked_and_followed);
    tcase_add_test(tc, the_audit_is_content_with_what_is_right);
    tcase_add_loop_test_raise_signal(tc, the_audit_finds_what_is_wrong, 6, 0,
                                     NR_SPOILS);
    suite_add_tcase(suite, tc);
    return mm_unit_main(suite);
}
