/*
 * The lines of the access trace, case by case, and what the watch for stale
 * TLB entries reports.
 */
#include "mmu/cache.h"
#include "mmu/mmu.h"
#include "mmu/trace.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit.h"

#define RAM UINT64_C(0x80000000)
#define RAM_SIZE (UINT64_C(1) << 20)
#define ROOT (RAM + 0x1000)
#define LEAVES (RAM + 0x2000)

enum { RWX = PTE_V | PTE_R | PTE_W | PTE_X | PTE_A | PTE_D };

static const struct mmu_config config = {
    .itlb = {4, 4, REPLACE_LRU},
    .dtlb = {4, 4, REPLACE_LRU},
    .l1i = {1024, 2, 64, REPLACE_LRU, false, false},
    .l1d = {1024, 2, 64, REPLACE_LRU, false, false},
};

static struct bus bus;
static struct mmu mmu;
static struct trace *trace;
static FILE *file;

static void poke(uint64_t pa, uint64_t v)
{
    store_le(bus_ram(&bus, pa, 4), 4, v);
}

/* Page n of the first 4 MiB: frame RAM + 0x10000 + n pages. */
static void map(unsigned page, unsigned flags)
{
    poke(LEAVES + 4 * page, (RAM + 0x10000 + 4096 * page) >> 12 << 10 | flags);
}

static void setup(void)
{
    bus_init(&bus, RAM, RAM_SIZE, 0x1000, 0x1000);
    mmu_init(&mmu, &config, &bus, NULL);
    poke(ROOT, LEAVES >> 12 << 10 | PTE_V);
    poke(ROOT + 4 * 512, RAM >> 12 << 10 | RWX | PTE_G);
    for (unsigned page = 0; page < 8; page++)
        map(page, RWX);
    file = tmpfile();
    ck_assert_ptr_nonnull(file);
    trace = trace_new(dup(fileno(file)));
    mmu_set_trace(&mmu, trace, 3);
}

static void teardown(void)
{
    mmu_set_trace(&mmu, NULL, 0);
    fclose(file);
    mmu_free(&mmu);
    bus_free(&bus);
}

static void enter(unsigned asid)
{
    mmu_set_satp(&mmu, 1u << 31 | asid << 22 | ROOT >> 12);
    mmu_set_mode(&mmu, PRIV_S, false, PRIV_U, false, false);
}

/* Closes the trace, which must say this. */
static void expect(const char *lines)
{
    char text[4096];
    size_t n;

    ck_assert_int_eq(trace_close(trace), 0);
    rewind(file);
    n = fread(text, 1, sizeof text - 1, file);
    text[n] = 0;
    ck_assert_str_eq(text, lines);
}

static bool load(uint64_t va, unsigned size)
{
    struct fault f;
    uint64_t v;

    return mmu_load(&mmu, va, size, &v, &f);
}

static bool store(uint64_t va, unsigned size)
{
    struct fault f;

    return mmu_store(&mmu, va, size, 1, &f);
}

static void fetch(uint64_t va, unsigned size)
{
    struct fetch out, next;
    struct fault f;

    if (!mmu_fetch(&mmu, va, &out, &f))
        return;
    if (size == 4 && (va & 0xfff) == 0xffe &&
        !mmu_fetch_next(&mmu, va, &next, &f))
        return;
    mmu_count_fetch(&mmu, va, size);
}

static uint64_t increment(uint64_t old, uint64_t arg)
{
    return old + arg;
}

START_TEST(without_translation_only_the_physical_address_is_said)
{
    fetch(RAM + 0x40, 2);
    fetch(RAM + 0x42, 4);
    ck_assert(load(RAM + 0x13ff8, 8));
    ck_assert(store(RAM + 0xabcde, 1));
    ck_assert(load(0x1000, 4)); /* the boot ROM */
    ck_assert(!load(0x4000, 4));
    expect("i 3 - 80000040 2 - - -\ni 3 - 80000042 4 - - -\n"
           "r 3 - 80013ff8 8 - - -\nw 3 - 800abcde 1 - - -\n"
           "r 3 - 1000 4 - - -\n");
}
END_TEST

