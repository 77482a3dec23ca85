/*
 * Processes under test, and the model that they are compared with: an array of
 * words, one a page, for each. They share a file, fork, write and give memory
 * back at random.
 */
#ifndef QUIRE_TESTS_MM_MODEL_H
#define QUIRE_TESTS_MM_MODEL_H

#include "errno.h"
#include "guestos/arch/host/host.h"
#include "guestos/mm/internal.h"
#include "guestos/mm/swap_state.h"
#include "pagemap.h"
#include "proc_fs.h"
#include "rmap.h"
#include "string.h"
#include "swap.h"
#include "tests/mm_unit.h"

#define BASE 0x10000000ul
#define TEXT 0x00100000ul
#define MAX_PAGES 3000
#define MAX_PROCESSES 6
#define FILE_SEED 0x1000000u

static struct {
    struct task_struct *task;
    u32 *words; /* one a page */
} procs[MAX_PROCESSES];
static unsigned long nr_pages;
static unsigned int nr_procs;

static inline void add_proc(struct task_struct *task, const u32 *words)
{
    procs[nr_procs].task = task;
    procs[nr_procs].words = malloc(MAX_PAGES * sizeof(u32));
    if (words)
        memcpy(procs[nr_procs].words, words, MAX_PAGES * sizeof(u32));
    else
        memset(procs[nr_procs].words, 0, MAX_PAGES * sizeof(u32));
    nr_procs++;
}

/* One process with so many pages of memory, and the pages of a file. */
static inline void start(unsigned long pages)
{
    struct file *file = host_file(40 * PAGE_SIZE, FILE_SEED);

    nr_pages = pages;
    add_proc(host_process("p"), NULL);
    host_run_as(procs[0].task);
    ck_assert_uint_eq(vm_mmap(NULL, BASE, pages * PAGE_SIZE,
                              PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0),
                      BASE);
    ck_assert_uint_eq(vm_mmap(file, TEXT, 40 * PAGE_SIZE,
                              PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED,
                              0),
                      TEXT);
    fput(file);
}

static inline void boot(unsigned long ram_kib)
{
    host_seed();
    host_boot(ram_kib, ram_kib / 8, ram_kib * 3 / 4);
}

static inline struct block_device *boot_with_swap(unsigned long ram_kib,
                                           unsigned long slots)
{
    struct block_device *disk = host_disk("swap", slots);

    boot(ram_kib);
    host_mkswap(disk);
    ck_assert(has_swap_signature(disk));
    ck_assert_int_eq(swapon_bdev(disk), 0);
    kswapd_run();
    return disk;
}

/* As a task that has no memory of its own, so often until it is enough. */
static inline unsigned long reclaim(unsigned long wanted)
{
    struct task_struct *task = current;
    unsigned long freed = 0;

    host_run_as(&init_task);
    for (int i = 0; i < 30 && freed < wanted; i++) {
        freed += shrink_all(wanted - freed);
        host_settle();
    }
    host_run_as(task);
    return freed;
}

static inline unsigned long word_at(unsigned long page)
{
    return BASE + page * PAGE_SIZE + page % 1000 * 4;
}

static inline void check_word(unsigned int p, unsigned long page)
{
    u32 word = ~procs[p].words[page];

    host_run_as(procs[p].task);
    ck_assert(host_load(word_at(page), &word));
    ck_assert_uint_eq(word, procs[p].words[page]);
}

static inline void write_word(unsigned int p, unsigned long page, u32 value)
{
    host_run_as(procs[p].task);
    ck_assert(host_store(word_at(page), value));
    procs[p].words[page] = value;
}

static inline void drop_proc(unsigned int p)
{
    host_exit(procs[p].task);
    free(procs[p].words);
    procs[p] = procs[--nr_procs];
}

static inline void fork_proc(unsigned int p)
{
    struct task_struct *child = host_fork(procs[p].task);

    ck_assert_ptr_nonnull(child);
    add_proc(child, procs[p].words);
}

static inline void advise(unsigned int p, unsigned long page, unsigned long n)
{
    host_run_as(procs[p].task);
    ck_assert_int_eq(
        sys_madvise(BASE + page * PAGE_SIZE, n * PAGE_SIZE, MADV_DONTNEED), 0);
    memset(procs[p].words + page, 0, n * sizeof(u32));
}

static inline void check_text(unsigned int p)
{
    unsigned long offset = host_random(40) * PAGE_SIZE + 64;
    u32 word;

    host_run_as(procs[p].task);
    ck_assert(host_load(TEXT + offset, &word));
    ck_assert_uint_eq(word, FILE_SEED + (u32)offset);
}

static inline void random_step(u32 step)
{
    unsigned int p = (unsigned int)host_random(nr_procs);
    unsigned long page = host_random(nr_pages);
    unsigned long run = min(nr_pages - page, 1 + host_random(24));

    switch (host_random(40)) {
    case 0:
        if (nr_procs < MAX_PROCESSES)
            fork_proc(p);
        break;
    case 1:
        if (nr_procs > 1)
            drop_proc(p);
        break;
    case 2:
        advise(p, page, run);
        break;
    case 3:
        check_text(p);
        break;
    default:
        for (unsigned long i = page; i < page + run; i++)
            if (host_random(2))
                write_word(p, i, step * 64 + (u32)(i - page));
            else
                check_word(p, i);
    }
}

static inline void check_all(void)
{
    for (unsigned int p = 0; p < nr_procs; p++)
        for (unsigned long i = 0; i < nr_pages; i++)
            check_word(p, i);
}

#endif
