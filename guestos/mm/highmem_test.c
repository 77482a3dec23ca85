/*
 * /sys/kernel/debug/kmap: `stats`, how the slots of kmap stand, and `test`,
 * which takes any line and tries the windows to high memory on all CPUs at
 * once. Two threads a CPU, of which one is bound to it, look at pages whose
 * first word is their frame's number, through kmap and through nested
 * kmap_local_page, give up the CPU in between, and count in them; a TLB that
 * knows a slot's last page shows the wrong number or loses a count. Then all
 * slots are taken, and one thread more must wait until one is free. Fails with
 * EIO after saying what was wrong, with ENOMEM for less than TEST_PAGES of high
 * memory.
 */
#include "highmem.h"

#include "init.h"
#include "internal.h"
#include "kernel.h"
#include "mutex.h"
#include "slab.h"
#include "sysfs.h"

#if !__STDC_HOSTED__

#define TEST_PAGES (LAST_PKMAP + LAST_PKMAP / 4)
#define ROUNDS 1500
#define CPU_THREADS 2

struct kmap_test {
    struct page **pages; /* [TEST_PAGES] */
    unsigned long wrong; /* atomic, like the words that the pages count in */
    unsigned long counted;
    struct page *one_more;
    bool is_mapped;
};

struct kmap_tester {
    struct kmap_test *test;
    u32 random;
    struct completion done;
};

static struct page *random_page(struct kmap_tester *t)
{
    t->random = t->random * 1664525u + 1013904223u;
    return t->test->pages[(t->random >> 8) % TEST_PAGES];
}

/* The page is seen at p: is it the right one? */
static void look(struct kmap_tester *t, const struct page *page, u32 *p)
{
    if (p[0] != page_to_pfn(page))
        __atomic_fetch_add(&t->test->wrong, 1, __ATOMIC_RELAXED);
    __atomic_fetch_add(&p[1], 1, __ATOMIC_RELAXED);
    __atomic_fetch_add(&t->test->counted, 1, __ATOMIC_RELAXED);
}

static int test_slots(void *data)
{
    struct kmap_tester *t = data;

    for (int i = 0; i < ROUNDS; i++) {
        struct page *a = random_page(t), *b = random_page(t);
        u32 *pa, *pb;

        pa = kmap(a);
        look(t, a, pa);
        if (i % 16 == 0)
            yield();
        look(t, a, pa);
        kunmap(a);
        pa = kmap_local_page(a);
        pb = kmap_local_page(b);
        look(t, b, pb);
        if (i % 64 == 0)
            schedule_timeout_uninterruptible(1); /* to wake elsewhere */
        else if (i % 8 == 0)
            yield();
        look(t, a, pa);
        look(t, b, pb);
        kunmap_local(pb);
        look(t, a, pa);
        kunmap_local(pa);
    }
    complete(&t->done);
    return 0;
}

/* Threads on all CPUs; 0 or -ENOMEM. */
static int test_on_all_cpus(struct kmap_test *test)
{
    static struct kmap_tester testers[NR_CPUS * CPU_THREADS];
    int cpu, n = 0, error = 0;

    for_each_online_cpu(cpu) {
        for (int i = 0; i < CPU_THREADS && !error; i++) {
            struct kmap_tester *t = &testers[n];
            struct task_struct *task;

            *t = (struct kmap_tester){.test = test, .random = (u32)n};
            init_completion(&t->done);
            task = kthread_create(test_slots, t, "kmap/%d", cpu);
            if (IS_ERR(task)) {
                error = -ENOMEM;
                break;
            }
            if (i == 0) /* the others may move, but not with a mapping */
                kthread_bind(task, cpu);
            wake_up_process(task);
            n++;
        }
    }
    while (n)
        wait_for_completion(&testers[--n].done);
    return error;
}

static int map_one_more(void *data)
{
    struct kmap_tester *t = data;

    look(t, t->test->one_more, kmap(t->test->one_more));
    t->test->is_mapped = true;
    kunmap(t->test->one_more);
    complete(&t->done);
    return 0;
}

