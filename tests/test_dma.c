/*
 * The DMA engine: what moves, when, and what it refuses.
 */
#include "devices/dma.h"

#include "tests/rig.h"

#define DESCS 0x1000 /* where the tests put descriptors */
#define SRC 0x4000
#define DST 0x8000

static struct rig rig;

static void setup(void)
{
    rig_init(&rig);
}

static void teardown(void)
{
    rig_free(&rig);
}

static uint32_t rd(unsigned channel, unsigned offset)
{
    return rd32(&rig, QDMA_BASE + QDMA_CHANNEL(channel) + offset);
}

static void wr(unsigned channel, unsigned offset, uint32_t value)
{
    wr32(&rig, QDMA_BASE + QDMA_CHANNEL(channel) + offset, value);
}

static uint64_t fault(unsigned channel)
{
    return rd(channel, QDMA_FAULT_LO) | (uint64_t)rd(channel, QDMA_FAULT_HI)
                                            << 32;
}

/* Descriptor i, linked to the next one if `linked`. */
static void put(unsigned i, uint32_t control, uint64_t src, uint64_t dst,
                uint32_t length, bool linked)
{
    struct qdma_desc desc = {.control = control,
                             .length = length,
                             .src = src,
                             .dst = dst,
                             .next =
                                 linked ? DRAM_BASE + DESCS + 32 * (i + 1) : 0};

    memcpy(rig_ram(&rig, DESCS + 32 * i), &desc, sizeof desc);
}

static void start_at(unsigned channel, uint64_t pa)
{
    wr(channel, QDMA_DESC_LO, (uint32_t)pa);
    wr(channel, QDMA_DESC_HI, (uint32_t)(pa >> 32));
    wr(channel, QDMA_CONTROL, QDMA_START);
}

static void start(unsigned channel)
{
    start_at(channel, DRAM_BASE + DESCS);
}

/* The error of one descriptor on channel 0. */
static uint32_t error_of(uint32_t control, uint64_t src, uint64_t dst,
                         uint32_t length)
{
    put(0, control, src, dst, length, false);
    start(0);
    rig_run(&rig, 10000000);
    return rd(0, QDMA_ERROR);
}

START_TEST(a_copy_takes_effect_when_its_time_is_over)
{
    memcpy(rig_ram(&rig, SRC), "hello", 6);
    put(0, QDMA_OP_COPY, DRAM_BASE + SRC, DRAM_BASE + DST, 1000, false);
    start(1);
    ck_assert_uint_eq(rd(1, QDMA_STATUS), QDMA_BUSY);
    rig_run(&rig, 1199);
    ck_assert_uint_eq(rd(1, QDMA_STATUS), QDMA_BUSY);
    ck_assert_uint_eq(*rig_ram(&rig, DST), 0);
    rig_run(&rig, 1);
    ck_assert_uint_eq(rd(1, QDMA_STATUS), QDMA_DONE);
    ck_assert_uint_eq(rd(1, QDMA_COMPLETED), 1);
    ck_assert_str_eq((char *)rig_ram(&rig, DST), "hello");
    ck_assert_uint_ge(rig.snoop_writes, 1000);
}
END_TEST

START_TEST(a_descriptor_is_read_once)
{
    memset(rig_ram(&rig, SRC), 7, 16);
    put(0, QDMA_OP_COPY, DRAM_BASE + SRC, DRAM_BASE + DST, 16, false);
    start(0);
    put(0, 0x77777777, 0, 0, 0, true); /* too late */
    rig_run(&rig, 1000);
    ck_assert_uint_eq(rd(0, QDMA_STATUS), QDMA_DONE);
    ck_assert_uint_eq(rig_ram(&rig, DST)[15], 7);
}
END_TEST

START_TEST(overlapping_ranges_copy_as_memmove_does)
{
    for (int delta = -5; delta <= 5; delta++) {
        uint8_t want[64];
        uint64_t dst = (uint64_t)(SRC + 16 + delta);

        for (unsigned i = 0; i < 64; i++)
            want[i] = *rig_ram(&rig, SRC + i) = (uint8_t)i;
        memmove(want + 16 + delta, want + 16, 20);
        ck_assert_uint_eq(
            error_of(QDMA_OP_COPY, DRAM_BASE + SRC + 16, DRAM_BASE + dst, 20),
            QDMA_ERR_NONE);
        ck_assert_int_eq(memcmp(rig_ram(&rig, SRC), want, 64), 0);
    }
}
END_TEST

