/*
 * Faults, copy-on-write and reclaim: processes that fork and write are
 * compared with arrays of numbers, first with room, then in a memory that is
 * much too small for them, on a disk that ends requests out of order and, at
 * last, on one that fails.
 */
#include "percpu_counter.h"
#include "tests/mm_model.h"

static void run(u32 steps)
{
    for (u32 step = 1; step <= steps; step++) {
        random_step(step);
        if (step % 100 == 0) {
            host_settle();
            mm_audit();
        }
    }
    check_all();
    while (nr_procs)
        drop_proc(0);
    host_settle();
    mm_audit();
    /* What was on its way to the disk when its owner died. */
    reclaim(1000);
    ck_assert_uint_eq(nr_swap_pages, total_swap_pages);
    ck_assert_uint_eq(global_node_page_state(NR_INACTIVE_ANON) +
                          global_node_page_state(NR_ACTIVE_ANON),
                      0);
    ck_assert_int_eq(percpu_counter_sum(&vm_committed_as), 0);
}

START_TEST(forks_and_writes_agree_with_arrays)
{
    boot(16 * 1024);
    start(300);
    run(3000);
}
END_TEST

START_TEST(reads_of_untouched_memory_cost_no_frames)
{
    unsigned long before;

    boot(16 * 1024);
    start(300);
    check_word(0, 0);
    drain_all_pages(NULL);
    before = nr_free_pages();
    for (unsigned long i = 0; i < 300; i++)
        check_word(0, i);
    drain_all_pages(NULL);
    ck_assert_uint_eq(nr_free_pages(), before);
    ck_assert_uint_eq(sum_vm_event(PGFAULT), 300);
}
END_TEST

START_TEST(the_last_owner_of_a_shared_page_writes_without_a_copy)
{
    unsigned long copied;

    boot(16 * 1024);
    start(10);
    write_word(0, 0, 7);
    fork_proc(0);
    write_word(1, 0, 8);
    copied = sum_vm_event(PGREUSE);
    write_word(0, 0, 9);
    ck_assert_uint_eq(sum_vm_event(PGREUSE), copied + 1);
    check_word(1, 0);
    check_word(0, 0);
}
END_TEST

static struct page *page_of(unsigned long addr)
{
    return pfn_to_page(pte_pfn(*mm_find_pte(current->mm, addr)));
}

START_TEST(reclaim_sees_every_use_of_a_page)
{
    unsigned long flags;
    struct page *page;

    boot(16 * 1024);
    start(10);
    write_word(0, 3, 7);
    fork_proc(0);
    check_word(1, 3);
    check_word(0, 3);
    page = page_of(word_at(3));
    ck_assert_int_eq(page_mapcount(page), 2);
    ck_assert_int_eq(page_referenced(page, &flags), 2);
    ck_assert(flags & VM_WRITE);
    ck_assert_int_eq(page_referenced(page, &flags), 0);
    check_word(0, 3); /* the last one that the TLB knows */
    ck_assert_int_eq(page_referenced(page, &flags), 1);
}
END_TEST

START_TEST(an_unmapped_page_is_found_by_nobody)
{
    struct page *page;
    unsigned long faults;

    boot_with_swap(16 * 1024, 100);
    start(10);
    write_word(0, 3, 7);
    fork_proc(0);
    check_word(1, 3);
    check_word(0, 3);
    page = page_of(word_at(3));
    ck_assert(isolate_lru_page(page));
    lock_page(page);
    ck_assert(add_to_swap(page));
    ck_assert(try_to_unmap(page));
    unlock_page(page);
    putback_lru_page(page);
    mm_audit();
    faults = sum_vm_event(PGFAULT);
    check_word(0, 3);
    check_word(1, 3);
    ck_assert_uint_eq(sum_vm_event(PGFAULT), faults + 2);
    mm_audit();
}
END_TEST

