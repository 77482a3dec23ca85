/*
 * The mmu as a hart sees it: what accesses give, which fault with what tval,
 * and that nothing is touched by those that fault. Models are off here.
 */
#include "mmu/mmu.h"

#include <string.h>

#include "tests/unit.h"

#define RAM UINT64_C(0x80000000)
#define RAM_SIZE (UINT64_C(4) << 20)
#define ROOT (RAM + 0x1000)
#define LEAVES (RAM + 0x2000)
#define DATA (RAM + 0x10000)

enum { RW = PTE_V | PTE_R | PTE_W | PTE_A | PTE_D };

static struct bus bus;
static struct mmu mmu;
static struct fault fault;

static void poke(uint64_t pa, uint32_t v)
{
    store_le(bus_ram(&bus, pa, 4), 4, v);
}

static uint32_t peek(uint64_t pa)
{
    return (uint32_t)load_le(bus_ram(&bus, pa, 4), 4);
}

static uint32_t pte(uint64_t pa, unsigned flags)
{
    return (uint32_t)(pa >> 12 << 10 | flags);
}

/* Maps the page of va, below 4 MiB, by the one table of leaves. */
static void map(uint64_t va, uint64_t pa, unsigned flags)
{
    poke(ROOT, pte(LEAVES, PTE_V));
    poke(LEAVES + 4 * (va >> 12 & 1023), pte(pa, flags));
}

static void start(const struct mmu_config *config)
{
    bus_init(&bus, RAM, RAM_SIZE, 0x1000, 0x1000);
    mmu_init(&mmu, config, &bus, NULL);
}

static void setup(void)
{
    struct mmu_config config = {.has_pmp = false};

    start(&config);
}

static void teardown(void)
{
    mmu_free(&mmu);
    bus_free(&bus);
}

static void enter(enum privilege priv, unsigned asid)
{
    mmu_set_satp(&mmu, 1u << 31 | asid << 22 | ROOT >> 12);
    mmu_set_mode(&mmu, priv, false, PRIV_U, false, false);
}

static uint64_t load(uint64_t va, unsigned size)
{
    uint64_t v = 0xdead;

    ck_assert(mmu_load(&mmu, va, size, &v, &fault));
    return v;
}

static enum cause load_fault(uint64_t va, unsigned size)
{
    uint64_t v;

    ck_assert(!mmu_load(&mmu, va, size, &v, &fault));
    return fault.cause;
}

static enum cause store_fault(uint64_t va, unsigned size)
{
    ck_assert(!mmu_store(&mmu, va, size, ~UINT64_C(0), &fault));
    return fault.cause;
}

START_TEST(bare_accesses_reach_dram)
{
    ck_assert(mmu_store(&mmu, DATA + 1, 4, 0x11223344, &fault));
    for (int again = 0; again < 2; again++) {
        ck_assert_uint_eq(load(DATA + 1, 4), 0x11223344);
        ck_assert_uint_eq(load(DATA, 8), 0x1122334400);
        ck_assert_uint_eq(load(DATA + 4, 1), 0x11);
    }
}
END_TEST

START_TEST(the_end_of_dram_is_an_access_fault)
{
    uint64_t end = RAM + RAM_SIZE;

    ck_assert_uint_eq(load_fault(end, 1), CAUSE_LOAD_ACCESS);
    ck_assert_uint_eq(load_fault(end - 2, 4), CAUSE_LOAD_ACCESS);
    ck_assert_uint_eq(fault.tval, end);
    ck_assert_uint_eq(store_fault(end - 2, 4), CAUSE_STORE_ACCESS);
    ck_assert_uint_eq(peek(end - 4), 0);
}
END_TEST

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

START_TEST(a_crossing_store_that_faults_stores_nothing)
{
    enter(PRIV_S, 0);
    map(0x5000, DATA, PTE_V | PTE_R | PTE_W);
    ck_assert_uint_eq(store_fault(0x5ffe, 4), CAUSE_STORE_PAGE);
    ck_assert_uint_eq(fault.tval, 0x6000);
    ck_assert_uint_eq(peek(DATA + 0xffc), 0);
    map(0x6000, DATA + 0x3000, RW);
    ck_assert(mmu_store(&mmu, 0x5ffe, 4, 0x11223344, &fault));
    ck_assert_uint_eq(peek(DATA + 0xffc), 0x33440000);
    ck_assert_uint_eq(peek(DATA + 0x3000), 0x1122);
    ck_assert_uint_eq(load(0x5ffe, 4), 0x11223344);
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

int main(void)
{
    Suite *suite = suite_create("mmu");
    TCase *tc = tcase_create("mmu");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, bare_accesses_reach_dram);
    tcase_add_test(tc, the_end_of_dram_is_an_access_fault);
    tcase_add_test(tc, a_walk_sets_a_and_a_store_d);
    tcase_add_test(tc, a_crossing_store_that_faults_stores_nothing);
    tcase_add_test(tc, a_fence_over_an_address_shows_the_new_page);
    tcase_add_test(tc, a_fence_within_a_megapage_drops_all_of_it);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
