/*
 * What every device owes: register rows that are true, state that survives
 * saving, a hash that sees all of it, and calm under random accesses.
 */
#include "devices/device.h"

#include <stdio.h>

#include "base/random.h"
#include "tests/rig.h"

#define LONG 200000

static struct rig rig;

static void setup(void)
{
    rig_init(&rig);
}

static void teardown(void)
{
    rig_free(&rig);
}

static void put_desc(unsigned i, uint32_t control, uint64_t src, uint64_t dst,
                     uint32_t length, bool linked)
{
    uint64_t at = 0x1000 + 32 * (uint64_t)i;
    struct qdma_desc desc = {control, length, src, dst,
                             linked ? DRAM_BASE + at + 32 : 0};

    memcpy(rig_ram(&rig, at), &desc, sizeof desc);
}

static void start_chain(void)
{
    put_desc(0, QDMA_OP_FILL, 3, DRAM_BASE + 0x5000, 5000, true);
    put_desc(1, QDMA_OP_COPY, DRAM_BASE + 0x5000, DRAM_BASE + 0x9000, 4000,
             false);
    wr32(&rig, QDMA_BASE + QDMA_CHANNEL(0) + QDMA_DESC_LO, DRAM_BASE + 0x1000);
    wr32(&rig, QDMA_BASE + QDMA_CHANNEL(0) + QDMA_INT_ENABLE, 7);
    wr32(&rig, QDMA_BASE + QDMA_CHANNEL(0) + QDMA_CONTROL, QDMA_START);
}

static void start_disk(void)
{
    const struct qdisk_command write = {
        .op = QDISK_WRITE, .sectors = 4, .dma = DRAM_BASE + 0x1080};
    const struct qdisk_command read = {
        .op = QDISK_READ, .sectors = 8, .dma = DRAM_BASE + 0x10a0};

    memset(rig_ram(&rig, 0xa000), 0x77, 2048);
    put_desc(4, QDMA_OP_TO_DISK, DRAM_BASE + 0xa000, 0, 2048, false);
    put_desc(5, QDMA_OP_FROM_DISK, 0, DRAM_BASE + 0xb000, 1000, true);
    put_desc(6, QDMA_OP_FROM_DISK, 0, DRAM_BASE + 0xc000, 3096, false);
    memcpy(rig_ram(&rig, 0x2000), &write, sizeof write);
    memcpy(rig_ram(&rig, 0x2020), &read, sizeof read);
    wr32(&rig, QDISK_BASE + QDISK_RING_LO, DRAM_BASE + 0x2000);
    wr32(&rig, QDISK_BASE + QDISK_RING_SIZE, 2);
    wr32(&rig, QDISK_BASE + QDISK_INT_ENABLE, 3);
    wr32(&rig, QDISK_BASE + QDISK_CONTROL, QDISK_ENABLE);
    wr32(&rig, QDISK_BASE + QDISK_TAIL, 2);
}

static void put_virtio_desc(unsigned i, uint64_t pa, uint32_t len,
                            uint16_t flags)
{
    uint8_t *at = rig_ram(&rig, 0x20000 + 16 * (uint64_t)i);

    store_le(at, 8, pa);
    store_le(at + 8, 4, len);
    store_le(at + 12, 2, flags);
    store_le(at + 14, 2, i + 1);
}

static void start_virtio(void)
{
    static const uint32_t writes[][2] = {{0x70, 3},
                                         {0x24, 0},
                                         {0x20, 0x200},
                                         {0x24, 1},
                                         {0x20, 1},
                                         {0x70, 11},
                                         {0x38, 8},
                                         {0x80, DRAM_BASE + 0x20000},
                                         {0x90, DRAM_BASE + 0x21000},
                                         {0xa0, DRAM_BASE + 0x22000},
                                         {0x44, 1},
                                         {0x70, 15},
                                         {0x50, 0}};

    put_virtio_desc(0, DRAM_BASE + 0x23000, 16, 1);
    put_virtio_desc(1, DRAM_BASE + 0x24000, 2048, 3);
    put_virtio_desc(2, DRAM_BASE + 0x23010, 1, 2);
    store_le(rig_ram(&rig, 0x21000 + 2), 2, 3); /* three times the same */
    for (size_t i = 0; i < ARRAY_SIZE(writes); i++)
        wr32(&rig, VIRTIO_BASE + writes[i][0], writes[i][1]);
}

