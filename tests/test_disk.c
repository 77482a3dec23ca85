/*
 * quire,disk: its commands, what they cost, and what it refuses.
 */
#include "devices/disk.h"

#include "tests/disk_rig.h"

START_TEST(a_read_brings_the_sectors)
{
    enable();
    ck_assert_uint_eq(run(QDISK_READ, 5, 2, 1024), QDISK_OK);
    ck_assert_uint_eq(rig_ram(&rig, BUFFER)[0], 6);
    ck_assert_uint_eq(rig_ram(&rig, BUFFER)[511], 6);
    ck_assert_uint_eq(rig_ram(&rig, BUFFER)[512], 7);
    ck_assert_uint_eq(rig_ram(&rig, BUFFER)[1024], 0);
    ck_assert_uint_eq(rig.image[0]->stats.reads, 1);
    ck_assert_uint_eq(rig.image[0]->stats.bytes_read, 1024);
    ck_assert_uint_eq(rd(QDISK_INT), QDISK_INT_DONE);
    ck_assert(bit(rig.plic.level[0], QDISK_IRQ));
    wr(QDISK_INT, QDISK_INT_DONE);
    ck_assert(!bit(rig.plic.level[0], QDISK_IRQ));
}
END_TEST

START_TEST(a_write_stays)
{
    enable();
    memset(rig_ram(&rig, BUFFER), 0xee, 1024);
    ck_assert_uint_eq(run(QDISK_WRITE, 62, 2, 1024), QDISK_OK);
    memset(rig_ram(&rig, BUFFER), 0, 1024);
    ck_assert_uint_eq(run(QDISK_FLUSH, 0, 0, 1), QDISK_OK);
    ck_assert_uint_eq(run(QDISK_READ, 61, 3, 1536), QDISK_OK);
    ck_assert_uint_eq(rig_ram(&rig, BUFFER)[511], 62);
    ck_assert_uint_eq(rig_ram(&rig, BUFFER)[512], 0xee);
    ck_assert_uint_eq(rig_ram(&rig, BUFFER)[1535], 0xee);
    ck_assert_uint_eq(rig.image[0]->stats.bytes_written, 1024);
    ck_assert_uint_eq(rig.image[0]->stats.flushes, 1);
}
END_TEST

START_TEST(data_scatters_at_any_byte)
{
    enable();
    put_desc(0, QDMA_OP_FROM_DISK, BUFFER, 100, true);
    put_desc(1, QDMA_OP_FROM_DISK, BUFFER + 0x1000, 900, true);
    put_desc(2, QDMA_OP_FROM_DISK, BUFFER + 0x2001, 24, false);
    put(0, QDISK_READ, 0, 2, DRAM_BASE + DESCS);
    wr(QDISK_TAIL, 1);
    rig_run(&rig, LONG);
    ck_assert_uint_eq(status_of(0), QDISK_OK);
    ck_assert_uint_eq(rig_ram(&rig, BUFFER)[99], 1);
    ck_assert_uint_eq(rig_ram(&rig, BUFFER + 0x1000)[411], 1);
    ck_assert_uint_eq(rig_ram(&rig, BUFFER + 0x1000)[412], 2);
    ck_assert_uint_eq(rig_ram(&rig, BUFFER + 0x2001)[23], 2);
    ck_assert_uint_eq(rig_ram(&rig, BUFFER + 0x2001)[24], 0);
}
END_TEST

START_TEST(a_command_costs_latency_and_transfer)
{
    uint64_t cycles = LATENCY_DEFAULT_NS + QDMA_SETUP_NS + 512;

    enable();
    put_desc(0, QDMA_OP_FROM_DISK, BUFFER, 512, false);
    put(0, QDISK_READ, 0, 1, DRAM_BASE + DESCS);
    wr(QDISK_TAIL, 1);
    rig_run(&rig, cycles - 1);
    ck_assert_uint_eq(rd(QDISK_HEAD), 0);
    ck_assert_uint_eq(rd(QDISK_STATUS), QDISK_S_BUSY);
    rig_run(&rig, 1);
    ck_assert_uint_eq(rd(QDISK_HEAD), 1);
    ck_assert_uint_eq(rd(QDISK_STATUS), 0);
}
END_TEST

