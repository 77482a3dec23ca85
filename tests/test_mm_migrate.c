/*
 * Migration: pages move to other frames under their users, who must not
 * notice: private ones, shared by fork, of files, of the swap cache, at rest
 * and under write-back. What is pinned stays; who comes while a page moves
 * waits; what happens to an address space meanwhile is not undone. The audit
 * counts every reference after it.
 */
#include "tests/mm_model.h"

#include "kernel.h"
#include "migrate.h"
#include "swapops.h"

static struct page *page_of(unsigned long addr)
{
    return pfn_to_page(pte_pfn(*mm_find_pte(current->mm, addr)));
}

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

static void settle_and_audit(void)
{
    host_settle();
    mm_audit();
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

/* The page at addr, in the swap cache and mapped nowhere, locked. */
static struct page *swap_cached(unsigned long addr)
{
    struct page *page = page_of(addr);

    ck_assert(isolate_lru_page(page));
    lock_page(page);
    ck_assert(add_to_swap(page));
    ck_assert(try_to_unmap(page));
    putback_lru_page(page);
    return page;
}

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

/* -- While it moves ------------------------------------------------------ */

/* The page at addr, locked and isolated, with its migration entries. */
static struct page *begin_move(unsigned long addr, struct anon_vma **anon_vma)
{
    struct page *page = page_of(addr);

    ck_assert(isolate_lru_page(page));
    lock_page(page);
    *anon_vma = try_to_migrate(page);
    ck_assert(!page_mapped(page));
    return page;
}

/* It stays where it was. */
static void end_move(struct page *page, struct anon_vma *anon_vma)
{
    remove_migration_ptes(page, page, anon_vma);
    unlock_page(page);
    putback_lru_page(page);
}

static bool has_loaded;

static int load_word(void *task)
{
    u32 word = 0;

    host_run_as(task);
    ck_assert(host_load(word_at(3), &word));
    ck_assert_uint_eq(word, 7);
    has_loaded = true;
    for (;;) {
        current->state = TASK_INTERRUPTIBLE;
        schedule();
    }
    return 0;
}

START_TEST(who_comes_while_a_page_moves_waits)
{
    struct anon_vma *anon_vma;
    struct page *page;

    boot(16 * 1024);
    start(10);
    write_word(0, 3, 7);
    page = begin_move(word_at(3) & PAGE_MASK, &anon_vma);
    host_run_as(&init_task);
    ck_assert_ptr_nonnull(kthread_create(load_word, procs[0].task, "reader"));
    host_settle();
    ck_assert(!has_loaded);
    end_move(page, anon_vma);
    host_settle();
    ck_assert(has_loaded);
    mm_audit();
}
END_TEST

START_TEST(fork_copies_entries_and_both_have_the_page)
{
    struct anon_vma *anon_vma;
    struct page *page;

    boot(16 * 1024);
    start(10);
    write_word(0, 3, 7);
    page = begin_move(word_at(3) & PAGE_MASK, &anon_vma);
    fork_proc(0);
    fork_proc(1);
    ck_assert_uint_eq(get_mm_counter(procs[2].task->mm, MM_ANONPAGES), 1);
    end_move(page, anon_vma);
    ck_assert_int_eq(page_mapcount(page), 3);
    mm_audit();
    write_word(0, 3, 8);
    write_word(2, 3, 9);
    for (unsigned int p = 0; p < 3; p++)
        check_word(p, 3);
    settle_and_audit();
}
END_TEST

START_TEST(unmapping_forgets_entries)
{
    struct anon_vma *anon_vma;
    unsigned long before;
    struct page *page;

    boot(16 * 1024);
    start(10);
    write_word(0, 2, 1);
    before = all_free_pages();
    write_word(0, 3, 7);
    page = begin_move(word_at(3) & PAGE_MASK, &anon_vma);
    advise(0, 3, 1);
    ck_assert_uint_eq(get_mm_counter(current->mm, MM_ANONPAGES), 1);
    end_move(page, anon_vma);
    settle_and_audit();
    ck_assert_uint_eq(all_free_pages(), before);
    check_word(0, 3);
}
END_TEST

START_TEST(the_last_process_may_end_while_its_page_moves)
{
    struct anon_vma *anon_vma;
    struct page *page;

    boot(16 * 1024);
    start(10);
    write_word(0, 3, 7);
    page = begin_move(word_at(3) & PAGE_MASK, &anon_vma);
    drop_proc(0); /* the list of mappings is empty, and held */
    end_move(page, anon_vma);
    settle_and_audit();
}
END_TEST

/* Written, moved, and only then executable: no fence of the program covers the
 * frame where it is now. */
START_TEST(what_becomes_executable_is_fetched_anew)
{
    struct anon_vma *anon_vma;
    unsigned long before;
    struct page *page;

    boot(16 * 1024);
    start(10);
    write_word(0, 3, 7);
    page = begin_move(word_at(3) & PAGE_MASK, &anon_vma);
    end_move(page, anon_vma);
    before = host_icache_flushes;
    ck_assert_int_eq(do_mprotect(BASE, 10 * PAGE_SIZE, PROT_READ), 0);
    ck_assert_uint_eq(host_icache_flushes, before);
    ck_assert_int_eq(do_mprotect(BASE, 10 * PAGE_SIZE, PROT_READ | PROT_EXEC),
                     0);
    ck_assert_uint_eq(host_icache_flushes, before + 1);
    settle_and_audit();
}
END_TEST

START_TEST(mprotect_reaches_what_moves)
{
    struct anon_vma *anon_vma;
    struct page *page;
    u32 word;

    boot(16 * 1024);
    start(10);
    write_word(0, 3, 7);
    page = begin_move(word_at(3) & PAGE_MASK, &anon_vma);
    ck_assert_int_eq(do_mprotect(BASE + 3 * PAGE_SIZE, PAGE_SIZE, PROT_READ),
                     0);
    end_move(page, anon_vma);
    ck_assert(!host_store(word_at(3), 8));
    ck_assert(host_load(word_at(3), &word));
    ck_assert_uint_eq(word, 7);
    page = begin_move(word_at(3) & PAGE_MASK, &anon_vma);
    ck_assert_int_eq(do_mprotect(BASE, 10 * PAGE_SIZE, PROT_NONE), 0);
    end_move(page, anon_vma);
    ck_assert(!host_load(word_at(3), &word));
    page = begin_move(word_at(3) & PAGE_MASK, &anon_vma);
    end_move(page, anon_vma);
    ck_assert(!host_load(word_at(3), &word));
    ck_assert_int_eq(do_mprotect(BASE, 10 * PAGE_SIZE, PROT_READ | PROT_WRITE),
                     0);
    write_word(0, 3, 9);
    settle_and_audit();
}
END_TEST

START_TEST(a_split_or_merged_area_keeps_its_entries)
{
    struct anon_vma *anon_vma;
    struct page *page;

    boot(16 * 1024);
    start(10);
    write_word(0, 3, 7);
    write_word(0, 8, 6);
    page = begin_move(word_at(8) & PAGE_MASK, &anon_vma);
    ck_assert_int_eq(vm_munmap(BASE + 5 * PAGE_SIZE, PAGE_SIZE), 0);
    end_move(page, anon_vma);
    check_word(0, 8);
    page = begin_move(word_at(8) & PAGE_MASK, &anon_vma);
    ck_assert_uint_eq(vm_mmap(NULL, BASE + 5 * PAGE_SIZE, PAGE_SIZE,
                              PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0),
                      BASE + 5 * PAGE_SIZE);
    end_move(page, anon_vma);
    check_word(0, 3);
    check_word(0, 8);
    settle_and_audit();
}
END_TEST

START_TEST(swapoff_passes_by_what_moves)
{
    struct block_device *disk = boot_with_swap(16 * 1024, 100);
    struct anon_vma *anon_vma;
    struct page *page;

    start(10);
    for (unsigned long i = 0; i < 5; i++)
        write_word(0, i, (u32)i);
    page = swap_cached(BASE);
    unlock_page(page);
    page = begin_move(BASE + PAGE_SIZE, &anon_vma);
    ck_assert_int_eq(swapoff_bdev(disk), 0);
    end_move(page, anon_vma);
    for (unsigned long i = 0; i < 5; i++)
        check_word(0, i);
    settle_and_audit();
}
END_TEST

START_TEST(mincore_says_that_it_is_there)
{
    struct anon_vma *anon_vma;
    struct page *page;
    u32 answer;

    boot(16 * 1024);
    start(10);
    write_word(0, 3, 7);
    page = begin_move(word_at(3) & PAGE_MASK, &anon_vma);
    ck_assert_int_eq(sys_mincore(BASE + 3 * PAGE_SIZE, 2 * PAGE_SIZE,
                                 (unsigned char *)BASE + 8 * PAGE_SIZE),
                     0);
    ck_assert(host_load(BASE + 8 * PAGE_SIZE, &answer));
    ck_assert_uint_eq(answer, 1); /* and the next one is not */
    end_move(page, anon_vma);
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
    tcase_add_test(tc, who_comes_while_a_page_moves_waits);
    tcase_add_test(tc, fork_copies_entries_and_both_have_the_page);
    tcase_add_test(tc, unmapping_forgets_entries);
    tcase_add_test(tc, the_last_process_may_end_while_its_page_moves);
    tcase_add_test(tc, what_becomes_executable_is_fetched_anew);
    tcase_add_test(tc, mprotect_reaches_what_moves);
    tcase_add_test(tc, a_split_or_merged_area_keeps_its_entries);
    tcase_add_test(tc, swapoff_passes_by_what_moves);
    tcase_add_test(tc, mincore_says_that_it_is_there);
    tcase_add_test(tc, processes_whose_pages_move_agree_with_arrays);
    tcase_add_test(tc, so_do_those_that_are_swapped_as_well);
    suite_add_tcase(suite, tc);
    return suite;
}

int main(void)
{
    return mm_unit_main(migrate_suite());
}
