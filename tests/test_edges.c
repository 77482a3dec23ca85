/*
 * The modelled hierarchy at its edges: where lines of two sizes, two harts,
 * two address spaces or two entries meet, and where the address space ends.
 */
#include "mmu/mmu.h"

#include <string.h>

#include "mmu/cache.h"
#include "tests/unit.h"

#define RAM UINT64_C(0x80000000)
#define RAM_SIZE (UINT64_C(8) << 20)
#define ROOT (RAM + 0x1000)
#define LEAVES (RAM + 0x2000)
#define TOP_LEAVES (RAM + 0x3000)
#define DATA (RAM + 0x100000)
#define OLD (RAM + 0x200000)
#define NEW (RAM + 0x300000)
#define HARTS 2

enum { RWX = PTE_V | PTE_R | PTE_W | PTE_X | PTE_A | PTE_D };

static struct bus bus;
static struct mmu mmu[HARTS];
static struct cache *l2;
static struct mmu_config config;
static struct cache_geometry l2_geometry;
static struct mmu_counts counts;

static void poke(uint64_t pa, uint64_t v)
{
    store_le(bus_ram(&bus, pa, 4), 4, v);
}

static void map(uint64_t va, uint64_t pa)
{
    poke(LEAVES + 4 * (va >> 12 & 1023), pa >> 12 << 10 | RWX);
}

static void make(void)
{
    struct mmu *harts[HARTS] = {&mmu[0], &mmu[1]};

    bus_init(&bus, RAM, RAM_SIZE, 0x1000, 0x1000);
    l2 = cache_new(&l2_geometry, 1);
    for (unsigned i = 0; i < HARTS; i++) {
        config.hart = i;
        mmu_init(&mmu[i], &config, &bus, l2);
    }
    mmu_join(harts, HARTS);
    poke(ROOT, LEAVES >> 12 << 10 | PTE_V);
    for (uint64_t page = 0; page < 256; page++) {
        map(page << 12, DATA + (page << 12));
        poke(OLD + (page << 12), 1);
        poke(NEW + (page << 12), 2);
    }
}

static void teardown(void)
{
    for (unsigned i = 0; i < HARTS; i++)
        mmu_free(&mmu[i]);
    cache_delete(l2);
    bus_free(&bus);
}

/* Small, and two harts. */
static void setup(void)
{
    config = (struct mmu_config){
        .itlb = {4, 4, REPLACE_LRU},
        .dtlb = {4, 4, REPLACE_LRU},
        .l2tlb = {16, 4, REPLACE_LRU},
        .l1i = {8192, 2, 64, REPLACE_LRU, false, false},
        .l1d = {8192, 2, 64, REPLACE_LRU, false, false},
    };
    l2_geometry =
        (struct cache_geometry){32768, 4, 64, REPLACE_LRU, false, false};
    make();
}

/* Again, as `config` and `l2_geometry` now are. */
static void setup_other(void)
{
    teardown();
    make();
}

static void enter(unsigned asid)
{
    mmu_set_satp(&mmu[0], 1u << 31 | asid << 22 | ROOT >> 12);
    mmu_set_mode(&mmu[0], PRIV_S, false, PRIV_U, false, false);
}

static uint64_t load_by(unsigned hart, uint64_t va)
{
    struct fault f;
    uint64_t v = 0;

    ck_assert(mmu_load(&mmu[hart], va, 4, &v, &f));
    return v;
}

static uint64_t load(uint64_t va)
{
    return load_by(0, va);
}

static void store(uint64_t va)
{
    struct fault f;

    ck_assert(mmu_store(&mmu[0], va, 4, 1, &f));
}

static void fetch(uint64_t va, unsigned size)
{
    struct fetch a, b;
    struct fault f;

    ck_assert(mmu_fetch(&mmu[0], va, &a, &f));
    if (size == 4 && a.bytes == 2)
        ck_assert(mmu_fetch_next(&mmu[0], va, &b, &f));
    mmu_count_fetch(&mmu[0], va, size);
}

