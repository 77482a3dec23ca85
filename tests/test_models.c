/*
 * The modelled hierarchy on cases small enough to count by hand, what a guest
 * sees of stale entries, and its state in archives.
 */
#include "mmu/cache.h"
#include "mmu/heat.h"
#include "mmu/mmu.h"
#include "mmu/tlb.h"

#include <string.h>

#include "tests/unit.h"

#define RAM UINT64_C(0x80000000)
#define RAM_SIZE (UINT64_C(8) << 20)
#define ROOT (RAM + 0x1000)
#define LEAVES (RAM + 0x2000)
#define DATA (RAM + 0x100000)

enum { RWX = PTE_V | PTE_R | PTE_W | PTE_X | PTE_A | PTE_D };

/* Two ways of 64 sets of 64 bytes; L2 four times as large. */
static const struct mmu_config small = {
    .itlb = {4, 4, REPLACE_LRU},
    .dtlb = {4, 4, REPLACE_LRU},
    .l2tlb = {16, 4, REPLACE_LRU},
    .l1i = {8192, 2, 64, REPLACE_LRU, false, false},
    .l1d = {8192, 2, 64, REPLACE_LRU, false, false},
};
static const struct cache_geometry small_l2 = {32768,       4,     64,
                                               REPLACE_LRU, false, false};

static struct bus bus;
static struct mmu mmu;
static struct cache *l2;
static struct mmu_counts counts;

static void poke(uint64_t pa, uint64_t v)
{
    store_le(bus_ram(&bus, pa, 4), 4, v);
}

static void map(uint64_t va, uint64_t pa, unsigned flags)
{
    poke(LEAVES + 4 * (va >> 12 & 1023), pa >> 12 << 10 | flags);
}

static void enter(unsigned asid)
{
    mmu_set_satp(&mmu, 1u << 31 | asid << 22 | ROOT >> 12);
    mmu_set_mode(&mmu, PRIV_S, false, PRIV_U, false, false);
}

static void setup(void)
{
    bus_init(&bus, RAM, RAM_SIZE, 0x1000, 0x1000);
    l2 = cache_new(&small_l2, 1);
    mmu_init(&mmu, &small, &bus, l2);
    poke(ROOT, LEAVES >> 12 << 10 | PTE_V);
    for (uint64_t page = 0; page < 256; page++)
        map(page << 12, DATA + (page << 12), RWX);
}

static void teardown(void)
{
    mmu_free(&mmu);
    cache_delete(l2);
    bus_free(&bus);
}

static uint64_t load(uint64_t va)
{
    struct fault f;
    uint64_t v = 0;

    ck_assert(mmu_load(&mmu, va, 4, &v, &f));
    return v;
}

static void store(uint64_t va)
{
    struct fault f;

    ck_assert(mmu_store(&mmu, va, 4, 1, &f));
}

static void fetch(uint64_t va, unsigned size)
{
    struct fetch out;
    struct fault f;

    ck_assert(mmu_fetch(&mmu, va, &out, &f));
    mmu_count_fetch(&mmu, va, size);
}

static void count(void)
{
    mmu_count(&mmu, &counts);
}

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

/* Archives. */

static uint64_t hash(void)
{
    struct archive *a = archive_new_hash();
    uint64_t h;

    mmu_archive(&mmu, a);
    h = archive_digest(a);
    archive_free(a);
    return h;
}

static struct archive *save(void)
{
    struct archive *a = archive_new_save();

    mmu_archive(&mmu, a);
    cache_archive(l2, a);
    return a;
}

/* Some of everything. */
static void work(unsigned seed)
{
    for (unsigned i = 0; i < 500; i++) {
        uint64_t va = (uint64_t)(i * 7 + seed) % 23 << 12 | i * 36 % 4096;

        if (i % 3)
            load(va & ~UINT64_C(3));
        else
            store(va & ~UINT64_C(3));
        fetch((va ^ 0x5000) & ~UINT64_C(3), 4);
    }
}

START_TEST(what_was_restored_continues_with_the_same_counts)
{
    struct mmu_counts straight;
    struct cache_stats l2_straight;
    struct archive *saved, *load_it;
    const void *data;
    uint64_t after;
    size_t size;

    enter(0);
    work(1);
    saved = save();
    work(2);
    mmu_count(&mmu, &straight);
    l2_straight = l2->stats;
    after = hash();
    mmu_reset(&mmu);
    cache_clear(l2);
    data = archive_data(saved, &size);
    load_it = archive_new_load(data, size);
    mmu_archive(&mmu, load_it);
    cache_archive(l2, load_it);
    ck_assert_ptr_null(archive_error(load_it));
    enter(0);
    work(2);
    count();
    ck_assert_int_eq(memcmp(&counts, &straight, sizeof counts), 0);
    ck_assert_int_eq(memcmp(&l2->stats, &l2_straight, sizeof l2->stats), 0);
    ck_assert_uint_eq(hash(), after);
    archive_free(load_it);
    archive_free(saved);
}
END_TEST

