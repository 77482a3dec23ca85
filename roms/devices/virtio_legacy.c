/*
 * A virtio block device on virtio-mmio, version 1: one page number for a whole
 * queue (virtio 1.1, 2.6.2 and 4.2.4). Each sector of the image begins with
 * its own number. Row 125 of the list of corner cases.
 */
#include "roms/lib/rom.h"

NEEDS("-global virtio-mmio.force-legacy=on -drive file=DISK,if=virtio",
      rom_has_virtio_disk, 1);

enum {
    VERSION = 0x004,
    DEVICE_ID = 0x008,
    DEVICE_FEATURES = 0x010,
    DEVICE_FEATURES_SEL = 0x014,
    DRIVER_FEATURES = 0x020,
    DRIVER_FEATURES_SEL = 0x024,
    GUEST_PAGE_SIZE = 0x028,
    QUEUE_SEL = 0x030,
    QUEUE_NUM_MAX = 0x034,
    QUEUE_NUM = 0x038,
    QUEUE_ALIGN = 0x03c,
    QUEUE_PFN = 0x040,
    QUEUE_NOTIFY = 0x050,
    INTERRUPT_STATUS = 0x060,
    INTERRUPT_ACK = 0x064,
    STATUS = 0x070,
    CONFIG = 0x100,
};

#define DRIVER_OK 7 /* ACKNOWLEDGE, DRIVER, DRIVER_OK */
#define DESC_NEXT 1
#define DESC_WRITE 2
#define QUEUE 8u
#define SECTORS 128u

struct descriptor {
    uint64_t addr;
    uint32_t len;
    uint16_t flags, next;
};

static uint32_t slot;

static volatile uint32_t *reg(uint32_t offset)
{
    return word_at(slot + offset);
}

/* Descriptors at the start of frame 0, the available ring behind them. */
static volatile struct descriptor *desc(unsigned i)
{
    return (volatile struct descriptor *)rom_frames[0] + i;
}

static volatile uint16_t *avail(unsigned i)
{
    return (volatile uint16_t *)(rom_frames[0] + 16 * QUEUE) + i;
}

static volatile uint32_t *used_id(uint32_t align, unsigned i)
{
    return (volatile uint32_t *)(rom_frames[0] + align + 4) + 2 * i;
}

static uint16_t used_index(uint32_t align)
{
    return ((volatile uint16_t *)(rom_frames[0] + align))[1];
}

static void find_device(void)
{
    for (unsigned i = 0; i < VIRTIO_SLOTS; i++) {
        slot = VIRTIO_BASE + i * VIRTIO_STRIDE;
        if (*reg(DEVICE_ID) == 2)
            return;
    }
    EXPECT_TRUE(false);
}

/* A fresh device whose queue's used ring is aligned to `align`. */
static void start(uint32_t align)
{
    find_device();
    *reg(STATUS) = 0;
    *reg(STATUS) = 3;
    *reg(DRIVER_FEATURES_SEL) = 0;
    *reg(DRIVER_FEATURES) = 0;
    *reg(GUEST_PAGE_SIZE) = 4096;
    *reg(QUEUE_SEL) = 0;
    *reg(QUEUE_NUM) = QUEUE;
    *reg(QUEUE_ALIGN) = align;
    *reg(QUEUE_PFN) = frame_pa(0) >> 12;
    *reg(STATUS) = DRIVER_OK;
}

static void put(unsigned i, uint32_t pa, uint32_t len, uint16_t flags)
{
    desc(i)->addr = pa;
    desc(i)->len = len;
    desc(i)->flags = flags;
    desc(i)->next = (uint16_t)(i + 1);
}

/* Reads or writes one sector between the disk and frame 3; returns status. */
static uint32_t transfer(uint32_t align, uint32_t type, uint32_t sector)
{
    const uint16_t n = used_index(align);

    frame_words(2)[0] = type;
    frame_words(2)[1] = 0;
    frame_words(2)[2] = sector;
    frame_words(2)[3] = 0;
    *byte_at(frame_pa(2) + 64) = 0xff;
    put(0, frame_pa(2), 16, DESC_NEXT);
    put(1, frame_pa(3), 512, DESC_NEXT | (type ? 0 : DESC_WRITE));
    put(2, frame_pa(2) + 64, 1, DESC_WRITE);
    *avail(2 + n % QUEUE) = 0;
    __asm__ volatile("fence" ::: "memory");
    *avail(1) = (uint16_t)(n + 1);
    *reg(QUEUE_NOTIFY) = 0;
    for (unsigned i = 0; used_index(align) == n; i++)
        EXPECT_TRUE(i < 10000000);
    EXPECT(used_index(align), n + 1);
    EXPECT(*used_id(align, n % QUEUE), 0);
    return *byte_at(frame_pa(2) + 64);
}

CASE(the_device_says_that_it_is_legacy)
{
    find_device();
    EXPECT(*reg(VERSION), 1);
    EXPECT(*reg(CONFIG), SECTORS);
    *reg(DEVICE_FEATURES_SEL) = 1; /* no VERSION_1 */
    EXPECT(*reg(DEVICE_FEATURES) & 1, 0);
    *reg(QUEUE_SEL) = 0;
    EXPECT_TRUE(*reg(QUEUE_NUM_MAX) >= QUEUE);
}

CASE(one_page_number_places_the_queue)
{
    start(4096);
    EXPECT(*reg(QUEUE_PFN), frame_pa(0) >> 12);
    EXPECT(*reg(STATUS), DRIVER_OK);
    EXPECT(transfer(4096, 0, 7), 0);
    EXPECT(frame_words(3)[0], 7);
    EXPECT(*reg(INTERRUPT_STATUS), 1);
    *reg(INTERRUPT_ACK) = 1;
    EXPECT(*reg(INTERRUPT_STATUS), 0);
}

CASE(the_used_ring_is_aligned_as_queue_align_says)
{
    start(256);
    EXPECT(transfer(256, 0, 9), 0);
    EXPECT(frame_words(3)[0], 9);
}

CASE(rings_wrap)
{
    start(4096);
    for (uint32_t i = 0; i < 3 * QUEUE; i++) {
        EXPECT(transfer(4096, 0, i), 0);
        EXPECT(frame_words(3)[0], i);
    }
}

CASE(what_is_written_is_read)
{
    start(4096);
    frame_words(3)[0] = 0xabcd;
    EXPECT(transfer(4096, 1, 100), 0);
    frame_words(3)[0] = 0;
    EXPECT(transfer(4096, 0, 100), 0);
    EXPECT(frame_words(3)[0], 0xabcd);
}

CASE(a_request_beyond_the_end_fails)
{
    start(4096);
    EXPECT(transfer(4096, 0, SECTORS), 1);
}

CASE(a_reset_forgets_the_queue)
{
    start(4096);
    EXPECT(transfer(4096, 0, 1), 0);
    *reg(STATUS) = 0;
    EXPECT(*reg(STATUS), 0);
    *reg(QUEUE_SEL) = 0;
    EXPECT(*reg(QUEUE_PFN), 0);
    EXPECT(*reg(INTERRUPT_STATUS), 0);
}
