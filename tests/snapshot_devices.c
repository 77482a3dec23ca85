/*
 * Scenes of DMA and disks.
 */
#include "abi/qdisk.h"
#include "abi/qdma.h"
#include "tests/snapshot_programs.h"

static void poke_desc(struct machine *m, uint64_t pa,
                      const struct qdma_desc *desc)
{
    poke(m, pa + QDMA_D_CONTROL, 4, desc->control);
    poke(m, pa + QDMA_D_LENGTH, 4, desc->length);
    poke(m, pa + QDMA_D_SRC, 8, desc->src);
    poke(m, pa + QDMA_D_DST, 8, desc->dst);
    poke(m, pa + QDMA_D_NEXT, 8, desc->next);
}

#define CHANNEL(i, offset) (QDMA_BASE + QDMA_CHANNEL(i) + (offset))

static uint64_t write_dma(struct machine *m)
{
    const struct qdma_desc fill = {.control = QDMA_OP_FILL,
                                   .length = 2000,
                                   .src = 0x5a,
                                   .dst = BUFFER,
                                   .next = TABLES + 32};
    const struct qdma_desc copy = {.control = QDMA_OP_COPY,
                                   .length = 1000,
                                   .src = BUFFER + 500,
                                   .dst = BUFFER + 8000};
    struct program p = start(m);
    uint64_t stop;

    poke_desc(m, TABLES, &fill);
    poke_desc(m, TABLES + 32, &copy);
    op_read(&p, A1, BUFFER + 8000); /* in the caches */
    op_write(&p, BUFFER + 700, 1);
    op_write(&p, CHANNEL(0, QDMA_DESC_LO), TABLES);
    op_write(&p, CHANNEL(0, QDMA_CONTROL), QDMA_START);
    op_await(&p, CHANNEL(0, QDMA_COMPLETED));
    stop = p.at;
    op_await(&p, CHANNEL(0, QDMA_INT));
    op_read(&p, A2, BUFFER + 8000);
    op_save(&p, SEEN, A2);
    op_pass(&p);
    return stop;
}

static void check_dma(struct machine *m)
{
    const struct dma_channel *c = &m->board->dma.channels[0];

    ck_assert_uint_eq(c->status, QDMA_BUSY);
    ck_assert_uint_eq(c->completed, 1);
    ck_assert_uint_gt(c->due, m->clock.now);
    ck_assert_uint_eq(peek(m, BUFFER + 1999, 1), 0x5a);
    ck_assert_uint_eq(peek(m, BUFFER + 8000, 1), 0);
}

static void check_dma_end(struct machine *m)
{
    ck_assert_uint_eq(peek(m, SEEN, 4), 0x5a5a5a5a);
    ck_assert_uint_eq(peek(m, BUFFER + 8999, 2), 0x5a);
    ck_assert_uint_eq(m->board->dma.stats.descriptors, 2);
}

#define READ_LBA 9

/* A read of two sectors, then a write of one. */
static void op_disk(struct program *p)
{
    const struct qdma_desc to = {.control = QDMA_OP_FROM_DISK,
                                 .length = 2 * QDISK_SECTOR,
                                 .dst = BUFFER};
    const struct qdma_desc from = {
        .control = QDMA_OP_TO_DISK, .length = QDISK_SECTOR, .src = BUFFER};
    struct machine *m = p->m;

    poke_desc(m, TABLES, &to);
    poke_desc(m, TABLES + 32, &from);
    poke(m, WORD + QDISK_C_SECTORS, 4, 2);
    poke(m, WORD + QDISK_C_LBA, 8, READ_LBA);
    poke(m, WORD + QDISK_C_DMA, 8, TABLES);
    poke(m, WORD + 32 + QDISK_C_OP, 4, QDISK_WRITE);
    poke(m, WORD + 32 + QDISK_C_SECTORS, 4, 1);
    poke(m, WORD + 32 + QDISK_C_LBA, 8, 20);
    poke(m, WORD + 32 + QDISK_C_DMA, 8, TABLES + 32);
    op_write(p, QDISK_BASE + QDISK_RING_LO, WORD);
    op_write(p, QDISK_BASE + QDISK_RING_SIZE, 2);
    op_write(p, QDISK_BASE + QDISK_CONTROL, QDISK_ENABLE);
    op_write(p, QDISK_BASE + QDISK_TAIL, 2);
}

static void op_disk_end(struct program *p)
{
    op_await(p, WORD + QDISK_C_STATUS);
    op_await(p, WORD + 32 + QDISK_C_STATUS);
    op_pass(p);
}

static uint64_t write_disk_queued(struct machine *m)
{
    struct program p = start(m);
    uint64_t stop;

    op_disk(&p);
    stop = p.at;
    op_disk_end(&p);
    return stop;
}

