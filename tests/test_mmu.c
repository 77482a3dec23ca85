/*
 * The mmu as a hart sees it: translation by modes and fences, fetches, what a
 * change of rights shows, and code that is written. Models are off here.
 */
#include "mmu/mmu.h"

#include "tests/mmu_rig.h"

START_TEST(a_walk_sets_a_and_a_store_d)
{
    enter(PRIV_S, 0);
    map(0x5000, DATA, PTE_V | PTE_R | PTE_W);
    poke(DATA + 8, 77);
    ck_assert_uint_eq(load(0x5008, 4), 77);
    ck_assert_uint_eq(peek(LEAVES + 4 * 5),
                      pte(DATA, PTE_V | PTE_R | PTE_W | PTE_A));
    ck_assert(mmu_store(&mmu, 0x5008, 4, 78, &fault));
    ck_assert_uint_eq(peek(LEAVES + 4 * 5), pte(DATA, RW));
}
END_TEST

START_TEST(a_fence_over_an_address_shows_the_new_page)
{
    enter(PRIV_S, 3);
    map(0x5000, DATA, RW);
    map(0x6000, DATA, RW);
    poke(DATA, 1);
    poke(DATA + 0x1000, 2);
    ck_assert_uint_eq(load(0x5000, 4), 1);
    map(0x5000, DATA + 0x1000, RW);
    mmu_sfence(&mmu, true, 0x5000, false, 0);
    ck_assert_uint_eq(load(0x5000, 4), 2);
    map(0x5000, DATA, RW);
    mmu_sfence(&mmu, false, 0, true, 3);
    ck_assert_uint_eq(load(0x5000, 4), 1);
    map(0x5000, DATA + 0x1000, RW);
    mmu_sfence(&mmu, false, 0, false, 0);
    ck_assert_uint_eq(load(0x5000, 4), 2);
}
END_TEST

START_TEST(a_fence_within_a_megapage_drops_all_of_it)
{
    enter(PRIV_S, 0);
    poke(ROOT + 4, pte(RAM, RW));
    poke(DATA, 9);
    ck_assert_uint_eq(load(0x400000 + (DATA - RAM), 4), 9);
    poke(ROOT + 4, 0);
    mmu_sfence(&mmu, true, 0x400000 + 0x3000, false, 0);
    ck_assert_uint_eq(load_fault(0x400000 + (DATA - RAM), 4), CAUSE_LOAD_PAGE);
}
END_TEST

START_TEST(sum_mxr_and_mprv_need_no_fence)
{
    enter(PRIV_S, 0);
    map(0x5000, DATA, RW | PTE_U);
    map(0x6000, DATA, PTE_V | PTE_X | PTE_A);
    poke(DATA, 5);
    for (int again = 0; again < 2; again++) {
        mmu_set_mode(&mmu, PRIV_S, false, PRIV_U, false, false);
        ck_assert_uint_eq(load_fault(0x5000, 4), CAUSE_LOAD_PAGE);
        ck_assert_uint_eq(load_fault(0x6000, 4), CAUSE_LOAD_PAGE);
        mmu_set_mode(&mmu, PRIV_S, false, PRIV_U, true, true);
        ck_assert_uint_eq(load(0x5000, 4), 5);
        ck_assert_uint_eq(load(0x6000, 4), 5);
        mmu_set_mode(&mmu, PRIV_M, false, PRIV_S, true, true);
        ck_assert_uint_eq(load_fault(0x5000, 4), CAUSE_LOAD_ACCESS);
        mmu_set_mode(&mmu, PRIV_M, true, PRIV_S, true, true);
        ck_assert_uint_eq(load(0x5000, 4), 5);
        ck_assert_uint_eq(load(0x6000, 4), 5);
        mmu_set_mode(&mmu, PRIV_M, true, PRIV_U, false, false);
        ck_assert_uint_eq(load(0x5000, 4), 5);
        ck_assert_uint_eq(load_fault(0x6000, 4), CAUSE_LOAD_PAGE);
    }
}
END_TEST

