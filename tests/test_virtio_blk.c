/*
 * virtio-blk: its requests, what they take and how they fail.
 */
#include "devices/virtio_blk.h"

#include <fcntl.h>

#include "tests/virtio_rig.h"

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

START_TEST(the_id_has_twenty_bytes)
{
    bring_up();
    ck_assert_uint_eq(run(8, 0, 20), 0);
    ck_assert_uint_eq(used_len(), 21);
    ck_assert_str_eq((char *)ram(DATA), "quire-virtio-blk");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("virtio_blk");
    TCase *tc = tcase_create("virtio_blk");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, the_configuration_has_the_capacity);
    tcase_add_test(tc, a_read_brings_the_sectors);
    tcase_add_test(tc, a_write_stays);
    tcase_add_test(tc, a_request_takes_its_time);
    tcase_add_test(tc, a_request_takes_the_latency_of_its_drive);
    tcase_add_test(tc, what_the_disk_cannot_do_is_an_io_error);
    tcase_add_test(tc, faults_and_read_only_drives_are_io_errors);
    tcase_add_test(tc, short_reads_and_torn_writes_move_a_part);
    tcase_add_test(tc, a_dropped_flush_leaves_the_file_as_it_was);
    tcase_add_test(tc, a_request_takes_the_time_of_its_model);
    tcase_add_test(tc, the_id_has_twenty_bytes);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