/* All slots are taken: who wants one more sleeps until one is given back. */
static int test_exhaustion(struct kmap_test *test)
{
    struct kmap_tester t = {.test = test};
    struct kmap_stats before, now;
    struct task_struct *task;
    bool was_early;

    init_completion(&t.done);
    test->one_more = test->pages[LAST_PKMAP];
    for (int i = 0; i < LAST_PKMAP; i++)
        kmap(test->pages[i]);
    kmap_get_stats(&before);
    task = kthread_run(map_one_more, &t, "kmap");
    for (int i = 0; !IS_ERR(task) && i < 10; i++)
        schedule_timeout_uninterruptible(1);
    kmap_get_stats(&now);
    was_early = test->is_mapped;
    for (int i = 0; i < LAST_PKMAP; i++)
        kunmap(test->pages[i]);
    if (IS_ERR(task))
        return -ENOMEM;
    wait_for_completion(&t.done);
    if (was_early || now.waits != before.waits + 1 || now.used != LAST_PKMAP) {
        pr_err("kmap: who found no slot did not wait\n");
        return -EIO;
    }
    return 0;
}

static int take_pages(struct kmap_test *test)
{
    for (int i = 0; i < TEST_PAGES; i++) {
        struct page *page = alloc_page(GFP_HIGHUSER | __GFP_ZERO);
        u32 *p;

        if (page && !PageHighMem(page)) {
            __free_page(page);
            page = NULL;
        }
        if (!page)
            return -ENOMEM;
        test->pages[i] = page;
        p = kmap_local_page(page);
        p[0] = (u32)page_to_pfn(page);
        kunmap_local(p);
    }
    return 0;
}

/* Gives the pages back; what was counted in them. */
static unsigned long give_pages(struct kmap_test *test)
{
    unsigned long sum = 0;

    for (int i = 0; i < TEST_PAGES && test->pages[i]; i++) {
        const u32 *p = kmap_local_page(test->pages[i]);

        sum += p[1];
        kunmap_local(p);
        __free_page(test->pages[i]);
    }
    return sum;
}

static int kmap_test_store(void *data, const char *text)
{
    struct kmap_test test = {
        .pages = kcalloc(TEST_PAGES, sizeof(struct page *), GFP_KERNEL)};
    unsigned long sum;
    int error;

    (void)data, (void)text;
    if (!test.pages)
        return -ENOMEM;
    error = take_pages(&test);
    if (!error)
        error = test_on_all_cpus(&test);
    if (!error)
        error = test_exhaustion(&test);
    kmap_check();
    sum = give_pages(&test);
    kfree(test.pages);
    if (!error && (test.wrong || sum != test.counted)) {
        pr_err("kmap: %lu wrong pages, %lu of %lu counted\n", test.wrong, sum,
               test.counted);
        error = -EIO;
    }
    if (!error)
        pr_info("kmap: %lu looks at %d pages, none wrong\n", sum, TEST_PAGES);
    return error;
}

static int kmap_stats_show(struct seq_file *m, void *data)
{
    struct kmap_stats stats;

    (void)data;
    kmap_get_stats(&stats);
    seq_printf(m, "slots %d\nmapped %u\nused %u\nflushes %lu\nwaits %lu\n",
               LAST_PKMAP, stats.mapped, stats.used, stats.flushes,
               stats.waits);
    return 0;
}

static const struct sysfs_attr kmap_attrs[] = {
    {"stats", 0444, kmap_stats_show, NULL},
    {"test", 0200, NULL, kmap_test_store},
    {NULL, 0, NULL, NULL},
};

static int __init kmap_debugfs_init(void)
{
    if (!totalhigh_pages())
        return 0;
    return sysfs_create_dir(sysfs_debug, "kmap", kmap_attrs, NULL) ? 0
                                                                   : -ENOMEM;
}
module_init(kmap_debugfs_init);
#endif
