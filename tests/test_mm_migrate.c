/*
 * Migration: pages move to other frames under their users, who must not
 * notice: private ones, shared by fork, of files, of the swap cache, at rest
 * and under write-back. What is pinned stays. The audit counts every reference
 * after it.
 */
#include "tests/mm_migrate.h"

static struct page *fresh_page(struct page *page, unsigned long unused)
{
    (void)page;
    (void)unused;
    return alloc_page(GFP_HIGHUSER_MOVABLE | __GFP_NORETRY | __GFP_NOWARN);
}

/* How many pages of the list stayed; they are put back. */
static int move_list(struct list_head *pages, enum migrate_mode mode)
{
    int rc =
        migrate_pages(pages, fresh_page, NULL, 0, mode, MR_COMPACTION, NULL);

    putback_movable_pages(pages);
    return rc;
}

/* 0: it has moved. */
static int move_page(struct page *page, enum migrate_mode mode)
{
    LIST_HEAD(pages);

    ck_assert(isolate_movable_page(page, &pages));
    return move_list(&pages, mode);
}

/* As move_page, of the page at addr of the current process, which is then
 * elsewhere. */
static void move_page_at(unsigned long addr)
{
    struct page *page = page_of(addr);

    ck_assert_int_eq(move_page(page, MIGRATE_SYNC), 0);
    ck_assert_ptr_ne(page_of(addr), page);
}

START_TEST(a_page_moves_and_its_owner_does_not_notice)
{
    unsigned long faults;

    boot(16 * 1024);
    start(10);
    write_word(0, 3, 7);
    faults = sum_vm_event(PGFAULT);
    move_page_at(word_at(3) & PAGE_MASK);
    settle_and_audit();
    check_word(0, 3);
    write_word(0, 3, 8); /* it is still writable */
    check_word(0, 3);
    ck_assert_uint_eq(sum_vm_event(PGFAULT), faults);
    ck_assert_uint_eq(sum_vm_event(PGMIGRATE_SUCCESS), 1);
    ck_assert_uint_eq(sum_vm_event(PGMIGRATE_FAIL), 0);
}
END_TEST

START_TEST(pages_shared_by_fork_stay_shared_and_read_only)
{
    boot(16 * 1024);
    start(10);
    write_word(0, 3, 7);
    fork_proc(0);
    fork_proc(1);
    for (unsigned int p = 0; p < 3; p++)
        check_word(p, 3);
    move_page_at(word_at(3) & PAGE_MASK);
    ck_assert_int_eq(page_mapcount(page_of(word_at(3))), 3);
    mm_audit();
    write_word(1, 3, 8);
    for (unsigned int p = 0; p < 3; p++)
        check_word(p, 3);
    settle_and_audit();
}
END_TEST

START_TEST(a_page_of_a_file_moves_in_the_cache_and_in_its_mappings)
{
    struct page *page;
    u32 word;

    boot(16 * 1024);
    start(10);
    fork_proc(0);
    for (unsigned int p = 0; p < 2; p++) {
        host_run_as(procs[p].task);
        ck_assert(host_load(TEXT + 64, &word));
    }
    page = page_of(TEXT);
    ck_assert_int_eq(page_mapcount(page), 2);
    set_page_dirty(page);
    ck_assert_uint_eq(global_node_page_state(NR_FILE_DIRTY), 1);
    move_page_at(TEXT);
    ck_assert_int_eq(page_mapcount(page_of(TEXT)), 2);
    ck_assert(PageDirty(page_of(TEXT)));
    ck_assert_uint_eq(global_node_page_state(NR_FILE_DIRTY), 1);
    for (unsigned int p = 0; p < 2; p++) {
        host_run_as(procs[p].task);
        ck_assert(host_load(TEXT + 64, &word));
        ck_assert_uint_eq(word, FILE_SEED + 64);
    }
    settle_and_audit();
    while (nr_procs)
        drop_proc(0);
    settle_and_audit();
    ck_assert_uint_eq(global_node_page_state(NR_FILE_DIRTY), 0);
}
END_TEST