START_TEST(a_command_costs_the_latency_of_its_drive)
{
    rig.image[0]->latency.fixed_ns = 300000;
    enable();
    put(0, QDISK_FLUSH, 0, 0, 0);
    wr(QDISK_TAIL, 1);
    rig_run(&rig, 299999);
    ck_assert_uint_eq(rd(QDISK_HEAD), 0);
    rig_run(&rig, 1);
    ck_assert_uint_eq(rd(QDISK_HEAD), 1);
}
END_TEST

START_TEST(a_disk_can_spin)
{
    const struct image_options options = {.is_snapshot = true,
                                          .latency = {LATENCY_SPINNING, 0, 0}};

    again(&options);
    enable();
    put_desc(0, QDMA_OP_FROM_DISK, BUFFER, 512, false);
    put(0, QDISK_READ, 10, 1, DRAM_BASE + DESCS);
    wr(QDISK_TAIL, 1); /* at 0; sector 10 passes at 41666.6 ns, for 4166.6 */
    rig_run(&rig, 45834 + QDMA_SETUP_NS + 511);
    ck_assert_uint_eq(rd(QDISK_HEAD), 0);
    rig_run(&rig, 1);
    ck_assert_uint_eq(rd(QDISK_HEAD), 1);
}
END_TEST

START_TEST(commands_complete_in_order_around_the_ring)
{
    enable();
    for (unsigned i = 0; i < 10; i++) {
        put_desc(2 * i, QDMA_OP_FROM_DISK, BUFFER + 1024 * i, 512, false);
        put(i, QDISK_READ, i, 1, DRAM_BASE + DESCS + 64 * i);
        wr(QDISK_TAIL, i + 1);
        wr(QDISK_TAIL, i + 1); /* a second doorbell is no second command */
        if (i % RING_SIZE == RING_SIZE - 1)
            rig_run(&rig, LONG);
    }
    rig_run(&rig, LONG);
    ck_assert_uint_eq(rd(QDISK_HEAD), 10);
    ck_assert_uint_eq(rig.image[0]->stats.reads, 10);
    for (unsigned i = 0; i < 10; i++)
        ck_assert_uint_eq(rig_ram(&rig, BUFFER + 1024 * i)[511], i + 1);
}
END_TEST

START_TEST(ranges_beyond_the_end_are_refused)
{
    enable();
    ck_assert_uint_eq(run(QDISK_READ, 0, 0, 1), QDISK_ERANGE);
    ck_assert_uint_eq(run(QDISK_READ, 63, 2, 1024), QDISK_ERANGE);
    ck_assert_uint_eq(run(QDISK_READ, 64, 1, 512), QDISK_ERANGE);
    ck_assert_uint_eq(run(QDISK_READ, UINT64_MAX, 1, 512), QDISK_ERANGE);
    ck_assert_uint_eq(run(QDISK_WRITE, 1, UINT32_MAX, 512), QDISK_ERANGE);
    ck_assert_uint_eq(run(QDISK_DISCARD, 60, 5, 1), QDISK_ERANGE);
    ck_assert_uint_eq(run(17, 0, 1, 512), QDISK_EOP);
    ck_assert_uint_eq(run(QDISK_READ, 63, 1, 512), QDISK_OK);
}
END_TEST

