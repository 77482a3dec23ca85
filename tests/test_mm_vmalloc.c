/*
 * vmalloc and its areas: addresses against a map of the space, a byte a page;
 * contents through real addresses whose translations are kept until they are
 * flushed; what a purge costs; every allocation made to fail.
 */
#include <stdio.h>
#include <string.h>

#include "guestos/arch/host/host.h"
#include "guestos/mm/internal.h"
#include "highmem.h"
#include "percpu.h"
#include "proc_fs.h"
#include "shrinker.h"
#include "slab.h"
#include "swap.h"
#include "tests/mm_unit.h"
#include "vmalloc.h"
#include "workqueue.h"

#define SPACE (HOST_VMALLOC_SIZE / PAGE_SIZE)
#define SLOTS 64

/* The model: what each page of the space is. */
enum use { FREE, USED, LAZY };
static unsigned char space[SPACE];
static bool model_purged;

static void boot(void)
{
    host_seed();
    host_boot(32 * 1024, 1024, 32 * 1024);
}

static struct vmap_stats stats(void)
{
    struct vmap_stats now;

    vmalloc_get_stats(&now);
    return now;
}

/* -- Addresses ----------------------------------------------------------- */

static long lowest_run(unsigned long pages, unsigned long align)
{
    unsigned long run = 0;

    for (unsigned long at = 0; at < SPACE; at++) {
        unsigned long first = at - run;

        if (space[at] != FREE) {
            run = 0;
            continue;
        }
        if (!run && (VMALLOC_START / PAGE_SIZE + first) % align)
            continue;
        if (++run == pages)
            return (long)first;
    }
    return -1;
}

/* Where the area must be; -1: nowhere. */
static long model_take(unsigned long pages, unsigned long align)
{
    long first = lowest_run(pages, align);

    model_purged = first < 0;
    if (first < 0) {
        for (unsigned long at = 0; at < SPACE; at++)
            if (space[at] == LAZY)
                space[at] = FREE;
        first = lowest_run(pages, align);
    }
    if (first >= 0)
        memset(space + first, USED, pages);
    return first;
}

static unsigned long page_of(const struct vm_struct *area)
{
    return ((unsigned long)area->addr - VMALLOC_START) >> PAGE_SHIFT;
}

static struct vm_struct *take_both(unsigned long pages, unsigned long align,
                                   unsigned long flags)
{
    struct vm_struct *area =
        __get_vm_area(pages * PAGE_SIZE, align * PAGE_SIZE, flags, 1);
    long first = model_take(pages + !(flags & VM_NO_GUARD), align);

    if (first < 0)
        ck_assert_ptr_null(area);
    else
        ck_assert_uint_eq(page_of(area), (unsigned long)first);
    return area;
}

static void give_both(struct vm_struct *area)
{
    memset(space + page_of(area), LAZY, area->size / PAGE_SIZE);
    free_vm_area(area);
}

static unsigned long a_size(void)
{
    return host_random(8) ? 1 + host_random(40) : 1 + host_random(SPACE / 3);
}

START_TEST(each_area_is_at_the_lowest_place_that_fits)
{
    struct vm_struct *area[SLOTS] = {NULL};
    unsigned long full = 0, purges;

    boot();
    for (int step = 0; step < 4000; step++) {
        struct vm_struct **slot = &area[host_random(SLOTS)];

        purges = stats().purges;
        if (*slot) {
            give_both(*slot);
            *slot = NULL;
        } else {
            *slot = take_both(a_size(), 1ul << host_random(5),
                              host_random(3) ? 0 : VM_NO_GUARD);
            ck_assert(!model_purged || stats().purges <= purges + 1);
            full += !*slot;
        }
        vmalloc_check();
    }
    printf("# the space was full %lu times, %lu purges\n", full,
           stats().purges);
    ck_assert_uint_gt(full, 50);
    for (int i = 0; i < SLOTS; i++)
        if (area[i])
            give_both(area[i]);
    vm_unmap_aliases();
    ck_assert_uint_eq(stats().lazy, 0);
    ck_assert_ptr_nonnull(__get_vm_area((SPACE - 1) * PAGE_SIZE, 1, 0, 1));
    vmalloc_check();
}
END_TEST