static uint64_t write_disk_moving(struct machine *m)
{
    struct program p = start(m);
    uint64_t stop;

    op_disk(&p);
    op_await(&p, CHANNEL(QDMA_DISK_CHANNEL, QDMA_STATUS));
    stop = p.at;
    op_disk_end(&p);
    return stop;
}

static void check_disk_queued(struct machine *m)
{
    ck_assert_int_eq(m->board->disk.phase, DISK_SEEKING);
    ck_assert_uint_gt(m->board->disk.due, m->clock.now);
    ck_assert_uint_eq(peek(m, WORD + QDISK_C_STATUS, 4), QDISK_PENDING);
}

static void check_disk_moving(struct machine *m)
{
    ck_assert_int_eq(m->board->disk.phase, DISK_MOVING);
    ck_assert(m->board->dma.channels[QDMA_DISK_CHANNEL].is_stream);
    ck_assert_uint_eq(peek(m, BUFFER, 1), 0);
}

static void check_disk_end(struct machine *m)
{
    const struct image *image = m->board->images[0];

    ck_assert_uint_eq(peek(m, WORD + QDISK_C_STATUS, 4), QDISK_OK);
    ck_assert_uint_eq(peek(m, WORD + 32 + QDISK_C_STATUS, 4), QDISK_OK);
    ck_assert_uint_eq(peek(m, BUFFER, 1), READ_LBA);
    ck_assert_uint_eq(peek(m, BUFFER + 1023, 1), READ_LBA + 1);
    ck_assert_uint_eq(image->overlay[20 * IMAGE_SECTOR + 7], READ_LBA);
    ck_assert_uint_eq(image->stats.reads, 1);
    ck_assert_uint_eq(image->stats.bytes_written, QDISK_SECTOR);
}

/* Registers of virtio-mmio, in the order in which a driver writes them. */
static const struct {
    uint32_t offset, value;
} virtio_stores[] = {
    {0x70, 1},
    {0x70, 3},
    {0x24, 1},
    {0x20, 1},
    {0x70, 11},
    {0x30, 0},
    {0x38, 4},
    {0x80, TABLES},
    {0x90, TABLES + 256},
    {0xa0, TABLES + 512},
    {0x44, 1},
    {0x70, 15},
    {0x50, 0},
};

static uint64_t write_virtio(struct machine *m)
{
    const uint64_t desc[][3] = {
        /* address, length, flags and next */
        {WORD, 16, 1 | 1 << 16},
        {BUFFER, 512, 3 | 2 << 16},
        {SEEN, 1, 2},
    };
    struct program p = start(m);
    uint64_t stop;

    for (unsigned i = 0; i < 3; i++) {
        poke(m, TABLES + 16 * i, 8, desc[i][0]);
        poke(m, TABLES + 16 * i + 8, 4, desc[i][1]);
        poke(m, TABLES + 16 * i + 12, 4, desc[i][2]);
    }
    poke(m, TABLES + 256 + 2, 2, 1); /* avail.idx */
    poke(m, WORD + 8, 8, READ_LBA);
    poke(m, SEEN, 1, 0xff);
    for (unsigned i = 0; i < ARRAY_SIZE(virtio_stores); i++)
        op_write(&p, VIRTIO_BASE + virtio_stores[i].offset,
                 virtio_stores[i].value);
    stop = p.at;
    op_await(&p, TABLES + 512); /* used.idx, in its upper half */
    op_pass(&p);
    return stop;
}

static void check_virtio(struct machine *m)
{
    ck_assert_int_eq(m->board->blks[0].phase, VIRTIO_BLK_SEEKING);
    ck_assert_uint_gt(m->board->blks[0].due, m->clock.now);
}

static void check_virtio_end(struct machine *m)
{
    ck_assert_uint_eq(peek(m, SEEN, 1), 0);
    ck_assert_uint_eq(peek(m, BUFFER + 511, 1), READ_LBA);
    ck_assert_uint_eq(m->board->images[0]->stats.reads, 1);
}

/* clang-format off */
static const struct scene scenes[] = {
    { "in the middle of DMA", 1, NO_DRIVE, false, 0, 0,
      write_dma, check_dma, NULL, check_dma_end },
    { "with a disk command queued", 1, WITH_QUIRE, false, 0, 0,
      write_disk_queued, check_disk_queued, NULL, check_disk_end },
    { "while a disk moves data", 1, WITH_QUIRE, true, 0, 0,
      write_disk_moving, check_disk_moving, NULL, check_disk_end },
    { "with a virtio request queued", 1, WITH_VIRTIO, false, 0, 0,
      write_virtio, check_virtio, NULL, check_virtio_end },
};
/* clang-format on */

const struct scene_list device_scenes = {scenes, ARRAY_SIZE(scenes)};
