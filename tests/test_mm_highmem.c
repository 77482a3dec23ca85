/*
 * Windows to high memory: kmap against a model of its slots, its exhaustion,
 * and kmap_local_page's stack of slots. The host's slots (arch/host/kmap.c)
 * see to it that none is used twice, nor before a flush of all TLBs.
 */
#include "guestos/arch/host/host.h"
#include "highmem.h"
#include "percpu.h"
#include "proc_fs.h"
#include "slab.h"
#include "string.h"
#include "swap.h"
#include "tests/mm_unit.h"

#define HIGH_PAGES 1536 /* more than there are slots */
#define RAM_KIB (16 * 1024)

static struct page *pages[HIGH_PAGES];

static void boot(void)
{
    host_boot(RAM_KIB, 2048, 8192);
    ck_assert_uint_ge(totalhigh_pages(), 2048);
}

static void take_pages(void)
{
    for (int i = 0; i < HIGH_PAGES; i++) {
        pages[i] = alloc_page(GFP_HIGHUSER);
        ck_assert_ptr_nonnull(pages[i]);
        ck_assert(PageHighMem(pages[i]));
    }
}

static void give_pages(void)
{
    for (int i = 0; i < HIGH_PAGES; i++)
        __free_page(pages[i]);
}

/* -- kmap ---------------------------------------------------------------- */

START_TEST(kmap_agrees_with_a_model)
{
    static int users[HIGH_PAGES];
    static u32 content[HIGH_PAGES];
    struct kmap_stats stats;
    int in_use = 0;

    boot();
    take_pages();
    host_seed();
    for (int step = 0; step < 60000; step++) {
        /* Few pages have users at a time, in some phases nearly all slots. */
        int most = step / 10000 % 2 ? LAST_PKMAP - 2 : 40;
        int i = (int)host_random(HIGH_PAGES);
        u32 *p;

        if (users[i] && (in_use >= most || host_random(2))) {
            in_use -= !--users[i];
            kunmap(pages[i]);
            continue;
        }
        if (in_use >= most && !users[i])
            continue;
        p = kmap(pages[i]);
        in_use += !users[i]++;
        ck_assert_ptr_eq(p, page_address(pages[i]));
        ck_assert_ptr_eq(p, phys_to_virt(page_to_phys(pages[i])));
        ck_assert_uint_eq(*p, content[i] ? content[i] : *p);
        *p = content[i] = (u32)step + 1;
        if (step % 500)
            continue;
        kmap_check();
        kmap_get_stats(&stats);
        ck_assert_int_eq((int)stats.used, in_use);
    }
    for (int i = 0; i < HIGH_PAGES; i++) {
        while (users[i]--)
            kunmap(pages[i]);
    }
    kmap_get_stats(&stats);
    ck_assert_uint_eq(stats.used, 0);
    ck_assert_uint_eq(stats.waits, 0);
    ck_assert_uint_gt(stats.flushes, 1);
    give_pages();
    mm_audit();
}
END_TEST

START_TEST(one_flush_serves_a_whole_round)
{
    struct kmap_stats stats;

    boot();
    take_pages();
    for (int i = 0; i < 3 * LAST_PKMAP; i++) {
        kmap(pages[i % HIGH_PAGES]);
        kunmap(pages[i % HIGH_PAGES]);
    }
    kmap_get_stats(&stats);
    ck_assert_uint_ge(stats.flushes, 2);
    ck_assert_uint_le(stats.flushes, 3);
    give_pages();
}
END_TEST

START_TEST(a_page_has_an_address_only_while_it_has_a_slot)
{
    struct page *page, *low;

    boot();
    take_pages();
    page = pages[0];
    ck_assert_ptr_null(page_address(page));
    kmap(page);
    ck_assert_ptr_nonnull(page_address(page));
    kunmap(page);
    /* Until the next round it keeps its slot. */
    ck_assert_ptr_nonnull(page_address(page));
    for (int i = 1; i <= LAST_PKMAP; i++) {
        kmap(pages[i]);
        kunmap(pages[i]);
    }
    ck_assert_ptr_null(page_address(page));
    low = alloc_page(GFP_KERNEL);
    ck_assert_ptr_eq(kmap(low), page_address(low));
    kunmap(low);
    __free_page(low);
    give_pages();
}
END_TEST

static bool is_mapped, is_ended;

static int want_one_more(void *data)
{
    for (;;) {
        kmap(data);
        is_mapped = true;
        kunmap(data);
        is_ended = true;
        set_current_state(TASK_UNINTERRUPTIBLE);
        schedule();
    }
    return 0;
}

