/*
 * Code that a device writes: the DMA engine over a function that runs
 * meanwhile, and the disk into a page that was run before.
 */
#include <stdio.h>

#include "abi/qdisk.h"
#include "abi/qdma.h"
#include "machine/board.h"
#include "tests/engine_rig.h"

#define LOOP PAGE_A
#define FUNCTION (PAGE_B + 0x120) /* over two lines */
#define BYTES 48u
#define VERSIONS DATA /* of the function, 64 bytes each */
#define DESCS (DATA + 0x1000)
#define CHANNEL QDMA_CHANNEL(1)
#define RING (DATA + 0x2000)
#define IMAGE "test_engine_dma.img"
#define SECTOR QDISK_SECTOR /* bytes */

/* A function that adds n to s2, and its last instruction to s3. */
static void write_version(struct machine *m, uint64_t at, int32_t n)
{
    struct program f = {m, at};

    op(&f, "addi", S2, S2, 0, n);
    while (f.at < at + BYTES - 6)
        op_c(&f, "c.addi", A6, 0, 0, 1);
    op(&f, "addi", S3, S3, 0, n);
    op_c(&f, "c.jr", 0, RA, 0, 0);
}

static void op_call(struct program *p, uint64_t target)
{
    op(p, "jal", RA, 0, 0, (int32_t)(target - p->at));
}

/* ---- the DMA engine ---- */

#define ROUNDS 20

/* The function is called while its next version is on its way, for so many
 * instructions that it comes in the middle of one of the calls. */
static void write_copies(struct program *p, int is_paged)
{
    uint64_t wait;

    for (unsigned i = 0; i < 2; i++) {
        write_version(p->m, VERSIONS + 64 * i, i ? 1 : 100);
        poke(p->m, DESCS + 32 * i + QDMA_D_CONTROL, 4, QDMA_OP_COPY);
        poke(p->m, DESCS + 32 * i + QDMA_D_LENGTH, 4, BYTES);
        poke(p->m, DESCS + 32 * i + QDMA_D_SRC, 8, VERSIONS + 64 * i);
        poke(p->m, DESCS + 32 * i + QDMA_D_DST, 8, FUNCTION);
    }
    write_version(p->m, FUNCTION, 1);
    op_begin(p);
    op_li(p, S0, ROUNDS);
    op_li(p, A1, DESCS);
    op_li(p, A3, QDMA_BASE + CHANNEL);
    if (is_paged)
        op_supervise(p, LOOP);
    else
        op_jump(p, LOOP);
    p->at = LOOP;
    op(p, "sw", 0, A3, A1, QDMA_DESC_LO);
    op(p, "addi", A4, ZERO, 0, QDMA_START);
    op(p, "sw", 0, A3, A4, QDMA_CONTROL);
    wait = p->at;
    op_call(p, FUNCTION);
    op(p, "lw", A4, A3, 0, QDMA_STATUS);
    op(p, "andi", A4, A4, 0, QDMA_BUSY);
    op_to(p, "bne", A4, ZERO, wait);
    op_li(p, S2, 0);
    op_call(p, FUNCTION);
    op(p, "add", S4, S4, S2, 0);
    op(p, "xori", A1, A1, 0, 32);
    op_loop(p, S0, LOOP);
    op_pass(p);
}

static void check_copies(struct machine *m, int arg)
{
    (void)arg;
    ck_assert_uint_eq(reg(m, S4), ROUNDS / 2 * 101);
    ck_assert_uint_eq(m->board->dma.stats.descriptors, ROUNDS);
}

START_TEST(code_that_dma_replaces_while_it_runs_is_the_new_one)
{
    guest_runs_alike(&(struct guest){.write = write_copies,
                                     .check = check_copies,
                                     .arg = _i,
                                     .shapes = SHAPES_ALL});
}
END_TEST

/* ---- the disk ---- */

/* Reads sector after sector to the page of the function and calls it. */
static void write_reads(struct program *p, int sectors)
{
    uint64_t wait;

    for (unsigned i = 0; i < (unsigned)sectors; i++) {
        uint64_t c = RING + 32 * i;

        poke(p->m, c + QDISK_C_OP, 4, QDISK_READ);
        poke(p->m, c + QDISK_C_SECTORS, 4, 1);
        poke(p->m, c + QDISK_C_LBA, 8, i);
        poke(p->m, c + QDISK_C_DMA, 8, DESCS);
    }
    poke(p->m, DESCS + QDMA_D_CONTROL, 4, QDMA_OP_FROM_DISK);
    poke(p->m, DESCS + QDMA_D_LENGTH, 4, SECTOR);
    poke(p->m, DESCS + QDMA_D_DST, 8, FUNCTION);
    write_version(p->m, FUNCTION, 0);
    op_begin(p);
    op_write(p, QDISK_BASE + QDISK_RING_LO, RING);
    op_write(p, QDISK_BASE + QDISK_RING_SIZE, 8);
    op_write(p, QDISK_BASE + QDISK_CONTROL, QDISK_ENABLE);
    op_li(p, S0, (uint32_t)sectors);
    op_li(p, A1, 0);
    op_li(p, A3, QDISK_BASE);
    op_jump(p, LOOP);
    p->at = LOOP;
    op(p, "addi", A1, A1, 0, 1);
    op(p, "sw", 0, A3, A1, QDISK_TAIL);
    wait = p->at;
    op_call(p, FUNCTION);
    op(p, "lw", A4, A3, 0, QDISK_HEAD);
    op_to(p, "bne", A4, A1, wait);
    op_li(p, S2, 0);
    op_call(p, FUNCTION);
    op(p, "add", S4, S4, S2, 0);
    op_loop(p, S0, LOOP);
    op_pass(p);
}

static void check_reads(struct machine *m, int sectors)
{
    uint32_t n = (uint32_t)sectors;

    ck_assert_uint_eq(reg(m, S4), n * (n + 1) / 2);
}

START_TEST(code_that_the_disk_reads_is_the_new_one)
{
    guest_runs_alike(&(struct guest){.write = write_reads,
                                     .check = check_reads,
                                     .arg = 6,
                                     .shapes = SHAPES_ALL});
}
END_TEST

/* Sector i holds the version that adds i + 1. */
static void write_image(void)
{
    struct machine_config config;
    struct machine *m;
    FILE *file = fopen(IMAGE, "wb");

    ck_assert_ptr_nonnull(file);
    machine_config_default(&config);
    config.ram_bytes = GUEST_RAM;
    m = machine_create(&config);
    for (int32_t i = 0; i < 8; i++) {
        write_version(m, DATA, i + 1);
        ck_assert_uint_eq(
            fwrite(bus_ram(&m->bus, DATA, SECTOR), SECTOR, 1, file), 1);
    }
    machine_free(m);
    ck_assert_int_eq(fclose(file), 0);
}

static void add_disk(struct machine_config *config)
{
    config->n_drives = 1;
    config->drives[0] = (struct drive_config){.file = IMAGE,
                                              .interface = DRIVE_QUIRE,
                                              .is_readonly = true,
                                              .latency = {.fixed_ns = 200}};
}

static void with_disk(void)
{
    write_image();
    guests_need(add_disk, NULL);
}

int main(void)
{
    Suite *suite = suite_create("engine_dma");
    TCase *tc = tcase_create("engine_dma");

    tcase_add_unchecked_fixture(tc, with_disk, guests_free);
    tcase_add_loop_test(tc, code_that_dma_replaces_while_it_runs_is_the_new_one,
                        0, 2);
    tcase_add_test(tc, code_that_the_disk_reads_is_the_new_one);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
