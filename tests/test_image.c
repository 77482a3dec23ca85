/*
 * The images behind the disks: faults by rule, caches of the drive that lose
 * what was not flushed, snapshots, and files that are no images.
 */
#include "devices/image.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "tests/disk_rig.h"

START_TEST(rules_make_sectors_fail)
{
    const struct image_options options = {
        .is_snapshot = true,
        .faults = "read:eio@lba=10-11;write:eio@lba=20-20"};

    again(&options);
    enable();
    memset(rig_ram(&rig, BUFFER), 0x55, 2048);
    ck_assert_uint_eq(run(QDISK_READ, 8, 2, 1024), QDISK_OK);
    memset(rig_ram(&rig, BUFFER), 0x55, 2048);
    ck_assert_uint_eq(run(QDISK_READ, 8, 3, 1536), QDISK_EIO);
    ck_assert_uint_eq(rig_ram(&rig, BUFFER)[0], 0x55); /* nothing moved */
    ck_assert_uint_eq(run(QDISK_READ, 11, 1, 512), QDISK_EIO);
    ck_assert_uint_eq(run(QDISK_READ, 12, 1, 512), QDISK_OK);
    ck_assert_uint_eq(run(QDISK_WRITE, 10, 2, 1024), QDISK_OK);
    ck_assert_uint_eq(run(QDISK_WRITE, 19, 2, 1024), QDISK_EIO);
    ck_assert_uint_eq(run(QDISK_READ, 20, 1, 512), QDISK_OK);
    ck_assert_uint_eq(rig_ram(&rig, BUFFER)[0], 21);
    ck_assert_uint_eq(rig.image[0]->stats.errors, 3);
    ck_assert_uint_eq(rig.image[0]->stats.host_errors, 0);
}
END_TEST

static void with_faults(const char *rules, bool is_snapshot)
{
    const struct image_options options = {.is_snapshot = is_snapshot,
                                          .faults = rules};

    again(&options);
    enable();
}

START_TEST(a_short_read_brings_its_first_sectors_and_fails)
{
    with_faults("read:short=2@lba=11-11", true);
    memset(rig_ram(&rig, BUFFER), 0x55, 2048);
    ck_assert_uint_eq(run(QDISK_READ, 10, 3, 1536), QDISK_EIO);
    ck_assert_uint_eq(rig_ram(&rig, BUFFER)[0], 11);
    ck_assert_uint_eq(rig_ram(&rig, BUFFER)[1023], 12);
    ck_assert_uint_eq(rig_ram(&rig, BUFFER)[1024], 0x55);
    ck_assert_uint_eq(rig.image[0]->stats.bytes_read, 1024);
    ck_assert_uint_eq(rig.image[0]->stats.errors, 1);
    ck_assert_uint_eq(run(QDISK_READ, 10, 2, 1024), QDISK_OK);
    ck_assert_uint_eq(run(QDISK_READ, 12, 3, 1536), QDISK_OK);
    ck_assert_uint_eq(rig.image[0]->stats.errors, 1);
}
END_TEST

START_TEST(a_short_read_ends_amid_a_descriptor)
{
    with_faults("read:short=1", true);
    memset(rig_ram(&rig, BUFFER), 0x55, 2048);
    put_desc(0, QDMA_OP_FROM_DISK, BUFFER, 100, true);
    put_desc(1, QDMA_OP_FROM_DISK, BUFFER + 100, 600, true);
    put_desc(2, QDMA_OP_FROM_DISK, BUFFER + 700, 324, false);
    put(0, QDISK_READ, 20, 2, DRAM_BASE + DESCS);
    wr(QDISK_TAIL, 1);
    rig_run(&rig, LONG);
    ck_assert_uint_eq(status_of(0), QDISK_EIO);
    ck_assert_uint_eq(rig_ram(&rig, BUFFER)[511], 21);
    ck_assert_uint_eq(rig_ram(&rig, BUFFER)[512], 0x55);
    ck_assert_uint_eq(rig_ram(&rig, BUFFER)[700], 0x55);
}
END_TEST