START_TEST(mprv_leaves_fetches_alone)
{
    struct fetch out;

    enter(PRIV_S, 0);
    map(0x5000, DATA, RW | PTE_X);
    mmu_set_mode(&mmu, PRIV_M, true, PRIV_S, false, false);
    ck_assert(mmu_fetch(&mmu, DATA + 2, &out, &fault));
    ck_assert_uint_eq(out.pa, DATA + 2);
    ck_assert_uint_eq(out.bytes, 0xffe);
    ck_assert(!mmu_fetch(&mmu, 0x5000, &out, &fault));
    ck_assert_uint_eq(fault.cause, CAUSE_FETCH_ACCESS);
    mmu_set_mode(&mmu, PRIV_S, false, PRIV_S, false, false);
    ck_assert(mmu_fetch(&mmu, 0x5000, &out, &fault));
    ck_assert_ptr_eq(out.host, bus_ram(&bus, DATA, 2));
}
END_TEST

START_TEST(a_crossing_fetch_faults_at_the_second_page)
{
    struct fetch out;

    enter(PRIV_S, 0);
    map(0x5000, DATA, RW | PTE_X);
    ck_assert(mmu_fetch(&mmu, 0x5ffe, &out, &fault));
    ck_assert_uint_eq(out.bytes, 2);
    ck_assert(!mmu_fetch_next(&mmu, 0x5ffe, &out, &fault));
    ck_assert_uint_eq(fault.cause, CAUSE_FETCH_PAGE);
    ck_assert_uint_eq(fault.tval, 0x6000);
}
END_TEST

START_TEST(spaces_do_not_see_each_other)
{
    for (unsigned asid = 0; asid < 40; asid++) {
        uint64_t root = RAM + 0x100000 + 0x2000 * asid;

        poke(root, pte(root + 0x1000, PTE_V));
        poke(root + 0x1000, pte(DATA + 0x1000 * asid, RW));
        poke(DATA + 0x1000 * asid, asid);
    }
    mmu_set_mode(&mmu, PRIV_S, false, PRIV_U, false, false);
    for (unsigned i = 0; i < 400; i++) {
        unsigned asid = i * 7 % 40;

        mmu_set_satp(&mmu, 1u << 31 | asid << 22 |
                               (RAM + 0x100000 + 0x2000 * asid) >> 12);
        ck_assert_uint_eq(load(0, 4), asid);
    }
}
END_TEST

static uint64_t written_pa, written_len;

static void code_written(void *ctx, uint64_t pa, uint64_t len)
{
    (void)ctx;
    written_pa = pa;
    written_len = len;
}

START_TEST(writes_to_code_are_announced)
{
    struct mmu_port port = {.code_written = code_written};

    mmu_set_port(&mmu, &port);
    written_pa = 0;
    ck_assert(mmu_store(&mmu, DATA, 4, 1, &fault));
    mmu_mark_code(&mmu, DATA + 0x40, 4);
    ck_assert(mmu_store(&mmu, DATA, 4, 1, &fault));
    ck_assert_uint_eq(written_pa, 0); /* another line of that frame */
    ck_assert(mmu_store(&mmu, DATA + 0x44, 2, 1, &fault));
    ck_assert_uint_eq(written_pa, DATA + 0x44);
    ck_assert_uint_eq(written_len, 2);
    mmu_snoop_dma_write(&mmu, DATA - 0x100, 0x1000);
    ck_assert_uint_eq(written_pa, DATA);
    written_pa = 0;
    mmu_unmark_code(&mmu, DATA);
    ck_assert(mmu_store(&mmu, DATA + 0x44, 2, 1, &fault));
    ck_assert_uint_eq(written_pa, 0);
}
END_TEST

static void setup_choices(void)
{
    struct mmu_config config = {
        .has_pmp = true, .is_svade = true, .traps_misaligned = true};

    start(&config);
}

START_TEST(misaligned_accesses_trap_by_choice)
{
    ck_assert_uint_eq(load_fault(DATA + 1, 2), CAUSE_LOAD_MISALIGNED);
    ck_assert_uint_eq(store_fault(DATA + 2, 4), CAUSE_STORE_MISALIGNED);
    ck_assert_uint_eq(fault.tval, DATA + 2);
    ck_assert_uint_eq(load(DATA + 4, 4), 0);
    ck_assert_uint_eq(load_fault(DATA + 1, 2), CAUSE_LOAD_MISALIGNED);
}
END_TEST

