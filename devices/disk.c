/*
 * The disk: takes one command at a time from its ring, waits out the
 * latency, then acts or lets the DMA engine pull the data through.
 */
#include "devices/disk.h"

#include <stddef.h>

#include "abi/platform.h"
#include "base/bits.h"
#include "base/compiler.h"

#define INT_BITS (QDISK_INT_DONE | QDISK_INT_HALTED)

static void update(const struct disk *d)
{
    irq_set(&d->device.irq, d->interrupt & d->interrupt_enable);
}

/* QDISK_OK if the command may be tried. */
static uint32_t check(const struct disk *d)
{
    const struct qdisk_command *c = &d->command;

    if (c->op > QDISK_DISCARD)
        return QDISK_EOP;
    if (c->op == QDISK_FLUSH)
        return QDISK_OK;
    if (!image_holds(d->image, c->lba, c->sectors))
        return QDISK_ERANGE;
    if (c->op != QDISK_READ && d->image->is_readonly)
        return QDISK_EROFS;
    return QDISK_OK;
}

static uint64_t latency_ns(const struct disk *d)
{
    static const enum disk_work works[] = {[QDISK_READ] = WORK_READ,
                                           [QDISK_WRITE] = WORK_WRITE,
                                           [QDISK_FLUSH] = WORK_FLUSH,
                                           [QDISK_DISCARD] = WORK_DISCARD};
    const struct qdisk_command *c = &d->command;
    enum disk_work work = check(d) == QDISK_OK ? works[c->op] : WORK_NONE;

    return image_latency(d->image, d->device.clock, work, c->lba, c->sectors);
}

static void halt(struct disk *d)
{
    d->is_halted = true;
    d->interrupt |= QDISK_INT_HALTED;
    update(d);
}

/* Takes the next command, if there is one and nothing forbids it. */
static void begin(struct disk *d)
{
    struct bus *bus = d->dma->bus;
    uint64_t refused;

    if (!d->is_enabled || d->is_halted || d->phase != DISK_IDLE ||
        d->head == d->tail)
        return;
    d->command_pa =
        d->ring_pa + (uint64_t)(d->head % d->ring_size) * QDISK_C_SIZE;
    if (d->tail - d->head > d->ring_size ||
        dma_check_range(d->dma, d->command_pa, QDISK_C_SIZE, &refused) ||
        !bus_dma_read(bus, d->command_pa, &d->command, QDISK_C_SIZE)) {
        halt(d);
        return;
    }
    d->phase = DISK_SEEKING;
    d->due =
        d->device.clock->now + clock_from_ns(d->device.clock, latency_ns(d));
    clock_request(d->device.clock, d->due);
}

static void complete(struct disk *d, uint32_t status)
{
    d->phase = DISK_IDLE;
    d->due = CLOCK_NEVER;
    if (!bus_dma_write(d->dma->bus, d->command_pa + QDISK_C_STATUS, &status,
                       sizeof status)) {
        halt(d);
        return;
    }
    d->head++;
    d->interrupt |= QDISK_INT_DONE;
    update(d);
    begin(d);
}

static void start_data(struct disk *d)
{
    const struct qdisk_command *c = &d->command;

    d->moved = 0;
    d->is_medium_bad = false;
    if (!image_begin(d->image, c->op == QDISK_WRITE, c->lba)) {
        complete(d, QDISK_EIO);
        return;
    }
    d->phase = DISK_MOVING;
    d->due = CLOCK_NEVER;
    if (!dma_start_stream(d->dma, c->dma))
        complete(d, QDISK_EDMA);
}

/* The latency is over. */
static void act(struct disk *d)
{
    const struct qdisk_command *c = &d->command;
    uint32_t status = check(d);
    bool is_good = true;

    if (status != QDISK_OK) {
        complete(d, status);
        return;
    }
    switch (c->op) {
    case QDISK_FLUSH:
        is_good = image_flush(d->image);
        break;
    case QDISK_DISCARD:
        is_good = image_discard(d->image, c->lba, c->sectors);
        break;
    default:
        start_data(d);
        return;
    }
    complete(d, is_good ? QDISK_OK : QDISK_EIO);
}