START_TEST(a_torn_write_stores_its_first_sectors_and_is_well)
{
    with_faults("write:torn=2@every=2", true);
    memset(rig_ram(&rig, BUFFER), 0xee, 1536);
    ck_assert_uint_eq(run(QDISK_WRITE, 30, 3, 1536), QDISK_OK);
    ck_assert_uint_eq(run(QDISK_WRITE, 40, 3, 1536), QDISK_OK);
    ck_assert_uint_eq(rig.image[0]->stats.bytes_written, 1536 + 1024);
    ck_assert_uint_eq(run(QDISK_READ, 30, 3, 1536), QDISK_OK);
    ck_assert_uint_eq(rig_ram(&rig, BUFFER)[1535], 0xee);
    ck_assert_uint_eq(run(QDISK_READ, 40, 3, 1536), QDISK_OK);
    ck_assert_uint_eq(rig_ram(&rig, BUFFER)[1023], 0xee);
    ck_assert_uint_eq(rig_ram(&rig, BUFFER)[1024], 43);
    ck_assert_uint_eq(rig.image[0]->stats.errors, 0);
}
END_TEST

START_TEST(a_rule_can_delay)
{
    with_faults("read:latency=300us", true);
    put_desc(0, QDMA_OP_FROM_DISK, BUFFER, 512, false);
    put(0, QDISK_READ, 0, 1, DRAM_BASE + DESCS);
    wr(QDISK_TAIL, 1);
    rig_run(&rig, 320000 + QDMA_SETUP_NS + 511);
    ck_assert_uint_eq(rd(QDISK_HEAD), 0);
    rig_run(&rig, 1);
    ck_assert_uint_eq(rd(QDISK_HEAD), 1);
}
END_TEST

static uint8_t first_byte_of_file(void)
{
    uint8_t byte = 0;
    int fd = open(rig.path[0], O_RDONLY);

    ck_assert_int_eq(pread(fd, &byte, 1, 0), 1);
    close(fd);
    return byte;
}

/* Writes sector 0 full of `byte`, and flushes. */
static void write_and_flush(uint8_t byte)
{
    memset(rig_ram(&rig, BUFFER), byte, 512);
    ck_assert_uint_eq(run(QDISK_WRITE, 0, 1, 512), QDISK_OK);
    ck_assert_uint_eq(run(QDISK_FLUSH, 0, 0, 1), QDISK_OK);
    memset(rig_ram(&rig, BUFFER), 0, 512);
    ck_assert_uint_eq(run(QDISK_READ, 0, 1, 512), QDISK_OK);
    ck_assert_uint_eq(rig_ram(&rig, BUFFER)[0], byte);
}

START_TEST(what_a_dropped_flush_left_waits_for_a_good_one)
{
    with_faults("flush:drop@every=2", false);
    write_and_flush(0xa1);
    ck_assert_uint_eq(first_byte_of_file(), 0xa1);
    write_and_flush(0xa2);
    ck_assert_uint_eq(first_byte_of_file(), 0xa1);
    write_and_flush(0xa3);
    ck_assert_uint_eq(first_byte_of_file(), 0xa3);
    write_and_flush(0xa4);
    image_free(rig.image[0]); /* the power is cut */
    rig.image[0] = NULL;
    ck_assert_uint_eq(first_byte_of_file(), 0xa3);
}
END_TEST

START_TEST(a_flush_can_fail)
{
    with_faults("flush:eio@every=2;flush:drop@every=9", false);
    write_and_flush(0xb1);
    memset(rig_ram(&rig, BUFFER), 0xb2, 512);
    ck_assert_uint_eq(run(QDISK_WRITE, 0, 1, 512), QDISK_OK);
    ck_assert_uint_eq(run(QDISK_FLUSH, 0, 0, 1), QDISK_EIO);
    ck_assert_uint_eq(rig.image[0]->stats.errors, 1);
    ck_assert_uint_eq(first_byte_of_file(), 0xb1);
    ck_assert_uint_eq(run(QDISK_FLUSH, 0, 0, 1), QDISK_OK);
    ck_assert_uint_eq(first_byte_of_file(), 0xb2);
}
END_TEST

START_TEST(a_discard_is_held_back_too)
{
    with_faults("flush:drop@every=2", false);
    ck_assert_uint_eq(run(QDISK_DISCARD, 0, 1, 1), QDISK_OK);
    ck_assert_uint_eq(first_byte_of_file(), 1);
    ck_assert_uint_eq(run(QDISK_FLUSH, 0, 0, 1), QDISK_OK);
    ck_assert_uint_eq(first_byte_of_file(), 0);
}
END_TEST

