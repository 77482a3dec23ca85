/*
 * The bus and the clock: windows, sizes, DMA's bounds, exact conversions.
 */
#include "devices/bus.h"

#include "tests/rig.h"

static struct rig rig;

static void setup(void)
{
    rig_init(&rig);
}

static void teardown(void)
{
    rig_free(&rig);
}

START_TEST(an_access_outside_every_window_faults)
{
    uint64_t value;

    ck_assert(!bus_read(&rig.bus, 0, 4, &value));
    ck_assert(!bus_read(&rig.bus, UART_BASE + UART_SIZE, 1, &value));
    ck_assert(!bus_read(&rig.bus, DRAM_BASE, 4, &value));
    ck_assert(!bus_read(&rig.bus, UINT64_MAX, 1, &value));
    ck_assert(!bus_read(&rig.bus, UINT64_MAX - 7, 8, &value));
    ck_assert(!bus_write(&rig.bus, (UINT64_C(1) << 32) + UART_BASE, 1, 0));
}
END_TEST

START_TEST(a_wrong_size_or_alignment_faults)
{
    uint64_t value;

    ck_assert(!bus_read(&rig.bus, UART_BASE, 8, &value));
    ck_assert(!bus_read(&rig.bus, PLIC_BASE, 1, &value));
    ck_assert(!bus_read(&rig.bus, PLIC_BASE, 8, &value));
    ck_assert(!bus_read(&rig.bus, PLIC_BASE + 2, 4, &value));
    ck_assert(!bus_read(&rig.bus, CLINT_BASE + 4, 8, &value));
    ck_assert(!bus_write(&rig.bus, QDMA_BASE, 2, 0));
    ck_assert(bus_read(&rig.bus, PLIC_BASE + PLIC_SIZE - 4, 4, &value));
    ck_assert(bus_read(&rig.bus, CLINT_BASE + CLINT_SIZE - 8, 8, &value));
}
END_TEST

START_TEST(a_device_inside_an_access_is_not_entered_again)
{
    uint64_t value;

    rig.uart.device.is_busy = true;
    ck_assert(!bus_read(&rig.bus, UART_BASE, 1, &value));
    ck_assert(!bus_write(&rig.bus, UART_BASE, 1, 0));
    rig.uart.device.is_busy = false;
    ck_assert(bus_read(&rig.bus, UART_BASE, 1, &value));
}
END_TEST

START_TEST(windows_that_overlap_are_refused)
{
    struct uart other;

    uart_init(&other, UART_BASE + UART_SIZE - 1, &rig.clock);
    ck_assert(!bus_attach(&rig.bus, &other.device));
    other.device.base_pa = DRAM_BASE - 1;
    ck_assert(!bus_attach(&rig.bus, &other.device));
    other.device.base_pa = DRAM_BASE + RIG_RAM - 1;
    ck_assert(!bus_attach(&rig.bus, &other.device));
    other.device.base_pa = BOOTROM_BASE + BOOTROM_SIZE - 1;
    ck_assert(!bus_attach(&rig.bus, &other.device));
    other.device.base_pa = UINT64_MAX - 1;
    ck_assert(!bus_attach(&rig.bus, &other.device));
    other.device.base_pa = DRAM_BASE + RIG_RAM;
    ck_assert(bus_attach(&rig.bus, &other.device));
}
END_TEST

START_TEST(memory_has_exact_bounds)
{
    const struct bus *b = &rig.bus;

    ck_assert_ptr_eq(bus_ram(b, DRAM_BASE, RIG_RAM), b->ram);
    ck_assert_ptr_null(bus_ram(b, DRAM_BASE, RIG_RAM + 1));
    ck_assert_ptr_null(bus_ram(b, DRAM_BASE + RIG_RAM, 1));
    ck_assert_ptr_null(bus_ram(b, DRAM_BASE - 1, 1));
    ck_assert_ptr_null(bus_ram(b, DRAM_BASE + RIG_RAM - 3, 4));
    ck_assert_ptr_null(bus_ram(b, DRAM_BASE + 1, UINT64_MAX));
    ck_assert_ptr_null(bus_ram(b, BOOTROM_BASE, 1));
    ck_assert_ptr_eq(bus_readable(b, BOOTROM_BASE, BOOTROM_SIZE), b->rom);
    ck_assert_ptr_null(bus_readable(b, BOOTROM_BASE, BOOTROM_SIZE + 1));
    ck_assert_ptr_eq(bus_readable(b, DRAM_BASE, 1), b->ram);
}
END_TEST

