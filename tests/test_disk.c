/*
 * quire,disk and the images behind it: commands, errors, faults by rule.
 */
#include "devices/disk.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "tests/rig.h"

#define RING 0x2000
#define DESCS 0x1000
#define BUFFER 0x8000
#define RING_SIZE 4
#define LONG 1000000 /* cycles in which all is done */

static struct rig rig;

static void setup(void)
{
    rig_init(&rig);
}

static void teardown(void)
{
    rig_free(&rig);
}

/* The same board with other images. */
static void again(const struct image_options *options)
{
    rig_free(&rig);
    rig_init_with(&rig, options);
}

static uint32_t rd(unsigned offset)
{
    return rd32(&rig, QDISK_BASE + offset);
}

static void wr(unsigned offset, uint32_t value)
{
    wr32(&rig, QDISK_BASE + offset, value);
}

static void enable(void)
{
    wr(QDISK_RING_LO, DRAM_BASE + RING);
    wr(QDISK_RING_SIZE, RING_SIZE);
    wr(QDISK_CONTROL, QDISK_ENABLE);
    wr(QDISK_INT_ENABLE, 3);
}

static void put(unsigned i, uint32_t op, uint64_t lba, uint32_t sectors,
                uint64_t dma)
{
    struct qdisk_command c = {
        .op = op, .sectors = sectors, .lba = lba, .dma = dma, .cookie = ~0u};

    memcpy(rig_ram(&rig, RING + 32 * (i % RING_SIZE)), &c, sizeof c);
}

static uint32_t status_of(unsigned i)
{
    return (uint32_t)load_le(
        rig_ram(&rig, RING + 32 * (i % RING_SIZE) + QDISK_C_STATUS), 4);
}

static void put_desc(unsigned i, uint32_t control, uint64_t offset,
                     uint32_t length, bool linked)
{
    uint64_t pa = DRAM_BASE + offset;
    struct qdma_desc desc = {.control = control,
                             .length = length,
                             .src = control == QDMA_OP_TO_DISK ? pa : 0,
                             .dst = control == QDMA_OP_TO_DISK ? 0 : pa,
                             .next =
                                 linked ? DRAM_BASE + DESCS + 32 * (i + 1) : 0};

    memcpy(rig_ram(&rig, DESCS + 32 * i), &desc, sizeof desc);
}

/* One command with one descriptor for `bytes`, to its end. */
static uint32_t run(uint32_t op, uint64_t lba, uint32_t sectors, uint32_t bytes)
{
    uint32_t n = rd(QDISK_HEAD);

    put_desc(0, op == QDISK_READ ? QDMA_OP_FROM_DISK : QDMA_OP_TO_DISK, BUFFER,
             bytes, false);
    put(n, op, lba, sectors, DRAM_BASE + DESCS);
    wr(QDISK_TAIL, n + 1);
    rig_run(&rig, LONG);
    ck_assert_uint_eq(rd(QDISK_HEAD), n + 1);
    return status_of(n);
}

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
    Suite *suite = suite_create("disk");
    TCase *tc = tcase_create("disk");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, a_read_brings_the_sectors);
    tcase_add_test(tc, a_write_stays);
    tcase_add_test(tc, data_scatters_at_any_byte);
    tcase_add_test(tc, a_command_costs_latency_and_transfer);
    tcase_add_test(tc, a_command_costs_the_latency_of_its_drive);
    tcase_add_test(tc, commands_complete_in_order_around_the_ring);
    tcase_add_test(tc, ranges_beyond_the_end_are_refused);
    tcase_add_test(tc, chains_must_fit_the_command);
    tcase_add_test(tc, a_ring_out_of_reach_halts);
    tcase_add_test(tc, ring_registers_are_fixed_while_enabled);
    tcase_add_test(tc, a_reset_drops_the_command_in_flight);
    tcase_add_test(tc, a_disabled_disk_finishes_what_is_in_flight);
    tcase_add_test(tc, a_read_only_drive_refuses_writes);
    tcase_add_test(tc, discarded_sectors_read_as_zero);
    tcase_add_test(tc, rules_make_sectors_fail);
    tcase_add_test(tc, a_short_read_brings_its_first_sectors_and_fails);
    tcase_add_test(tc, a_short_read_ends_amid_a_descriptor);
    tcase_add_test(tc, a_torn_write_stores_its_first_sectors_and_is_well);
    tcase_add_test(tc, a_rule_can_delay);
    tcase_add_test(tc, a_disk_can_spin);
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
