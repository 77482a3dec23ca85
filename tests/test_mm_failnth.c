/*
 * Every allocation of every scenario below is made to fail, one by one, be it
 * of frames or of an object, until a whole run has met no failure. The kernel
 * may refuse or kill; it must neither panic nor lose a frame, what a process
 * has written stays, and the audit finds nothing, after each run. With both
 * slab allocators.
 */
#include <stdio.h>

#include "fault-inject.h"
#include "guestos/arch/host/host.h"
#include "guestos/mm/internal.h"
#include "guestos/mm/kmem_cache.h"
#include "mempool.h"
#include "pagemap.h"
#include "proc_fs.h"
#include "slab.h"
#include "string.h"
#include "swap.h"
#include "tests/mm_unit.h"

#define BASE 0x10000000ul
#define TEXT 0x00100000ul
#define PAGES 40ul
#define FILE_PAGES 8ul
#define SPREAD (8ul << 20) /* a page table each */
#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED)

static struct file *file;
static struct task_struct *task; /* who the scenario is about */

/* -- Arming --------------------------------------------------------------- */

static unsigned int nth; /* of this run; 0: none fails */
static bool was_hit;

/* Between these two allocations fail. */
static void arm(void)
{
    fail_nth = nth;
}

static void disarm(void)
{
    was_hit = nth && !fail_nth;
    fail_nth = 0;
}

/* -- Helpers -------------------------------------------------------------- */

static bool touch(unsigned long base, unsigned long pages, u32 value)
{
    for (unsigned long i = 0; i < pages; i++)
        if (!host_store(base + i * PAGE_SIZE, value))
            return false;
    return true;
}

static void expect_words(unsigned long base, unsigned long pages, u32 value)
{
    for (unsigned long i = 0; i < pages; i++) {
        u32 word = 0;

        ck_assert(host_load(base + i * PAGE_SIZE, &word));
        ck_assert_uint_eq(word, value);
    }
}

static void map(unsigned long base, unsigned long pages)
{
    ck_assert_uint_eq(vm_mmap(NULL, base, pages * PAGE_SIZE, RW, ANON, 0),
                      base);
}

static void map_file(void)
{
    ck_assert_uint_eq(vm_mmap(file, TEXT, FILE_PAGES * PAGE_SIZE, RW,
                              MAP_PRIVATE | MAP_FIXED, 0),
                      TEXT);
}

static void swap_out(unsigned long pages)
{
    struct task_struct *was = current;

    host_run_as(&init_task);
    /* First their use is noticed, then they are written, then let go. */
    for (int i = 0; i < 4; i++) {
        shrink_all(pages);
        host_settle();
    }
    host_run_as(was);
}

/* -- Scenarios; the task is new and runs ---------------------------------- */

/* All of a life, or as far as it goes. */
static void live(void)
{
    struct task_struct *child;
    u32 word;

    if (vm_mmap(NULL, BASE, PAGES * PAGE_SIZE, RW, ANON, 0) != BASE)
        return;
    if (vm_mmap(file, TEXT, FILE_PAGES * PAGE_SIZE, RW, MAP_PRIVATE | MAP_FIXED,
                0) != TEXT)
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
        swap_out(PAGES / 2);
        touch(BASE, PAGES, 4);
        do_mprotect(BASE + 4 * PAGE_SIZE, 8 * PAGE_SIZE, PROT_READ);
        vm_munmap(BASE + 20 * PAGE_SIZE, 4 * PAGE_SIZE);
    }
    host_exit(child);
    host_run_as(task);
    touch(BASE, PAGES, 5);
}

static void whole_life(void)
{
    arm();
    live();
    disarm();
}

static void fork_many_tables(void)
{
    struct task_struct *child;

    for (unsigned long i = 0; i < 6; i++) {
        map(BASE + i * SPREAD, 2);
        touch(BASE + i * SPREAD, 2, (u32)i);
    }
    map_file();
    touch(TEXT, 2, 9);
    arm();
    child = host_fork(task);
    disarm();
    if (child) {
        host_run_as(child);
        for (unsigned long i = 0; i < 6; i++)
            expect_words(BASE + i * SPREAD, 2, (u32)i);
        host_exit(child);
        host_run_as(task);
    }
    for (unsigned long i = 0; i < 6; i++)
        expect_words(BASE + i * SPREAD, 2, (u32)i);
}

/* An address space as exec makes it: text, data, bss, heap, a stack with
 * strings. */
