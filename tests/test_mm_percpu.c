/*
 * The per-CPU allocator against a map of the bytes of every CPU's units: each
 * object is written and compared byte by byte in all of them; hints after
 * every step; what cannot wait, what fails, and counters.
 */
#include <stdio.h>
#include <string.h>

#include "fault-inject.h"
#include "guestos/arch/host/host.h"
#include "guestos/mm/internal.h"
#include "guestos/mm/percpu_chunk.h"
#include "percpu_counter.h"
#include "proc_fs.h"
#include "slab.h"
#include "tests/mm_unit.h"
#include "workqueue.h"

#define SLOTS 200

/* Static data that makes a unit as many pages as there are in an allocator at
 * work, so that objects and free runs go from page to page. */
#define BALLAST (5 * PAGE_SIZE)
DEFINE_PER_CPU(char[BALLAST], ballast);

struct object {
    unsigned char *p;
    size_t size;
    unsigned char tag;
};

static void boot(void)
{
    host_seed();
    host_boot(16 * 1024, 1024, 16 * 1024);
    vfree(vmalloc(1));
}

static unsigned char *byte_of(const struct object *o, int cpu, size_t i)
{
    return per_cpu_ptr(o->p, cpu) + i;
}

/* Every byte of every copy says whose it is: objects that overlap, or copies
 * that are one, would be seen. */
static void expect(const struct object *o, bool is_new)
{
    unsigned long wrong = 0;
    int cpu;

    for_each_possible_cpu (cpu)
        for (size_t i = 0; i < o->size; i++)
            wrong += *byte_of(o, cpu, i) !=
                     (is_new ? 0 : (unsigned char)(o->tag + cpu));
    ck_assert_uint_eq(wrong, 0);
}

static void take(struct object *o, size_t size, size_t align, gfp_t gfp,
                 unsigned char tag)
{
    int cpu;

    *o = (struct object){__alloc_percpu_gfp(size, align, gfp), size, tag};
    if (!o->p)
        return;
    ck_assert_uint_eq((unsigned long)per_cpu_ptr(o->p, 0) % align, 0);
    expect(o, true);
    for_each_possible_cpu (cpu)
        memset(byte_of(o, cpu, 0), (unsigned char)(tag + cpu), size);
}

static size_t a_size(void)
{
    return host_random(10) ? 1 + host_random(100) : 1 + host_random(3000);
}

START_TEST(objects_are_apart_on_every_cpu)
{
    static struct object object[SLOTS];
    unsigned long atomic_failed = 0, most = 0;

    boot();
    ck_assert_int_eq(workqueue_init(), 0);
    for (int step = 0; step < 1500; step++) {
        struct object *o = &object[host_random(SLOTS)];
        bool is_atomic = !host_random(4);

        if (o->p) {
            expect(o, false);
            free_percpu(o->p);
            o->p = NULL;
        } else {
            take(o, a_size(), 1ul << host_random(8),
                 is_atomic ? GFP_NOWAIT : GFP_KERNEL,
                 (unsigned char)host_random(256));
            atomic_failed += !o->p;
            ck_assert(o->p || is_atomic);
        }
        most = max(most, pcpu_nr_pages());
        pcpu_check();
        if (!host_random(100))
            host_settle();
    }
    printf("# %lu pages at most, %lu could not wait\n", most, atomic_failed);
    ck_assert_uint_gt(most, 5ul * (unsigned)pcpu_nr_units);
    for (int i = 0; i < SLOTS; i++) {
        if (object[i].p)
            expect(&object[i], false);
        free_percpu(object[i].p);
    }
    host_settle();
    pcpu_check();
    ck_assert_uint_le(pcpu_stats.nr_chunks, 2);
    vmalloc_check();
    mm_audit();
}
END_TEST