START_TEST(walks_come_before_their_access_and_hits_have_none)
{
    enter(0x1a);
    map(1, RWX & ~PTE_D);
    ck_assert(load(0x1010, 4));
    ck_assert(load(0x1014, 2));
    ck_assert(store(0x1018, 4)); /* sets D */
    ck_assert(load(RAM + 0x20, 4));
    expect("s 3 86880001\n"
           "p 3 1010 80001000 4 1a 1 -\np 3 1010 80002004 4 1a 0 -\n"
           "r 3 1010 80011010 4 1a 0 0\nr 3 1014 80011014 2 1a 0 0\n"
           "p 3 1018 80001000 4 1a 1 -\np 3 1018 80002004 4 1a 0 -\n"
           "P 3 1018 80002004 4 1a 0 -\nw 3 1018 80011018 4 1a 0 0\n"
           "p 3 80000020 80001800 4 1a 1 -\n"
           "r 3 80000020 80000020 4 1a 1 1\n");
}
END_TEST

START_TEST(what_crosses_a_page_has_a_line_a_page)
{
    enter(0);
    ck_assert(load(0x1ffd, 4));
    ck_assert(store(0x1ffe, 4));
    fetch(0x2ffe, 4);
    expect("s 3 80080001\n"
           "p 3 1ffd 80001000 4 0 1 -\np 3 1ffd 80002004 4 0 0 -\n"
           "p 3 2000 80001000 4 0 1 -\np 3 2000 80002008 4 0 0 -\n"
           "r 3 1ffd 80011ffd 3 0 0 0\nr 3 2000 80012000 1 0 0 0\n"
           "w 3 1ffe 80011ffe 2 0 0 0\nw 3 2000 80012000 2 0 0 0\n"
           "p 3 2ffe 80001000 4 0 1 -\np 3 2ffe 80002008 4 0 0 -\n"
           "p 3 3000 80001000 4 0 1 -\np 3 3000 8000200c 4 0 0 -\n"
           "i 3 2ffe 80012ffe 2 0 0 0\ni 3 3000 80013000 2 0 0 0\n");
}
END_TEST

START_TEST(each_page_looked_up_for_a_fault_has_an_x_line)
{
    enter(0);
    map(2, 0);
    map(3, RWX & ~PTE_W);
    ck_assert(!load(0x1ffe, 4)); /* the second page is not there */
    ck_assert(load(0x3000, 4));
    ck_assert(!store(0x3000, 4)); /* the entry refuses */
    fetch(0x1ffe, 4);
    expect("s 3 80080001\n"
           "p 3 1ffe 80001000 4 0 1 -\np 3 1ffe 80002004 4 0 0 -\n"
           "p 3 2000 80001000 4 0 1 -\np 3 2000 80002008 4 0 0 -\n"
           "x r 3 1ffe 0 0 0\nx r 3 2000 0 - -\n"
           "p 3 3000 80001000 4 0 1 -\np 3 3000 8000200c 4 0 0 -\n"
           "r 3 3000 80013000 4 0 0 0\nx w 3 3000 0 0 0\n"
           "p 3 1ffe 80001000 4 0 1 -\np 3 1ffe 80002004 4 0 0 -\n"
           "p 3 2000 80001000 4 0 1 -\np 3 2000 80002008 4 0 0 -\n"
           "x i 3 1ffe 0 0 0\nx i 3 2000 0 - -\n");
}
END_TEST

START_TEST(an_amo_reads_then_writes_after_one_lookup)
{
    struct fault f;
    uint64_t old;

    enter(0);
    map(3, RWX & ~PTE_W);
    ck_assert(mmu_amo(&mmu, 0x1000, 4, increment, 1, &old, &f));
    ck_assert(!mmu_amo(&mmu, 0x3000, 4, increment, 1, &old, &f));
    ck_assert(!mmu_amo(&mmu, 0x1002, 4, increment, 1, &old, &f));
    expect("s 3 80080001\n"
           "p 3 1000 80001000 4 0 1 -\np 3 1000 80002004 4 0 0 -\n"
           "r 3 1000 80011000 4 0 0 0\nw 3 1000 80011000 4 0 0 0\n"
           "p 3 3000 80001000 4 0 1 -\np 3 3000 8000200c 4 0 0 -\n"
           "x w 3 3000 0 - -\n");
}
END_TEST

START_TEST(an_sc_that_fails_has_no_line)
{
    struct fault f;
    uint64_t v;
    bool stored;

    ck_assert(mmu_load_reserved(&mmu, RAM, 4, &v, &f));
    ck_assert(mmu_store_conditional(&mmu, RAM, 4, 5, &stored, &f) && stored);
    ck_assert(mmu_store_conditional(&mmu, RAM, 4, 6, &stored, &f) && !stored);
    expect("r 3 - 80000000 4 - - -\nw 3 - 80000000 4 - - -\n");
}
END_TEST

