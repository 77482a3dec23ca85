/*
 * The per-CPU allocator in the machine, on demand: `echo NAME >
 * /sys/kernel/debug/percpu_test/run`.
 */
#include "debugfs_test.h"
#include "init.h"
#include "kernel.h"
#include "mm.h"
#include "percpu_counter.h"
#include "slab.h"
#include "smp.h"

#if !__STDC_HOSTED__

#define ROUNDS 100u

static struct percpu_counter total; /* of a run of `counters` */

static void count(void *info)
{
    ++*this_cpu_ptr((unsigned long *)info);
    percpu_counter_add(&total, 7);
}

/* Every CPU counts on its own; the copies lie a unit apart. */
static int counters(void)
{
    unsigned long *p = alloc_percpu(unsigned long), sum = 0, apart;
    int cpu;

    if (!p || percpu_counter_init(&total, 0, GFP_KERNEL) != 0) {
        free_percpu(p);
        return -ENOMEM;
    }
    for (unsigned i = 0; i < ROUNDS; i++)
        on_each_cpu(count, p);
    for_each_online_cpu(cpu) {
        pr_info("percpu_test: CPU %d at %p counted %lu\n", cpu,
                (void *)per_cpu_ptr(p, cpu), *per_cpu_ptr(p, cpu));
        sum += *per_cpu_ptr(p, cpu);
        apart = (unsigned long)per_cpu_ptr(p, cpu) -
                (unsigned long)per_cpu_ptr(p, 0);
        if (apart % PAGE_SIZE || (cpu && !apart) ||
            apart != __per_cpu_offset[cpu] - __per_cpu_offset[0])
            sum = 0;
    }
    pr_info("percpu_test: %lu in all, percpu_counter %ld\n", sum,
            (long)percpu_counter_sum(&total));
    free_percpu(p);
    percpu_counter_destroy(&total);
    return sum == ROUNDS * (unsigned)num_online_cpus() ? 0 : -EIO;
}

/* More objects than the first chunk has room for; each keeps what it has. */
static int chunks(void)
{
    enum { N = 600 };
    u32 **p = kcalloc(N, sizeof *p, GFP_KERNEL);
    unsigned wrong = 0, n = 0;
    int cpu;

    while (p && n < N && (p[n] = __alloc_percpu(64, 16)) != NULL) {
        for_each_possible_cpu(cpu)
            per_cpu_ptr(p[n], cpu)[15] = n * 8 + (unsigned)cpu;
        n++;
    }
    for (unsigned i = 0; i < n; i++) {
        for_each_possible_cpu(cpu)
            wrong += per_cpu_ptr(p[i], cpu)[15] != i * 8 + (unsigned)cpu ||
                     per_cpu_ptr(p[i], cpu)[0];
    }
    pr_info("percpu_test: %u objects, %u wrong, Percpu %lu kB\n", n, wrong,
            pcpu_nr_pages() * (PAGE_SIZE / 1024));
    while (n)
        free_percpu(p[--n]);
    kfree(p);
    pcpu_check();
    return wrong ? -EIO : 0;
}

static struct debugfs_test tests[] = {
    {"counters", counters},
    {"chunks", chunks},
    {NULL, NULL},
};

static const struct sysfs_attr test_attrs[] = {
    DEBUGFS_TEST_RUN,
    {NULL, 0, NULL, NULL},
};

static int __init percpu_test_init(void)
{
    return sysfs_create_dir(sysfs_debug, "percpu_test", test_attrs, tests)
               ? 0
               : -ENOMEM;
}
module_init(percpu_test_init);
#endif