START_TEST(a_chain_gathers_and_interrupts_where_told)
{
    wr(2, QDMA_INT_ENABLE, 7);
    put(0, QDMA_OP_FILL, 0xa5, DRAM_BASE + DST, 100, true);
    put(1, QDMA_OP_FILL | QDMA_D_IRQ, 0x1ff, DRAM_BASE + DST + 100, 1, true);
    put(2, QDMA_OP_COPY, DRAM_BASE + DST + 99, DRAM_BASE + DST + 200, 2, false);
    start(2);
    rig_run(&rig, 300);
    ck_assert_uint_eq(rd(2, QDMA_COMPLETED), 1);
    ck_assert_uint_eq(rd32(&rig, QDMA_BASE + QDMA_IRQ_PENDING), 0);
    rig_run(&rig, 201);
    ck_assert_uint_eq(rd(2, QDMA_INT), QDMA_INT_DESC);
    ck_assert_uint_eq(rd32(&rig, QDMA_BASE + QDMA_IRQ_PENDING), 4);
    ck_assert(bit(rig.plic.level[0], QDMA_IRQ));
    wr(2, QDMA_INT, QDMA_INT_DESC);
    ck_assert(!bit(rig.plic.level[0], QDMA_IRQ));
    rig_run(&rig, 202);
    ck_assert_uint_eq(rd(2, QDMA_INT), QDMA_INT_CHAIN);
    ck_assert(bit(rig.plic.level[0], QDMA_IRQ));
    ck_assert_uint_eq(rig_ram(&rig, DST)[200], 0xa5);
    ck_assert_uint_eq(rig_ram(&rig, DST)[201], 0xff);
    ck_assert_uint_eq(rig.dma.stats.bytes, 103);
    wr(2, QDMA_INT_ENABLE, 0);
    ck_assert(!bit(rig.plic.level[0], QDMA_IRQ));
}
END_TEST

START_TEST(channels_run_side_by_side)
{
    put(0, QDMA_OP_FILL, 1, DRAM_BASE + DST, 4000, false);
    put(1, QDMA_OP_FILL, 2, DRAM_BASE + DST, 2000, false);
    start(0);
    start_at(1, DRAM_BASE + DESCS + 32);
    rig_run(&rig, 2200);
    ck_assert_uint_eq(rd(1, QDMA_STATUS), QDMA_DONE);
    ck_assert_uint_eq(rd(0, QDMA_STATUS), QDMA_BUSY);
    ck_assert_uint_eq(*rig_ram(&rig, DST), 2);
    rig_run(&rig, 2000);
    ck_assert_uint_eq(*rig_ram(&rig, DST), 1);
}
END_TEST

START_TEST(beyond_the_reach_is_refused)
{
    uint64_t end = DRAM_BASE + RIG_REACH;

    ck_assert_uint_eq(error_of(QDMA_OP_FILL, 0, end - 8, 8), QDMA_ERR_NONE);
    ck_assert_uint_eq(error_of(QDMA_OP_FILL, 0, end - 8, 9), QDMA_ERR_REACH);
    ck_assert_uint_eq(fault(0), end);
    ck_assert_uint_eq(error_of(QDMA_OP_FILL, 0, end + 8, 9), QDMA_ERR_REACH);
    ck_assert_uint_eq(fault(0), end + 8);
    ck_assert_uint_eq(error_of(QDMA_OP_COPY, end, DRAM_BASE, 1),
                      QDMA_ERR_REACH);
    start_at(0, end); /* descriptors too */
    ck_assert_uint_eq(rd(0, QDMA_ERROR), QDMA_ERR_REACH);
    ck_assert_uint_eq(fault(0), end);
    ck_assert_uint_eq(rd(0, QDMA_STATUS), QDMA_FAILED);
}
END_TEST

START_TEST(what_is_not_dram_is_refused)
{
    static const uint64_t bad[] = {0,          BOOTROM_BASE,
                                   PLIC_BASE,  CLINT_BASE,
                                   QDMA_BASE,  DRAM_BASE - 1,
                                   UART_BASE,  DRAM_BASE + RIG_RAM,
                                   1ull << 40, (1ull << 32) + DRAM_BASE};

    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        ck_assert_uint_eq(error_of(QDMA_OP_FILL, 0, bad[i], 4),
                          QDMA_ERR_NOT_RAM);
        ck_assert_uint_eq(fault(0), bad[i]);
        ck_assert_uint_eq(error_of(QDMA_OP_COPY, bad[i], DRAM_BASE, 4),
                          QDMA_ERR_NOT_RAM);
        start_at(0, bad[i] & ~31ull);
        ck_assert_uint_eq(rd(0, QDMA_ERROR), QDMA_ERR_NOT_RAM);
    }
    ck_assert_uint_eq(rd(0, QDMA_INT), QDMA_INT_ERROR);
}
END_TEST

