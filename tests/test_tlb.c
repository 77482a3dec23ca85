/*
 * The modelled TLBs: their reach, megapages in pieces, and the stale entries
 * that a guest sees until it fences.
 */
#include "mmu/tlb.h"

#include "tests/models_rig.h"

START_TEST(the_reach_of_the_tlb_shows)
{
    enter(0);
    for (unsigned round = 0; round < 10; round++) {
        for (uint64_t page = 0; page < 5; page++) /* of four entries */
            load(page << 12);
    }
    count();
    ck_assert_uint_eq(counts.dtlb.accesses, 50);
    ck_assert_uint_eq(counts.dtlb.misses, 50);
    ck_assert_uint_eq(counts.l2tlb.accesses, 50);
    ck_assert_uint_eq(counts.l2tlb.misses, 5);
    ck_assert_uint_eq(counts.walks.walks, 5);
}
END_TEST

START_TEST(a_megapage_is_whole_above_and_in_pieces_below)
{
    poke(ROOT + 4, RAM >> 12 << 10 | RWX);
    enter(0);
    for (uint64_t page = 0; page < 8; page++)
        load(0x400000 + (page << 12));
    count();
    ck_assert_uint_eq(counts.dtlb.misses, 1);
    ck_assert_uint_eq(counts.walks.walks, 1);
    /* Pushed out of the first level, it comes back as the one piece. */
    for (uint64_t page = 0; page < 4; page++)
        load(page << 12);
    load(0x400000);
    load(0x401000);
    count();
    ck_assert_uint_eq(counts.l2tlb.accesses, 1 + 4 + 2);
    ck_assert_uint_eq(counts.l2tlb.misses, 1 + 4 + 1);
}
END_TEST

START_TEST(a_fence_drops_every_piece_of_a_megapage)
{
    struct fault f;
    uint64_t v;

    poke(ROOT + 4, RAM >> 12 << 10 | RWX);
    enter(0);
    load(0x400000);
    for (uint64_t page = 0; page < 4; page++)
        load(page << 12);
    load(0x400000); /* a piece now, in both levels */
    poke(ROOT + 4, 0);
    load(0x400000); /* stale */
    mmu_sfence(&mmu, true, 0x7ff000, false, 0);
    ck_assert(!mmu_load(&mmu, 0x400000, 4, &v, &f));
}
END_TEST

START_TEST(a_missing_fence_shows_the_stale_page)
{
    enter(0);
    poke(DATA, 1);
    poke(DATA + 0x9000, 2);
    ck_assert_uint_eq(load(0), 1);
    map(0, DATA + 0x9000, RWX);
    ck_assert_uint_eq(load(0), 1);
    mmu_sfence(&mmu, true, 0x1000, false, 0); /* another page */
    ck_assert_uint_eq(load(0), 1);
    mmu_sfence(&mmu, true, 0xabc, false, 0);
    ck_assert_uint_eq(load(0), 2);
}
END_TEST

/* Loads page 0 as ASID 1, then changes its mapping. */
static void prepare_fence(unsigned flags)
{
    map(0, DATA, RWX | flags);
    poke(DATA, 1);
    poke(DATA + 0x9000, 2);
    enter(1);
    load(0);
    map(0, DATA + 0x9000, RWX | flags);
}

START_TEST(fences_by_asid_keep_others_and_global_ones)
{
    prepare_fence(0);
    mmu_sfence(&mmu, false, 0, true, 2);
    ck_assert_uint_eq(load(0), 1);
    mmu_sfence(&mmu, true, 0, true, 2);
    ck_assert_uint_eq(load(0), 1);
    mmu_sfence(&mmu, true, 0, true, 1);
    ck_assert_uint_eq(load(0), 2);
    prepare_fence(0);
    mmu_sfence(&mmu, false, 0, true, 1);
    ck_assert_uint_eq(load(0), 2);
    mmu_sfence(&mmu, false, 0, false, 0);
    prepare_fence(PTE_G);
    mmu_sfence(&mmu, false, 0, true, 1);
    mmu_sfence(&mmu, true, 0, true, 1);
    ck_assert_uint_eq(load(0), 1);
    enter(7); /* global: any ASID */
    ck_assert_uint_eq(load(0), 1);
    mmu_sfence(&mmu, true, 0, false, 0);
    ck_assert_uint_eq(load(0), 2);
    prepare_fence(PTE_G);
    mmu_sfence(&mmu, false, 0, false, 0);
    ck_assert_uint_eq(load(0), 2);
}
END_TEST

START_TEST(an_asid_has_its_own_entries)
{
    poke(DATA, 1);
    poke(DATA + 0x9000, 2);
    enter(1);
    ck_assert_uint_eq(load(0), 1);
    map(0, DATA + 0x9000, RWX);
    enter(2);
    ck_assert_uint_eq(load(0), 2);
    enter(1);
    ck_assert_uint_eq(load(0), 1);
}
END_TEST

START_TEST(a_peek_follows_the_tlb_and_leaves_it)
{
    uint64_t h, pa;

    enter(0);
    load(0);
    map(0, DATA + 0x9000, RWX);
    h = hash();
    ck_assert(mmu_peek_translate(&mmu, 4, ACCESS_LOAD, PRIV_S, &pa));
    ck_assert_uint_eq(pa, DATA + 4);
    ck_assert(mmu_peek_translate(&mmu, 4, ACCESS_FETCH, PRIV_S, &pa));
    ck_assert_uint_eq(pa, DATA + 4); /* by the second level */
    ck_assert(!mmu_peek_translate(&mmu, 4, ACCESS_LOAD, PRIV_U, &pa));
    ck_assert(!mmu_peek_translate(&mmu, 0x900000, ACCESS_LOAD, PRIV_S, &pa));
    ck_assert_uint_eq(hash(), h);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tlb");
    TCase *tc = tcase_create("tlb");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, the_reach_of_the_tlb_shows);
    tcase_add_test(tc, a_megapage_is_whole_above_and_in_pieces_below);
    tcase_add_test(tc, a_fence_drops_every_piece_of_a_megapage);
    tcase_add_test(tc, a_missing_fence_shows_the_stale_page);
    tcase_add_test(tc, fences_by_asid_keep_others_and_global_ones);
    tcase_add_test(tc, an_asid_has_its_own_entries);
    tcase_add_test(tc, a_peek_follows_the_tlb_and_leaves_it);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