/* Everything is at work: DMA, both disks, UART, timers, interrupts. */
static void start_all(void)
{
    for (unsigned source = 1; source < 20; source++)
        wr32(&rig, PLIC_BASE + 4 * source, source % 3 + 1);
    wr32(&rig, PLIC_BASE + PLIC_ENABLE + 0x80, 0xffffe);
    rig_write(&rig, CLINT_BASE + CLINT_MTIMECMP, 8, 150);
    rig_write(&rig, CLINT_BASE + CLINT_MTIME, 8, 7);
    wr32(&rig, CLINT_BASE + 4, 1);
    wr32(&rig, RTC_BASE + RTC_IRQ_ENABLED, 1);
    wr32(&rig, RTC_BASE + RTC_ALARM_HIGH, (uint32_t)(RIG_TIME_NS >> 32));
    wr32(&rig, RTC_BASE + RTC_ALARM_LOW, (uint32_t)RIG_TIME_NS + 0x800);
    rig_write(&rig, UART_BASE + 2, 1, 0x81);
    rig_write(&rig, UART_BASE + 1, 1, 0x0f);
    uart_receive(&rig.uart, 'x');
    uart_receive(&rig.uart, 'y');
    start_chain();
    start_disk();
    start_virtio();
}

static uint64_t run_straight(uint64_t before, uint64_t after)
{
    start_all();
    rig_run(&rig, before);
    rig_run(&rig, after);
    return rig_hash(&rig);
}

START_TEST(restored_devices_continue_as_if_nothing_had_happened)
{
    for (uint64_t at = 0; at < 60000; at += 2777) {
        struct archive *save = archive_new_save(), *load;
        const void *data;
        size_t size;
        uint64_t want = run_straight(at, LONG - at);
        uint32_t mip = rig.mip[0];

        rig_free(&rig);
        rig_init(&rig);
        start_all();
        rig_run(&rig, at);
        rig_archive(&rig, save);
        data = archive_data(save, &size);
        rig_free(&rig);
        rig_init(&rig);
        load = archive_new_load(data, size);
        rig_archive(&rig, load);
        ck_assert_msg(!archive_error(load), "%s", archive_error(load));
        rig_run(&rig, LONG - at);
        ck_assert_uint_eq(rig_hash(&rig), want);
        ck_assert_uint_eq(rig.disk.head, 2);
        plic_set(&rig.plic, 90, false); /* the harts keep their own wires */
        ck_assert_uint_eq(rig.mip[0] & 0x200, mip & 0x200);
        archive_free(load);
        archive_free(save);
        rig_free(&rig);
        rig_init(&rig);
    }
}
END_TEST

START_TEST(flipping_any_field_changes_the_hash)
{
    uint64_t before;

    start_all();
    rig_run(&rig, 3000);
    before = rig_hash(&rig);
    for (uint64_t field = 0;; field++) {
        for (unsigned bit = 0; bit < 64; bit += 9) {
            struct archive *a = archive_new_flip(field, bit);
            bool there;

            rig_archive(&rig, a);
            there = archive_flipped(a) != NULL;
            if (there)
                ck_assert_msg(rig_hash(&rig) != before, "%s",
                              archive_flipped(a));
            archive_free(a);
            if (!there) {
                ck_assert_uint_gt(field, 250);
                return;
            }
            a = archive_new_flip(field, bit);
            rig_archive(&rig, a);
            archive_free(a);
            ck_assert_uint_eq(rig_hash(&rig), before);
        }
    }
}
END_TEST

