/*
 * Accesses of every kind, to DRAM, ROM and devices: what they give, which fault
 * with what tval, and that those which fault touch nothing.
 */
#include "mmu/mmu.h"

#include "tests/mmu_rig.h"

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

int main(void)
{
    Suite *suite = suite_create("access");
    TCase *tc = tcase_create("access");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, bare_accesses_reach_dram);
    tcase_add_test(tc, the_end_of_dram_is_an_access_fault);
    tcase_add_test(tc, a_crossing_store_that_faults_stores_nothing);
    tcase_add_test(tc, an_access_at_the_top_wraps_to_address_0);
    tcase_add_test(tc, amo_faults_are_those_of_a_store);
    tcase_add_test(tc, a_reservation_is_physical_and_used_once);
    tcase_add_test(tc, another_hart_breaks_a_reservation);
    tcase_add_test(tc, lr_and_sc_fault_as_load_and_store);
    tcase_add_test(tc, devices_see_single_aligned_accesses);
    tcase_add_test(tc, a_crossing_into_a_device_touches_nothing);
    tcase_add_test(tc, a_walk_through_a_device_is_an_access_fault);
    tcase_add_test(tc, rom_is_read_and_fetched_but_not_written);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
