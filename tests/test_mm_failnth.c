/*
 * Every allocation of frames in a scenario is made to fail, one by one: of a
 * process that maps memory and a file, forks, writes, is swapped out and in,
 * and ends. The kernel may kill or refuse; it must neither panic nor lose a
 * frame, and the audit must find nothing.
 */
#include <stdio.h>

#include "guestos/arch/host/host.h"
#include "guestos/mm/internal.h"
#include "pagemap.h"
#include "slab.h"
#include "string.h"
#include "swap.h"
#include "tests/mm_unit.h"

#define BASE 0x10000000ul
#define TEXT 0x00100000ul
#define PAGES 40ul
#define FILE_PAGES 8ul

static struct file *file;

static bool touch(unsigned long base, unsigned long pages, u32 value)
{
    for (unsigned long i = 0; i < pages; i++)
        if (!host_store(base + i * PAGE_SIZE, value))
            return false;
    return true;
}

static void swap_out(struct task_struct *task)
{
    host_run_as(&init_task);
    shrink_all(PAGES / 2);
    host_settle();
    host_run_as(task);
}

/* All of it, or as far as it goes. */
static void live(struct task_struct *task)
{
    struct task_struct *child;
    u32 word;

    host_run_as(task);
    if (vm_mmap(NULL, BASE, PAGES * PAGE_SIZE, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0) != BASE)
        return;
    if (vm_mmap(file, TEXT, FILE_PAGES * PAGE_SIZE, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_FIXED, 0) != TEXT)
        return;
    if (!touch(BASE, PAGES, 1) || !touch(TEXT, FILE_PAGES / 2, 2))
        return;
    if (!host_load(TEXT + (FILE_PAGES - 1) * PAGE_SIZE, &word))
        return;
    child = host_fork(task);
    if (!child)
        return;
    host_run_as(child);
    if (touch(BASE, PAGES / 2, 3)) {
        swap_out(child);
        touch(BASE, PAGES, 4);
        do_mprotect(BASE + 4 * PAGE_SIZE, 8 * PAGE_SIZE, PROT_READ);
        vm_munmap(BASE + 20 * PAGE_SIZE, 4 * PAGE_SIZE);
    }
    host_exit(child);
    host_run_as(task);
    touch(BASE, PAGES, 5);
}

/* Runs it once; false: the n-th allocation was never reached. */
static bool run(unsigned long nth)
{
    struct task_struct *task = host_process("p");
    bool was_hit;

    fail_nth_page = nth;
    live(task);
    was_hit = nth && !fail_nth_page;
    fail_nth_page = 0;
    host_exit(task);
    host_settle();
    truncate_inode_pages(file->f_mapping, 0);
    return was_hit;
}

static unsigned long frames_left(void)
{
    kmem_cache_shrink_all();
    drain_all_pages(NULL);
    mm_audit();
    ck_assert_uint_eq(mm_check_frames(), 0);
    return nr_free_pages();
}

START_TEST(each_allocation_of_a_scenario_may_fail)
{
    struct block_device *disk = host_disk("swap", 300);
    unsigned long before, nth;

    host_seed();
    host_boot(8 * 1024, 1024, 6 * 1024);
    host_mkswap(disk);
    ck_assert_int_eq(swapon_bdev(disk), 0);
    kswapd_run();
    file = host_file(FILE_PAGES * PAGE_SIZE, 77);
    for (int i = 0; i < 3; i++) /* what stays, as caches of slabs, is there */
        run(0);
    before = frames_left();
    for (nth = 1; run(nth); nth++)
        ck_assert_uint_eq(frames_left(), before);
    printf("# %lu allocations failed in turn\n", nth - 1);
    fflush(stdout);
    ck_assert_uint_gt(nth, PAGES);
    ck_assert_uint_eq(frames_left(), before);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mm_failnth");
    TCase *tc = tcase_create("mm_failnth");

    tcase_set_timeout(tc, 300);
    tcase_add_test(tc, each_allocation_of_a_scenario_may_fail);
    suite_add_tcase(suite, tc);
    return mm_unit_main(suite);
}