START_TEST(sizes_that_cannot_be_are_refused)
{
    boot();
    ck_assert_ptr_null(get_vm_area(0, VM_ALLOC));
    ck_assert_ptr_null(get_vm_area(HOST_VMALLOC_SIZE, VM_ALLOC));
    ck_assert_ptr_null(get_vm_area(~0ul, VM_ALLOC));
    ck_assert_ptr_null(vmalloc(0));
    ck_assert_ptr_null(vmalloc(~(size_t)0));
    ck_assert_ptr_null(vmalloc(~(size_t)0 >> 1));
    vmalloc_check();
}
END_TEST

/* -- Contents ------------------------------------------------------------ */

struct block {
    unsigned char *at;
    size_t size;
    unsigned char tag;
};

/* Each page through its address and through the direct map. */
static void check_block(const struct block *b)
{
    for (size_t i = 0; i < b->size; i += PAGE_SIZE) {
        const unsigned char *frame = page_address(vmalloc_to_page(b->at + i));

        ck_assert_uint_eq(b->at[i], b->tag);
        ck_assert_uint_eq(*frame, b->tag);
        ck_assert_uint_eq(b->at[min(i + PAGE_SIZE, b->size) - 1], b->tag);
    }
}

static void fill_block(struct block *b, size_t size, unsigned char tag)
{
    *b = (struct block){vzalloc(size), size, tag};
    if (!b->at)
        return;
    for (size_t i = 0; i < size; i += 64)
        ck_assert_uint_eq(b->at[i], 0);
    memset(b->at, tag, size);
}

START_TEST(contents_stay_while_addresses_are_reused)
{
    struct block block[40] = {{NULL, 0, 0}};
    unsigned long before;

    boot();
    vfree(vmalloc(1));
    vm_unmap_aliases();
    kmem_cache_shrink_all();
    before = all_free_pages();
    for (int step = 0; step < 1000; step++) {
        struct block *b = &block[host_random(40)];

        if (b->at) {
            check_block(b);
            vfree(b->at);
            b->at = NULL;
        } else {
            fill_block(b, 1 + host_random(40 * PAGE_SIZE),
                       (unsigned char)(1 + step % 255));
        }
        if (!host_random(50))
            vm_unmap_aliases();
    }
    for (int i = 0; i < 40; i++) {
        if (block[i].at)
            check_block(&block[i]);
        vfree(block[i].at);
    }
    vmalloc_check();
    printf("# %lu purges\n", stats().purges);
    vm_unmap_aliases();
    kmem_cache_shrink_all();
    ck_assert_uint_eq(all_free_pages(), before);
    ck_assert_uint_eq(vmalloc_nr_pages(), 0);
}
END_TEST

START_TEST(a_step_too_far_faults)
{
    char *p, *q;
    unsigned char byte;

    boot();
    p = vmalloc(3 * PAGE_SIZE);
    q = vmalloc(PAGE_SIZE);
    ck_assert_ptr_eq(q, p + 4 * PAGE_SIZE);
    ck_assert(host_kernel_load(p + 3 * PAGE_SIZE - 1, &byte));
    ck_assert(!host_kernel_load(p + 3 * PAGE_SIZE, &byte));
    ck_assert(!host_kernel_load(q - 1, &byte));
    ck_assert(!host_kernel_load(q + PAGE_SIZE, &byte));
    host_log();
    vmalloc_dump_addr((unsigned long)q - 1);
    ck_assert_ptr_nonnull(strstr(host_log(), "is in the guard page of the "
                                             "3-page vmalloc region"));
    vfree(q);
    vm_unmap_aliases();
    ck_assert(!host_kernel_load(q, &byte));
}
END_TEST

START_TEST(a_purge_is_one_flush)
{
    void *p[100];
    unsigned long flushes;

    boot();
    for (int i = 0; i < 100; i++)
        p[i] = vmalloc(PAGE_SIZE);
    flushes = host_kernel_flushes;
    for (int i = 0; i < 100; i++)
        vfree(p[i]);
    ck_assert_uint_eq(host_kernel_flushes, flushes);
    ck_assert_uint_eq(stats().lazy, 200);
    vm_unmap_aliases();
    ck_assert_uint_eq(host_kernel_flushes, flushes + 1);
    ck_assert_uint_eq(stats().lazy, 0);
    vm_unmap_aliases();
    ck_assert_uint_eq(host_kernel_flushes, flushes + 1);
}
END_TEST

