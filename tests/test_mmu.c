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

START_TEST(an_access_at_the_top_wraps_to_address_0)
{
    enter(PRIV_S, 0);
    poke(ROOT + 4 * 1023, pte(LEAVES, PTE_V));
    map(0x3ff000, DATA, RW);
    map(0, DATA + 0x1000, RW);
    ck_assert(mmu_store(&mmu, 0xfffffffe, 4, 0x11223344, &fault));
    ck_assert_uint_eq(peek(DATA + 0xffc), 0x33440000);
    ck_assert_uint_eq(peek(DATA + 0x1000), 0x1122);
    map(0, DATA, 0);
    mmu_sfence(&mmu, true, 0, false, 0);
    ck_assert_uint_eq(load_fault(0xffffffff, 2), CAUSE_LOAD_PAGE);
    ck_assert_uint_eq(fault.tval, 0);
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

static uint64_t add(uint64_t old, uint64_t arg)
{
    return old + arg;
}

static enum cause amo_fault(uint64_t va)
{
    uint64_t old;

    ck_assert(!mmu_amo(&mmu, va, 4, add, 1, &old, &fault));
    ck_assert_uint_eq(fault.tval, va);
    return fault.cause;
}

START_TEST(amo_faults_are_those_of_a_store)
{
    uint64_t old;

    enter(PRIV_S, 0);
    map(0x5000, DATA, PTE_V | PTE_R | PTE_A | PTE_D);
    map(0x6000, DATA, RW);
    map(0x7000, RAM + RAM_SIZE, RW);
    ck_assert_uint_eq(amo_fault(0x5000), CAUSE_STORE_PAGE);
    ck_assert_uint_eq(amo_fault(0x6002), CAUSE_STORE_MISALIGNED);
    ck_assert_uint_eq(amo_fault(0x7000), CAUSE_STORE_ACCESS);
    for (unsigned i = 0; i < 3; i++) {
        ck_assert(mmu_amo(&mmu, 0x6000, 4, add, 10, &old, &fault));
        ck_assert_uint_eq(old, 10 * i);
    }
    ck_assert_uint_eq(peek(DATA), 30);
}
END_TEST

static bool sc(uint64_t va)
{
    bool stored;

    ck_assert(mmu_store_conditional(&mmu, va, 4, 99, &stored, &fault));
    return stored;
}

static void lr(uint64_t va)
{
    uint64_t v;

    ck_assert(mmu_load_reserved(&mmu, va, 4, &v, &fault));
}

START_TEST(a_reservation_is_physical_and_used_once)
{
    enter(PRIV_S, 0);
    map(0x5000, DATA, RW);
    map(0x6000, DATA, RW);
    map(0x7000, DATA + 0x1000, RW);
    ck_assert(!sc(0x5000));
    lr(0x5000);
    ck_assert(sc(0x6000)); /* an alias */
    ck_assert(!sc(0x6000));
    lr(0x5000);
    ck_assert(!sc(0x7000)); /* elsewhere: fails, and ends it */
    ck_assert(!sc(0x5000));
    lr(0x5000);
    map(0x5000, DATA + 0x1000, RW);
    mmu_sfence(&mmu, true, 0x5000, false, 0);
    ck_assert(!sc(0x5000));
    lr(0x5000);
    mmu_snoop_dma_write(&mmu, DATA + 0x1000, 1);
    ck_assert(!sc(0x5000));
    lr(0x5000);
    ck_assert(mmu_store(&mmu, 0x5000, 4, 1, &fault));
    ck_assert(sc(0x5000));
}
END_TEST

START_TEST(another_hart_breaks_a_reservation)
{
    struct mmu_config config = {.has_pmp = false};
    struct mmu other, *harts[] = {&mmu, &other};
    uint64_t v;

    mmu_init(&other, &config, &bus, NULL);
    mmu_join(harts, 2);
    ck_assert(mmu_store(&other, DATA, 4, 1, &fault));
    for (int again = 0; again < 2; again++) {
        lr(DATA);
        ck_assert(mmu_load(&other, DATA + 8, 4, &v, &fault));
        ck_assert(mmu_store(&other, DATA + 8, 4, 1, &fault));
        ck_assert(mmu.is_reserved); /* beside it */
        ck_assert(mmu_store(&other, DATA + 2, 2, 1, &fault));
        ck_assert(!sc(DATA));
    }
    mmu_free(&other);
}
END_TEST

START_TEST(lr_and_sc_fault_as_load_and_store)
{
    bool stored;
    uint64_t v;

    enter(PRIV_S, 0);
    map(0x5000, DATA, PTE_V | PTE_R | PTE_A | PTE_D);
    ck_assert(!mmu_load_reserved(&mmu, 0x5002, 4, &v, &fault));
    ck_assert_uint_eq(fault.cause, CAUSE_LOAD_MISALIGNED);
    ck_assert(!mmu_load_reserved(&mmu, 0x9000, 4, &v, &fault));
    ck_assert_uint_eq(fault.cause, CAUSE_LOAD_PAGE);
    ck_assert(!mmu_store_conditional(&mmu, 0x5002, 4, 1, &stored, &fault));
    ck_assert_uint_eq(fault.cause, CAUSE_STORE_MISALIGNED);
    lr(0x5000);
    ck_assert(!mmu_store_conditional(&mmu, 0x5000, 4, 1, &stored, &fault));
    ck_assert_uint_eq(fault.cause, CAUSE_STORE_PAGE);
}
END_TEST

/* A device of one register that counts. */
static unsigned n_before, n_after, n_reads, n_writes;

static uint64_t device_read(struct device *d, uint32_t offset, unsigned size)
{
    (void)d;
    (void)size;
    ck_assert_uint_eq(n_before, n_after + 1);
    n_reads++;
    return 0x1234567800 + offset;
}

static void device_write(struct device *d, uint32_t offset, unsigned size,
                         uint64_t value)
{
    (void)d;
    (void)offset;
    (void)size;
    (void)value;
    ck_assert_uint_eq(n_before, n_after + 1);
    n_writes++;
}

static void before(void *ctx)
{
    (void)ctx;
    n_before++;
}

static void after(void *ctx)
{
    (void)ctx;
    n_after++;
}

static const struct device_class class = {
    .name = "counter",
    .window = 0x1000,
    .min_access = 1,
    .max_access = 4,
    .read = device_read,
    .write = device_write,
};

static struct device device = {.class = &class, .base_pa = 0x10000000};

static void attach(void)
{
    struct mmu_port port = {.before_device = before, .after_device = after};

    n_before = n_after = n_reads = n_writes = 0;
    device.is_busy = false;
    ck_assert(bus_attach(&bus, &device));
    mmu_set_port(&mmu, &port);
}

START_TEST(devices_see_single_aligned_accesses)
{
    uint64_t base = device.base_pa, v;

    attach();
    ck_assert_uint_eq(load(base + 4, 4), 0x34567804);
    ck_assert_uint_eq(load(base + 1, 1), 1);
    ck_assert(mmu_store(&mmu, base, 2, 1, &fault));
    ck_assert_uint_eq(n_reads, 2);
    ck_assert_uint_eq(n_writes, 1);
    ck_assert_uint_eq(load_fault(base + 2, 4), CAUSE_LOAD_ACCESS);
    ck_assert_uint_eq(load_fault(base, 8), CAUSE_LOAD_ACCESS);
    ck_assert_uint_eq(store_fault(base + 1, 2), CAUSE_STORE_ACCESS);
    ck_assert_uint_eq(store_fault(base + 0x1000, 1), CAUSE_STORE_ACCESS);
    ck_assert_uint_eq(amo_fault(base), CAUSE_STORE_ACCESS);
    ck_assert(!mmu_load_reserved(&mmu, base, 4, &v, &fault));
    ck_assert_uint_eq(fault.cause, CAUSE_LOAD_ACCESS);
    ck_assert_uint_eq(n_reads, 2);
    ck_assert_uint_eq(n_writes, 1);
    ck_assert_uint_eq(n_before, n_after);
}
END_TEST

START_TEST(a_crossing_into_a_device_touches_nothing)
{
    attach();
    enter(PRIV_S, 0);
    map(0x5000, DATA, RW);
    map(0x6000, device.base_pa, RW);
    ck_assert_uint_eq(store_fault(0x5ffe, 4), CAUSE_STORE_ACCESS);
    ck_assert_uint_eq(fault.tval, 0x6000);
    ck_assert_uint_eq(load_fault(0x5ffe, 4), CAUSE_LOAD_ACCESS);
    ck_assert_uint_eq(n_reads + n_writes, 0);
    ck_assert_uint_eq(peek(DATA + 0xffc), 0);
}
END_TEST

START_TEST(a_walk_through_a_device_is_an_access_fault)
{
    attach();
    enter(PRIV_S, 0);
    poke(ROOT, pte(device.base_pa, PTE_V));
    ck_assert_uint_eq(load_fault(0x5004, 4), CAUSE_LOAD_ACCESS);
    ck_assert_uint_eq(fault.tval, 0x5004);
    ck_assert_uint_eq(n_reads, 0);
}
END_TEST

START_TEST(rom_is_read_and_fetched_but_not_written)
{
    struct fetch out;

    bus.rom[4] = 7;
    ck_assert_uint_eq(load(0x1004, 4), 7);
    ck_assert(mmu_fetch(&mmu, 0x1004, &out, &fault));
    ck_assert_uint_eq(store_fault(0x1004, 4), CAUSE_STORE_ACCESS);
    ck_assert_uint_eq(amo_fault(0x1004), CAUSE_STORE_ACCESS);
    ck_assert_uint_eq(store_fault(0x1004, 4), CAUSE_STORE_ACCESS);
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
    tcase_add_test(tc, bare_accesses_reach_dram);
    tcase_add_test(tc, the_end_of_dram_is_an_access_fault);
    tcase_add_test(tc, a_walk_sets_a_and_a_store_d);
    tcase_add_test(tc, a_crossing_store_that_faults_stores_nothing);
    tcase_add_test(tc, a_fence_over_an_address_shows_the_new_page);
    tcase_add_test(tc, a_fence_within_a_megapage_drops_all_of_it);
    tcase_add_test(tc, sum_mxr_and_mprv_need_no_fence);
    tcase_add_test(tc, mprv_leaves_fetches_alone);
    tcase_add_test(tc, a_crossing_fetch_faults_at_the_second_page);
    tcase_add_test(tc, an_access_at_the_top_wraps_to_address_0);
    tcase_add_test(tc, spaces_do_not_see_each_other);
    tcase_add_test(tc, amo_faults_are_those_of_a_store);
    tcase_add_test(tc, a_reservation_is_physical_and_used_once);
    tcase_add_test(tc, another_hart_breaks_a_reservation);
    tcase_add_test(tc, lr_and_sc_fault_as_load_and_store);
    tcase_add_test(tc, devices_see_single_aligned_accesses);
    tcase_add_test(tc, a_crossing_into_a_device_touches_nothing);
    tcase_add_test(tc, a_walk_through_a_device_is_an_access_fault);
    tcase_add_test(tc, rom_is_read_and_fetched_but_not_written);
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