START_TEST(who_finds_no_slot_sleeps_until_one_is_free)
{
    struct kmap_stats stats;

    boot();
    take_pages();
    for (int i = 0; i < LAST_PKMAP; i++)
        kmap(pages[i]);
    wake_up_process(kthread_create(want_one_more, pages[LAST_PKMAP], "waiter"));
    for (int i = 0; i < 5; i++)
        schedule();
    kmap_get_stats(&stats);
    ck_assert(!is_mapped);
    ck_assert_uint_eq(stats.waits, 1);
    ck_assert_uint_eq(stats.used, LAST_PKMAP);
    /* A second user of a page that has a slot does not wait. */
    ck_assert_ptr_nonnull(kmap(pages[7]));
    kunmap(pages[7]);
    for (int i = 0; i < 5; i++)
        schedule();
    ck_assert(!is_mapped);
    kunmap(pages[7]);
    for (int i = 0; i < 5; i++)
        schedule();
    ck_assert(is_ended);
    for (int i = 0; i < LAST_PKMAP; i++)
        if (i != 7)
            kunmap(pages[i]);
    kmap_check();
    give_pages();
}
END_TEST

/* Two that wait for the same page get the same slot. */
START_TEST(who_waits_takes_a_slot_that_another_has_made)
{
    struct kmap_stats stats;

    boot();
    take_pages();
    for (int i = 0; i < LAST_PKMAP; i++)
        kmap(pages[i]);
    for (int i = 0; i < 2; i++)
        wake_up_process(
            kthread_create(want_one_more, pages[LAST_PKMAP], "waiter"));
    for (int i = 0; i < 5; i++)
        schedule();
    kunmap(pages[3]);
    for (int i = 0; i < 9; i++)
        schedule();
    ck_assert(is_ended);
    kmap_check();
    kmap_get_stats(&stats);
    ck_assert_uint_eq(stats.used, LAST_PKMAP - 1);
    ck_assert_uint_eq(stats.mapped, LAST_PKMAP);
}
END_TEST

/* -- kmap_local_page ----------------------------------------------------- */

static unsigned long local_slot(int cpu, int idx)
{
    return host_kmap_slot(FIXADDR_START +
                          (unsigned long)(cpu * KM_MAX_IDX + idx) * PAGE_SIZE);
}

START_TEST(local_mappings_are_a_stack_for_each_cpu)
{
    void *p[KM_MAX_IDX];

    boot();
    take_pages();
    for (int cpu = 0; cpu < 2; cpu++) {
        host_run_on(cpu);
        for (int i = 0; i < KM_MAX_IDX; i++) {
            p[i] = kmap_local_page(pages[i]);
            ck_assert_uint_eq(local_slot(cpu, i), page_to_pfn(pages[i]));
            ck_assert_uint_eq(local_slot(!cpu, i), 0);
            ck_assert_int_eq(current->migration_disabled, i + 1);
        }
        for (int i = KM_MAX_IDX; i--;) {
            kunmap_local((char *)p[i] + 77);
            ck_assert_uint_eq(local_slot(cpu, i), 0);
        }
        ck_assert_int_eq(current->kmap_ctrl.idx, 0);
        ck_assert_int_eq(current->migration_disabled, 0);
    }
    host_run_on(0);
    give_pages();
}
END_TEST

static int other_maps(void *data)
{
    for (;;) {
        struct page **mine = data;
        u32 *a = kmap_local_page(mine[0]), *b = kmap_local_page(mine[1]);

        ck_assert_uint_eq(local_slot(0, 0), page_to_pfn(mine[0]));
        ck_assert_uint_eq(local_slot(0, 1), page_to_pfn(mine[1]));
        ck_assert_uint_eq(local_slot(0, 2), 0);
        *a = *b = 5;
        schedule();
        ck_assert_uint_eq(local_slot(0, 1), page_to_pfn(mine[1]));
        kunmap_local(b);
        kunmap_local(a);
        schedule();
    }
    return 0;
}

START_TEST(slots_are_put_aside_while_another_task_runs)
{
    u32 *a, *b, *c;

    boot();
    take_pages();
    wake_up_process(kthread_create(other_maps, &pages[10], "other"));
    for (int round = 0; round < 4; round++) {
        a = kmap_local_page(pages[0]);
        b = kmap_local_page(pages[1]);
        c = kmap_local_page(pages[2]);
        schedule();
        ck_assert_uint_eq(local_slot(0, 0), page_to_pfn(pages[0]));
        ck_assert_uint_eq(local_slot(0, 1), page_to_pfn(pages[1]));
        ck_assert_uint_eq(local_slot(0, 2), page_to_pfn(pages[2]));
        kunmap_local(c);
        schedule();
        kunmap_local(b);
        kunmap_local(a);
    }
    give_pages();
}
END_TEST

