/*
 * What the modelled TLBs and caches count, on cases small enough to count by
 * hand; heat maps change none of it.
 */
#include "mmu/models.h"

#include "tests/models_rig.h"

START_TEST(a_stride_misses_once_a_line)
{
    for (unsigned i = 0; i < 1024; i++)
        load(DATA + 4 * i);
    count();
    ck_assert_uint_eq(counts.l1d.accesses, 1024);
    ck_assert_uint_eq(counts.l1d.misses, 64);
    ck_assert_uint_eq(counts.l1d.hits, 960);
    ck_assert_uint_eq(l2->stats.accesses, 64);
    ck_assert_uint_eq(l2->stats.misses, 64);
    ck_assert_uint_eq(counts.dtlb.accesses, 0); /* bare */
}
END_TEST

START_TEST(one_line_too_many_for_a_set_misses_always)
{
    for (unsigned round = 0; round < 10; round++) {
        for (unsigned i = 0; i < 3; i++)
            load(DATA + 4096 * i); /* the same set of two ways */
    }
    count();
    ck_assert_uint_eq(counts.l1d.misses, 30);
    ck_assert_uint_eq(l2->stats.accesses, 30);
    ck_assert_uint_eq(l2->stats.misses, 3);
}
END_TEST

START_TEST(a_dirty_victim_is_written_to_l2)
{
    store(DATA);
    load(DATA + 4096);
    load(DATA + 8192); /* takes the place of the first */
    count();
    ck_assert_uint_eq(counts.l1d.writebacks, 1);
    ck_assert_uint_eq(l2->stats.accesses, 4);
    ck_assert_uint_eq(l2->stats.misses, 3);
    ck_assert_uint_eq(l2->stats.writebacks, 0);
    load(DATA + 4096);
    count();
    ck_assert_uint_eq(counts.l1d.misses, 3);
}
END_TEST

START_TEST(straddling_a_line_is_two_accesses)
{
    struct fault f;
    uint64_t v;

    ck_assert(mmu_load(&mmu, DATA + 62, 4, &v, &f));
    ck_assert(mmu_load(&mmu, DATA + 61, 2, &v, &f)); /* within one */
    count();
    ck_assert_uint_eq(counts.l1d.accesses, 3);
    ck_assert_uint_eq(counts.l1d.misses, 2);
}
END_TEST

static uint64_t swap(uint64_t old, uint64_t arg)
{
    (void)old;
    return arg;
}

START_TEST(an_amo_reads_and_writes_after_one_lookup)
{
    struct fault f;
    uint64_t old;

    enter(0);
    for (unsigned i = 0; i < 3; i++)
        ck_assert(mmu_amo(&mmu, 0, 4, swap, i, &old, &f));
    count();
    ck_assert_uint_eq(counts.dtlb.accesses, 3);
    ck_assert_uint_eq(counts.dtlb.misses, 1);
    ck_assert_uint_eq(counts.l1d.accesses, 6 + 2); /* + the walk */
    ck_assert_uint_eq(counts.l1d.misses, 3);
}
END_TEST

START_TEST(a_failed_sc_counts_nothing)
{
    struct fault f;
    uint64_t v;
    bool stored;

    enter(0);
    ck_assert(mmu_load_reserved(&mmu, 0, 4, &v, &f));
    ck_assert(mmu_store_conditional(&mmu, 0x5000, 4, 1, &stored, &f));
    ck_assert(!stored);
    ck_assert(mmu_store_conditional(&mmu, 0, 4, 1, &stored, &f));
    ck_assert(!stored);
    count();
    ck_assert_uint_eq(counts.dtlb.accesses, 1);
    ck_assert_uint_eq(counts.l1d.accesses, 2 + 1);
}
END_TEST

START_TEST(walks_go_through_the_data_cache)
{
    enter(0);
    load(0x40);   /* two entries, then the data */
    load(0x1080); /* the same two lines again */
    count();
    ck_assert_uint_eq(counts.walks.walks, 2);
    ck_assert_uint_eq(counts.walks.reads, 4);
    ck_assert_uint_eq(counts.l1d.accesses, 6);
    ck_assert_uint_eq(counts.l1d.misses, 4);
    map(0x2000, DATA, PTE_V | PTE_R | PTE_W);
    store(0x20c0); /* sets A and D: one write more */
    count();
    ck_assert_uint_eq(counts.walks.updates, 1);
    ck_assert_uint_eq(counts.l1d.accesses, 10);
}
END_TEST

START_TEST(a_fetch_counts_its_line_once_executed)
{
    struct fetch out;
    struct fault f;

    enter(0);
    for (unsigned i = 0; i < 16; i++)
        fetch(4 * i, 4);
    mmu.repeat_fetches += 5;
    fetch(0x42, 4);
    count();
    ck_assert_uint_eq(counts.itlb.accesses, 22);
    ck_assert_uint_eq(counts.itlb.misses, 1);
    ck_assert_uint_eq(counts.l1i.accesses, 22);
    ck_assert_uint_eq(counts.l1i.misses, 2);
    ck_assert(!mmu_fetch(&mmu, 0x400000, &out, &f));
    count();
    ck_assert_uint_eq(counts.itlb.accesses, 23);
    ck_assert_uint_eq(counts.itlb.misses, 2);
    ck_assert_uint_eq(counts.l1i.accesses, 22);
}
END_TEST

