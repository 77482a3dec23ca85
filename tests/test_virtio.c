/*
 * virtio-mmio and virtio-blk, versions 2 and 1, with drivers that behave and
 * drivers that do not.
 */
#include "devices/virtio_blk.h"

#include <fcntl.h>

#include "tests/rig.h"

#define DESC 0x10000
#define AVAIL 0x10800 /* legacy: behind 128 descriptors */
#define USED 0x11000  /* legacy: the next page */
#define HEADER 0x14000
#define DATA 0x15000
#define STATUS 0x14800
#define LONG 1000000
#define NUM 128

#define REG_VERSION 0x004
#define REG_DEVICE 0x008
#define REG_FEATURES 0x010
#define REG_FEATURES_SEL 0x014
#define REG_DRIVER 0x020
#define REG_DRIVER_SEL 0x024
#define REG_PAGE_SIZE 0x028
#define REG_QUEUE_SEL 0x030
#define REG_NUM_MAX 0x034
#define REG_NUM 0x038
#define REG_ALIGN 0x03c
#define REG_PFN 0x040
#define REG_READY 0x044
#define REG_NOTIFY 0x050
#define REG_INTERRUPT 0x060
#define REG_ACK 0x064
#define REG_STATUS 0x070
#define REG_DESC 0x080
#define REG_AVAIL 0x090
#define REG_USED 0x0a0
#define REG_CONFIG 0x100

#define NEXT 1
#define WRITE 2

static struct rig rig;
static unsigned slot;    /* 0: version 2, 1: version 1 */
static uint16_t n_avail; /* requests offered so far */

static void setup(void)
{
    rig_init(&rig);
    slot = 0;
    n_avail = 0;
}

static void teardown(void)
{
    rig_free(&rig);
}

static uint64_t reg(unsigned offset)
{
    return VIRTIO_BASE + slot * VIRTIO_STRIDE + offset;
}

static uint32_t rd(unsigned offset)
{
    return rd32(&rig, reg(offset));
}

static void wr(unsigned offset, uint32_t value)
{
    wr32(&rig, reg(offset), value);
}

static uint8_t *ram(uint64_t offset)
{
    return rig_ram(&rig, offset);
}

static void take_features(void)
{
    wr(REG_STATUS, 0);
    wr(REG_STATUS, 3);
    wr(REG_DRIVER_SEL, 0);
    wr(REG_DRIVER, rd(REG_FEATURES));
    if (slot)
        return;
    wr(REG_DRIVER_SEL, 1);
    wr(REG_DRIVER, 1);
    wr(REG_STATUS, 11);
    ck_assert_uint_eq(rd(REG_STATUS), 11);
}

static void bring_up(void)
{
    take_features();
    wr(REG_QUEUE_SEL, 0);
    wr(REG_NUM, NUM);
    if (slot) {
        wr(REG_PAGE_SIZE, 4096);
        wr(REG_ALIGN, 4096);
        wr(REG_PFN, (DRAM_BASE + DESC) / 4096);
        wr(REG_STATUS, 7);
    } else {
        wr(REG_DESC, DRAM_BASE + DESC);
        wr(REG_AVAIL, DRAM_BASE + AVAIL);
        wr(REG_USED, DRAM_BASE + USED);
        wr(REG_READY, 1);
        ck_assert_uint_eq(rd(REG_READY), 1);
        wr(REG_STATUS, 15);
    }
    memset(ram(DESC), 0, 0x4000);
    n_avail = 0;
}

static void put(unsigned i, uint64_t offset, uint32_t len, uint16_t flags,
                uint16_t next)
{
    uint8_t *desc = ram(DESC + 16 * (uint64_t)i);

    store_le(desc, 8, DRAM_BASE + offset);
    store_le(desc + 8, 4, len);
    store_le(desc + 12, 2, flags);
    store_le(desc + 14, 2, next);
}

static void offer(uint16_t head)
{
    store_le(ram(AVAIL + 4 + 2u * (n_avail++ % NUM)), 2, head);
    store_le(ram(AVAIL + 2), 2, n_avail);
}

static void go(void)
{
    wr(REG_NOTIFY, 0);
    rig_run(&rig, LONG);
}

static unsigned n_used(void)
{
    return (unsigned)load_le(ram(USED + 2), 2);
}

static void put_request(uint32_t type, uint64_t sector, uint32_t len)
{
    uint16_t flags = type == 1 ? NEXT : NEXT | WRITE;

    store_le(ram(HEADER), 8, type);
    store_le(ram(HEADER + 8), 8, sector);
    *ram(STATUS) = 0xff;
    put(0, HEADER, 16, NEXT, len ? 1 : 2);
    put(1, DATA, len, flags, 2);
    put(2, STATUS, 1, WRITE, 0);
}

/* A request of three descriptors to its end; its status. */
static uint8_t run(uint32_t type, uint64_t sector, uint32_t len)
{
    unsigned before = n_used();

    put_request(type, sector, len);
    offer(0);
    go();
    ck_assert_uint_eq(n_used(), before + 1);
    return *ram(STATUS);
}

