/*
 * A virtio block device on virtio-mmio, version 2; each sector of the image
 * begins with its own number. Row 125 of the list of corner cases, and the
 * order of initialisation of virtio 1.1, 3.1.
 */
#include "roms/lib/rom.h"

NEEDS("-drive file=DISK,if=virtio", rom_has_virtio_disk, 2);

enum {
    MAGIC = 0x000,
    VERSION = 0x004,
    DEVICE_ID = 0x008,
    DEVICE_FEATURES = 0x010,
    DEVICE_FEATURES_SEL = 0x014,
    DRIVER_FEATURES = 0x020,
    DRIVER_FEATURES_SEL = 0x024,
    QUEUE_SEL = 0x030,
    QUEUE_NUM_MAX = 0x034,
    QUEUE_NUM = 0x038,
    QUEUE_READY = 0x044,
    QUEUE_NOTIFY = 0x050,
    INTERRUPT_STATUS = 0x060,
    INTERRUPT_ACK = 0x064,
    STATUS = 0x070,
    QUEUE_DESC = 0x080,
    QUEUE_DRIVER = 0x090,
    QUEUE_DEVICE = 0x0a0,
    CONFIG = 0x100,
};

#define STATUS_ACKNOWLEDGE 1
#define STATUS_DRIVER 2
#define STATUS_DRIVER_OK 4
#define STATUS_FEATURES_OK 8

#define DESC_NEXT 1
#define DESC_WRITE 2

#define BLK_READ 0
#define BLK_WRITE 1
#define BLK_FLUSH 4
#define BLK_OK 0
#define BLK_IOERR 1
#define BLK_UNSUPP 2

#define SECTORS 128u
#define QUEUE 8u

struct descriptor {
    uint64_t addr;
    uint32_t len;
    uint16_t flags;
    uint16_t next;
};

struct avail {
    uint16_t flags;
    uint16_t idx;
    uint16_t ring[QUEUE];
};

struct used {
    uint16_t flags;
    uint16_t idx;
    struct {
        uint32_t id;
        uint32_t len;
    } ring[QUEUE];
};

struct request {
    uint32_t type;
    uint32_t reserved;
    uint64_t sector;
};

/* Frame 15: the rings; 14: request and status; data from frame 0 on. */
#define DESCS ((volatile struct descriptor *)rom_frames[15])
#define AVAIL ((volatile struct avail *)(rom_frames[15] + 1024))
#define USED ((volatile struct used *)(rom_frames[15] + 2048))
#define REQUEST ((volatile struct request *)rom_frames[14])
#define STATUS_BYTE (rom_frames[14] + 64)

static uint32_t slot_pa;

static volatile uint32_t *reg(uint32_t offset)
{
    return word_at(slot_pa + offset);
}

/* The slot with a block device; the others are checked to be empty. */
static uint32_t find(void)
{
    uint32_t found = 0;

    for (unsigned i = 0; i < VIRTIO_SLOTS; i++) {
        const uint32_t pa = VIRTIO_BASE + i * VIRTIO_STRIDE;

        EXPECT(*word_at(pa + MAGIC), 0x74726976);
        if (*word_at(pa + DEVICE_ID) == 2)
            found = pa;
        else
            EXPECT(*word_at(pa + DEVICE_ID), 0);
    }
    EXPECT_TRUE(found != 0);
    return found;
}

static void set_address(uint32_t offset, volatile void *p)
{
    *reg(offset) = (uint32_t)p;
    *reg(offset + 4) = 0;
}

/* virtio 1.1, 3.1.1. */
static void begin(void)
{
    slot_pa = find();
    *reg(STATUS) = 0;
    *reg(STATUS) = STATUS_ACKNOWLEDGE;
    *reg(STATUS) = STATUS_ACKNOWLEDGE | STATUS_DRIVER;
    *reg(DRIVER_FEATURES_SEL) = 0;
    *reg(DRIVER_FEATURES) = 1u << 9; /* VIRTIO_BLK_F_FLUSH */
    *reg(DRIVER_FEATURES_SEL) = 1;
    *reg(DRIVER_FEATURES) = 1; /* VIRTIO_F_VERSION_1 */
    *reg(STATUS) = STATUS_ACKNOWLEDGE | STATUS_DRIVER | STATUS_FEATURES_OK;
    EXPECT(*reg(STATUS) & STATUS_FEATURES_OK, STATUS_FEATURES_OK);
    *reg(QUEUE_SEL) = 0;
    EXPECT(*reg(QUEUE_READY), 0);
    EXPECT_TRUE(*reg(QUEUE_NUM_MAX) >= QUEUE);
    *reg(QUEUE_NUM) = QUEUE;
    set_address(QUEUE_DESC, DESCS);
    set_address(QUEUE_DRIVER, AVAIL);
    set_address(QUEUE_DEVICE, USED);
    *reg(QUEUE_READY) = 1;
    *reg(STATUS) = STATUS_ACKNOWLEDGE | STATUS_DRIVER | STATUS_FEATURES_OK |
                   STATUS_DRIVER_OK;
}