START_TEST(four_times_the_memory_is_swapped_and_comes_back)
{
    boot_with_swap(4 * 1024, 6000);
    start(2400);
    for (unsigned long i = 0; i < nr_pages; i++)
        write_word(0, i, (u32)i * 3 + 1);
    check_all();
    for (unsigned long i = 0; i < nr_pages; i++)
        write_word(0, (i * 7) % nr_pages, (u32)i);
    check_all();
    ck_assert_uint_gt(sum_vm_event(PSWPOUT), 4000);
    ck_assert_uint_gt(sum_vm_event(PSWPIN), 4000);
    ck_assert_uint_gt(sum_vm_event(PGSTEAL_KSWAPD), 0);
    ck_assert_uint_eq(sum_vm_event(OOM_KILL), 0);
    host_settle();
    mm_audit();
}
END_TEST

START_TEST(processes_under_pressure_agree_with_arrays)
{
    boot_with_swap(4 * 1024, 8000);
    start(700);
    run(2500);
    ck_assert_uint_gt(sum_vm_event(PSWPOUT), 1000);
    ck_assert_uint_eq(sum_vm_event(OOM_KILL), 0);
}
END_TEST

START_TEST(clean_text_is_dropped_and_read_again)
{
    boot_with_swap(4 * 1024, 4000);
    start(2000);
    for (int i = 0; i < 200; i++)
        check_text(0);
    for (unsigned long i = 0; i < nr_pages; i++)
        write_word(0, i, 1);
    ck_assert_uint_gt(sum_vm_event(PGSTEAL_FILE), 0);
    for (int i = 0; i < 200; i++)
        check_text(0);
}
END_TEST

START_TEST(swapoff_brings_everything_back)
{
    struct block_device *disk;

    disk = boot_with_swap(8 * 1024, 4000);
    start(1000);
    for (unsigned long i = 0; i < nr_pages; i++)
        write_word(0, i, (u32)i);
    fork_proc(0);
    reclaim(800);
    ck_assert_uint_gt(swap_info[0]->inuse_pages, 300);
    ck_assert_int_eq(swapoff_bdev(disk), 0);
    ck_assert_int_eq(total_swap_pages, 0);
    ck_assert_int_eq(nr_swap_pages, 0);
    host_settle();
    mm_audit();
    check_all();
}
END_TEST

START_TEST(a_page_that_the_disk_lost_is_a_bus_error)
{
    struct block_device *disk;
    unsigned long lost = 0;

    disk = boot_with_swap(4 * 1024, 4000);
    start(2000);
    for (unsigned long i = 0; i < nr_pages; i++)
        write_word(0, i, (u32)i);
    host_settle();
    host_disk_fail(disk, true, false, 0, ~0ull >> 1);
    for (unsigned long i = 0; i < nr_pages; i++) {
        u32 word;

        if (host_load(word_at(i), &word)) {
            ck_assert_uint_eq(word, (u32)i);
        } else {
            ck_assert_uint_eq(host_last_fault & VM_FAULT_ERROR,
                              VM_FAULT_SIGBUS);
            lost++;
        }
    }
    ck_assert_uint_gt(lost, 100);
    host_settle();
    mm_audit();
}
END_TEST

START_TEST(a_bad_sector_loses_its_own_page_only)
{
    struct block_device *disk;
    unsigned long lost = 0;

    disk = boot_with_swap(4 * 1024, 4000);
    start(2000);
    for (unsigned long i = 0; i < nr_pages; i++)
        write_word(0, i, (u32)i);
    host_settle();
    host_disk_fail(disk, true, false, 804, 804); /* of slot 100 */
    for (unsigned long i = 0; i < nr_pages; i++) {
        u32 word;

        if (host_load(word_at(i), &word))
            ck_assert_uint_eq(word, (u32)i);
        else
            lost++;
    }
    ck_assert_uint_eq(lost, 1);
    host_settle();
    mm_audit();
}
END_TEST

START_TEST(a_page_that_cannot_be_written_stays)
{
    struct block_device *disk;
    unsigned long stolen;

    disk = boot_with_swap(4 * 1024, 4000);
    start(500);
    host_disk_fail(disk, false, true, 0, ~0ull >> 1);
    for (unsigned long i = 0; i < nr_pages; i++)
        write_word(0, i, (u32)i);
    /* Slabs may come free, but no page of a process. */
    stolen = sum_vm_event(PGSTEAL_ANON);
    reclaim(200);
    ck_assert_uint_eq(sum_vm_event(PGSTEAL_ANON), stolen);
    check_all();
    host_disk_fail(disk, false, false, 0, 0);
    ck_assert_uint_ge(reclaim(100), 100);
    mm_audit();
    check_all();
}
END_TEST

