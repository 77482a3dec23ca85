/*
 * The audit of references finds what it is there for: each test changes one
 * count or one owner by hand, and the audit must stop the kernel. What belongs
 * to something under way it must only count.
 */
#include "guestos/arch/host/host.h"
#include "guestos/mm/internal.h"
#include "guestos/mm/swap_state.h"
#include "tests/mm_unit.h"

#define BASE 0x10000000ul
#define PAGES 200

static struct page *victim; /* an anonymous page that is mapped */

/* A process with pages, a child that shares them, some in swap. */
static void boot(void)
{
    struct task_struct *task;
    struct block_device *disk;

    host_boot(8 * 1024, 1024, 6 * 1024);
    disk = host_disk("swap", 600);
    host_mkswap(disk);
    ck_assert_int_eq(swapon_bdev(disk), 0);
    task = host_process("user");
    host_run_as(task);
    ck_assert(vm_mmap(NULL, BASE, PAGES * PAGE_SIZE, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0) == BASE);
    for (unsigned long i = 0; i < PAGES; i++)
        ck_assert(host_store(BASE + i * PAGE_SIZE, (u32)i));
    shrink_all(60);
    host_settle();
    ck_assert_ptr_nonnull(host_fork(task));
    ck_assert(host_store(BASE, 1));
    victim = pfn_to_page(pte_pfn(*mm_find_pte(task->mm, BASE)));
    ck_assert(PageAnon(victim) && PageLRU(victim));
}

static void audit(unsigned long expected)
{
    unsigned long in_flight = 99;

    ck_assert_int_eq(mm_audit_refs(&in_flight), 0);
    ck_assert_uint_eq(in_flight, expected);
}

START_TEST(a_whole_state_passes_and_stays_as_it_is)
{
    boot();
    audit(0);
    audit(0);
    mm_audit();
}
END_TEST

START_TEST(a_reference_of_somebody_at_work_is_in_flight)
{
    boot();
    get_page(victim);
    audit(1);
    put_page(victim);
    ck_assert(isolate_lru_page(victim));
    audit(1);
    putback_lru_page(victim);
    audit(0);
}
END_TEST

START_TEST(a_lost_reference_is_found)
{
    boot();
    victim->_refcount--;
    audit(0);
}
END_TEST

START_TEST(an_entry_that_is_not_counted_is_found)
{
    boot();
    victim->_mapcount--;
    audit(0);
}
END_TEST

START_TEST(a_count_without_an_entry_is_found)
{
    boot();
    victim->_mapcount++;
    victim->_refcount++;
    audit(0);
}
END_TEST

START_TEST(a_frame_of_the_kernel_on_an_lru_list_is_found)
{
    struct page *page;

    boot();
    page = alloc_page(GFP_KERNEL);
    page_set_type(page, PAGE_TYPE_TABLE);
    lru_cache_add(page);
    audit(0);
}
END_TEST

START_TEST(a_mapped_frame_of_the_kernel_is_found)
{
    struct page *page;

    boot();
    page = alloc_page(GFP_KERNEL);
    page_set_type(page, PAGE_TYPE_KSTACK);
    set_pte(mm_find_pte(current->mm, BASE),
            pfn_pte(page_to_pfn(page), PAGE_SHARED));
    audit(0);
}
END_TEST

/* The first slot that entries hold. */
static unsigned short *used_slot(void)
{
    for (unsigned long i = 1; i < swap_info[0]->max; i++)
        if (swap_info[0]->swap_map[i] & ~SWAP_HAS_CACHE)
            return &swap_info[0]->swap_map[i];
    ck_abort_msg("nothing is in swap");
}

START_TEST(a_slot_that_counts_too_much_is_found)
{
    boot();
    ++*used_slot();
    audit(0);
}
END_TEST

START_TEST(a_slot_that_counts_too_little_is_found)
{
    boot();
    --*used_slot();
    audit(0);
}
END_TEST

START_TEST(a_counter_of_a_process_that_is_off_is_found)
{
    boot();
    add_mm_counter(current->mm, MM_ANONPAGES, 1);
    audit(0);
}
END_TEST

START_TEST(a_page_that_the_page_cache_has_lost_is_found)
{
    struct file *file;

    boot();
    file = host_file(8 * PAGE_SIZE, 3);
    ck_assert(vm_mmap(file, 2 * BASE, 8 * PAGE_SIZE, PROT_READ,
                      MAP_PRIVATE | MAP_FIXED, 0) == 2 * BASE);
    for (unsigned long i = 0; i < 8; i++) {
        u32 word;

        ck_assert(host_load(2 * BASE + i * PAGE_SIZE, &word));
    }
    audit(0);
    radix_tree_delete(&file->f_mapping->page_tree, 5);
    audit(0);
}
END_TEST

int main(void)
{
    const TTest *const found[] = {
        a_lost_reference_is_found,
        an_entry_that_is_not_counted_is_found,
        a_count_without_an_entry_is_found,
        a_frame_of_the_kernel_on_an_lru_list_is_found,
        a_mapped_frame_of_the_kernel_is_found,
        a_slot_that_counts_too_much_is_found,
        a_slot_that_counts_too_little_is_found,
        a_counter_of_a_process_that_is_off_is_found,
        a_page_that_the_page_cache_has_lost_is_found,
    };
    Suite *suite = suite_create("audit");
    TCase *tcase = tcase_create("audit");

    tcase_add_test(tcase, a_whole_state_passes_and_stays_as_it_is);
    tcase_add_test(tcase, a_reference_of_somebody_at_work_is_in_flight);
    for (size_t i = 0; i < sizeof found / sizeof found[0]; i++)
        tcase_add_test_raise_signal(tcase, found[i], 6);
    suite_add_tcase(suite, tcase);
    return mm_unit_main(suite);
}
