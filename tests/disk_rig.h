/*
 * A driver of quire,disk on the board of tests/rig.h: a command ring and chains
 * of descriptors at fixed places.
 */
#ifndef QUIRE_TESTS_DISK_RIG_H
#define QUIRE_TESTS_DISK_RIG_H

#include "devices/disk.h"
#include "tests/rig.h"

#define RING 0x2000
#define DESCS 0x1000
#define BUFFER 0x8000
#define RING_SIZE 4
#define LONG 1000000 /* cycles in which all is done */

static struct rig rig;

static inline void setup(void)
{
    rig_init(&rig);
}

static inline void teardown(void)
{
    rig_free(&rig);
}

/* The same board with other images. */
static inline void again(const struct image_options *options)
{
    rig_free(&rig);
    rig_init_with(&rig, options);
}

static inline uint32_t rd(unsigned offset)
{
    return rd32(&rig, QDISK_BASE + offset);
}

static inline void wr(unsigned offset, uint32_t value)
{
    wr32(&rig, QDISK_BASE + offset, value);
}

static inline void enable(void)
{
    wr(QDISK_RING_LO, DRAM_BASE + RING);
    wr(QDISK_RING_SIZE, RING_SIZE);
    wr(QDISK_CONTROL, QDISK_ENABLE);
    wr(QDISK_INT_ENABLE, 3);
}

static inline void put(unsigned i, uint32_t op, uint64_t lba, uint32_t sectors,
                       uint64_t dma)
{
    struct qdisk_command c = {
        .op = op, .sectors = sectors, .lba = lba, .dma = dma, .cookie = ~0u};

    memcpy(rig_ram(&rig, RING + 32 * (i % RING_SIZE)), &c, sizeof c);
}

static inline uint32_t status_of(unsigned i)
{
    return (uint32_t)load_le(
        rig_ram(&rig, RING + 32 * (i % RING_SIZE) + QDISK_C_STATUS), 4);
}

static inline void put_desc(unsigned i, uint32_t control, uint64_t offset,
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
static inline uint32_t run(uint32_t op, uint64_t lba, uint32_t sectors,
                           uint32_t bytes)
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

#endif