static void count(unsigned hart)
{
    mmu_count(&mmu[hart], &counts);
}

/* Lines. */

START_TEST(bytes_in_two_lines_of_a_finer_l2_are_two_accesses)
{
    uint64_t before;

    config.l1d.is_write_through = true;
    l2_geometry.line_bytes = 32;
    setup_other();
    load(DATA);
    before = l2->stats.accesses;
    ck_assert_uint_eq(before, 2); /* all of the line of the L1D */
    store(DATA + 30);
    ck_assert_uint_eq(l2->stats.accesses, before + 2);
    store(DATA + 28);
    ck_assert_uint_eq(l2->stats.accesses, before + 3);
    store(DATA + 32);
    ck_assert_uint_eq(l2->stats.accesses, before + 4);
}
END_TEST

/* The same line of the L2, from both halves. */
START_TEST(a_coarser_l2_has_both_lines_in_one)
{
    l2_geometry.line_bytes = 128;
    setup_other();
    load(DATA + 64);
    ck_assert_uint_eq(l2->stats.misses, 1);
    load(DATA);
    ck_assert_uint_eq(l2->stats.accesses, 2);
    ck_assert_uint_eq(l2->stats.misses, 1);
}
END_TEST

START_TEST(a_cleaned_line_is_dirty_again_after_a_store)
{
    store(DATA);
    store(DATA + 4); /* past the model */
    mmu_snoop_dma_read(&mmu[0], DATA, 64);
    count(0);
    ck_assert_uint_eq(counts.l1d.writebacks, 1);
    store(DATA + 4);
    mmu_snoop_dma_read(&mmu[0], DATA, 64);
    count(0);
    ck_assert_uint_eq(counts.l1d.writebacks, 2);
    mmu_snoop_dma_read(&mmu[0], DATA, 64);
    count(0);
    ck_assert_uint_eq(counts.l1d.writebacks, 2);
}
END_TEST

START_TEST(misses_are_counted_by_their_sets)
{
    unsigned set = DATA / 64 % 64, ways, line_bytes;
    uint64_t sum = 0;

    ck_assert_uint_eq(mmu_cache_lines(&mmu[0], MMU_L1D, &ways, &line_bytes),
                      128);
    store(DATA);
    load_by(0, DATA + 8); /* a hit */
    store(DATA + 64);
    load_by(0, DATA + 128);
    load_by(0, DATA);
    ck_assert_uint_eq(mmu_cache_set_misses(&mmu[0], MMU_L1D, set), 1);
    ck_assert_uint_eq(mmu_cache_set_misses(&mmu[0], MMU_L1D, set + 1), 1);
    ck_assert_uint_eq(mmu_cache_set_misses(&mmu[0], MMU_L1D, set + 2), 1);
    for (unsigned i = 0; i < 64; i++)
        sum += mmu_cache_set_misses(&mmu[0], MMU_L1D, i);
    count(0);
    ck_assert_uint_eq(sum, counts.l1d.misses);
}
END_TEST

START_TEST(a_line_cleaned_for_another_hart_is_taken_from_it_by_a_store)
{
    store(DATA);
    store(DATA + 4);
    load_by(1, DATA);
    store(DATA + 8);
    load_by(1, DATA);
    count(1);
    ck_assert_uint_eq(counts.l1d.misses, 2);
    count(0);
    ck_assert_uint_eq(counts.l1d.accesses, 3);
    ck_assert_uint_eq(counts.l1d.writebacks, 2);
}
END_TEST

START_TEST(a_store_to_a_clean_line_takes_it_from_the_other_hart)
{
    load(DATA);
    load_by(1, DATA);
    store(DATA);
    load_by(1, DATA);
    load_by(1, DATA);
    count(1);
    ck_assert_uint_eq(counts.l1d.accesses, 3);
    ck_assert_uint_eq(counts.l1d.misses, 2);
    count(0);
    ck_assert_uint_eq(counts.l1d.writebacks, 1);
}
END_TEST