START_TEST(fences_blocks_and_dma_have_lines)
{
    struct fault f;

    mmu_sfence(&mmu, false, 0, false, 0);
    mmu_sfence(&mmu, true, 0x12345678, false, 0);
    mmu_sfence(&mmu, false, 0, true, 0x1ff);
    mmu_sfence(&mmu, true, 0xfffff000, true, 0xa);
    mmu_fence_i(&mmu);
    ck_assert(mmu_cbo(&mmu, RAM + 0x7f, MMU_CBO_CLEAN, &f));
    ck_assert(mmu_cbo(&mmu, RAM + 0x80, MMU_CBO_FLUSH, &f));
    ck_assert(mmu_cbo_zero(&mmu, RAM + 0xc4, &f));
    enter(0);
    ck_assert(mmu_cbo(&mmu, 0x1044, MMU_CBO_INVAL, &f));
    mmu_snoop_dma_read(&mmu, RAM + 0x123, 4097);
    mmu_snoop_dma_write(&mmu, RAM, 1);
    trace_models(trace, false);
    expect("f 3 * *\nf 3 12345678 *\nf 3 * 1ff\nf 3 fffff000 a\nI 3\n"
           "z 3 clean 80000040\nz 3 flush 80000080\n"
           "w 3 - 800000c0 64 - - -\ns 3 80080001\n"
           "p 3 1040 80001000 4 0 1 -\np 3 1040 80002004 4 0 0 -\n"
           "x r 3 1040 0 0 0\nz 3 inval 80011040\n"
           "d - - 80000123 4097 - - -\nD - - 80000000 1 - - -\nm off\n");
}
END_TEST

static struct mmu_stale_use use;
static unsigned uses;

static void note_use(void *ctx, const struct mmu_stale_use *u)
{
    (void)ctx;
    use = *u;
    uses++;
}

START_TEST(a_stale_entry_is_reported_once_a_change)
{
    enter(0);
    mmu_watch_stale(&mmu, note_use, NULL);
    uses = 0;
    ck_assert(load(0x1010, 4));
    map(1, RWX & ~(PTE_A | PTE_D)); /* no finding */
    ck_assert(load(0x1010, 4));
    ck_assert_uint_eq(uses, 0);
    poke(LEAVES + 4, (RAM + 0x15000) >> 12 << 10 | (RWX & ~PTE_X));
    ck_assert(load(0x1010, 4));
    ck_assert(load(0x1020, 4));
    ck_assert_uint_eq(uses, 1);
    ck_assert_uint_eq(use.va, 0x1010);
    ck_assert_uint_eq(use.entry_pa, RAM + 0x11010);
    ck_assert_uint_eq(use.walk_pa, RAM + 0x15010);
    ck_assert_uint_eq(use.entry_bits, PTE_R | PTE_W | PTE_X);
    ck_assert_uint_eq(use.walk_bits, PTE_R | PTE_W);
    map(1, 0);
    ck_assert(load(0x1010, 4));
    ck_assert_uint_eq(uses, 2);
    ck_assert(use.walk == WALK_PAGE_FAULT && !use.is_refused);
    mmu_sfence(&mmu, true, 0x1000, false, 0);
    ck_assert(!load(0x1010, 4));
    map(1, RWX & ~PTE_W);
    ck_assert(load(0x1010, 4));
    map(1, RWX); /* a right more: of use to a store alone */
    ck_assert(load(0x1010, 4));
    ck_assert_uint_eq(uses, 2);
    ck_assert(!store(0x1010, 4));
    ck_assert_uint_eq(uses, 3);
    ck_assert(use.is_refused && use.access == ACCESS_STORE);
    ck_assert_int_eq(trace_close(trace), 0);
    mmu_watch_stale(&mmu, NULL, NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("trace");
    TCase *c = tcase_create("trace");

    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, without_translation_only_the_physical_address_is_said);
    tcase_add_test(c, walks_come_before_their_access_and_hits_have_none);
    tcase_add_test(c, what_crosses_a_page_has_a_line_a_page);
    tcase_add_test(c, each_page_looked_up_for_a_fault_has_an_x_line);
    tcase_add_test(c, an_amo_reads_then_writes_after_one_lookup);
    tcase_add_test(c, an_sc_that_fails_has_no_line);
    tcase_add_test(c, fences_blocks_and_dma_have_lines);
    tcase_add_test(c, a_stale_entry_is_reported_once_a_change);
    suite_add_tcase(suite, c);
    return unit_main(suite);
}