START_TEST(a_fetch_across_pages_looks_up_both)
{
    struct fetch out;
    struct fault f;

    enter(0);
    ck_assert(mmu_fetch(&mmu, 0xffe, &out, &f));
    ck_assert(mmu_fetch_next(&mmu, 0xffe, &out, &f));
    mmu_count_fetch(&mmu, 0xffe, 4);
    count();
    ck_assert_uint_eq(counts.itlb.accesses, 2);
    ck_assert_uint_eq(counts.itlb.misses, 2);
    ck_assert_uint_eq(counts.l1i.accesses, 2);
}
END_TEST

START_TEST(fence_i_empties_l1i_alone)
{
    fetch(DATA, 4);
    mmu_fence_i(&mmu);
    fetch(DATA, 4);
    count();
    ck_assert_uint_eq(counts.l1i.misses, 2);
    ck_assert_uint_eq(l2->stats.accesses, 2);
    ck_assert_uint_eq(l2->stats.misses, 1);
}
END_TEST

START_TEST(rom_is_not_cached)
{
    fetch(0x1000, 4);
    fetch(0x1004, 4);
    fetch(DATA, 4);
    load(0x1000);
    count();
    ck_assert_uint_eq(counts.l1i.accesses, 1);
    ck_assert_uint_eq(counts.l1d.accesses, 0);
}
END_TEST

START_TEST(dma_cleans_and_invalidates)
{
    store(DATA);
    mmu_snoop_dma_read(&mmu, DATA, 4);
    count();
    ck_assert_uint_eq(counts.l1d.writebacks, 1);
    ck_assert_uint_eq(l2->stats.accesses, 2);
    ck_assert_uint_eq(l2->stats.writebacks, 1);
    load(DATA);
    mmu_snoop_dma_write(&mmu, DATA + 60, 8);
    load(DATA);
    load(DATA + 64);
    count();
    ck_assert_uint_eq(counts.l1d.misses, 3);
    ck_assert_uint_eq(l2->stats.misses, 3);
}
END_TEST

START_TEST(dma_takes_the_line_that_is_fetched_from)
{
    fetch(DATA, 4);
    fetch(DATA + 4, 4);
    mmu_snoop_dma_write(&mmu, DATA + 8, 4);
    fetch(DATA + 8, 4);
    count();
    ck_assert_uint_eq(counts.l1i.accesses, 3);
    ck_assert_uint_eq(counts.l1i.misses, 2);
}
END_TEST

START_TEST(a_fault_touches_no_cache)
{
    struct fault f;
    uint64_t v;

    map(0x3000, DATA, PTE_V | PTE_R | PTE_A);
    enter(0);
    load(0x3000);
    ck_assert(!mmu_store(&mmu, 0x3000, 4, 1, &f)); /* the entry says no */
    ck_assert(!mmu_load(&mmu, 0x800000, 4, &v, &f));
    count();
    ck_assert_uint_eq(counts.dtlb.accesses, 3);
    ck_assert_uint_eq(counts.dtlb.misses, 2);
    ck_assert_uint_eq(counts.walks.walks, 2);
    ck_assert_uint_eq(counts.l1d.accesses, 3 + 1);
}
END_TEST

START_TEST(heat_says_when_and_changes_no_count)
{
    struct mmu_counts cold;
    struct heat heat;

    enter(0);
    work(1);
    work(2);
    mmu_count(&mmu, &cold);
    teardown();
    setup();
    heat_init(&heat, &bus);
    mmu_set_heat(&mmu, &heat);
    mmu_heat_epoch(&mmu, 100);
    enter(0);
    work(1);
    mmu_heat_epoch(&mmu, 200);
    work(2);
    mmu_heat_epoch(&mmu, 300);
    count();
    ck_assert_int_eq(memcmp(&counts, &cold, sizeof counts), 0);
    load(0x5000);
    ck_assert_uint_eq(heat.last[HEAT_READ][0x105], 300);
    ck_assert_uint_eq(heat.last[HEAT_WRITE][0x105], 200);
    ck_assert_uint_eq(heat.last[HEAT_EXECUTE][0x105], 200);
    ck_assert_uint_eq(heat.last[HEAT_READ][0x150], 0);
    mmu_set_heat(&mmu, NULL);
    load(0x6000);
    ck_assert_uint_eq(heat.last[HEAT_READ][0x106], 200);
    heat_free(&heat);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("models");
    TCase *tc = tcase_create("models");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, a_stride_misses_once_a_line);
    tcase_add_test(tc, one_line_too_many_for_a_set_misses_always);
    tcase_add_test(tc, a_dirty_victim_is_written_to_l2);
    tcase_add_test(tc, straddling_a_line_is_two_accesses);
    tcase_add_test(tc, an_amo_reads_and_writes_after_one_lookup);
    tcase_add_test(tc, a_failed_sc_counts_nothing);
    tcase_add_test(tc, walks_go_through_the_data_cache);
    tcase_add_test(tc, a_fetch_counts_its_line_once_executed);
    tcase_add_test(tc, a_fetch_across_pages_looks_up_both);
    tcase_add_test(tc, fence_i_empties_l1i_alone);
    tcase_add_test(tc, rom_is_not_cached);
    tcase_add_test(tc, dma_cleans_and_invalidates);
    tcase_add_test(tc, dma_takes_the_line_that_is_fetched_from);
    tcase_add_test(tc, a_fault_touches_no_cache);
    tcase_add_test(tc, heat_says_when_and_changes_no_count);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