START_TEST(units_are_pages_and_lie_the_same_way_in_each_chunk)
{
    char *first, *p = NULL;
    int cpu;

    boot();
    first = alloc_percpu(char);
    while (!p || !is_vmalloc_addr(per_cpu_ptr(p, 0)))
        p = __alloc_percpu(1024, 8);
    for_each_possible_cpu (cpu) {
        ck_assert_int_eq(per_cpu_ptr(p, cpu) - per_cpu_ptr(p, 0),
                         cpu * pcpu_unit_size);
        ck_assert_int_eq(per_cpu_ptr(first, cpu) - per_cpu_ptr(first, 0),
                         cpu * pcpu_unit_size);
    }
    ck_assert_int_eq(pcpu_unit_size % PAGE_SIZE, 0);
}
END_TEST

START_TEST(frames_come_where_objects_are)
{
    unsigned long before;
    void *p;

    boot();
    before = pcpu_nr_pages();
    p = __alloc_percpu(16, 4);
    while (!is_vmalloc_addr(per_cpu_ptr((char *)p, 0)))
        p = __alloc_percpu(16, 4);
    ck_assert_uint_eq(pcpu_nr_pages(), before + (unsigned)pcpu_nr_units);
}
END_TEST

START_TEST(what_cannot_wait_takes_what_is_there)
{
    void *p;

    boot();
    ck_assert_int_eq(workqueue_init(), 0);
    while (__alloc_percpu_gfp(256, 4, GFP_NOWAIT))
        ;
    host_settle(); /* the worker has made room */
    p = __alloc_percpu_gfp(256, 4, GFP_NOWAIT);
    ck_assert(is_vmalloc_addr(per_cpu_ptr((char *)p, 0)));
    local_irq_disable();
    preempt_count_add(HARDIRQ_OFFSET);
    free_percpu(p);
    preempt_count_sub(HARDIRQ_OFFSET);
    local_irq_enable();
    pcpu_check();
}
END_TEST

/* Its first pages have frames already, and are full: it needs the next. */
START_TEST(what_cannot_wait_gets_the_next_pages)
{
    void *p = NULL;

    boot();
    ck_assert_int_eq(workqueue_init(), 0);
    ck_assert_int_gt(pcpu_unit_pages, PCPU_EMPTY_POP_PAGES_HIGH);
    for (int i = 0; i < PCPU_EMPTY_POP_PAGES_HIGH; i++)
        do
            p = __alloc_percpu(PAGE_SIZE, PAGE_SIZE);
        while (!is_vmalloc_addr(per_cpu_ptr((char *)p, 0)));
    while (__alloc_percpu_gfp(256, 4, GFP_NOWAIT))
        ;
    host_settle();
    p = __alloc_percpu_gfp(256, 4, GFP_NOWAIT);
    ck_assert_ptr_nonnull(p);
    pcpu_check();
}
END_TEST

START_TEST(a_counter_is_the_sum_of_its_parts)
{
    struct percpu_counter c;
    s64 sum = 1000;

    boot();
    ck_assert_int_eq(percpu_counter_init(&c, sum, GFP_KERNEL), 0);
    for (int i = 0; i < 5000; i++) {
        s64 amount = (s64)host_random(200) - 100;

        host_run_on((int)host_random(NR_CPUS));
        percpu_counter_add(&c, amount);
        sum += amount;
        ck_assert_int_eq(percpu_counter_sum(&c), sum);
        ck_assert_int_lt(percpu_counter_read(&c) - sum,
                         NR_CPUS * PERCPU_COUNTER_BATCH);
        ck_assert_int_gt(percpu_counter_read(&c) - sum,
                         -NR_CPUS * PERCPU_COUNTER_BATCH);
    }
    host_run_on(0);
    percpu_counter_destroy(&c);
    pcpu_check();
}
END_TEST