/* Whether the chain may move `len` more bytes of a command of kind `op`. */
static bool may_move(const struct disk *d, uint32_t op, uint64_t len)
{
    uint64_t all = (uint64_t)d->command.sectors * QDISK_SECTOR;

    return d->phase == DISK_MOVING && d->command.op == op &&
           len <= all - d->moved;
}

static bool moved(struct disk *d, bool is_good, uint64_t len)
{
    if (is_good)
        d->moved += len;
    else
        d->is_medium_bad = true;
    return is_good;
}

static bool to_memory(void *ctx, uint64_t pa, uint64_t len)
{
    struct disk *d = ctx;
    uint64_t at = d->command.lba * QDISK_SECTOR + d->moved;
    uint64_t n;

    if (!may_move(d, QDISK_READ, len))
        return false;
    n = image_readable(d->image, at, len);
    return moved(
        d, image_to_memory(d->image, at, d->dma->bus, pa, n) && n == len, len);
}

static bool from_memory(void *ctx, uint64_t pa, uint64_t len)
{
    struct disk *d = ctx;
    uint64_t at = d->command.lba * QDISK_SECTOR + d->moved;

    return may_move(d, QDISK_WRITE, len) &&
           moved(d, image_from_memory(d->image, at, d->dma->bus, pa, len), len);
}

/* The chain has ended. A chain that moved too little is an error too. */
static uint32_t chain_done(void *ctx, uint32_t error)
{
    struct disk *d = ctx;
    uint64_t all = (uint64_t)d->command.sectors * QDISK_SECTOR;

    if (d->phase != DISK_MOVING)
        return error;
    if (!error && d->moved != all)
        error = QDMA_ERR_STREAM;
    if (d->is_medium_bad)
        complete(d, QDISK_EIO);
    else
        complete(d, error ? QDISK_EDMA : QDISK_OK);
    return error;
}

static uint64_t disk_tick(struct device *device, uint64_t now)
{
    struct disk *d = CONTAINER_OF(device, struct disk, device);

    if (d->phase == DISK_SEEKING && d->due <= now)
        act(d);
    return d->due;
}

static void disk_reset(struct device *device)
{
    struct disk *d = CONTAINER_OF(device, struct disk, device);

    dma_cancel_stream(d->dma);
    dma_own_disk_channel(d->dma, false);
    d->is_enabled = d->is_halted = false;
    d->ring_pa = 0;
    d->ring_size = 1;
    d->tail = d->head = 0;
    d->interrupt = d->interrupt_enable = 0;
    d->phase = DISK_IDLE;
    d->due = CLOCK_NEVER;
    d->command_pa = 0;
    d->command = (struct qdisk_command){0};
    d->moved = 0;
    d->is_medium_bad = false;
    update(d);
}

static uint32_t features(const struct disk *d)
{
    return QDISK_F_FLUSH |
           (d->image->is_readonly ? QDISK_F_READONLY : QDISK_F_DISCARD);
}

static uint32_t status(const struct disk *d)
{
    return (d->phase != DISK_IDLE ? QDISK_S_BUSY : 0) |
           (d->is_halted ? QDISK_S_HALTED : 0);
}