/* A hostile snapshot is refused, or leads to a state that runs. */
START_TEST(flipped_snapshots_are_refused_or_run)
{
    struct archive *save = archive_new_save();
    struct random random;
    size_t size, refused = 0;
    uint8_t *copy;

    start_all();
    rig_run(&rig, 21000);
    rig_archive(&rig, save);
    copy = malloc(1 << 21);
    memcpy(copy, archive_data(save, &size),
           archive_data(save, &size) ? size : 0);
    ck_assert_uint_lt(size, 1 << 21);
    random_seed(&random, 1);
    for (unsigned i = 0; i < 400; i++) {
        size_t at = i % 2 ? size - 1 - random_below(&random, 6000)
                          : random_below(&random, size);
        uint8_t flip = (uint8_t)(1u << random_below(&random, 8));
        struct archive *load;

        rig_free(&rig);
        rig_init(&rig);
        copy[at] ^= flip;
        load = archive_new_load(copy, size);
        rig_archive(&rig, load);
        if (archive_error(load)) {
            refused++;
        } else {
            if (rig.clock.now < UINT64_MAX / 2)
                rig_run(&rig, LONG);
            (void)rig_hash(&rig);
        }
        archive_free(load);
        copy[at] ^= flip;
    }
    ck_assert_uint_gt(refused, 0);
    free(copy);
    archive_free(save);
}
END_TEST

START_TEST(register_rows_lie_inside_their_window)
{
    for (unsigned i = 0; i < rig.bus.n_devices; i++) {
        const struct device_class *class = rig.bus.devices[i]->class;

        ck_assert_uint_gt(class->n_regs, 0);
        ck_assert(class->name && class->compatible && class->summary);
        for (size_t row = 0; row < class->n_regs; row++) {
            const struct device_reg *reg = &class->regs[row];
            uint32_t last =
                reg->offset + (reg->count ? reg->count - 1 : 0) * reg->stride;

            ck_assert_msg(last + reg->size <= class->window, "%s.%s",
                          class->name, reg->name);
            ck_assert(is_aligned(reg->offset, reg->size));
            ck_assert(reg->name && reg->meaning);
        }
    }
}
END_TEST

/* What no row names is a hole: it reads 0, and writing it changes nothing. */
static bool is_named(const struct device_class *class, uint32_t offset)
{
    for (size_t row = 0; row < class->n_regs; row++) {
        const struct device_reg *reg = &class->regs[row];
        uint32_t n = reg->count ? reg->count : 1;

        for (uint32_t i = 0; i < n; i++)
            if (offset - (reg->offset + i * reg->stride) < reg->size)
                return true;
    }
    return false;
}

START_TEST(holes_read_0_and_ignore_writes)
{
    for (unsigned i = 0; i < rig.bus.n_devices; i++) {
        struct device *d = rig.bus.devices[i];
        uint32_t step = d->class->min_access;
        uint64_t before = rig_hash(&rig);

        if (d->class == &plic_class) /* its arrays are checked elsewhere */
            continue;
        for (uint32_t at = 0; at < d->class->window; at += step) {
            if (is_named(d->class, at))
                continue;
            rig_write(&rig, d->base_pa + at, step, UINT64_MAX);
            ck_assert_msg(!rig_read(&rig, d->base_pa + at, step), "%s + %#x",
                          d->class->name, at);
        }
        ck_assert_msg(rig_hash(&rig) == before, "%s", d->class->name);
    }
}
END_TEST

START_TEST(registers_are_as_wide_as_their_rows_say)
{
    for (unsigned i = 0; i < rig.bus.n_devices; i++) {
        struct device *d = rig.bus.devices[i];

        for (size_t row = 0; row < d->class->n_regs; row++) {
            const struct device_reg *reg = &d->class->regs[row];
            uint64_t before, digest;

            if (reg->access != REG_RO || reg->size < d->class->min_access)
                continue;
            before = rig_read(&rig, d->base_pa + reg->offset, reg->size);
            digest = rig_hash(&rig);
            rig_write(&rig, d->base_pa + reg->offset, reg->size, ~before);
            ck_assert_msg(rig_hash(&rig) == digest, "%s.%s", d->class->name,
                          reg->name);
        }
    }
}
END_TEST