START_TEST(a_range_that_leaves_dram_is_refused_as_a_whole)
{
    rig.dma.reach = UINT64_MAX;
    ck_assert_uint_eq(error_of(QDMA_OP_FILL, 1, DRAM_BASE + RIG_RAM - 4, 8),
                      QDMA_ERR_NOT_RAM);
    ck_assert_uint_eq(fault(0), DRAM_BASE + RIG_RAM);
    ck_assert_uint_eq(*rig_ram(&rig, RIG_RAM - 4), 0);
    ck_assert_uint_eq(error_of(QDMA_OP_FILL, 1, DRAM_BASE, UINT32_MAX),
                      QDMA_ERR_NOT_RAM);
}
END_TEST

START_TEST(lengths_of_0_and_wraps_are_refused)
{
    ck_assert_uint_eq(error_of(QDMA_OP_FILL, 0, DRAM_BASE, 0), QDMA_ERR_LENGTH);
    ck_assert_uint_eq(error_of(QDMA_OP_FILL, 0, UINT64_MAX, 2),
                      QDMA_ERR_LENGTH);
    ck_assert_uint_eq(error_of(QDMA_OP_COPY, UINT64_MAX - 4, DRAM_BASE, 6),
                      QDMA_ERR_LENGTH);
    ck_assert_uint_eq(error_of(QDMA_OP_FILL, 0, UINT64_MAX, 1),
                      QDMA_ERR_NOT_RAM);
}
END_TEST

START_TEST(unknown_operations_and_bits_are_refused)
{
    ck_assert_uint_eq(error_of(4, 0, DRAM_BASE, 1), QDMA_ERR_OP);
    ck_assert_uint_eq(error_of(0xff, 0, DRAM_BASE, 1), QDMA_ERR_OP);
    ck_assert_uint_eq(error_of(QDMA_OP_FILL | 0x200, 0, DRAM_BASE, 1),
                      QDMA_ERR_OP);
    ck_assert_uint_eq(fault(0), DRAM_BASE + DESCS);
    start_at(0, DRAM_BASE + DESCS + 16);
    ck_assert_uint_eq(rd(0, QDMA_ERROR), QDMA_ERR_OP);
}
END_TEST

START_TEST(a_loop_ends_after_the_longest_chain)
{
    put(0, QDMA_OP_FILL, 0, DRAM_BASE + DST, 1, true);
    put(1, QDMA_OP_FILL, 0, DRAM_BASE + DST, 1, false);
    memcpy(rig_ram(&rig, DESCS + 32 + QDMA_D_NEXT),
           &(uint64_t){DRAM_BASE + DESCS}, 8);
    start(0);
    rig_run(&rig, 201 * QDMA_MAX_CHAIN - 1);
    ck_assert_uint_eq(rd(0, QDMA_STATUS), QDMA_BUSY);
    rig_run(&rig, 1);
    ck_assert_uint_eq(rd(0, QDMA_ERROR), QDMA_ERR_CHAIN);
    ck_assert_uint_eq(rd(0, QDMA_COMPLETED), QDMA_MAX_CHAIN);
}
END_TEST

START_TEST(an_error_keeps_what_came_before)
{
    put(0, QDMA_OP_FILL, 9, DRAM_BASE + DST, 1, true);
    put(1, QDMA_OP_FILL, 9, UART_BASE, 1, true);
    put(2, QDMA_OP_FILL, 9, DRAM_BASE + DST + 1, 1, false);
    start(0);
    rig_run(&rig, 10000);
    ck_assert_uint_eq(rd(0, QDMA_COMPLETED), 1);
    ck_assert_uint_eq(rd(0, QDMA_ERROR), QDMA_ERR_NOT_RAM);
    ck_assert_uint_eq(rig_ram(&rig, DST)[0], 9);
    ck_assert_uint_eq(rig_ram(&rig, DST)[1], 0);
    ck_assert_str_eq(rig.console, "");
}
END_TEST

START_TEST(abort_ends_after_the_running_descriptor)
{
    put(0, QDMA_OP_FILL, 9, DRAM_BASE + DST, 1000, true);
    put(1, QDMA_OP_FILL, 9, DRAM_BASE + SRC, 1, false);
    start(0);
    wr(0, QDMA_CONTROL, QDMA_ABORT);
    ck_assert_uint_eq(rd(0, QDMA_STATUS), QDMA_BUSY);
    rig_run(&rig, 1200);
    ck_assert_uint_eq(rd(0, QDMA_ERROR), QDMA_ERR_ABORTED);
    ck_assert_uint_eq(*rig_ram(&rig, DST), 9);
    ck_assert_uint_eq(*rig_ram(&rig, SRC), 0);
    wr(0, QDMA_CONTROL, QDMA_ABORT); /* idle: nothing to end */
    start(0);
    rig_run(&rig, 2000);
    ck_assert_uint_eq(rd(0, QDMA_STATUS), QDMA_DONE);
}
END_TEST

