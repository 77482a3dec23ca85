/*
 * virtio-mmio, versions 2 and 1: bringing it up, queues and chains, with
 * drivers that behave and drivers that do not.
 */
#include "devices/virtio_mmio.h"

#include "tests/virtio_rig.h"

START_TEST(slots_tell_what_is_in_them)
{
    static const struct {
        uint32_t version, device;
    } want[] = {{2, 2}, {1, 2}, {2, 0}};

    for (slot = 0; slot < 3; slot++) {
        ck_assert_uint_eq(rd(0), 0x74726976);
        ck_assert_uint_eq(rd(REG_VERSION), want[slot].version);
        ck_assert_uint_eq(rd(REG_DEVICE), want[slot].device);
    }
    slot = 2; /* an empty slot takes anything */
    wr(REG_STATUS, 15);
    wr(REG_NOTIFY, 0);
    ck_assert_uint_eq(rd(REG_STATUS) | rd(REG_FEATURES), 0);
}
END_TEST

START_TEST(layout_of_descriptors_does_not_matter)
{
    bring_up();
    store_le(ram(HEADER), 8, 0);
    store_le(ram(HEADER + 8), 8, 9);
    put(7, HEADER, 3, NEXT, 100);
    put(100, HEADER + 3, 13, NEXT, 8);
    put(8, DATA, 1, NEXT | WRITE, 127);
    put(127, DATA + 1, 511 + 1, WRITE, 0); /* the status is the last byte */
    offer(7);
    go();
    ck_assert_uint_eq(n_used(), 1);
    ck_assert_uint_eq(load_le(ram(USED + 4), 4), 7);
    ck_assert_uint_eq(*ram(DATA), 10);
    ck_assert_uint_eq(*ram(DATA + 511), 10);
    ck_assert_uint_eq(*ram(DATA + 512), 0);
}
END_TEST

START_TEST(a_request_is_read_when_its_turn_comes)
{
    bring_up();
    put_request(0, 3, 512);
    offer(0);
    wr(REG_NOTIFY, 0);
    put_request(0, 9, 512); /* too late */
    put(1, DATA + 512, 512, NEXT | WRITE, 2);
    rig_run(&rig, LONG);
    ck_assert_uint_eq(n_used(), 1);
    ck_assert_uint_eq(*ram(DATA), 4);
    ck_assert_uint_eq(*ram(DATA + 512), 0);
}
END_TEST

START_TEST(many_requests_complete_in_order)
{
    bring_up();
    put_request(0, 0, 512);
    for (unsigned i = 0; i < 300; i++) {
        offer(0);
        wr(REG_NOTIFY, 0);
        if (i % 100 == 99)
            rig_run(&rig, 3 * LONG);
    }
    ck_assert_uint_eq(n_used(), 300);
    ck_assert_uint_eq(rig.image[1]->stats.reads, 300);
}
END_TEST

START_TEST(the_driver_can_decline_interrupts)
{
    bring_up();
    store_le(ram(AVAIL), 2, 1);
    ck_assert_uint_eq(run(0, 0, 512), 0);
    ck_assert_uint_eq(rd(REG_INTERRUPT), 0);
}
END_TEST

START_TEST(features_must_be_offered_and_modern)
{
    wr(REG_STATUS, 3);
    wr(REG_STATUS, 11); /* without VERSION_1 */
    ck_assert_uint_eq(rd(REG_STATUS), 3);
    wr(REG_DRIVER_SEL, 1);
    wr(REG_DRIVER, 3); /* bit 33 is not offered */
    wr(REG_STATUS, 11);
    ck_assert_uint_eq(rd(REG_STATUS), 3);
    wr(REG_DRIVER, 1);
    wr(REG_STATUS, 11);
    ck_assert_uint_eq(rd(REG_STATUS), 11);
    wr(REG_FEATURES_SEL, 1);
    ck_assert_uint_eq(rd(REG_FEATURES), 1);
    wr(REG_FEATURES_SEL, 2);
    ck_assert_uint_eq(rd(REG_FEATURES), 0);
}
END_TEST

START_TEST(nothing_runs_before_driver_ok)
{
    bring_up();
    wr(REG_STATUS, 11);
    put_request(0, 0, 512);
    offer(0);
    go();
    ck_assert_uint_eq(n_used(), 0);
    wr(REG_STATUS, 15);
    go();
    ck_assert_uint_eq(n_used(), 1);
}
END_TEST

static void expect_broken(const char *what)
{
    offer(0);
    go();
    ck_assert_msg(rd(REG_STATUS) & 0x40, "%s", what);
    ck_assert_uint_eq(n_used(), 0);
    ck_assert_uint_eq(rd(REG_INTERRUPT), 2);
    wr(REG_STATUS, 15);
    ck_assert_msg(rd(REG_STATUS) & 0x40, "%s stays", what);
    bring_up();
    put_request(0, 0, 512);
}