START_TEST(a_page_that_is_only_in_the_cache_moves)
{
    struct page *page, *moved;
    struct file *file;
    u32 *words;

    boot(16 * 1024);
    file = host_file(PAGE_SIZE, 5);
    page = read_mapping_page(file->f_mapping, 0, file);
    put_page(page);
    ck_assert_int_eq(move_page(page, MIGRATE_ASYNC), 0);
    moved = find_get_page(file->f_mapping, 0);
    ck_assert_ptr_nonnull(moved);
    ck_assert_ptr_ne(moved, page);
    ck_assert(PageUptodate(moved));
    words = page_address(moved);
    if (words)
        ck_assert_uint_eq(words[9], 5 + 36);
    put_page(moved);
    fput(file);
    settle_and_audit();
}
END_TEST

START_TEST(a_page_of_the_swap_cache_moves_mapped_or_not)
{
    struct page *page;

    boot_with_swap(16 * 1024, 100);
    start(10);
    write_word(0, 3, 7);
    fork_proc(0);
    check_word(1, 3);
    page = swap_cached(word_at(3));
    unlock_page(page);
    ck_assert_int_eq(move_page(page, MIGRATE_ASYNC), 0);
    ck_assert(!PageSwapCache(page));
    settle_and_audit();
    check_word(0, 3); /* maps it again, with its slot kept for the other */
    ck_assert(PageSwapCache(page_of(word_at(3) & PAGE_MASK)));
    move_page_at(word_at(3) & PAGE_MASK);
    settle_and_audit();
    check_word(0, 3);
    check_word(1, 3);
    ck_assert_uint_eq(sum_vm_event(PSWPIN), 0);
}
END_TEST

START_TEST(write_back_is_waited_for_by_the_patient_only)
{
    struct swap_plug plug = {NULL};
    struct page *page;

    boot_with_swap(16 * 1024, 100);
    start(10);
    write_word(0, 3, 7);
    page = swap_cached(word_at(3));
    ClearPageDirty(page);
    swap_writepage(page, &plug); /* unlocks */
    swap_plug_flush(&plug);
    ck_assert(PageWriteback(page));
    ck_assert_int_eq(move_page(page, MIGRATE_ASYNC), 1);
    ck_assert_int_eq(move_page(page, MIGRATE_SYNC_LIGHT), 1);
    ck_assert(PageWriteback(page));
    ck_assert_uint_eq(sum_vm_event(PGMIGRATE_FAIL), 2);
    ck_assert_int_eq(move_page(page, MIGRATE_SYNC), 0);
    settle_and_audit();
    check_word(0, 3);
}
END_TEST

START_TEST(a_pinned_page_stays)
{
    struct page *page;

    boot(16 * 1024);
    start(10);
    write_word(0, 3, 7);
    ck_assert_int_eq(get_user_page(current->mm, word_at(3), true, &page), 0);
    ck_assert_int_eq(move_page(page, MIGRATE_SYNC), 1);
    ck_assert_ptr_eq(page_of(word_at(3) & PAGE_MASK), page);
    ck_assert_uint_eq(sum_vm_event(PGMIGRATE_FAIL), 1);
    ck_assert_uint_eq(sum_vm_event(PGMIGRATE_SUCCESS), 0);
    write_word(0, 3, 9);
    put_page(page);
    mm_audit();
    ck_assert_int_eq(move_page(page, MIGRATE_ASYNC), 0);
    check_word(0, 3);
    settle_and_audit();
}
END_TEST

START_TEST(a_pinned_page_of_a_file_stays_in_its_cache)
{
    struct page *page;
    u32 word;

    boot(16 * 1024);
    start(10);
    ck_assert(host_load(TEXT, &word));
    page = page_of(TEXT);
    get_page(page);
    ck_assert_int_eq(move_page(page, MIGRATE_SYNC), 1);
    ck_assert_ptr_eq(page_of(TEXT), page);
    put_page(page);
    settle_and_audit();
}
END_TEST