static bool opens(const char *path)
{
    const struct image_options options = {0};
    char error[256] = "";
    struct image *image = image_open(path, &options, error, sizeof error);
    bool is_open = image != NULL;

    ck_assert(is_open == !error[0]);
    image_free(image);
    return is_open;
}

START_TEST(files_that_are_no_images_are_refused)
{
    ck_assert(opens(rig.path[0]));
    ck_assert(!opens("/tmp"));
    ck_assert(!opens("/dev/null"));
    ck_assert(!opens("/nonexistent/image"));
    ck_assert_int_eq(truncate(rig.path[0], 513), 0);
    ck_assert(!opens(rig.path[0]));
    ck_assert_int_eq(truncate(rig.path[0], 0), 0);
    ck_assert(!opens(rig.path[0]));
    ck_assert_int_eq(truncate(rig.path[0], 512), 0);
    ck_assert(opens(rig.path[0]));
}
END_TEST

START_TEST(a_snapshot_leaves_the_file_alone)
{
    const struct image_options in_place = {0};

    enable();
    memset(rig_ram(&rig, BUFFER), 0xcc, 512);
    ck_assert_uint_eq(run(QDISK_WRITE, 0, 1, 512), QDISK_OK);
    ck_assert_uint_eq(first_byte_of_file(), 1);
    again(&in_place);
    enable();
    memset(rig_ram(&rig, BUFFER), 0xcc, 512);
    ck_assert_uint_eq(run(QDISK_WRITE, 0, 1, 512), QDISK_OK);
    ck_assert_uint_eq(run(QDISK_FLUSH, 0, 0, 1), QDISK_OK);
    ck_assert_uint_eq(first_byte_of_file(), 0xcc);
}
END_TEST

START_TEST(a_partial_write_in_a_snapshot_keeps_the_rest)
{
    enable();
    memset(rig_ram(&rig, BUFFER), 0xcc, 512);
    put_desc(0, QDMA_OP_TO_DISK, BUFFER, 100, true);
    put_desc(1, QDMA_OP_TO_DISK, RIG_RAM, 412, false); /* refused */
    put(0, QDISK_WRITE, 7, 1, DRAM_BASE + DESCS);
    wr(QDISK_TAIL, 1);
    rig_run(&rig, LONG);
    ck_assert_uint_eq(status_of(0), QDISK_EDMA);
    ck_assert_uint_eq(run(QDISK_READ, 7, 1, 512), QDISK_OK);
    ck_assert_uint_eq(rig_ram(&rig, BUFFER)[99], 0xcc);
    ck_assert_uint_eq(rig_ram(&rig, BUFFER)[100], 8);
}
END_TEST

START_TEST(a_host_error_is_an_error_of_the_medium)
{
    enable();
    ck_assert_int_eq(truncate(rig.path[0], 512 * 8), 0);
    ck_assert_uint_eq(run(QDISK_READ, 20, 1, 512), QDISK_EIO);
    ck_assert_uint_eq(rig.image[0]->stats.host_errors, 1);
    ck_assert_uint_eq(rig.image[0]->stats.errors, 1);
    ck_assert_int_ne(rig.image[0]->host_errno, 0);
    ck_assert_uint_eq(run(QDISK_READ, 7, 1, 512), QDISK_OK);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("image");
    TCase *tc = tcase_create("image");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, rules_make_sectors_fail);
    tcase_add_test(tc, a_short_read_brings_its_first_sectors_and_fails);
    tcase_add_test(tc, a_short_read_ends_amid_a_descriptor);
    tcase_add_test(tc, a_torn_write_stores_its_first_sectors_and_is_well);
    tcase_add_test(tc, a_rule_can_delay);
    tcase_add_test(tc, what_a_dropped_flush_left_waits_for_a_good_one);
    tcase_add_test(tc, a_flush_can_fail);
    tcase_add_test(tc, a_discard_is_held_back_too);
    tcase_add_test(tc, files_that_are_no_images_are_refused);
    tcase_add_test(tc, a_snapshot_leaves_the_file_alone);
    tcase_add_test(tc, a_partial_write_in_a_snapshot_keeps_the_rest);
    tcase_add_test(tc, a_host_error_is_an_error_of_the_medium);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