START_TEST(a_hash_disturbs_nothing)
{
    struct mmu_counts once;

    enter(0);
    work(1);
    work(2);
    mmu_count(&mmu, &once);
    teardown();
    setup();
    enter(0);
    work(1);
    hash();
    hash();
    work(2);
    count();
    ck_assert_int_eq(memcmp(&counts, &once, sizeof counts), 0);
}
END_TEST

START_TEST(caches_enter_the_hash)
{
    struct mmu_config without = small;
    uint64_t h;

    enter(0);
    work(1);
    h = hash();
    teardown();
    setup();
    mmu_free(&mmu);
    without.l1i.size_bytes = without.l1d.size_bytes = 0;
    mmu_init(&mmu, &without, &bus, NULL);
    enter(0);
    work(1);
    ck_assert_uint_ne(hash(), h);
    h = hash();
    load(30 << 12); /* an entry of the TLB does */
    ck_assert_uint_ne(hash(), h);
}
END_TEST

START_TEST(recency_is_state)
{
    uint64_t h;

    enter(0);
    load(0); /* after the walks, only the data's order changes */
    load(0x1000);
    load(0);
    load(0x1000);
    h = hash();
    load(0);
    ck_assert_uint_ne(hash(), h);
    load(0x1000);
    ck_assert_uint_eq(hash(), h);
}
END_TEST

START_TEST(hostile_archives_are_refused_or_harmless)
{
    struct archive *saved;
    const uint8_t *data;
    uint8_t *copy;
    size_t size;

    enter(0);
    work(1);
    saved = save();
    data = archive_data(saved, &size);
    copy = malloc(size);
    for (size_t at = 0; at < size; at += 3) {
        struct archive *a = archive_new_load(copy, size);
        struct fault f;
        uint64_t v;

        memcpy(copy, data, size);
        copy[at] ^= (uint8_t)(1 + at % 255);
        mmu_archive(&mmu, a);
        cache_archive(l2, a);
        archive_free(a);
        enter(0);
        for (uint64_t page = 0; page < 4; page++) {
            if (!mmu_load(&mmu, page << 12, 4, &v, &f))
                continue;
        }
    }
    free(copy);
    archive_free(saved);
}
END_TEST

/* Heat. */

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

/* Other policies than those of `small`: the fixture anew. */
static struct mmu_config other;
static struct cache_geometry other_l2;

static void setup_other(void)
{
    teardown();
    bus_init(&bus, RAM, RAM_SIZE, 0x1000, 0x1000);
    l2 = cache_new(&other_l2, replace_seed(other.seed, 0, REPLACE_L2));
    mmu_init(&mmu, &other, &bus, l2);
    poke(ROOT, LEAVES >> 12 << 10 | PTE_V);
    for (uint64_t page = 0; page < 256; page++)
        map(page << 12, DATA + (page << 12), RWX);
}

/* L1D with one set: lines are named by number. */
static void one_set(enum replacement replacement, unsigned ways)
{
    other = small;
    other_l2 = small_l2;
    other.l1d =
        (struct cache_geometry){64 * ways, ways, 64, replacement, false, false};
    setup_other();
}

static bool hits(unsigned line)
{
    uint64_t before;

    count();
    before = counts.l1d.misses;
    load(DATA + UINT64_C(64) * line);
    count();
    return counts.l1d.misses == before;
}

static void fill_lines(unsigned n)
{
    for (unsigned line = 0; line < n; line++)
        ck_assert(!hits(line));
}

START_TEST(fifo_forgets_the_first_that_came)
{
    one_set(REPLACE_FIFO, 4);
    fill_lines(4);
    ck_assert(hits(0));
    ck_assert(!hits(4)); /* for 0, touched or not */
    ck_assert(hits(1) && hits(2) && hits(3));
    ck_assert(!hits(0)); /* for 1 */
    ck_assert(hits(2) && !hits(1));
}
END_TEST

START_TEST(plru_follows_its_tree)
{
    one_set(REPLACE_PLRU, 4);
    fill_lines(4);
    ck_assert(hits(0));  /* the root points up, its upper node to 2 */
    ck_assert(!hits(4)); /* for 2, though 1 is older */
    ck_assert(hits(1) && hits(3));
    ck_assert(!hits(5)); /* root: lower; 1 was touched last there: for 0 */
    ck_assert(hits(4) && hits(3) && hits(1) && hits(5));
}
END_TEST