static void set_desc(unsigned i, volatile void *p, uint32_t len, unsigned flags)
{
    DESCS[i].addr = (uint32_t)p;
    DESCS[i].len = len;
    DESCS[i].flags = (uint16_t)flags;
    DESCS[i].next = (uint16_t)(i + 1);
}

/* Puts the chain that starts at descriptor 0 up, without the doorbell. */
static void offer(void)
{
    const uint16_t idx = AVAIL->idx;

    AVAIL->ring[idx % QUEUE] = 0;
    fence();
    AVAIL->idx = (uint16_t)(idx + 1);
    fence();
}

/* Puts it up and waits for its end. */
static void submit(void)
{
    const uint16_t idx = AVAIL->idx;

    offer();
    *reg(QUEUE_NOTIFY) = 0;
    while (USED->idx != (uint16_t)(idx + 1))
        ;
    EXPECT(USED->ring[idx % QUEUE].id, 0);
}

static void set_transfer(uint32_t type, uint64_t sector, uint32_t sectors)
{
    REQUEST->type = type;
    REQUEST->reserved = 0;
    REQUEST->sector = sector;
    *STATUS_BYTE = 0xff;
    set_desc(0, REQUEST, 16, DESC_NEXT);
    set_desc(1, rom_frames[0], sectors * 512,
             DESC_NEXT | (type == BLK_READ ? DESC_WRITE : 0));
    set_desc(2, STATUS_BYTE, 1, DESC_WRITE);
}

static uint8_t transfer(uint32_t type, uint64_t sector, uint32_t sectors)
{
    set_transfer(type, sector, sectors);
    submit();
    return *STATUS_BYTE;
}

static void let_a_millisecond_pass(void)
{
    const uint64_t start = mtime_now();

    while (mtime_now() < start + 10000)
        ;
}

CASE(the_slots_are_there_and_one_holds_the_disk)
{
    slot_pa = find();
    EXPECT(*reg(VERSION), 2);
    EXPECT(*reg(CONFIG), SECTORS);
    EXPECT(*reg(CONFIG + 4), 0);
    *reg(DEVICE_FEATURES_SEL) = 1;
    EXPECT(*reg(DEVICE_FEATURES) & 1, 1);
}

CASE(sectors_are_read_from_their_place)
{
    begin();
    EXPECT(transfer(BLK_READ, 5, 1), BLK_OK);
    EXPECT(*frame_words(0), 5);
    EXPECT(USED->ring[0].len, 513);
    EXPECT(transfer(BLK_READ, SECTORS - 8, 8), BLK_OK);
    for (unsigned i = 0; i < 8; i++)
        EXPECT(frame_words(0)[128 * i], SECTORS - 8 + i);
}

CASE(what_is_written_is_read_back)
{
    begin();
    for (unsigned i = 0; i < 128; i++)
        frame_words(0)[i] = 0x2000 + i;
    EXPECT(transfer(BLK_WRITE, 9, 1), BLK_OK);
    REQUEST->type = BLK_FLUSH;
    REQUEST->sector = 0;
    set_desc(0, REQUEST, 16, DESC_NEXT);
    set_desc(1, STATUS_BYTE, 1, DESC_WRITE);
    *STATUS_BYTE = 0xff;
    submit();
    EXPECT(*STATUS_BYTE, BLK_OK);
    EXPECT(transfer(BLK_READ, 8, 3), BLK_OK);
    EXPECT(frame_words(0)[0], 8);
    for (unsigned i = 0; i < 128; i++)
        EXPECT(frame_words(0)[128 + i], 0x2000 + i);
    EXPECT(frame_words(0)[256], 10);
}

CASE(a_request_must_lie_on_the_disk)
{
    begin();
    EXPECT(transfer(BLK_READ, SECTORS, 1), BLK_IOERR);
    EXPECT(transfer(BLK_READ, SECTORS - 1, 2), BLK_IOERR);
    EXPECT(transfer(BLK_READ, 1ull << 56, 1), BLK_IOERR);
    EXPECT(transfer(BLK_READ, 1, 1), BLK_OK);
}

CASE(unknown_requests_are_unsupported)
{
    begin();
    EXPECT(transfer(0x77, 0, 1), BLK_UNSUPP);
}