START_TEST(chains_must_fit_the_command)
{
    uint64_t error = QDMA_BASE + QDMA_CHANNEL(QDMA_DISK_CHANNEL) + QDMA_ERROR;

    enable();
    ck_assert_uint_eq(run(QDISK_READ, 0, 2, 1023), QDISK_EDMA);
    ck_assert_uint_eq(rd32(&rig, error), QDMA_ERR_STREAM);
    ck_assert_uint_eq(run(QDISK_READ, 0, 2, 1025), QDISK_EDMA);
    ck_assert_uint_eq(rd32(&rig, error), QDMA_ERR_STREAM);
    ck_assert_uint_eq(run(QDISK_READ, 0, 2, RIG_RAM), QDISK_EDMA);
    ck_assert_uint_eq(rd32(&rig, error), QDMA_ERR_REACH);
    put_desc(4, QDMA_OP_TO_DISK, BUFFER, 512, false);
    put(3, QDISK_READ, 0, 1, DRAM_BASE + DESCS + 128);
    wr(QDISK_TAIL, 4);
    rig_run(&rig, LONG);
    ck_assert_uint_eq(status_of(3), QDISK_EDMA); /* the wrong direction */
    put(4, QDISK_READ, 0, 1, UART_BASE);
    wr(QDISK_TAIL, 5);
    rig_run(&rig, LONG);
    ck_assert_uint_eq(status_of(4), QDISK_EDMA);
    ck_assert_uint_eq(rd32(&rig, error), QDMA_ERR_NOT_RAM);
    ck_assert_uint_eq(run(QDISK_READ, 0, 2, 1024), QDISK_OK);
}
END_TEST

START_TEST(a_ring_out_of_reach_halts)
{
    static const uint64_t bad[] = {0, UART_BASE, DRAM_BASE + RIG_REACH,
                                   DRAM_BASE + RIG_RAM, 1ull << 32};

    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        enable();
        wr(QDISK_CONTROL, 0);
        wr(QDISK_RING_LO, (uint32_t)bad[i]);
        wr(QDISK_RING_HI, (uint32_t)(bad[i] >> 32));
        wr(QDISK_CONTROL, QDISK_ENABLE);
        wr(QDISK_TAIL, 1);
        ck_assert_uint_eq(rd(QDISK_STATUS), QDISK_S_HALTED);
        ck_assert_uint_eq(rd(QDISK_INT), QDISK_INT_HALTED);
        ck_assert(bit(rig.plic.level[0], QDISK_IRQ));
        wr(QDISK_CONTROL, QDISK_RESET);
        ck_assert_uint_eq(rd(QDISK_STATUS) | rd(QDISK_INT), 0);
        ck_assert(!bit(rig.plic.level[0], QDISK_IRQ));
    }
    enable();
    wr(QDISK_TAIL, RING_SIZE + 1);
    ck_assert_uint_eq(rd(QDISK_STATUS), QDISK_S_HALTED);
}
END_TEST

START_TEST(ring_registers_are_fixed_while_enabled)
{
    enable();
    wr(QDISK_RING_LO, 0x1000);
    wr(QDISK_RING_HI, 1);
    wr(QDISK_RING_SIZE, 8);
    ck_assert_uint_eq(rd(QDISK_RING_LO), DRAM_BASE + RING);
    ck_assert_uint_eq(rd(QDISK_RING_HI), 0);
    ck_assert_uint_eq(rd(QDISK_RING_SIZE), RING_SIZE);
    wr(QDISK_CONTROL, 0);
    wr(QDISK_RING_SIZE, 3);
    wr(QDISK_RING_SIZE, 0);
    wr(QDISK_RING_SIZE, 512);
    ck_assert_uint_eq(rd(QDISK_RING_SIZE), RING_SIZE);
    wr(QDISK_RING_LO, 0x103f);
    ck_assert_uint_eq(rd(QDISK_RING_LO), 0x1020);
    wr(QDISK_TAIL, 5); /* not enabled: no doorbell */
    ck_assert_uint_eq(rd(QDISK_TAIL), 0);
}
END_TEST

START_TEST(a_reset_drops_the_command_in_flight)
{
    for (unsigned cycles = 0; cycles < 22000; cycles += 4300) {
        enable();
        memset(rig_ram(&rig, BUFFER), 0, 512);
        put_desc(0, QDMA_OP_FROM_DISK, BUFFER, 512, false);
        put(0, QDISK_READ, 0, 1, DRAM_BASE + DESCS);
        wr(QDISK_TAIL, 1);
        rig_run(&rig, cycles < 20600 ? cycles : 20600);
        ck_assert_uint_eq(rd(QDISK_STATUS), QDISK_S_BUSY);
        wr(QDISK_CONTROL, QDISK_RESET);
        rig_run(&rig, LONG);
        ck_assert_uint_eq(rd(QDISK_STATUS) | rd(QDISK_HEAD), 0);
        ck_assert_uint_eq(status_of(0), QDISK_PENDING);
        ck_assert_uint_eq(*rig_ram(&rig, BUFFER), 0);
    }
    enable();
    ck_assert_uint_eq(run(QDISK_READ, 0, 1, 512), QDISK_OK);
}
END_TEST