START_TEST(the_statistics_are_linuxs)
{
    const char *text;

    boot();
    text = host_proc(percpu_stats_show);
    ck_assert_ptr_eq(text, strstr(text, "Percpu Memory Statistics\n"
                                        "Allocation Info:\n"
                                        "-------------------------------"
                                        "---------\n"
                                        "  unit_size           : "));
    ck_assert_ptr_nonnull(strstr(text, "\nChunk: <- First Chunk\n"
                                       "  nr_alloc            :            1\n"));
    text = host_proc(meminfo_proc_show);
    ck_assert_ptr_nonnull(strstr(text, "\nPercpu:         "));
}
END_TEST

/* -- Failures ------------------------------------------------------------ */

/* Each object needs a chunk of its own. */
static void live(void)
{
    void *p[3];
    struct percpu_counter c;

    for (int i = 0; i < 3; i++)
        p[i] = __alloc_percpu((size_t)pcpu_unit_size - 100, 8);
    if (percpu_counter_init(&c, 0, GFP_KERNEL) == 0)
        percpu_counter_destroy(&c);
    pcpu_check();
    for (int i = 0; i < 3; i++)
        free_percpu(p[i]);
}

static bool run(unsigned nth)
{
    bool was_hit;

    fail_nth = nth;
    live();
    was_hit = nth && !fail_nth;
    fail_nth = 0;
    return was_hit;
}

/* One free chunk stays, with more or fewer frames. */
static unsigned long frames_left(void)
{
    host_settle();
    vm_unmap_aliases();
    kmem_cache_shrink_all();
    pcpu_check();
    vmalloc_check();
    return all_free_pages() + pcpu_nr_pages();
}

/* The frame of the first unit goes back as that of the second fails. */
START_TEST(what_goes_back_is_flushed)
{
    unsigned long flushes;
    void *p = NULL;

    boot();
    ck_assert_int_gt(pcpu_nr_units, 1);
    while (!p || !is_vmalloc_addr(per_cpu_ptr((char *)p, 0)))
        p = __alloc_percpu(PAGE_SIZE, PAGE_SIZE);
    flushes = host_kernel_flushes;
    fail_nth = 2;
    ck_assert_ptr_null(__alloc_percpu(PAGE_SIZE, PAGE_SIZE));
    ck_assert_uint_eq(fail_nth, 0);
    ck_assert_uint_eq(host_kernel_flushes, flushes + 1);
    ck_assert_ptr_nonnull(__alloc_percpu(PAGE_SIZE, PAGE_SIZE));
    ck_assert_uint_eq(host_kernel_flushes, flushes + 1);
    pcpu_check();
    vmalloc_check();
}
END_TEST

START_TEST(each_allocation_may_fail)
{
    unsigned long before;
    unsigned nth;

    boot();
    ck_assert_int_eq(workqueue_init(), 0);
    for (int i = 0; i < 3; i++)
        run(0);
    before = frames_left();
    for (nth = 1; run(nth); nth++)
        ck_assert_uint_eq(frames_left(), before);
    printf("# %u allocations failed in turn\n", nth - 1);
    ck_assert_uint_gt(nth, 30);
    mm_audit();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mm_percpu");
    TCase *tc = tcase_create("mm_percpu");

    tcase_set_timeout(tc, 300);
    tcase_add_test(tc, objects_are_apart_on_every_cpu);
    tcase_add_test(tc, units_are_pages_and_lie_the_same_way_in_each_chunk);
    tcase_add_test(tc, frames_come_where_objects_are);
    tcase_add_test(tc, what_cannot_wait_takes_what_is_there);
    tcase_add_test(tc, what_cannot_wait_gets_the_next_pages);
    tcase_add_test(tc, a_counter_is_the_sum_of_its_parts);
    tcase_add_test(tc, the_statistics_are_linuxs);
    tcase_add_test(tc, what_goes_back_is_flushed);
    tcase_add_test(tc, each_allocation_may_fail);
    suite_add_tcase(suite, tc);
    return mm_unit_main(suite);
}