static uint64_t disk_read(struct device *device, uint32_t offset, unsigned size)
{
    const struct disk *d = CONTAINER_OF(device, struct disk, device);

    (void)size;
    switch (offset) {
    case QDISK_ID:
        return QDISK_ID_VALUE;
    case QDISK_FEATURES:
        return features(d);
    case QDISK_CAPACITY_LO:
        return (uint32_t)image_sectors(d->image);
    case QDISK_CAPACITY_HI:
        return image_sectors(d->image) >> 32;
    case QDISK_CONTROL:
        return d->is_enabled ? QDISK_ENABLE : 0;
    case QDISK_STATUS:
        return status(d);
    case QDISK_RING_LO:
        return (uint32_t)d->ring_pa;
    case QDISK_RING_HI:
        return d->ring_pa >> 32;
    case QDISK_RING_SIZE:
        return d->ring_size;
    case QDISK_TAIL:
        return d->tail;
    case QDISK_HEAD:
        return d->head;
    case QDISK_INT:
        return d->interrupt;
    case QDISK_INT_ENABLE:
        return d->interrupt_enable;
    default:
        return 0;
    }
}

static void control(struct disk *d, uint32_t value)
{
    bool enable = value & QDISK_ENABLE;

    if (value & QDISK_RESET) {
        disk_reset(&d->device);
        return;
    }
    if (enable == d->is_enabled || (enable && d->phase != DISK_IDLE))
        return;
    d->is_enabled = enable;
    dma_own_disk_channel(d->dma, enable);
    if (enable)
        d->head = d->tail = 0;
}

static void set_ring(struct disk *d, uint32_t offset, uint32_t value)
{
    if (d->is_enabled)
        return;
    if (offset == QDISK_RING_LO)
        d->ring_pa = (d->ring_pa & UINT64_C(0xffffffff00000000)) |
                     (value & ~(uint32_t)(QDISK_C_SIZE - 1));
    else if (offset == QDISK_RING_HI)
        d->ring_pa = (uint32_t)d->ring_pa | (uint64_t)value << 32;
    else if (is_power_of_two(value) && value <= DISK_MAX_RING)
        d->ring_size = value;
}

static void disk_write(struct device *device, uint32_t offset, unsigned size,
                       uint64_t v)
{
    struct disk *d = CONTAINER_OF(device, struct disk, device);
    uint32_t value = (uint32_t)v;

    (void)size;
    switch (offset) {
    case QDISK_CONTROL:
        control(d, value);
        break;
    case QDISK_RING_LO:
    case QDISK_RING_HI:
    case QDISK_RING_SIZE:
        set_ring(d, offset, value);
        break;
    case QDISK_TAIL:
        if (d->is_enabled)
            d->tail = value;
        begin(d);
        break;
    case QDISK_INT:
        d->interrupt &= ~value;
        break;
    case QDISK_INT_ENABLE:
        d->interrupt_enable = value & INT_BITS;
        break;
    default:
        break;
    }
    update(d);
}

static void archive_command(struct archive *a, struct qdisk_command *c)
{
    archive_u32(a, "op", &c->op);
    archive_u32(a, "sectors", &c->sectors);
    archive_u64(a, "lba", &c->lba);
    archive_u64(a, "dma", &c->dma);
    archive_u32(a, "status", &c->status);
    archive_u32(a, "cookie", &c->cookie);
}

/* Where a command in hand came from: its status goes there. */
static bool is_command_pa(const struct disk *d)
{
    uint64_t refused;

    return is_aligned(d->command_pa, QDISK_C_SIZE) &&
           !dma_check_range(d->dma, d->command_pa, QDISK_C_SIZE, &refused);
}

