/*
 * A driver of virtio-blk on the board of tests/rig.h, for both versions of
 * virtio-mmio, in pieces that a test can put together wrongly.
 */
#ifndef QUIRE_TESTS_VIRTIO_RIG_H
#define QUIRE_TESTS_VIRTIO_RIG_H

#include "devices/virtio_blk.h"
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

static inline void setup(void)
{
    rig_init(&rig);
    slot = 0;
    n_avail = 0;
}

static inline void teardown(void)
{
    rig_free(&rig);
}

static inline uint64_t reg(unsigned offset)
{
    return VIRTIO_BASE + slot * VIRTIO_STRIDE + offset;
}

static inline uint32_t rd(unsigned offset)
{
    return rd32(&rig, reg(offset));
}

static inline void wr(unsigned offset, uint32_t value)
{
    wr32(&rig, reg(offset), value);
}

static inline uint8_t *ram(uint64_t offset)
{
    return rig_ram(&rig, offset);
}

static inline void take_features(void)
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

static inline void bring_up(void)
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

static inline void put(unsigned i, uint64_t offset, uint32_t len,
                       uint16_t flags, uint16_t next)
{
    uint8_t *desc = ram(DESC + 16 * (uint64_t)i);

    store_le(desc, 8, DRAM_BASE + offset);
    store_le(desc + 8, 4, len);
    store_le(desc + 12, 2, flags);
    store_le(desc + 14, 2, next);
}

static inline void offer(uint16_t head)
{
    store_le(ram(AVAIL + 4 + 2u * (n_avail++ % NUM)), 2, head);
    store_le(ram(AVAIL + 2), 2, n_avail);
}

static inline void go(void)
{
    wr(REG_NOTIFY, 0);
    rig_run(&rig, LONG);
}

static inline unsigned n_used(void)
{
    return (unsigned)load_le(ram(USED + 2), 2);
}

static inline void put_request(uint32_t type, uint64_t sector, uint32_t len)
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
static inline uint8_t run(uint32_t type, uint64_t sector, uint32_t len)
{
    unsigned before = n_used();

    put_request(type, sector, len);
    offer(0);
    go();
    ck_assert_uint_eq(n_used(), before + 1);
    return *ram(STATUS);
}

static inline uint32_t used_len(void)
{
    unsigned last = (n_used() - 1) % NUM;

    return (uint32_t)load_le(ram(USED + 8 + 8 * (uint64_t)last), 4);
}

#endif