START_TEST(invalidation_leaves_the_tree_alone)
{
    one_set(REPLACE_PLRU, 4);
    fill_lines(4); /* all bits 0 now */
    ck_assert(hits(0));
    mmu_snoop_dma_write(&mmu, DATA, 64);
    ck_assert(!hits(4)); /* into way 0, the invalid one */
    ck_assert(!hits(5)); /* for 2, as if 0 was touched last */
    ck_assert(hits(1) && hits(3) && hits(4) && hits(5));
}
END_TEST

START_TEST(random_follows_its_sequence)
{
    uint32_t x = (7 + 1) * 2654435769u + 1 * 40503u;
    unsigned line_of_way[5] = {0, 1, 2, 3, 4};

    other = small;
    other_l2 = small_l2;
    other.seed = 7;
    other.l1d =
        (struct cache_geometry){320, 5, 64, REPLACE_RANDOM, false, false};
    setup_other();
    fill_lines(5);
    for (unsigned line = 5; line < 50; line++) {
        ck_assert(!hits(line));
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        line_of_way[x % 5] = line;
        for (unsigned i = 0; i < 5; i++)
            ck_assert(hits(line_of_way[i]));
    }
}
END_TEST

START_TEST(a_store_written_through_leaves_no_dirt)
{
    other = small;
    other_l2 = small_l2;
    other.l1d.is_write_through = true;
    setup_other();
    for (unsigned i = 0; i < 10; i++)
        store(DATA + 4 * i);
    count();
    ck_assert_uint_eq(counts.l1d.accesses, 10);
    ck_assert_uint_eq(counts.l1d.misses, 1);
    ck_assert_uint_eq(counts.l1d.writethroughs, 10);
    ck_assert_uint_eq(l2->stats.accesses, 11);
    load(DATA + 4096);
    load(DATA + 8192);
    count();
    ck_assert_uint_eq(counts.l1d.writebacks, 0);
    ck_assert_uint_eq(l2->stats.writethroughs, 0);
}
END_TEST

START_TEST(a_store_that_fills_nothing_passes_on)
{
    other = small;
    other_l2 = small_l2;
    other.l1d.is_no_allocate = true;
    setup_other();
    store(DATA);
    store(DATA + 4);
    count();
    ck_assert_uint_eq(counts.l1d.misses, 2);
    ck_assert_uint_eq(counts.l1d.writethroughs, 2);
    ck_assert_uint_eq(l2->stats.accesses, 2);
    ck_assert_uint_eq(l2->stats.misses, 1);
    load(DATA); /* fills, and then stores make it dirty */
    store(DATA);
    count();
    ck_assert_uint_eq(counts.l1d.misses, 3);
    ck_assert_uint_eq(counts.l1d.writethroughs, 2);
}
END_TEST

START_TEST(l2_passes_on_too)
{
    other = small;
    other_l2 = small_l2;
    other.l1d = (struct cache_geometry){64, 1, 64, REPLACE_LRU, false, false};
    other_l2.is_no_allocate = true;
    setup_other();
    store(DATA);     /* both fill: the L2 by a read */
    load(DATA + 64); /* the write-back hits there */
    ck_assert_uint_eq(l2->stats.writethroughs, 0);
    store(DATA + 64);
    mmu_snoop_dma_write(&mmu, DATA, 1);
    cache_empty(l2);
    load(DATA); /* the write-back of the other line misses in the L2 */
    ck_assert_uint_eq(l2->stats.writethroughs, 1);
    ck_assert_uint_eq(l2->stats.writebacks, 0);
}
END_TEST

/* A snapshot taken in the middle goes on as if it had not been. */
START_TEST(every_policy_is_in_an_archive)
{
    for (unsigned p = REPLACE_LRU; p <= REPLACE_RANDOM; p++) {
        enum replacement policy = (enum replacement)p;
        struct archive *saved, *load_it;
        struct mmu_counts straight;
        const void *data;
        uint64_t after;
        size_t size;

        other = small;
        other.itlb.replacement = other.dtlb.replacement = policy;
        other.l2tlb.replacement = other.l1i.replacement = policy;
        other.l1d.replacement = policy;
        other_l2 = small_l2;
        other_l2.replacement = policy;
        setup_other();
        enter(0);
        work(1);
        saved = save();
        work(2);
        mmu_count(&mmu, &straight);
        after = hash();
        data = archive_data(saved, &size);
        mmu_reset(&mmu);
        cache_clear(l2);
        load_it = archive_new_load(data, size);
        mmu_archive(&mmu, load_it);
        cache_archive(l2, load_it);
        ck_assert_ptr_null(archive_error(load_it));
        enter(0);
        work(2);
        count();
        ck_assert_int_eq(memcmp(&counts, &straight, sizeof counts), 0);
        ck_assert_uint_eq(hash(), after);
        archive_free(load_it);
        archive_free(saved);
    }
}
END_TEST