static void exec_setup(void)
{
    struct mm_struct *old = task->mm, *mm;
    char strings[] = "program argument";

    arm();
    mm = mm_alloc();
    if (mm) {
        task->mm = task->active_mm = mm;
        if (vm_mmap(file, TEXT, 4 * PAGE_SIZE, PROT_READ | PROT_EXEC,
                    MAP_PRIVATE | MAP_FIXED, 0) == TEXT &&
            vm_mmap(file, TEXT + 4 * PAGE_SIZE, 2 * PAGE_SIZE, RW,
                    MAP_PRIVATE | MAP_FIXED, 4) == TEXT + 4 * PAGE_SIZE &&
            !vm_brk_flags(TEXT + 6 * PAGE_SIZE, 3 * PAGE_SIZE, 0) &&
            !setup_stack_vma(mm, TASK_SIZE - PAGE_SIZE))
            access_process_vm(mm, TASK_SIZE - PAGE_SIZE - sizeof strings,
                              strings, sizeof strings, true);
    }
    disarm();
    task->mm = task->active_mm = old;
    if (mm)
        mmput(mm);
}

static void map_and_split(void)
{
    arm();
    vm_mmap(NULL, BASE, PAGES * PAGE_SIZE, RW, ANON, 0);
    do_mprotect(BASE + 4 * PAGE_SIZE, 4 * PAGE_SIZE, PROT_READ);
    do_mprotect(BASE + 6 * PAGE_SIZE, 8 * PAGE_SIZE, PROT_NONE);
    vm_munmap(BASE + 20 * PAGE_SIZE, 2 * PAGE_SIZE);
    vm_mmap(file, BASE + 24 * PAGE_SIZE, 2 * PAGE_SIZE, PROT_READ,
            MAP_PRIVATE | MAP_FIXED, 0);
    do_mprotect(BASE, 20 * PAGE_SIZE, RW);
    disarm();
}

static void faults(void)
{
    u32 word;

    map(BASE, 8);
    map(BASE + SPREAD, 8);
    map_file();
    arm();
    touch(BASE, 4, 1);               /* a table, an anon_vma, pages */
    host_load(BASE + SPREAD, &word); /* the zero page */
    host_store(BASE + SPREAD, 2);    /* ... is replaced */
    host_load(TEXT, &word);          /* a page of the cache */
    host_store(TEXT, 3);             /* ... is copied */
    host_store(TEXT + PAGE_SIZE, 4); /* at once */
    disarm();
    if (!host_is_killed(task)) {
        expect_words(BASE, 4, 1);
        expect_words(BASE + SPREAD, 1, 2);
        expect_words(TEXT, 1, 3);
    }
}

static void copies_after_fork(void)
{
    struct task_struct *child;

    map(BASE, 12);
    touch(BASE, 12, 1);
    child = host_fork(task);
    ck_assert_ptr_nonnull(child);
    host_run_as(child);
    arm();
    touch(BASE, 12, 2);
    disarm();
    expect_words(BASE, 12, 2);
    host_exit(child);
    host_run_as(task);
    expect_words(BASE, 12, 1);
}

static void swap_in(void)
{
    map(BASE, PAGES);
    touch(BASE, PAGES, 7);
    swap_out(PAGES);
    arm();
    for (unsigned long i = 0; i < PAGES; i++) {
        u32 word;

        host_load(BASE + i * PAGE_SIZE, &word);
    }
    disarm();
    expect_words(BASE, PAGES, 7);
}

static void swap_out_dirty(void)
{
    map(BASE, PAGES);
    touch(BASE, PAGES, 8);
    arm();
    swap_out(PAGES);
    disarm();
    expect_words(BASE, PAGES, 8);
}

static void construct(void *object)
{
    *(u32 *)object = 0x600d;
}

static void own_caches(void)
{
    static const unsigned int sizes[] = {24, 200, 1500, 6000};
    struct kmem_cache *s[ARRAY_SIZE(sizes)];
    void *object[ARRAY_SIZE(sizes)][4] = {0};

    arm();
    for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
        s[i] = kmem_cache_create("own", sizes[i], 0, SLAB_NO_MERGE,
                                 i == 1 ? construct : NULL);
        for (int j = 0; s[i] && j < 4; j++)
            object[i][j] = kmem_cache_alloc(s[i], GFP_KERNEL);
    }
    disarm();
    for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
        for (int j = 0; s[i] && j < 4; j++)
            kmem_cache_free(s[i], object[i][j]);
        kmem_cache_destroy(s[i]);
    }
}

static void kmalloc_sizes(void)
{
    void *p[16], *larger;

    arm();
    for (unsigned int i = 0; i < 16; i++)
        p[i] = kmalloc(1ul << i, i % 3 ? GFP_KERNEL : GFP_ATOMIC);
    larger = krealloc(p[5], 3000, GFP_KERNEL);
    disarm();
    if (larger)
        p[5] = larger;
    for (unsigned int i = 0; i < 16; i++)
        kfree(p[i]);
}