/* Address spaces. */

#define LOW_ASID 1u
#define HIGH_ASID 0x101u /* which differs in the ninth bit alone */

START_TEST(spaces_differ_by_the_highest_bit_of_their_asid)
{
    map(0, OLD);
    enter(LOW_ASID);
    ck_assert_uint_eq(load(0), 1);
    map(0, NEW);
    enter(HIGH_ASID);
    ck_assert_uint_eq(load(0), 2);
    enter(LOW_ASID);
    ck_assert_uint_eq(load(0), 1);
    count(0);
    ck_assert_uint_eq(counts.walks.walks, 2);
    /* A fence over one leaves the other. */
    mmu_sfence(&mmu[0], false, 0, true, HIGH_ASID);
    ck_assert_uint_eq(load(0), 1);
    mmu_sfence(&mmu[0], true, 0, true, HIGH_ASID);
    ck_assert_uint_eq(load(0), 1);
    mmu_sfence(&mmu[0], true, 0, true, LOW_ASID);
    ck_assert_uint_eq(load(0), 2);
}
END_TEST

START_TEST(a_fence_by_the_highest_bit_of_an_asid_is_followed)
{
    if (_i) { /* the host's memory of translations alone */
        config.itlb.entries = config.dtlb.entries = 0;
        config.l1i.size_bytes = config.l1d.size_bytes = 0;
        setup_other();
    }
    map(0, OLD);
    enter(HIGH_ASID);
    ck_assert_uint_eq(load(0), 1);
    map(0, NEW);
    mmu_sfence(&mmu[0], false, 0, true, HIGH_ASID);
    ck_assert_uint_eq(load(0), 2);
    map(0, OLD);
    mmu_sfence(&mmu[0], true, 0, true, HIGH_ASID);
    ck_assert_uint_eq(load(0), 1);
}
END_TEST

/* Entries. */

/* Pages that share a set of the second level, one first-level entry. */
START_TEST(a_hit_in_the_second_level_makes_its_entry_the_newest)
{
    config.dtlb = (struct tlb_geometry){1, 1, REPLACE_LRU};
    setup_other();
    enter(0);
    for (uint64_t i = 0; i < 4; i++)
        load(i * 4 << 12);
    load(0); /* found in the second level, and now the newest there */
    load(4 * 4 << 12);
    count(0);
    ck_assert_uint_eq(counts.walks.walks, 5);
    load(0);
    count(0);
    ck_assert_uint_eq(counts.walks.walks, 5);
    load(1 * 4 << 12); /* this one had to go */
    count(0);
    ck_assert_uint_eq(counts.walks.walks, 6);
}
END_TEST

/* A superpage comes into a slot before that of a page in it, which the first
 * match then hides, whatever was remembered of it. */
START_TEST(a_superpage_hides_the_page_in_a_later_slot)
{
    enter(0);
    load(0x10000); /* slot 0, the first to go */
    map(0x5000, OLD);
    poke(OLD + 0x100, 1); /* in a line that stays in the cache */
    for (unsigned i = 0; i < 3; i++)
        ck_assert_uint_eq(load(0x5100), 1); /* slot 1 */
    load(0x20000);
    load(0x30000);
    ck_assert_uint_eq(load(0x5100), 1);
    /* The page is, in the superpage, frame 5 of DRAM. */
    poke(ROOT, RAM >> 12 << 10 | RWX);
    poke(RAM + 0x5100, 7);
    load(0x40000);
    ck_assert_uint_eq(load(0x5100), 7);
    count(0);
    ck_assert_uint_eq(counts.dtlb.misses, 5);
}
END_TEST