START_TEST(svade_faults_in_place_of_updates)
{
    mmu_write_pmpaddr(&mmu, 0, 0xffffffff);
    mmu_write_pmpcfg(&mmu, 0, PMP_NAPOT | PMP_R | PMP_W | PMP_X);
    enter(PRIV_S, 0);
    map(0x5000, DATA, PTE_V | PTE_R | PTE_W);
    ck_assert_uint_eq(load_fault(0x5000, 4), CAUSE_LOAD_PAGE);
    map(0x5000, DATA, PTE_V | PTE_R | PTE_W | PTE_A);
    ck_assert_uint_eq(load(0x5000, 4), 0);
    ck_assert_uint_eq(store_fault(0x5000, 4), CAUSE_STORE_PAGE);
    map(0x5000, DATA, RW);
    ck_assert(mmu_store(&mmu, 0x5000, 4, 1, &fault));
}
END_TEST

START_TEST(a_change_of_pmp_shows_at_once)
{
    mmu_set_mode(&mmu, PRIV_S, false, PRIV_U, false, false);
    ck_assert_uint_eq(load_fault(DATA, 4), CAUSE_LOAD_ACCESS);
    mmu_set_pmp(&mmu, 0, PMP_NAPOT | PMP_R | PMP_W, 0xffffffff);
    ck_assert_uint_eq(load(DATA, 4), 0);
    mmu_set_pmp(&mmu, 0, PMP_NAPOT | PMP_R, 0xffffffff);
    ck_assert_uint_eq(load(DATA, 4), 0);
    ck_assert_uint_eq(store_fault(DATA, 4), CAUSE_STORE_ACCESS);
    mmu_set_pmp(&mmu, 0, 0, 0);
    ck_assert_uint_eq(load_fault(DATA, 4), CAUSE_LOAD_ACCESS);
}
END_TEST

START_TEST(pmp_inside_a_page_is_exact)
{
    struct fetch out;

    mmu_set_pmp(&mmu, 0, PMP_NA4, (DATA + 0x10) >> 2);
    mmu_set_pmp(&mmu, 1, PMP_NAPOT | PMP_R | PMP_X, 0xffffffff);
    mmu_set_mode(&mmu, PRIV_S, false, PRIV_U, false, false);
    for (int again = 0; again < 2; again++) {
        ck_assert_uint_eq(load(DATA + 0xc, 4), 0);
        ck_assert_uint_eq(load_fault(DATA + 0x10, 4), CAUSE_LOAD_ACCESS);
        ck_assert_uint_eq(load(DATA + 0x14, 4), 0);
    }
    ck_assert(mmu_fetch(&mmu, DATA + 0xe, &out, &fault));
    ck_assert_uint_eq(out.bytes, 2);
    ck_assert(!mmu_fetch_next(&mmu, DATA + 0xe, &out, &fault));
    ck_assert_uint_eq(fault.cause, CAUSE_FETCH_ACCESS);
    ck_assert_uint_eq(fault.tval, DATA + 0x10);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mmu");
    TCase *tc = tcase_create("mmu"), *choices = tcase_create("choices");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, a_walk_sets_a_and_a_store_d);
    tcase_add_test(tc, a_fence_over_an_address_shows_the_new_page);
    tcase_add_test(tc, a_fence_within_a_megapage_drops_all_of_it);
    tcase_add_test(tc, sum_mxr_and_mprv_need_no_fence);
    tcase_add_test(tc, mprv_leaves_fetches_alone);
    tcase_add_test(tc, a_crossing_fetch_faults_at_the_second_page);
    tcase_add_test(tc, spaces_do_not_see_each_other);
    tcase_add_test(tc, writes_to_code_are_announced);
    suite_add_tcase(suite, tc);
    tcase_add_checked_fixture(choices, setup_choices, teardown);
    tcase_add_test(choices, misaligned_accesses_trap_by_choice);
    tcase_add_test(choices, svade_faults_in_place_of_updates);
    tcase_add_test(choices, a_change_of_pmp_shows_at_once);
    tcase_add_test(choices, pmp_inside_a_page_is_exact);
    suite_add_tcase(suite, choices);
    return unit_main(suite);
}