START_TEST(a_mapping_that_is_not_the_last_does_not_end)
{
    void *a;

    boot();
    take_pages();
    a = kmap_local_page(pages[0]);
    kmap_local_page(pages[1]);
    kunmap_local(a);
}
END_TEST

START_TEST(a_slot_too_many_is_a_bug)
{
    boot();
    take_pages();
    for (int i = 0; i <= KM_MAX_IDX; i++)
        kmap_local_page(pages[i]);
}
END_TEST

START_TEST(kunmap_of_a_page_without_users_is_a_bug)
{
    boot();
    take_pages();
    kmap(pages[0]);
    kunmap(pages[0]);
    kunmap(pages[0]);
}
END_TEST

START_TEST(pages_are_copied_cleared_and_zeroed_in_part)
{
    u8 *p;

    boot();
    take_pages();
    p = kmap(pages[0]);
    memset(p, 0xa5, PAGE_SIZE);
    copy_user_highpage(pages[1], pages[0], 0);
    clear_highpage(pages[0]);
    zero_user_segment(pages[1], 100, 200);
    for (int i = 0; i < PAGE_SIZE; i++)
        ck_assert_uint_eq(p[i], 0);
    kunmap(pages[0]);
    p = kmap(pages[1]);
    for (int i = 0; i < PAGE_SIZE; i++)
        ck_assert_uint_eq(p[i], i < 100 || i >= 200 ? 0xa5 : 0);
    kunmap(pages[1]);
    give_pages();
}
END_TEST

/* -- Who uses high memory ------------------------------------------------ */

START_TEST(kernel_objects_and_tables_never_come_from_high_memory)
{
    struct task_struct *task;
    void *p;

    boot();
    /* Even if somebody asks a cache for it. */
    p = kmalloc(3000, GFP_KERNEL);
    ck_assert(!PageHighMem(virt_to_page(p)));
    kfree(p);
    task = host_process("user");
    host_run_as(task);
    ck_assert(vm_mmap(NULL, 0x10000000, 64 * PAGE_SIZE, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
                      0) == 0x10000000);
    for (unsigned long va = 0; va < 64 * PAGE_SIZE; va += PAGE_SIZE)
        ck_assert(host_store(0x10000000 + va, (u32)va));
    for (unsigned long pfn = min_low_pfn; pfn < max_pfn; pfn++) {
        const struct page *page = pfn_to_page(pfn);

        ck_assert(!(PageHighMem(page) && (PageSlab(page) || PageTable(page))));
        ck_assert(!PageAnon(page) || PageHighMem(page));
    }
    ck_assert_uint_ge(
        zone_page_state(&contig_page_data.node_zones[ZONE_HIGHMEM],
                        NR_ZONE_INACTIVE_ANON) +
            zone_page_state(&contig_page_data.node_zones[ZONE_HIGHMEM],
                            NR_ZONE_ACTIVE_ANON),
        64);
    host_exit(task);
    mm_audit();
}
END_TEST

START_TEST(without_high_memory_there_are_no_slots)
{
    struct kmap_stats stats;
    struct page *page;

    host_boot(RAM_KIB, 2048, RAM_KIB);
    page = alloc_page(GFP_HIGHUSER);
    ck_assert(!PageHighMem(page));
    ck_assert_ptr_eq(kmap(page), page_address(page));
    kunmap(page);
    kmap_get_stats(&stats);
    ck_assert_uint_eq(stats.mapped, 0);
    kmap_check();
    __free_page(page);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("highmem");
    TCase *tcase = tcase_create("highmem");

    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, kmap_agrees_with_a_model);
    tcase_add_test(tcase, one_flush_serves_a_whole_round);
    tcase_add_test(tcase, a_page_has_an_address_only_while_it_has_a_slot);
    tcase_add_test(tcase, who_finds_no_slot_sleeps_until_one_is_free);
    tcase_add_test(tcase, who_waits_takes_a_slot_that_another_has_made);
    tcase_add_test(tcase, local_mappings_are_a_stack_for_each_cpu);
    tcase_add_test(tcase, slots_are_put_aside_while_another_task_runs);
    tcase_add_test_raise_signal(tcase,
                                a_mapping_that_is_not_the_last_does_not_end, 6);
    tcase_add_test_raise_signal(tcase, a_slot_too_many_is_a_bug, 6);
    tcase_add_test_raise_signal(tcase, kunmap_of_a_page_without_users_is_a_bug,
                                6);
    tcase_add_test(tcase, pages_are_copied_cleared_and_zeroed_in_part);
    tcase_add_test(tcase,
                   kernel_objects_and_tables_never_come_from_high_memory);
    tcase_add_test(tcase, without_high_memory_there_are_no_slots);
    suite_add_tcase(suite, tcase);
    return mm_unit_main(suite);
}