START_TEST(the_largest_is_killed_and_the_others_live)
{
    struct task_struct *small, *large;
    unsigned long i;

    boot_with_swap(4 * 1024, 300);
    start(1200);
    small = procs[0].task;
    for (i = 0; i < 50; i++)
        write_word(0, i, (u32)i);
    large = host_fork(small);
    host_run_as(large);
    for (i = 0; i < nr_pages; i++)
        if (!host_store(word_at(i), 5))
            break;
    ck_assert_uint_lt(i, nr_pages);
    ck_assert(host_is_killed(large));
    ck_assert(!host_is_killed(small));
    ck_assert_uint_eq(sum_vm_event(OOM_KILL), 1);
    host_exit(large);
    host_settle();
    mm_audit();
    for (i = 0; i < 50; i++)
        check_word(0, i);
}
END_TEST

START_TEST(every_failing_page_is_survived)
{
    boot(16 * 1024);
    start(100);
    for (unsigned long nth = 1; nth < 60; nth++) {
        fork_proc(0);
        fail_nth = nth;
        for (unsigned long i = 0; i < 20; i++)
            write_word(1, i, (u32)(nth + i));
        fail_nth = 0;
        check_all();
        drop_proc(1);
        mm_audit();
    }
}
END_TEST

START_TEST(proc_files_say_what_is_there)
{
    const char *text;
    char line[80];

    boot(16 * 1024);
    start(100);
    for (unsigned long i = 0; i < 100; i++)
        write_word(0, i, 1);
    text = host_proc(meminfo_proc_show);
    snprintf(line, sizeof line,
             "MemTotal:       %8lu kB\nMemFree:        "
             "%8lu kB\n",
             totalram_pages() * 4, nr_free_pages() * 4);
    ck_assert_ptr_eq(strstr(text, line), text);
    ck_assert_ptr_nonnull(strstr(text, "\nAnonPages:           400 kB\n"));
    text = host_proc(vmstat_proc_show);
    ck_assert_ptr_nonnull(strstr(text, "\npgfault 100\n"));
    ck_assert_ptr_nonnull(strstr(text, "\nnr_anon_pages 100\n"));
    text = host_proc(zoneinfo_proc_show);
    ck_assert_ptr_eq(strstr(text, "Node 0, zone      DMA\n"), text);
    ck_assert_ptr_nonnull(strstr(text, "\n        protection: (0, "));
    text = host_proc(swaps_proc_show);
    ck_assert_str_eq(text,
                     "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mm_fault");
    TCase *tc = tcase_create("mm_fault");

    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, forks_and_writes_agree_with_arrays);
    tcase_add_test(tc, reads_of_untouched_memory_cost_no_frames);
    tcase_add_test(tc, the_last_owner_of_a_shared_page_writes_without_a_copy);
    tcase_add_test(tc, reclaim_sees_every_use_of_a_page);
    tcase_add_test(tc, an_unmapped_page_is_found_by_nobody);
    tcase_add_test(tc, four_times_the_memory_is_swapped_and_comes_back);
    tcase_add_test(tc, processes_under_pressure_agree_with_arrays);
    tcase_add_test(tc, clean_text_is_dropped_and_read_again);
    tcase_add_test(tc, swapoff_brings_everything_back);
    tcase_add_test(tc, a_page_that_the_disk_lost_is_a_bus_error);
    tcase_add_test(tc, a_bad_sector_loses_its_own_page_only);
    tcase_add_test(tc, a_page_that_cannot_be_written_stays);
    tcase_add_test(tc, the_largest_is_killed_and_the_others_live);
    tcase_add_test(tc, every_failing_page_is_survived);
    tcase_add_test(tc, proc_files_say_what_is_there);
    suite_add_tcase(suite, tc);
    return mm_unit_main(suite);
}