START_TEST(a_reset_machine_is_a_new_machine)
{
    uint64_t fresh, again;

    memset(rig.bus.ram, 0, RIG_RAM);
    fresh = rig_hash(&rig);
    start_all();
    rig_run(&rig, 1000); /* before any disk write counts as written */
    bus_reset(&rig.bus);
    memset(rig.bus.ram, 0, RIG_RAM);
    rig.clock.now = 0;
    again = rig_hash(&rig);
    ck_assert_uint_eq(fresh, again);
    ck_assert_uint_eq(rig.mip[0] | rig.mip[1], 0);
}
END_TEST

/* A value that a driver might write, or nonsense. */
static uint64_t random_value(struct random *random)
{
    static const uint64_t likely[] = {0,
                                      1,
                                      2,
                                      3,
                                      4,
                                      7,
                                      8,
                                      11,
                                      15,
                                      128,
                                      256,
                                      UINT32_MAX,
                                      UINT64_MAX,
                                      DRAM_BASE,
                                      DRAM_BASE + 0x1000,
                                      DRAM_BASE + 0x2000,
                                      DRAM_BASE + RIG_REACH - 32,
                                      DRAM_BASE + RIG_RAM - 8};

    switch (random_below(random, 4)) {
    case 0:
        return random_next(random);
    case 1:
        return DRAM_BASE + (random_below(random, RIG_RAM) & ~31ull);
    default:
        return likely[random_below(random, ARRAY_SIZE(likely))];
    }
}

static void random_access(struct random *random)
{
    struct device *d = rig.bus.devices[random_below(random, rig.bus.n_devices)];
    const struct device_reg *reg =
        &d->class->regs[random_below(random, d->class->n_regs)];
    uint64_t at = d->base_pa + reg->offset, value;
    unsigned size = 1u << random_below(random, 4);

    if (reg->count)
        at += random_below(random, reg->count) * reg->stride;
    if (random_below(random, 16) == 0)
        at = d->base_pa + random_below(random, d->class->window);
    if (random_below(random, 3) == 0 && bus_read(&rig.bus, at, size, &value))
        ck_assert(size == 8 || !(value >> 8 * size));
    else if (!bus_write(&rig.bus, at, size, random_value(random)))
        ck_assert(size < d->class->min_access || size > d->class->max_access ||
                  !is_aligned(at, size));
}

/* Descriptors, commands and queues of all kinds, mostly nearly right. */
static void random_memory(struct random *random)
{
    uint64_t at = random_below(random, 0x3000) & ~7ull;

    if (random_below(random, 8) == 0)
        at = random_below(random, RIG_RAM - 8);
    store_le(rig_ram(&rig, at), 8, random_value(random));
}

START_TEST(random_accesses_do_no_harm)
{
    const char *seed = getenv("QUIRE_SEED");
    uint64_t start = seed ? strtoull(seed, NULL, 0) : 20260101;
    struct random random;

    printf("# QUIRE_SEED=%llu\n", (unsigned long long)start);
    random_seed(&random, start);
    for (unsigned i = 0; i < 300000; i++) {
        random_access(&random);
        random_memory(&random);
        if (random_below(&random, 8) == 0)
            uart_receive(&rig.uart, (uint8_t)i);
        if (random_below(&random, 16) == 0)
            rig_run(&rig, random_below(&random, 4000));
        if (random_below(&random, 4096) == 0)
            start_all();
    }
    rig_run(&rig, LONG);
    for (unsigned i = 0; i < rig.bus.n_devices; i++)
        ck_assert(!rig.bus.devices[i]->is_busy);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("devices");
    TCase *tc = tcase_create("devices");

    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, restored_devices_continue_as_if_nothing_had_happened);
    tcase_add_test(tc, flipping_any_field_changes_the_hash);
    tcase_add_test(tc, flipped_snapshots_are_refused_or_run);
    tcase_add_test(tc, register_rows_lie_inside_their_window);
    tcase_add_test(tc, holes_read_0_and_ignore_writes);
    tcase_add_test(tc, registers_are_as_wide_as_their_rows_say);
    tcase_add_test(tc, a_reset_machine_is_a_new_machine);
    tcase_add_test(tc, random_accesses_do_no_harm);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