/* The same of fetches. */
START_TEST(a_superpage_hides_the_page_that_was_fetched_from)
{
    struct fetch out;
    struct fault f;

    enter(0);
    fetch(0x50000, 2);
    map(0x5000, OLD);
    fetch(0x5000, 2);
    fetch(0x20000, 2);
    fetch(0x30000, 2);
    fetch(0x5000, 2);
    poke(ROOT, RAM >> 12 << 10 | RWX);
    fetch(0x40000, 2);
    ck_assert(mmu_fetch(&mmu[0], 0x5000, &out, &f));
    ck_assert_uint_eq(out.pa, RAM + 0x5000);
}
END_TEST

/* Wherever the filter keeps them. */
START_TEST(a_fence_reaches_every_line_of_every_page)
{
    for (uint64_t page = 0; page < 16; page++) {
        uint64_t va = page << 12;

        enter(0);
        map(va, OLD);
        for (uint64_t line = 0; line < 4096; line += 64) {
            poke(OLD + line, 1);
            poke(NEW + line, 2);
        }
        mmu_sfence(&mmu[0], true, va, false, 0);
        for (uint64_t line = 0; line < 4096; line += 64)
            ck_assert_uint_eq(load(va + line), 1);
        map(va, NEW);
        mmu_sfence(&mmu[0], true, va, false, 0);
        for (uint64_t line = 0; line < 4096; line += 64)
            ck_assert_uint_eq(load(va + line), 2);
    }
}
END_TEST

/* Stores that somebody must hear of. */

static unsigned told;

static void code_written(void *ctx, uint64_t pa, uint64_t len)
{
    (void)ctx;
    (void)pa;
    (void)len;
    told++;
}

static void without_caches(void)
{
    config.l1i.size_bytes = config.l1d.size_bytes = 0;
    l2_geometry.size_bytes = 0;
    setup_other();
}

START_TEST(a_store_past_the_filter_breaks_a_reservation)
{
    struct fault f;
    bool stored;
    uint64_t v;

    without_caches();
    store(DATA);
    store(DATA);
    ck_assert(mmu_load_reserved(&mmu[1], DATA, 4, &v, &f));
    store(DATA);
    ck_assert(mmu_store_conditional(&mmu[1], DATA, 4, 2, &stored, &f));
    ck_assert(!stored);
}
END_TEST

START_TEST(a_store_past_the_filter_tells_of_code)
{
    struct mmu_port port = {.code_written = code_written};

    if (_i)
        without_caches();
    mmu_set_port(&mmu[0], &port);
    told = 0;
    store(DATA);
    store(DATA);
    ck_assert_uint_eq(told, 0);
    mmu_mark_code(&mmu[0], DATA, 4);
    store(DATA);
    ck_assert_uint_eq(told, 1);
}
END_TEST

/* Ends of pages. */

/* Two entries of the PMP permit a page each: an access across them lies in
 * neither (priv. 3.7.1). */
START_TEST(an_access_across_pages_needs_one_entry_of_the_pmp)
{
    const uint8_t page = PMP_R | PMP_W | PMP_X | 3 << 3; /* NAPOT */
    struct fault f;
    uint64_t v;

    config.has_pmp = true;
    setup_other();
    mmu_set_pmp(&mmu[0], 0, page, DATA >> 2 | 0x1ff);
    mmu_set_pmp(&mmu[0], 1, page, (DATA + 0x1000) >> 2 | 0x1ff);
    mmu_set_mode(&mmu[0], PRIV_U, false, PRIV_U, false, false);
    load(DATA + 0xffc);
    load(DATA + 0x1000);
    ck_assert(!mmu_load(&mmu[0], DATA + 0xffe, 4, &v, &f));
    ck_assert_int_eq(f.cause, CAUSE_LOAD_ACCESS);
    ck_assert_uint_eq(f.tval, DATA + 0xffe);
    ck_assert(!mmu_store(&mmu[0], DATA + 0xffe, 4, 1, &f));
    ck_assert_int_eq(f.cause, CAUSE_STORE_ACCESS);
    /* One entry over both permits it. */
    mmu_set_pmp(&mmu[0], 0, page, DATA >> 2 | 0x3ff);
    load(DATA + 0xffe);
    store(DATA + 0xffe);
}
END_TEST