START_TEST(a_disabled_disk_finishes_what_is_in_flight)
{
    enable();
    put_desc(0, QDMA_OP_FROM_DISK, BUFFER, 512, false);
    put(0, QDISK_READ, 0, 1, DRAM_BASE + DESCS);
    put(1, QDISK_READ, 0, 1, DRAM_BASE + DESCS);
    wr(QDISK_TAIL, 2);
    wr(QDISK_CONTROL, 0);
    wr(QDISK_CONTROL, QDISK_ENABLE); /* ignored: busy */
    ck_assert_uint_eq(rd(QDISK_CONTROL), 0);
    rig_run(&rig, LONG);
    ck_assert_uint_eq(status_of(0), QDISK_OK);
    ck_assert_uint_eq(status_of(1), QDISK_PENDING);
    ck_assert_uint_eq(rd(QDISK_HEAD), 1);
    wr(QDISK_CONTROL, QDISK_ENABLE);
    ck_assert_uint_eq(rd(QDISK_HEAD), 0);
}
END_TEST

START_TEST(a_read_only_drive_refuses_writes)
{
    const struct image_options options = {.is_readonly = true};

    again(&options);
    enable();
    ck_assert_uint_eq(rd(QDISK_FEATURES), QDISK_F_FLUSH | QDISK_F_READONLY);
    ck_assert_uint_eq(run(QDISK_WRITE, 0, 1, 512), QDISK_EROFS);
    ck_assert_uint_eq(run(QDISK_DISCARD, 0, 1, 512), QDISK_EROFS);
    ck_assert_uint_eq(run(QDISK_READ, 0, 1, 512), QDISK_OK);
    ck_assert_uint_eq(rig.image[0]->stats.writes, 0);
}
END_TEST

START_TEST(discarded_sectors_read_as_zero)
{
    enable();
    ck_assert_uint_eq(run(QDISK_DISCARD, 3, 2, 1), QDISK_OK);
    ck_assert_uint_eq(run(QDISK_READ, 2, 4, 2048), QDISK_OK);
    ck_assert_uint_eq(rig_ram(&rig, BUFFER)[511], 3);
    ck_assert_uint_eq(rig_ram(&rig, BUFFER)[512], 0);
    ck_assert_uint_eq(rig_ram(&rig, BUFFER)[1535], 0);
    ck_assert_uint_eq(rig_ram(&rig, BUFFER)[1536], 6);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("disk");
    TCase *tc = tcase_create("disk");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, a_read_brings_the_sectors);
    tcase_add_test(tc, a_write_stays);
    tcase_add_test(tc, data_scatters_at_any_byte);
    tcase_add_test(tc, a_command_costs_latency_and_transfer);
    tcase_add_test(tc, a_command_costs_the_latency_of_its_drive);
    tcase_add_test(tc, a_disk_can_spin);
    tcase_add_test(tc, commands_complete_in_order_around_the_ring);
    tcase_add_test(tc, ranges_beyond_the_end_are_refused);
    tcase_add_test(tc, chains_must_fit_the_command);
    tcase_add_test(tc, a_ring_out_of_reach_halts);
    tcase_add_test(tc, ring_registers_are_fixed_while_enabled);
    tcase_add_test(tc, a_reset_drops_the_command_in_flight);
    tcase_add_test(tc, a_disabled_disk_finishes_what_is_in_flight);
    tcase_add_test(tc, a_read_only_drive_refuses_writes);
    tcase_add_test(tc, discarded_sectors_read_as_zero);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