static void disk_archive(struct device *device, struct archive *a)
{
    struct disk *d = CONTAINER_OF(device, struct disk, device);

    archive_bool(a, "enabled", &d->is_enabled);
    archive_bool(a, "halted", &d->is_halted);
    archive_u64(a, "ring_pa", &d->ring_pa);
    archive_u32(a, "ring_size", &d->ring_size);
    archive_u32(a, "tail", &d->tail);
    archive_u32(a, "head", &d->head);
    archive_u32(a, "interrupt", &d->interrupt);
    archive_u32(a, "interrupt_enable", &d->interrupt_enable);
    archive_u8(a, "phase", &d->phase);
    archive_u64(a, "due", &d->due);
    archive_u64(a, "command_pa", &d->command_pa);
    archive_command(a, &d->command);
    archive_u64(a, "moved", &d->moved);
    archive_bool(a, "medium_bad", &d->is_medium_bad);
    archive_check(
        a, is_power_of_two(d->ring_size) && d->ring_size <= DISK_MAX_RING,
        "ring_size");
    archive_check(a,
                  d->phase <= DISK_MOVING &&
                      (d->phase == DISK_SEEKING) == (d->due != CLOCK_NEVER),
                  "phase");
    archive_check(a, d->phase == DISK_IDLE || is_command_pa(d), "command_pa");
    archive_check(a,
                  d->phase != DISK_MOVING ||
                      (check(d) == QDISK_OK && d->command.op <= QDISK_WRITE &&
                       d->moved <= (uint64_t)d->command.sectors * QDISK_SECTOR),
                  "command");
    image_archive(d->image, a);
}

void disk_init(struct disk *d, uint64_t base_pa, struct clock *clock,
               struct dma *dma, struct image *image)
{
    *d = (struct disk){.dma = dma, .image = image};
    device_init(&d->device, &disk_class, base_pa, clock);
    dma->stream = (struct dma_stream){.to_memory = to_memory,
                                      .from_memory = from_memory,
                                      .done = chain_done,
                                      .ctx = d};
    disk_reset(&d->device);
}

/* clang-format off */
static const struct device_reg disk_regs[] = {
    { QDISK_ID,          4, REG_RO, "ID", "0x51445331, \"QDS1\".", 0, 0 },
    { QDISK_FEATURES,    4, REG_RO, "FEATURES",
      "1 FLUSH, 2 DISCARD, 4 the drive is read-only.", 0, 0 },
    { QDISK_CAPACITY_LO, 4, REG_RO, "CAPACITY_LO", "Sectors.", 0, 0 },
    { QDISK_CAPACITY_HI, 4, REG_RO, "CAPACITY_HI", "Its upper half.", 0, 0 },
    { QDISK_CONTROL,     4, REG_RW, "CONTROL",
      "1 enable: 0 to 1 sets HEAD and TAIL to 0, and is ignored while busy; 2 "
      "reset: drops what is in flight.", 0, 0 },
    { QDISK_STATUS,      4, REG_RO, "STATUS",
      "1 a command is in flight, 2 halted: the ring was refused.", 0, 0 },
    { QDISK_RING_LO,     4, REG_RW, "RING_LO",
      "Address of the ring, 32-aligned; not writable while enabled.", 0, 0 },
    { QDISK_RING_HI,     4, REG_RW, "RING_HI", "Its upper half.", 0, 0 },
    { QDISK_RING_SIZE,   4, REG_RW, "RING_SIZE",
      "Entries: a power of two, 1 .. 256; other values and writes while "
      "enabled are ignored.", 0, 0 },
    { QDISK_TAIL,        4, REG_RW, "TAIL",
      "Commands submitted since the enable, modulo 2^32; the write is the "
      "doorbell.", 0, 0 },
    { QDISK_HEAD,        4, REG_RO, "HEAD",
      "Commands completed since the enable, modulo 2^32.", 0, 0 },
    { QDISK_INT,         4, REG_W1C, "INT",
      "1 a command completed, 2 halted. Ones written clear.", 0, 0 },
    { QDISK_INT_ENABLE,  4, REG_RW, "INT_ENABLE",
      "Which bits of INT drive the wire.", 0, 0 },
};
/* clang-format on */

const struct device_class disk_class = {
    .name = "disk",
    .compatible = "quire,disk",
    .summary = "A disk with a command ring, fed by the DMA engine.",
    .window = QDISK_SIZE,
    .min_access = 4,
    .max_access = 4,
    .regs = disk_regs,
    .n_regs = ARRAY_SIZE(disk_regs),
    .reset = disk_reset,
    .read = disk_read,
    .write = disk_write,
    .tick = disk_tick,
    .archive = disk_archive,
};