static void pools(void)
{
    mempool_t *pool, *pages;
    void *element[6] = {0};

    arm();
    pool = mempool_create_kmalloc_pool(4, 300);
    pages = mempool_create_page_pool(3, 1);
    for (int i = 0; pool && i < 6; i++)
        element[i] = mempool_alloc(pool, GFP_NOWAIT);
    if (pool)
        (void)!mempool_resize(pool, 8);
    disarm();
    for (int i = 0; pool && i < 6; i++)
        mempool_free(element[i], pool);
    mempool_destroy(pages);
    mempool_destroy(pool);
}

static void blocks(void)
{
    struct page *page[5];
    void *exact;

    arm();
    for (unsigned int order = 0; order < 5; order++)
        page[order] = alloc_pages(GFP_KERNEL | __GFP_ZERO, order);
    exact = alloc_pages_exact(5 * PAGE_SIZE, GFP_KERNEL);
    disarm();
    for (unsigned int order = 0; order < 5; order++)
        if (page[order])
            __free_pages(page[order], order);
    if (exact)
        free_pages_exact(exact, 5 * PAGE_SIZE);
}

static void read_file(void)
{
    arm();
    for (pgoff_t i = 0; i < FILE_PAGES; i++) {
        struct page *page =
            filemap_get_page(file->f_mapping, i, file, &(bool){false});

        if (!IS_ERR(page))
            put_page(page);
    }
    disarm();
}

static void tune_arrays(void)
{
    char line[] = "own 60 30 4", back[] = "own 120 60 8";
    struct kmem_cache *s = kmem_cache_create("own", 64, 0, SLAB_NO_MERGE, NULL);

    arm();
    slabinfo_write(line); /* SLUB has no arrays, and says so */
    slabinfo_write(back);
    disarm();
    kmem_cache_destroy(s);
}

static const struct scenario {
    const char *name;
    void (*run)(void);
    unsigned int least; /* allocations that it makes, at least */
} scenarios[] = {
    {"a whole life", whole_life, PAGES},
    {"fork", fork_many_tables, 12},
    {"exec", exec_setup, 6},
    {"mmap, mprotect, munmap", map_and_split, 6},
    {"faults", faults, 8},
    {"copies after fork", copies_after_fork, 12},
    {"swap-in", swap_in, 10},
    {"swap-out", swap_out_dirty, 0}, /* it must do without memory */
    {"kmem_cache_create", own_caches, 16},
    {"kmalloc", kmalloc_sizes, 16},
    {"mempool", pools, 16},
    {"alloc_pages", blocks, 6},
    {"reading a file", read_file, FILE_PAGES},
    {"slabinfo", tune_arrays, 0},
};

/* -- Running them --------------------------------------------------------- */

/* Once; false: the n-th allocation was never reached. */
static bool run(const struct scenario *s, unsigned int n)
{
    nth = n;
    task = host_process("p");
    host_run_as(task);
    s->run();
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

static void try_all(const char *allocator)
{
    struct block_device *disk = host_disk("swap", 300);

    host_seed();
    ck_assert_int_eq(slab_setup(allocator), 0);
    host_boot(8 * 1024, 1024, 6 * 1024);
    host_mkswap(disk);
    ck_assert_int_eq(swapon_bdev(disk), 0);
    kswapd_run();
    file = host_file(FILE_PAGES * PAGE_SIZE, 77);
    for (size_t i = 0; i < ARRAY_SIZE(scenarios); i++) {
        const struct scenario *s = &scenarios[i];
        unsigned long before;
        unsigned int n;

        for (int warm = 0; warm < 3; warm++) /* caches of slabs are there */
            run(s, 0);
        before = frames_left();
        for (n = 1; run(s, n); n++)
            ck_assert_msg(frames_left() == before, "%s, %u: %lu frames of %lu",
                          s->name, n, frames_left(), before);
        ck_assert_uint_eq(frames_left(), before);
        printf("# %s: %s: %u allocations failed in turn\n", allocator, s->name,
               n - 1);
        ck_assert_uint_ge(n - 1, s->least);
    }
    fflush(stdout);
}

START_TEST(each_allocation_may_fail_with_slub)
{
    try_all("slub");
}
END_TEST

START_TEST(each_allocation_may_fail_with_slab)
{
    try_all("slab");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mm_failnth");
    TCase *tc = tcase_create("mm_failnth");

    tcase_set_timeout(tc, 300);
    tcase_add_test(tc, each_allocation_may_fail_with_slub);
    tcase_add_test(tc, each_allocation_may_fail_with_slab);
    suite_add_tcase(suite, tc);
    return mm_unit_main(suite);
}