static uint32_t used_len(void)
{
    unsigned last = (n_used() - 1) % NUM;

    return (uint32_t)load_le(ram(USED + 8 + 8 * (uint64_t)last), 4);
}

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

START_TEST(the_configuration_has_the_capacity)
{
    ck_assert_uint_eq(rd(REG_CONFIG), RIG_SECTORS);
    ck_assert_uint_eq(rd(REG_CONFIG + 4), 0);
    ck_assert_uint_eq(rd(REG_CONFIG + 12), 126);
    ck_assert_uint_eq(rig_read(&rig, reg(REG_CONFIG), 1), RIG_SECTORS);
    ck_assert_uint_eq(rig_read(&rig, reg(REG_CONFIG + 20), 2), 512);
    ck_assert_uint_eq(rd(REG_CONFIG + 0xe00), 0);
}
END_TEST

START_TEST(a_read_brings_the_sectors)
{
    for (slot = 0; slot < 2; slot++) {
        memset(ram(DATA), 0, 4096);
        bring_up();
        ck_assert_uint_eq(run(0, 3, 1024), 0);
        ck_assert_uint_eq(used_len(), 1025);
        ck_assert_uint_eq(*ram(DATA), 4);
        ck_assert_uint_eq(*ram(DATA + 1023), 5);
        ck_assert_uint_eq(rd(REG_INTERRUPT), 1);
        ck_assert(bit(rig.plic.level[0], VIRTIO_IRQ + slot));
        wr(REG_ACK, 1);
        ck_assert(!bit(rig.plic.level[0], VIRTIO_IRQ + slot));
        ck_assert_uint_eq(rig.image[slot + 1]->stats.reads, 1);
    }
}
END_TEST

START_TEST(a_write_stays)
{
    for (slot = 0; slot < 2; slot++) {
        memset(ram(DATA), 0xab, 4096);
        bring_up();
        ck_assert_uint_eq(run(1, 60, 2048), 0);
        ck_assert_uint_eq(used_len(), 1);
        memset(ram(DATA), 0, 4096);
        ck_assert_uint_eq(run(4, 0, 0), 0);
        ck_assert_uint_eq(run(0, 59, 2560), 0);
        ck_assert_uint_eq(*ram(DATA + 511), 60);
        ck_assert_uint_eq(*ram(DATA + 512), 0xab);
        ck_assert_uint_eq(rig.image[slot + 1]->stats.flushes, 1);
    }
}
END_TEST

START_TEST(a_request_takes_its_time)
{
    bring_up();
    put_request(0, 0, 512);
    offer(0);
    wr(REG_NOTIFY, 0);
    rig_run(&rig, LATENCY_DEFAULT_NS + 512);
    ck_assert_uint_eq(n_used(), 0);
    rig_run(&rig, 1);
    ck_assert_uint_eq(n_used(), 1);
}
END_TEST