CASE(a_chain_may_scatter)
{
    begin();
    REQUEST->type = BLK_READ;
    REQUEST->sector = 20;
    set_desc(0, REQUEST, 16, DESC_NEXT);
    set_desc(1, rom_frames[0], 512, DESC_NEXT | DESC_WRITE);
    set_desc(2, rom_frames[3], 1024, DESC_NEXT | DESC_WRITE);
    set_desc(3, STATUS_BYTE, 1, DESC_WRITE);
    *STATUS_BYTE = 0xff;
    submit();
    EXPECT(*STATUS_BYTE, BLK_OK);
    EXPECT(*frame_words(0), 20);
    EXPECT(*frame_words(3), 21);
    EXPECT(frame_words(3)[128], 22);
}

CASE(the_ring_wraps)
{
    begin();
    for (uint32_t i = 0; i < 3 * QUEUE; i++) {
        EXPECT(transfer(BLK_READ, 30 + i, 1), BLK_OK);
        EXPECT(*frame_words(0), 30 + i);
    }
}

CASE(completion_interrupts_until_it_is_acknowledged)
{
    const uint32_t claim = PLIC_BASE + PLIC_CONTEXT + 4;

    begin();
    const uint32_t irq = VIRTIO_IRQ + (slot_pa - VIRTIO_BASE) / VIRTIO_STRIDE;

    *word_at(PLIC_BASE + 4 * irq) = 1;
    *word_at(PLIC_BASE + PLIC_ENABLE) = 1u << irq;
    EXPECT(transfer(BLK_READ, 5, 1), BLK_OK);
    EXPECT(*reg(INTERRUPT_STATUS), 1);
    EXPECT(*word_at(claim), irq);
    *reg(INTERRUPT_ACK) = 1;
    EXPECT(*reg(INTERRUPT_STATUS), 0);
    *word_at(claim) = irq;
    EXPECT(*word_at(claim), 0);
    /* And not at all where the driver does not want it. */
    AVAIL->flags = 1;
    EXPECT(transfer(BLK_READ, 5, 1), BLK_OK);
    EXPECT(*reg(INTERRUPT_STATUS), 0);
    *word_at(PLIC_BASE + PLIC_ENABLE) = 0;
}

CASE(ringing_twice_does_the_request_once)
{
    begin();
    set_transfer(BLK_READ, 5, 1);
    offer();
    *reg(QUEUE_NOTIFY) = 0;
    *reg(QUEUE_NOTIFY) = 0;
    while (!USED->idx)
        ;
    *reg(QUEUE_NOTIFY) = 0;
    let_a_millisecond_pass();
    EXPECT(USED->idx, 1);
}

CASE(completions_coalesce_in_one_bit)
{
    begin();
    set_transfer(BLK_READ, 5, 1);
    for (unsigned i = 0; i < 3; i++)
        offer();
    *reg(QUEUE_NOTIFY) = 0;
    while (USED->idx != 3)
        ;
    let_a_millisecond_pass();
    EXPECT(*reg(INTERRUPT_STATUS), 1);
    *reg(INTERRUPT_ACK) = 1;
    EXPECT(*reg(INTERRUPT_STATUS), 0);
    EXPECT(transfer(BLK_READ, 6, 1), BLK_OK);
    EXPECT(*frame_words(0), 6);
}

CASE(a_reset_in_flight_drops_the_request)
{
    uint8_t status;
    uint16_t used;

    begin();
    set_transfer(BLK_READ, 5, 1);
    offer();
    *reg(QUEUE_NOTIFY) = 0;
    *reg(STATUS) = 0; /* QEMU may have finished it by now */
    status = *STATUS_BYTE;
    used = USED->idx;
    let_a_millisecond_pass();
    EXPECT(*STATUS_BYTE, status);
    EXPECT(USED->idx, used);
    EXPECT(*reg(INTERRUPT_STATUS), 0);
    AVAIL->idx = USED->idx = 0;
    begin();
    EXPECT(transfer(BLK_READ, 6, 1), BLK_OK);
    EXPECT(*frame_words(0), 6);
}

CASE(a_reset_forgets_the_queue)
{
    begin();
    *reg(STATUS) = 0;
    EXPECT(*reg(STATUS), 0);
    *reg(QUEUE_SEL) = 0;
    EXPECT(*reg(QUEUE_READY), 0);
    EXPECT(*reg(INTERRUPT_STATUS), 0);
}

CASE(there_is_one_queue)
{
    begin();
    *reg(QUEUE_SEL) = 1;
    EXPECT(*reg(QUEUE_NUM_MAX), 0);
    *reg(QUEUE_SEL) = 0;
}