START_TEST(without_a_free_frame_everything_stays)
{
    struct page *page;
    LIST_HEAD(pages);

    boot(16 * 1024);
    start(10);
    for (unsigned long i = 0; i < 3; i++) {
        write_word(0, i, 7 + (u32)i);
        page = page_of(BASE + i * PAGE_SIZE);
        ck_assert(isolate_movable_page(page, &pages));
    }
    fail_nth = 2;
    ck_assert_int_eq(move_list(&pages, MIGRATE_SYNC), -ENOMEM);
    settle_and_audit();
    ck_assert_uint_eq(sum_vm_event(PGMIGRATE_SUCCESS), 1);
    ck_assert_uint_eq(sum_vm_event(PGMIGRATE_FAIL), 1);
    for (unsigned long i = 0; i < 3; i++)
        check_word(0, i);
}
END_TEST

START_TEST(a_page_that_nobody_has_any_more_goes)
{
    unsigned long before;
    struct page *page;
    LIST_HEAD(pages);

    boot(16 * 1024);
    start(10);
    write_word(0, 3, 7);
    page = page_of(word_at(3) & PAGE_MASK);
    ck_assert(isolate_movable_page(page, &pages));
    advise(0, 3, 1);
    before = all_free_pages();
    ck_assert_int_eq(move_list(&pages, MIGRATE_ASYNC), 0);
    ck_assert_uint_eq(all_free_pages(), before + 1);
    settle_and_audit();
}
END_TEST

/* -- All of it at random ------------------------------------------------- */

/* Pages of a random range of frames. */
static void move_some(void)
{
    unsigned long pfn = min_low_pfn + host_random(max_pfn - min_low_pfn);
    unsigned long end = min(pfn + host_random(200), max_pfn);
    struct task_struct *task = current;
    LIST_HEAD(pages);

    host_run_as(&init_task);
    for (; pfn < end; pfn++)
        isolate_movable_page(pfn_to_page(pfn), &pages);
    move_list(&pages, (enum migrate_mode)host_random(3));
    host_run_as(task);
}

static void run_and_move(u32 steps)
{
    for (u32 step = 1; step <= steps; step++) {
        random_step(step);
        if (host_random(3) == 0)
            move_some();
        if (step % 50 == 0)
            settle_and_audit();
    }
    check_all();
    while (nr_procs)
        drop_proc(0);
    settle_and_audit();
}

START_TEST(processes_whose_pages_move_agree_with_arrays)
{
    boot(16 * 1024);
    start(300);
    run_and_move(2000);
    ck_assert_uint_gt(sum_vm_event(PGMIGRATE_SUCCESS), 2000);
}
END_TEST

START_TEST(so_do_those_that_are_swapped_as_well)
{
    boot_with_swap(4 * 1024, 8000);
    start(700);
    run_and_move(1500);
    ck_assert_uint_gt(sum_vm_event(PGMIGRATE_SUCCESS), 2000);
    ck_assert_uint_gt(sum_vm_event(PSWPOUT), 1000);
}
END_TEST

static Suite *migrate_suite(void)
{
    Suite *suite = suite_create("mm_migrate");
    TCase *tc = tcase_create("mm_migrate");

    tcase_set_timeout(tc, 300);
    tcase_add_test(tc, a_page_moves_and_its_owner_does_not_notice);
    tcase_add_test(tc, pages_shared_by_fork_stay_shared_and_read_only);
    tcase_add_test(tc, a_page_of_a_file_moves_in_the_cache_and_in_its_mappings);
    tcase_add_test(tc, a_page_that_is_only_in_the_cache_moves);
    tcase_add_test(tc, a_page_of_the_swap_cache_moves_mapped_or_not);
    tcase_add_test(tc, write_back_is_waited_for_by_the_patient_only);
    tcase_add_test(tc, a_pinned_page_stays);
    tcase_add_test(tc, a_pinned_page_of_a_file_stays_in_its_cache);
    tcase_add_test(tc, without_a_free_frame_everything_stays);
    tcase_add_test(tc, a_page_that_nobody_has_any_more_goes);
    tcase_add_test(tc, processes_whose_pages_move_agree_with_arrays);
    tcase_add_test(tc, so_do_those_that_are_swapped_as_well);
    suite_add_tcase(suite, tc);
    return suite;
}

int main(void)
{
    return mm_unit_main(migrate_suite());
}