START_TEST(shapes_are_checked)
{
    struct cache_geometry odd = small.l1d, line = small.l1d;
    struct cache_geometry ways = small.l1d, huge = small.l1d;
    struct cache_geometry three = {12288, 3, 64, REPLACE_FIFO, true, true};
    struct tlb_geometry sets = {24, 4, REPLACE_LRU}, none = {.entries = 0};
    struct tlb_geometry many = {2048, 2048, REPLACE_LRU};
    struct tlb_geometry six = {6, 6, REPLACE_RANDOM};

    odd.size_bytes = 3000;
    line.line_bytes = 48;
    ways.ways = 0;
    huge.line_bytes = 8192;

    ck_assert_ptr_null(cache_geometry_check(&small.l1d));
    ck_assert_ptr_nonnull(cache_geometry_check(&odd));
    ck_assert_ptr_nonnull(cache_geometry_check(&line));
    ck_assert_ptr_nonnull(cache_geometry_check(&ways));
    ck_assert_ptr_nonnull(cache_geometry_check(&huge));
    ck_assert_ptr_null(tlb_geometry_check(&small.l2tlb));
    ck_assert_ptr_null(tlb_geometry_check(&none));
    ck_assert_ptr_nonnull(tlb_geometry_check(&sets));
    ck_assert_ptr_nonnull(tlb_geometry_check(&many));
    ck_assert_ptr_null(cache_geometry_check(&three));
    ck_assert_ptr_null(tlb_geometry_check(&six));
    three.replacement = six.replacement = REPLACE_PLRU;
    ck_assert_ptr_nonnull(cache_geometry_check(&three));
    ck_assert_ptr_nonnull(tlb_geometry_check(&six));
}
END_TEST

static void add_counts(TCase *tc)
{
    tcase_add_test(tc, a_stride_misses_once_a_line);
    tcase_add_test(tc, one_line_too_many_for_a_set_misses_always);
    tcase_add_test(tc, a_dirty_victim_is_written_to_l2);
    tcase_add_test(tc, straddling_a_line_is_two_accesses);
    tcase_add_test(tc, an_amo_reads_and_writes_after_one_lookup);
    tcase_add_test(tc, a_failed_sc_counts_nothing);
    tcase_add_test(tc, walks_go_through_the_data_cache);
    tcase_add_test(tc, the_reach_of_the_tlb_shows);
    tcase_add_test(tc, a_megapage_is_whole_above_and_in_pieces_below);
    tcase_add_test(tc, a_fetch_counts_its_line_once_executed);
    tcase_add_test(tc, a_fetch_across_pages_looks_up_both);
    tcase_add_test(tc, fence_i_empties_l1i_alone);
    tcase_add_test(tc, rom_is_not_cached);
    tcase_add_test(tc, dma_cleans_and_invalidates);
    tcase_add_test(tc, dma_takes_the_line_that_is_fetched_from);
    tcase_add_test(tc, a_fault_touches_no_cache);
}

int main(void)
{
    Suite *suite = suite_create("models");
    TCase *tc = tcase_create("models");

    tcase_add_checked_fixture(tc, setup, teardown);
    add_counts(tc);
    tcase_add_test(tc, a_fence_drops_every_piece_of_a_megapage);
    tcase_add_test(tc, a_missing_fence_shows_the_stale_page);
    tcase_add_test(tc, fences_by_asid_keep_others_and_global_ones);
    tcase_add_test(tc, an_asid_has_its_own_entries);
    tcase_add_test(tc, what_was_restored_continues_with_the_same_counts);
    tcase_add_test(tc, a_hash_disturbs_nothing);
    tcase_add_test(tc, caches_enter_the_hash);
    tcase_add_test(tc, recency_is_state);
    tcase_add_test(tc, hostile_archives_are_refused_or_harmless);
    tcase_add_test(tc, heat_says_when_and_changes_no_count);
    tcase_add_test(tc, a_peek_follows_the_tlb_and_leaves_it);
    tcase_add_test(tc, shapes_are_checked);
    tcase_add_test(tc, fifo_forgets_the_first_that_came);
    tcase_add_test(tc, plru_follows_its_tree);
    tcase_add_test(tc, invalidation_leaves_the_tree_alone);
    tcase_add_test(tc, random_follows_its_sequence);
    tcase_add_test(tc, a_store_written_through_leaves_no_dirt);
    tcase_add_test(tc, a_store_that_fills_nothing_passes_on);
    tcase_add_test(tc, l2_passes_on_too);
    tcase_add_test(tc, every_policy_is_in_an_archive);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