START_TEST(a_request_takes_the_latency_of_its_drive)
{
    rig.image[slot + 1]->latency.fixed_ns = 1000;
    bring_up();
    put_request(0, 0, 512);
    offer(0);
    wr(REG_NOTIFY, 0);
    rig_run(&rig, 1512);
    ck_assert_uint_eq(n_used(), 0);
    rig_run(&rig, 1);
    ck_assert_uint_eq(n_used(), 1);
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

START_TEST(what_the_disk_cannot_do_is_an_io_error)
{
    bring_up();
    ck_assert_uint_eq(run(0, 64, 512), 1);
    ck_assert_uint_eq(run(0, 63, 1024), 1);
    ck_assert_uint_eq(run(0, UINT64_MAX, 512), 1);
    ck_assert_uint_eq(run(0, 0, 100), 1);
    ck_assert_uint_eq(run(1, 0, 0), 1);
    ck_assert_uint_eq(run(0, 0, 0), 1);
    ck_assert_uint_eq(run(1, 64, 512), 1);
    ck_assert_uint_eq(run(99, 0, 512), 2);
    ck_assert_uint_eq(run(11, 0, 512), 2);
    ck_assert_uint_eq(run(0, 63, 512), 0);
}
END_TEST

START_TEST(faults_and_read_only_drives_are_io_errors)
{
    const struct image_options faults = {.is_snapshot = true,
                                         .faults = "read:eio@lba=2-2"};
    const struct image_options readonly = {.is_readonly = true};

    rig_free(&rig);
    rig_init_with(&rig, &faults);
    bring_up();
    ck_assert_uint_eq(run(0, 0, 2048), 1);
    ck_assert_uint_eq(used_len(), 1);
    ck_assert_uint_eq(run(1, 2, 512), 0);
    ck_assert_uint_eq(rig.image[1]->stats.errors, 1);
    rig_free(&rig);
    rig_init_with(&rig, &readonly);
    bring_up();
    ck_assert(bit(rd(REG_FEATURES), 5));
    ck_assert_uint_eq(run(1, 2, 512), 1);
}
END_TEST

static void with_options(const struct image_options *options)
{
    rig_free(&rig);
    rig_init_with(&rig, options);
    bring_up();
}

static void with_faults(const char *rules, bool is_snapshot)
{
    const struct image_options options = {.is_snapshot = is_snapshot,
                                          .faults = rules};

    with_options(&options);
}

START_TEST(short_reads_and_torn_writes_move_a_part)
{
    with_faults("read:short=2@lba=11-11;write:torn=1@lba=30-30", true);
    memset(ram(DATA), 0x55, 2048);
    ck_assert_uint_eq(run(0, 10, 2048), 1);
    ck_assert_uint_eq(used_len(), 1025);
    ck_assert_uint_eq(*ram(DATA + 1023), 12);
    ck_assert_uint_eq(*ram(DATA + 1024), 0x55);
    memset(ram(DATA), 0xee, 1024);
    ck_assert_uint_eq(run(1, 30, 1024), 0);
    ck_assert_uint_eq(run(0, 30, 1024), 0);
    ck_assert_uint_eq(*ram(DATA + 511), 0xee);
    ck_assert_uint_eq(*ram(DATA + 512), 32);
    ck_assert_uint_eq(rig.image[1]->stats.bytes_written, 512);
}
END_TEST

START_TEST(a_dropped_flush_leaves_the_file_as_it_was)
{
    uint8_t byte = 0;
    int fd;

    with_faults("flush:drop", false);
    *ram(DATA) = 0xee;
    ck_assert_uint_eq(run(1, 0, 512), 0);
    ck_assert_uint_eq(run(4, 0, 0), 0);
    *ram(DATA) = 0;
    ck_assert_uint_eq(run(0, 0, 512), 0);
    ck_assert_uint_eq(*ram(DATA), 0xee);
    fd = open(rig.path[1], O_RDONLY);
    ck_assert_int_eq(pread(fd, &byte, 1, 0), 1);
    close(fd);
    ck_assert_uint_eq(byte, 1);
}
END_TEST

/* A request just offered takes exactly so long, data and status included. */
static void expect_duration(uint32_t type, uint64_t sector, uint32_t len,
                            uint64_t ns)
{
    unsigned before = n_used();

    put_request(type, sector, len);
    offer(0);
    wr(REG_NOTIFY, 0);
    rig_run(&rig, ns - 1);
    ck_assert_uint_eq(n_used(), before);
    rig_run(&rig, 1);
    ck_assert_uint_eq(n_used(), before + 1);
}

START_TEST(a_request_takes_the_time_of_its_model)
{
    const struct image_options ssd = {
        .is_snapshot = true,
        .latency = {LATENCY_SSD, 0, 0},
        .faults = "read:latency=1us@every=2;flush:latency=2us"};
    const struct image_options spinning = {.is_snapshot = true,
                                           .latency = {LATENCY_SPINNING, 0, 0}};

    with_options(&ssd);
    expect_duration(0, 7, 1024, 64000 + 1024 + 1);
    expect_duration(0, 7, 1024, 64000 + 1000 + 1024 + 1);
    expect_duration(1, 0, 512, 38000 + 512 + 1);
    expect_duration(4, 0, 0, 420000 + 2000 + 1);
    expect_duration(8, 0, 20, 20000 + 1);
    expect_duration(0, 64, 512, 20000 + 1); /* refused */
    with_options(&spinning);
    expect_duration(0, 10, 512, 45834 + 512 + 1);
    expect_duration(4, 0, 0, 20000 + 1);
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

START_TEST(the_id_has_twenty_bytes)
{
    bring_up();
    ck_assert_uint_eq(run(8, 0, 20), 0);
    ck_assert_uint_eq(used_len(), 21);
    ck_assert_str_eq((char *)ram(DATA), "quire-virtio-blk");
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
    Suite *suite = suite_create("virtio");
    TCase *tc = tcase_create("virtio");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, slots_tell_what_is_in_them);
    tcase_add_test(tc, the_configuration_has_the_capacity);
    tcase_add_test(tc, a_read_brings_the_sectors);
    tcase_add_test(tc, a_write_stays);
    tcase_add_test(tc, a_request_takes_its_time);
    tcase_add_test(tc, a_request_takes_the_latency_of_its_drive);
    tcase_add_test(tc, layout_of_descriptors_does_not_matter);
    tcase_add_test(tc, what_the_disk_cannot_do_is_an_io_error);
    tcase_add_test(tc, faults_and_read_only_drives_are_io_errors);
    tcase_add_test(tc, short_reads_and_torn_writes_move_a_part);
    tcase_add_test(tc, a_dropped_flush_leaves_the_file_as_it_was);
    tcase_add_test(tc, a_request_takes_the_time_of_its_model);
    tcase_add_test(tc, a_request_is_read_when_its_turn_comes);
    tcase_add_test(tc, the_id_has_twenty_bytes);
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