START_TEST(many_lazy_pages_are_purged_by_the_worker)
{
    boot();
    ck_assert_int_eq(workqueue_init(), 0);
    /* 4 MiB for a hart. */
    for (int i = 0; i < 1024 / 8; i++)
        vfree(vmalloc(7 * PAGE_SIZE));
    host_settle();
    ck_assert_uint_eq(stats().purges, 0);
    vfree(vmalloc(7 * PAGE_SIZE));
    host_settle();
    ck_assert_uint_eq(stats().purges, 1);
    ck_assert_uint_eq(stats().lazy, 0);
}
END_TEST

START_TEST(reclaim_purges)
{
    boot();
    vfree(vmalloc(PAGE_SIZE));
    ck_assert_uint_eq(stats().lazy, 2);
    for (int i = 0; i < 3 && stats().lazy; i++)
        shrink_slab(GFP_KERNEL, 0, 0);
    ck_assert_uint_eq(stats().lazy, 0);
}
END_TEST

START_TEST(an_interrupt_may_free)
{
    unsigned long before;
    void *p[3];

    boot();
    ck_assert_int_eq(workqueue_init(), 0);
    vfree(vmalloc(1));
    before = vmalloc_nr_pages();
    for (int i = 0; i < 3; i++)
        p[i] = vmalloc(PAGE_SIZE);
    local_irq_disable();
    preempt_count_add(HARDIRQ_OFFSET);
    for (int i = 0; i < 3; i++)
        vfree(p[i]);
    preempt_count_sub(HARDIRQ_OFFSET);
    local_irq_enable();
    ck_assert_uint_eq(vmalloc_nr_pages(), before + 3);
    host_settle();
    ck_assert_uint_eq(vmalloc_nr_pages(), before);
    vmalloc_check();
}
END_TEST

/* -- Frames -------------------------------------------------------------- */

START_TEST(high_memory_comes_first)
{
    char *p;

    host_seed();
    host_boot(32 * 1024, 1024, 16 * 1024);
    p = vmalloc(20 * PAGE_SIZE);
    for (int i = 0; i < 20; i++)
        ck_assert(PageHighMem(vmalloc_to_page(p + i * PAGE_SIZE)));
    vfree(p);
    p = __vmalloc(PAGE_SIZE, GFP_KERNEL | GFP_DMA);
    ck_assert_int_eq(page_zonenum(vmalloc_to_page(p)), ZONE_DMA);
}
END_TEST

/* Takes all memory in single pages and gives every second back. */
static unsigned long fragment(void)
{
    static struct page *page[8192];
    unsigned long n = 0;

    while (n < 8192 && (page[n] = alloc_page(GFP_NOWAIT | __GFP_MEMALLOC |
                                         __GFP_NOWARN)))
        n++;
    for (unsigned long i = 0; i < n; i++)
        if (page_to_pfn(page[i]) & 1)
            __free_page(page[i]);
    drain_all_pages(NULL);
    return n;
}

START_TEST(fragments_are_enough)
{
    char *p;

    boot();
    fragment();
    ck_assert_ptr_null(
        alloc_pages(GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN, 5));
    p = vmalloc(32 * PAGE_SIZE);
    ck_assert_ptr_nonnull(p);
    memset(p, 1, 32 * PAGE_SIZE);
    vfree(p);
    p = kvmalloc(32 * PAGE_SIZE, GFP_KERNEL);
    ck_assert(is_vmalloc_addr(p));
    kvfree(p);
    p = kvmalloc(100, GFP_KERNEL);
    ck_assert(!is_vmalloc_addr(p));
    kvfree(p);
    ck_assert_ptr_null(kvmalloc(32 * PAGE_SIZE, GFP_NOWAIT | __GFP_NOWARN));
    vmalloc_check();
}
END_TEST

START_TEST(vmap_shows_the_callers_pages)
{
    struct page *page = NULL, *shown[3], **given;
    unsigned long before;
    char *p;

    boot();
    page = alloc_page(GFP_KERNEL);
    shown[0] = shown[2] = page;
    shown[1] = alloc_page(GFP_KERNEL);
    p = vmap(shown, 3, 0, PAGE_KERNEL);
    p[5] = 77;
    ck_assert_int_eq(p[2 * PAGE_SIZE + 5], 77);
    ck_assert_int_eq(((char *)page_address(page))[5], 77);
    ck_assert_ptr_eq(vmalloc_to_page(p + PAGE_SIZE), shown[1]);
    vunmap(p);
    ck_assert_int_eq(page_count(page), 1);
    before = all_free_pages();
    given = kmalloc(2 * sizeof *given, GFP_KERNEL);
    given[0] = page;
    given[1] = shown[1];
    p = vmap(given, 2, VM_MAP_PUT_PAGES, PAGE_KERNEL);
    vfree(p);
    ck_assert_uint_ge(all_free_pages(), before + 2 - 1);
    vmalloc_check();
}
END_TEST

