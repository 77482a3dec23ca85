/*
 * While a page moves: its entries stand for it. Who comes waits, and what
 * happens to an address space meanwhile is not undone.
 */
#include "tests/mm_migrate.h"

#include "swapops.h"

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

static Suite *migrate_entries_suite(void)
{
    Suite *suite = suite_create("mm_migrate_entries");
    TCase *tc = tcase_create("mm_migrate_entries");

    tcase_add_test(tc, who_comes_while_a_page_moves_waits);
    tcase_add_test(tc, fork_copies_entries_and_both_have_the_page);
    tcase_add_test(tc, unmapping_forgets_entries);
    tcase_add_test(tc, the_last_process_may_end_while_its_page_moves);
    tcase_add_test(tc, what_becomes_executable_is_fetched_anew);
    tcase_add_test(tc, mprotect_reaches_what_moves);
    tcase_add_test(tc, a_split_or_merged_area_keeps_its_entries);
    tcase_add_test(tc, swapoff_passes_by_what_moves);
    tcase_add_test(tc, mincore_says_that_it_is_there);
    suite_add_tcase(suite, tc);
    return suite;
}

int main(void)
{
    return mm_unit_main(migrate_entries_suite());
}