START_TEST(hostile_chains_break_the_device)
{
    bring_up();
    put_request(0, 0, 512);
    put(1, DATA, 512, NEXT | WRITE, 1);
    expect_broken("a loop");
    put(0, HEADER, 16, NEXT, 0);
    expect_broken("a loop of one");
    put(1, DATA, 512, NEXT | WRITE, 128);
    expect_broken("an index beyond the table");
    put(1, DATA, 0, NEXT | WRITE, 2);
    expect_broken("a length of 0");
    put(1, RIG_RAM - 511, 512, NEXT | WRITE, 2);
    expect_broken("a buffer that leaves DRAM");
    put(1, UINT64_C(0) - DRAM_BASE, 512, NEXT | WRITE, 2);
    expect_broken("address 0");
    put(1, UINT64_C(0) - DRAM_BASE - 1, 512, NEXT | WRITE, 2);
    expect_broken("an address that wraps");
    put(0, HEADER, 16, NEXT | 4, 1);
    expect_broken("an indirect descriptor");
    put(2, STATUS, 1, 0, 0);
    expect_broken("a readable one behind a writable one");
    put(0, HEADER, 15, NEXT, 1);
    expect_broken("a short header");
    put(0, HEADER, 16, 0, 0);
    expect_broken("no status");
    n_avail = NUM;
    expect_broken("an available index too far ahead");
    store_le(ram(AVAIL + 4), 2, NUM);
    store_le(ram(AVAIL + 2), 2, 1);
    go();
    ck_assert_uint_eq(rd(REG_STATUS), 0x4f);
}
END_TEST

START_TEST(unsound_queues_never_become_ready)
{
    static const struct {
        unsigned offset;
        uint32_t value;
    } bad[] = {{REG_NUM, 0},
               {REG_NUM, 3},
               {REG_NUM, 256},
               {REG_NUM, 0x80000000},
               {REG_DESC, DRAM_BASE + DESC + 8},
               {REG_DESC + 4, 1},
               {REG_AVAIL, DRAM_BASE + AVAIL + 1},
               {REG_AVAIL, UART_BASE},
               {REG_USED, DRAM_BASE + USED + 2},
               {REG_USED, DRAM_BASE + RIG_RAM - 1024}};

    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        take_features();
        wr(REG_NUM, NUM);
        wr(REG_DESC, DRAM_BASE + DESC);
        wr(REG_AVAIL, DRAM_BASE + AVAIL);
        wr(REG_USED, DRAM_BASE + USED);
        wr(bad[i].offset, bad[i].value);
        wr(REG_READY, 1);
        ck_assert_uint_eq(rd(REG_READY), 0);
        ck_assert_uint_eq(rd(REG_STATUS), 0x4b);
    }
}
END_TEST

START_TEST(a_reset_in_flight_forgets_the_request)
{
    for (unsigned cycles = 0; cycles <= 20400; cycles += 10200) {
        bring_up();
        put_request(0, 0, 512);
        offer(0);
        wr(REG_NOTIFY, 0);
        rig_run(&rig, cycles);
        wr(REG_STATUS, 0);
        rig_run(&rig, LONG);
        ck_assert_uint_eq(n_used(), 0);
        ck_assert_uint_eq(rd(REG_STATUS) | rd(REG_INTERRUPT), 0);
    }
    bring_up();
    ck_assert_uint_eq(run(0, 0, 512), 0);
}
END_TEST

START_TEST(there_is_one_queue)
{
    ck_assert_uint_eq(rd(REG_NUM_MAX), 128);
    wr(REG_QUEUE_SEL, 1);
    ck_assert_uint_eq(rd(REG_NUM_MAX), 0);
    wr(REG_READY, 1);
    ck_assert_uint_eq(rd(REG_READY), 0);
    wr(REG_QUEUE_SEL, UINT32_MAX);
    wr(REG_NUM, 7);
    ck_assert_uint_eq(rd(REG_NUM_MAX), 0);
    wr(REG_NOTIFY, UINT32_MAX);
}
END_TEST

START_TEST(narrow_accesses_to_registers_do_nothing)
{
    ck_assert_uint_eq(rig_read(&rig, reg(0), 1), 0);
    rig_write(&rig, reg(REG_STATUS), 1, 3);
    ck_assert_uint_eq(rd(REG_STATUS), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("virtio_mmio");
    TCase *tc = tcase_create("virtio_mmio");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, slots_tell_what_is_in_them);
    tcase_add_test(tc, layout_of_descriptors_does_not_matter);
    tcase_add_test(tc, a_request_is_read_when_its_turn_comes);
    tcase_add_test(tc, many_requests_complete_in_order);
    tcase_add_test(tc, the_driver_can_decline_interrupts);
    tcase_add_test(tc, features_must_be_offered_and_modern);
    tcase_add_test(tc, nothing_runs_before_driver_ok);
    tcase_add_test(tc, hostile_chains_break_the_device);
    tcase_add_test(tc, unsound_queues_never_become_ready);
    tcase_add_test(tc, a_reset_in_flight_forgets_the_request);
    tcase_add_test(tc, there_is_one_queue);
    tcase_add_test(tc, narrow_accesses_to_registers_do_nothing);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