/* The last page and the first are one after the other. */
static void wrap(void)
{
    config.itlb = (struct tlb_geometry){2, 2, REPLACE_LRU};
    setup_other();
    poke(ROOT + 4 * 1023, TOP_LEAVES >> 12 << 10 | PTE_V);
    poke(TOP_LEAVES + 4 * 1023, DATA >> 12 << 10 | RWX);
    enter(0);
}

START_TEST(a_fetch_that_wraps_looks_up_the_first_page)
{
    wrap();
    fetch(0xfffffffe, 4);
    fetch(0, 2);
    count(0);
    ck_assert_uint_eq(counts.itlb.accesses, 3);
    ck_assert_uint_eq(counts.itlb.misses, 2);
    ck_assert_uint_eq(counts.l1i.accesses, 3);
}
END_TEST

START_TEST(a_fetch_that_wraps_uses_the_first_page_last)
{
    wrap();
    fetch(0xfffffffe, 4);
    fetch(0xfffffffc, 2);
    fetch(0xfffffffe, 4); /* the first page is the newest now */
    fetch(0x5000, 2);     /* so the last page goes */
    fetch(0, 2);
    count(0);
    ck_assert_uint_eq(counts.itlb.misses, 3);
}
END_TEST

START_TEST(a_fetch_that_wraps_faults_on_the_first_page)
{
    struct fetch a, b;
    struct fault f;

    wrap();
    poke(LEAVES, 0);
    ck_assert(mmu_fetch(&mmu[0], 0xfffffffe, &a, &f));
    ck_assert(!mmu_fetch_next(&mmu[0], 0xfffffffe, &b, &f));
    ck_assert_int_eq(f.cause, CAUSE_FETCH_PAGE);
    ck_assert_uint_eq(f.tval, 0);
}
END_TEST

static void add_lines(TCase *tc)
{
    tcase_add_test(tc, bytes_in_two_lines_of_a_finer_l2_are_two_accesses);
    tcase_add_test(tc, a_coarser_l2_has_both_lines_in_one);
    tcase_add_test(tc, a_cleaned_line_is_dirty_again_after_a_store);
    tcase_add_test(tc, misses_are_counted_by_their_sets);
    tcase_add_test(tc,
                   a_line_cleaned_for_another_hart_is_taken_from_it_by_a_store);
    tcase_add_test(tc, a_store_to_a_clean_line_takes_it_from_the_other_hart);
}

int main(void)
{
    Suite *suite = suite_create("edges");
    TCase *tc = tcase_create("edges");

    tcase_add_checked_fixture(tc, setup, teardown);
    add_lines(tc);
    tcase_add_test(tc, spaces_differ_by_the_highest_bit_of_their_asid);
    tcase_add_loop_test(tc, a_fence_by_the_highest_bit_of_an_asid_is_followed,
                        0, 2);
    tcase_add_test(tc, a_hit_in_the_second_level_makes_its_entry_the_newest);
    tcase_add_test(tc, a_superpage_hides_the_page_in_a_later_slot);
    tcase_add_test(tc, a_superpage_hides_the_page_that_was_fetched_from);
    tcase_add_test(tc, a_fence_reaches_every_line_of_every_page);
    tcase_add_test(tc, a_store_past_the_filter_breaks_a_reservation);
    tcase_add_loop_test(tc, a_store_past_the_filter_tells_of_code, 0, 2);
    tcase_add_test(tc, an_access_across_pages_needs_one_entry_of_the_pmp);
    tcase_add_test(tc, a_fetch_that_wraps_looks_up_the_first_page);
    tcase_add_test(tc, a_fetch_that_wraps_uses_the_first_page_last);
    tcase_add_test(tc, a_fetch_that_wraps_faults_on_the_first_page);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