START_TEST(a_busy_channel_keeps_its_registers)
{
    put(0, QDMA_OP_FILL, 9, DRAM_BASE + DST, 1000, false);
    start(0);
    wr(0, QDMA_DESC_LO, 0x1234);
    wr(0, QDMA_CONTROL, QDMA_START);
    rig_run(&rig, 1200);
    ck_assert_uint_eq(rd(0, QDMA_DESC_LO), DRAM_BASE + DESCS);
    ck_assert_uint_eq(rd(0, QDMA_STATUS), QDMA_DONE);
    ck_assert_uint_eq(rig.dma.stats.chains, 1);
}
END_TEST

START_TEST(disk_operations_need_a_disk_command)
{
    ck_assert_uint_eq(error_of(QDMA_OP_FROM_DISK, 0, DRAM_BASE + DST, 512),
                      QDMA_ERR_STREAM);
    ck_assert_uint_eq(error_of(QDMA_OP_TO_DISK, DRAM_BASE + DST, 0, 512),
                      QDMA_ERR_STREAM);
}
END_TEST

START_TEST(the_disks_channel_is_software_s_until_it_is_enabled)
{
    put(0, QDMA_OP_FILL, 9, DRAM_BASE + DST, 10, false);
    start(QDMA_DISK_CHANNEL);
    rig_run(&rig, 1000);
    ck_assert_uint_eq(rd(QDMA_DISK_CHANNEL, QDMA_STATUS), QDMA_DONE);
    wr32(&rig, QDISK_BASE + QDISK_CONTROL, QDISK_ENABLE);
    start(QDMA_DISK_CHANNEL);
    ck_assert_uint_eq(rd(QDMA_DISK_CHANNEL, QDMA_STATUS), QDMA_FAILED);
    ck_assert_uint_eq(rd(QDMA_DISK_CHANNEL, QDMA_ERROR), QDMA_ERR_BUSY);
    ck_assert_uint_eq(rd(QDMA_DISK_CHANNEL, QDMA_COMPLETED), 0);
}
END_TEST

START_TEST(a_reset_drops_chains_in_flight)
{
    put(0, QDMA_OP_FILL, 9, DRAM_BASE + DST, 1000, false);
    start(0);
    bus_reset(&rig.bus);
    rig_run(&rig, 5000);
    ck_assert_uint_eq(rd(0, QDMA_STATUS), 0);
    ck_assert_uint_eq(*rig_ram(&rig, DST), 0);
}
END_TEST

START_TEST(the_engine_tells_what_it_is)
{
    ck_assert_uint_eq(rd32(&rig, QDMA_BASE + QDMA_ID), QDMA_ID_VALUE);
    ck_assert_uint_eq(rd32(&rig, QDMA_BASE + QDMA_NR_CHANNELS), 4);
    ck_assert_uint_eq(rd32(&rig, QDMA_BASE + QDMA_REACH_LO), RIG_REACH);
    ck_assert_uint_eq(rd32(&rig, QDMA_BASE + QDMA_MAX_CHAIN_REG), 4096);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("dma");
    TCase *tc = tcase_create("dma");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, a_copy_takes_effect_when_its_time_is_over);
    tcase_add_test(tc, a_descriptor_is_read_once);
    tcase_add_test(tc, overlapping_ranges_copy_as_memmove_does);
    tcase_add_test(tc, a_chain_gathers_and_interrupts_where_told);
    tcase_add_test(tc, channels_run_side_by_side);
    tcase_add_test(tc, beyond_the_reach_is_refused);
    tcase_add_test(tc, what_is_not_dram_is_refused);
    tcase_add_test(tc, a_range_that_leaves_dram_is_refused_as_a_whole);
    tcase_add_test(tc, lengths_of_0_and_wraps_are_refused);
    tcase_add_test(tc, unknown_operations_and_bits_are_refused);
    tcase_add_test(tc, a_loop_ends_after_the_longest_chain);
    tcase_add_test(tc, an_error_keeps_what_came_before);
    tcase_add_test(tc, abort_ends_after_the_running_descriptor);
    tcase_add_test(tc, a_busy_channel_keeps_its_registers);
    tcase_add_test(tc, disk_operations_need_a_disk_command);
    tcase_add_test(tc, the_disks_channel_is_software_s_until_it_is_enabled);
    tcase_add_test(tc, a_reset_drops_chains_in_flight);
    tcase_add_test(tc, the_engine_tells_what_it_is);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