START_TEST(vmallocinfo_is_linuxs)
{
    char line[200];
    void *p;

    boot();
    p = vmalloc(3 * PAGE_SIZE);
    vfree(vmalloc(1));
    snprintf(line, sizeof line, "0x%08lx-0x%08lx   16384 0x", (unsigned long)p,
             (unsigned long)p + 4 * PAGE_SIZE);
    ck_assert_ptr_nonnull(strstr(host_proc(vmallocinfo_proc_show), line));
    ck_assert_ptr_nonnull(strstr(host_proc(vmallocinfo_proc_show),
                                 " pages=3 vmalloc N0=3\n"));
    ck_assert_ptr_nonnull(strstr(host_proc(vmallocinfo_proc_show),
                                 "    8192 unpurged vm_area\n"));
    p = vmalloc(520 * PAGE_SIZE);
    ck_assert_ptr_nonnull(strstr(host_proc(vmallocinfo_proc_show),
                                 " pages=520 vmalloc vpages N0=520\n"));
    ck_assert_ptr_nonnull(strstr(host_proc(meminfo_proc_show),
                                 "\nVmallocTotal:      16384 kB\n"
                                 "VmallocUsed:        2100 kB\n"
                                 "VmallocChunk:          0 kB\n"));
    vfree(p);
}
END_TEST

/* -- Failures ------------------------------------------------------------ */

static void live(void)
{
    struct page *shown[2] = {alloc_page(GFP_KERNEL), alloc_page(GFP_KERNEL)};
    char *a = vzalloc(5 * PAGE_SIZE), *b = vmalloc(520 * PAGE_SIZE);
    struct vm_struct *c =
        __get_vm_area(4 * PAGE_SIZE, 4 * PAGE_SIZE, VM_NO_GUARD, 1);
    char *d = shown[0] && shown[1] ? vmap(shown, 2, 0, PAGE_KERNEL) : NULL;
    char *e = kvmalloc(9 * PAGE_SIZE, GFP_KERNEL);

    vmalloc_check();
    kvfree(e);
    vunmap(d);
    if (c)
        free_vm_area(c);
    vfree(b);
    vfree(a);
    for (int i = 0; i < 2; i++)
        if (shown[i])
            __free_page(shown[i]);
}

static bool run(unsigned long nth)
{
    bool was_hit;

    fail_nth = nth;
    live();
    was_hit = nth && !fail_nth;
    fail_nth = 0;
    return was_hit;
}

static unsigned long frames_left(void)
{
    vm_unmap_aliases();
    kmem_cache_shrink_all();
    vmalloc_check();
    return all_free_pages();
}

START_TEST(each_allocation_may_fail)
{
    unsigned long before, nth;

    boot();
    for (int i = 0; i < 3; i++)
        run(0);
    before = frames_left();
    for (nth = 1; run(nth); nth++) {
        ck_assert_uint_eq(frames_left(), before);
        ck_assert_uint_eq(vmalloc_nr_pages(), 0);
    }
    printf("# %lu allocations failed in turn\n", nth - 1);
    ck_assert_uint_gt(nth, 520);
    mm_audit();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mm_vmalloc");
    TCase *tc = tcase_create("mm_vmalloc");

    tcase_set_timeout(tc, 300);
    tcase_add_test(tc, each_area_is_at_the_lowest_place_that_fits);
    tcase_add_test(tc, sizes_that_cannot_be_are_refused);
    tcase_add_test(tc, contents_stay_while_addresses_are_reused);
    tcase_add_test(tc, a_step_too_far_faults);
    tcase_add_test(tc, a_purge_is_one_flush);
    tcase_add_test(tc, many_lazy_pages_are_purged_by_the_worker);
    tcase_add_test(tc, reclaim_purges);
    tcase_add_test(tc, an_interrupt_may_free);
    tcase_add_test(tc, high_memory_comes_first);
    tcase_add_test(tc, fragments_are_enough);
    tcase_add_test(tc, vmap_shows_the_callers_pages);
    tcase_add_test(tc, vmallocinfo_is_linuxs);
    tcase_add_test(tc, each_allocation_may_fail);
    suite_add_tcase(suite, tc);
    return mm_unit_main(suite);
}