START_TEST(dma_moves_and_is_snooped)
{
    struct bus *b = &rig.bus;
    uint8_t buffer[8] = "abcdefg";

    ck_assert(bus_dma_write(b, DRAM_BASE, buffer, 8));
    ck_assert(bus_dma_copy(b, DRAM_BASE + 2, DRAM_BASE, 6));
    ck_assert_int_eq(memcmp(b->ram, "ababcdef", 8), 0);
    ck_assert(bus_dma_fill(b, DRAM_BASE + 1, 'x', 2));
    ck_assert(bus_dma_read(b, DRAM_BASE, buffer, 4));
    ck_assert_int_eq(memcmp(buffer, "axxb", 4), 0);
    ck_assert_uint_eq(rig.snoop_writes, 8 + 6 + 2);
    ck_assert_uint_eq(rig.snoop_reads, 6 + 4);
}
END_TEST

START_TEST(dma_reaches_dram_alone)
{
    struct bus *b = &rig.bus;
    uint8_t buffer[8] = {0};

    ck_assert(!bus_dma_read(b, UART_BASE, buffer, 1));
    ck_assert(!bus_dma_write(b, BOOTROM_BASE, buffer, 1));
    ck_assert(!bus_dma_fill(b, PLIC_BASE, 0, 4));
    ck_assert(!bus_dma_copy(b, DRAM_BASE, BOOTROM_BASE, 4));
    ck_assert(!bus_dma_copy(b, CLINT_BASE, DRAM_BASE, 4));
    ck_assert(!bus_dma_write(b, DRAM_BASE + RIG_RAM - 4, buffer, 8));
    ck_assert_uint_eq(rig.snoop_reads + rig.snoop_writes, 0);
}
END_TEST

START_TEST(a_tick_finds_the_next_deadline)
{
    wr32(&rig, CLINT_BASE + CLINT_MTIMECMP + 4, 0);
    wr32(&rig, CLINT_BASE + CLINT_MTIMECMP, 50);
    ck_assert_uint_eq(rig.clock.deadline, 5000);
    wr32(&rig, CLINT_BASE + CLINT_MTIMECMP, 70);
    ck_assert_uint_eq(rig.clock.deadline, 5000); /* an early tick is no harm */
    bus_tick(&rig.bus, &rig.clock);
    ck_assert_uint_eq(rig.clock.deadline, 7000);
}
END_TEST

START_TEST(clock_conversions_are_exact)
{
    static const uint64_t rates[] = {10000000,  12345678,   1000000000,
                                     999999937, 3333333333, 10000000000};
    static const uint64_t ticks[] = {0,     1,          2,         99,
                                     12345, 1ull << 40, 1ull << 53};

    for (size_t i = 0; i < ARRAY_SIZE(rates); i++) {
        struct clock c = {.hz = rates[i]};

        for (size_t t = 0; t < ARRAY_SIZE(ticks); t++) {
            uint64_t at = clock_from_ticks(&c, ticks[t], MTIME_HZ);

            ck_assert_uint_eq(clock_to_ticks(&c, at, MTIME_HZ), ticks[t]);
            if (at)
                ck_assert_uint_eq(clock_to_ticks(&c, at - 1, MTIME_HZ),
                                  ticks[t] - 1);
        }
        ck_assert_uint_eq(clock_from_ns(&c, 1000000000), rates[i]);
        ck_assert_uint_gt(clock_from_ns(&c, 1), 0);
    }
}
END_TEST

START_TEST(a_time_beyond_64_bits_is_never)
{
    struct clock c = {.hz = 1000000000};

    ck_assert_uint_eq(clock_from_ticks(&c, UINT64_MAX, MTIME_HZ), CLOCK_NEVER);
    ck_assert_uint_eq(clock_from_ticks(&c, UINT64_MAX / 100 + 1, MTIME_HZ),
                      CLOCK_NEVER);
    ck_assert_uint_eq(clock_from_ticks(&c, UINT64_MAX / 100, MTIME_HZ),
                      UINT64_MAX / 100 * 100);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("bus");
    TCase *tc = tcase_create("bus");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, an_access_outside_every_window_faults);
    tcase_add_test(tc, a_wrong_size_or_alignment_faults);
    tcase_add_test(tc, a_device_inside_an_access_is_not_entered_again);
    tcase_add_test(tc, windows_that_overlap_are_refused);
    tcase_add_test(tc, memory_has_exact_bounds);
    tcase_add_test(tc, dma_moves_and_is_snooped);
    tcase_add_test(tc, dma_reaches_dram_alone);
    tcase_add_test(tc, a_tick_finds_the_next_deadline);
    tcase_add_test(tc, clock_conversions_are_exact);
    tcase_add_test(tc, a_time_beyond_64_bits_is_never);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
