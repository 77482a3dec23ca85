/*
 * The DMA engine: fetches descriptors, checks them, lets time pass, moves
 * bytes. It never leaves DRAM, so it cannot reach a device, itself included;
 * a chain has an end, so a loop in memory is an error and not a hang.
 */
#include "devices/dma.h"

#include <libfdt.h>
#include <stddef.h>

#include "abi/platform.h"
#include "base/bits.h"
#include "base/compiler.h"

#define INT_BITS (QDMA_INT_CHAIN | QDMA_INT_DESC | QDMA_INT_ERROR)

static uint32_t pending(const struct dma *d)
{
    uint32_t channels = 0;

    for (unsigned i = 0; i < QDMA_CHANNELS; i++)
        if (d->channels[i].interrupt & d->channels[i].interrupt_enable)
            channels |= 1u << i;
    return channels;
}

static void update(const struct dma *d)
{
    irq_set(&d->device.irq, pending(d) != 0);
}

uint32_t dma_check_range(const struct dma *d, uint64_t pa, uint64_t len,
                         uint64_t *refused_pa)
{
    const struct bus *bus = d->bus;
    uint64_t at = pa - bus->ram_base_pa;
    uint64_t limit = d->reach < bus->ram_size ? d->reach : bus->ram_size;

    if (at < limit && len <= limit - at)
        return QDMA_ERR_NONE;
    at = at < limit ? limit : at;
    *refused_pa = bus->ram_base_pa + at;
    return at < bus->ram_size ? QDMA_ERR_REACH : QDMA_ERR_NOT_RAM;
}

static bool wraps(uint64_t pa, uint32_t len)
{
    return pa + len - 1 < pa;
}

/* What is wrong with a descriptor, and where. */
static uint32_t check(const struct dma *d, const struct qdma_desc *desc,
                      uint64_t *refused_pa)
{
    uint32_t op = desc->control & QDMA_OP_MASK;
    bool has_src = op == QDMA_OP_COPY || op == QDMA_OP_TO_DISK;
    bool has_dst = op != QDMA_OP_TO_DISK;
    uint32_t error = QDMA_ERR_NONE;

    if (op > QDMA_OP_TO_DISK ||
        (desc->control & ~(uint32_t)(QDMA_OP_MASK | QDMA_D_IRQ)))
        return QDMA_ERR_OP;
    if (!desc->length || (has_src && wraps(desc->src, desc->length)) ||
        (has_dst && wraps(desc->dst, desc->length)))
        return QDMA_ERR_LENGTH;
    if (has_src)
        error = dma_check_range(d, desc->src, desc->length, refused_pa);
    if (has_dst && !error)
        error = dma_check_range(d, desc->dst, desc->length, refused_pa);
    return error;
}

static uint64_t cost(const struct dma *d, uint32_t length)
{
    uint64_t ns = QDMA_SETUP_NS + (uint64_t)length * 1000 / QDMA_BYTES_PER_US;

    return clock_from_ns(d->device.clock, ns);
}

static void finish(struct dma *d, struct dma_channel *c, uint32_t error)
{
    c->due = CLOCK_NEVER;
    c->is_abort_asked = false;
    if (c->is_stream) {
        c->is_stream = false;
        error = d->stream.done(d->stream.ctx, error);
    }
    c->error = error;
    c->status = error ? QDMA_FAILED : QDMA_DONE;
    c->interrupt |= error ? QDMA_INT_ERROR : QDMA_INT_CHAIN;
    d->stats.errors += error != 0;
}

/* Copies the descriptor at `pa` and sets the time of its effect, counted from
 * `start`. */
static void fetch(struct dma *d, struct dma_channel *c, uint64_t pa,
                  uint64_t start)
{
    uint32_t error = QDMA_ERR_OP;

    c->fault_pa = pa;
    if (c->completed == QDMA_MAX_CHAIN)
        error = QDMA_ERR_CHAIN;
    else if (is_aligned(pa, QDMA_D_SIZE))
        error = dma_check_range(d, pa, QDMA_D_SIZE, &c->fault_pa);
    if (!error && !bus_dma_read(d->bus, pa, &c->current, QDMA_D_SIZE))
        error = QDMA_ERR_NOT_RAM;
    if (!error)
        error = check(d, &c->current, &c->fault_pa);
    if (error) {
        finish(d, c, error);
        return;
    }
    c->fault_pa = 0;
    c->due = start + cost(d, c->current.length);
    clock_request(d->device.clock, c->due);
}

static void start(struct dma *d, struct dma_channel *c, uint64_t desc_pa)
{
    c->status = QDMA_BUSY;
    c->error = QDMA_ERR_NONE;
    c->completed = 0;
    c->is_abort_asked = false;
    d->stats.chains++;
    fetch(d, c, desc_pa, d->device.clock->now);
}

static bool move_stream(struct dma *d, const struct dma_channel *c)
{
    const struct qdma_desc *desc = &c->current;
    const struct dma_stream *s = &d->stream;

    if (!c->is_stream)
        return false;
    if ((desc->control & QDMA_OP_MASK) == QDMA_OP_FROM_DISK)
        return s->to_memory(s->ctx, desc->dst, desc->length);
    return s->from_memory(s->ctx, desc->src, desc->length);
}

static uint32_t move(struct dma *d, const struct dma_channel *c)
{
    const struct qdma_desc *desc = &c->current;
    bool moved;

    switch (desc->control & QDMA_OP_MASK) {
    case QDMA_OP_COPY:
        moved = bus_dma_copy(d->bus, desc->dst, desc->src, desc->length);
        return moved ? QDMA_ERR_NONE : QDMA_ERR_NOT_RAM;
    case QDMA_OP_FILL:
        moved =
            bus_dma_fill(d->bus, desc->dst, (uint8_t)desc->src, desc->length);
        return moved ? QDMA_ERR_NONE : QDMA_ERR_NOT_RAM;
    default:
        return move_stream(d, c) ? QDMA_ERR_NONE : QDMA_ERR_STREAM;
    }
}

/* The current descriptor's time is over: it takes effect. */
static void step(struct dma *d, struct dma_channel *c)
{
    uint64_t when = c->due;
    uint32_t error = move(d, c);

    if (error) {
        finish(d, c, error);
        return;
    }
    c->completed++;
    d->stats.descriptors++;
    d->stats.bytes += c->current.length;
    if (c->current.control & QDMA_D_IRQ)
        c->interrupt |= QDMA_INT_DESC;
    if (c->is_abort_asked)
        finish(d, c, QDMA_ERR_ABORTED);
    else if (c->current.next)
        fetch(d, c, c->current.next, when);
    else
        finish(d, c, QDMA_ERR_NONE);
}

/* The channel that is due first, the lowest of equals. */
static struct dma_channel *first_due(struct dma *d)
{
    struct dma_channel *first = &d->channels[0];

    for (unsigned i = 1; i < QDMA_CHANNELS; i++)
        if (d->channels[i].due < first->due)
            first = &d->channels[i];
    return first;
}

static uint64_t dma_tick(struct device *device, uint64_t now)
{
    struct dma *d = CONTAINER_OF(device, struct dma, device);
    struct dma_channel *c = first_due(d);

    while (c->due <= now) {
        step(d, c);
        c = first_due(d);
    }
    update(d);
    return c->due;
}

bool dma_start_stream(struct dma *d, uint64_t desc_pa)
{
    struct dma_channel *c = &d->channels[QDMA_DISK_CHANNEL];

    if (c->status & QDMA_BUSY)
        return false;
    c->desc = desc_pa;
    c->is_stream = true;
    start(d, c, desc_pa);
    update(d);
    return true;
}

void dma_cancel_stream(struct dma *d)
{
    struct dma_channel *c = &d->channels[QDMA_DISK_CHANNEL];

    if (!c->is_stream)
        return;
    c->is_stream = false;
    finish(d, c, QDMA_ERR_ABORTED);
    update(d);
}

void dma_own_disk_channel(struct dma *d, bool is_owned)
{
    d->is_disk_enabled = is_owned;
}

static uint32_t read_channel(const struct dma_channel *c, uint32_t offset)
{
    switch (offset) {
    case QDMA_DESC_LO:
        return (uint32_t)c->desc;
    case QDMA_DESC_HI:
        return (uint32_t)(c->desc >> 32);
    case QDMA_STATUS:
        return c->status;
    case QDMA_INT:
        return c->interrupt;
    case QDMA_INT_ENABLE:
        return c->interrupt_enable;
    case QDMA_ERROR:
        return c->error;
    case QDMA_COMPLETED:
        return c->completed;
    case QDMA_FAULT_LO:
        return (uint32_t)c->fault_pa;
    case QDMA_FAULT_HI:
        return (uint32_t)(c->fault_pa >> 32);
    default:
        return 0;
    }
}

static uint64_t dma_read(struct device *device, uint32_t offset, unsigned size)
{
    const struct dma *d = CONTAINER_OF(device, struct dma, device);
    uint32_t channel = (offset - QDMA_CHANNEL(0)) / 0x40;

    (void)size;
    if (offset >= QDMA_CHANNEL(0) && channel < QDMA_CHANNELS)
        return read_channel(&d->channels[channel], offset % 0x40);
    switch (offset) {
    case QDMA_ID:
        return QDMA_ID_VALUE;
    case QDMA_NR_CHANNELS:
        return QDMA_CHANNELS;
    case QDMA_REACH_LO:
        return (uint32_t)d->reach;
    case QDMA_REACH_HI:
        return d->reach >> 32;
    case QDMA_IRQ_PENDING:
        return pending(d);
    case QDMA_MAX_CHAIN_REG:
        return QDMA_MAX_CHAIN;
    default:
        return 0;
    }
}

static void control(struct dma *d, struct dma_channel *c, uint32_t value)
{
    bool is_disks = c == &d->channels[QDMA_DISK_CHANNEL] && d->is_disk_enabled;
    bool is_busy = c->status & QDMA_BUSY;

    if ((value & QDMA_START) && !is_busy && is_disks) {
        c->completed = 0;
        c->fault_pa = 0;
        finish(d, c, QDMA_ERR_BUSY);
    } else if ((value & QDMA_START) && !is_busy) {
        start(d, c, c->desc);
    }
    if ((value & QDMA_ABORT) && (c->status & QDMA_BUSY))
        c->is_abort_asked = true;
}

static void set_desc(struct dma_channel *c, unsigned shift, uint32_t value)
{
    uint64_t others = UINT64_C(0xffffffff) << (32 - shift);

    if (!(c->status & QDMA_BUSY))
        c->desc = (c->desc & others) | (uint64_t)value << shift;
}

static void write_channel(struct dma *d, struct dma_channel *c, uint32_t offset,
                          uint32_t value)
{
    switch (offset) {
    case QDMA_DESC_LO:
        set_desc(c, 0, value);
        break;
    case QDMA_DESC_HI:
        set_desc(c, 32, value);
        break;
    case QDMA_CONTROL:
        control(d, c, value);
        break;
    case QDMA_INT:
        c->interrupt &= ~value;
        break;
    case QDMA_INT_ENABLE:
        c->interrupt_enable = value & INT_BITS;
        break;
    default:
        break;
    }
}

static void dma_write(struct device *device, uint32_t offset, unsigned size,
                      uint64_t value)
{
    struct dma *d = CONTAINER_OF(device, struct dma, device);
    uint32_t channel = (offset - QDMA_CHANNEL(0)) / 0x40;

    (void)size;
    if (offset < QDMA_CHANNEL(0) || channel >= QDMA_CHANNELS)
        return;
    write_channel(d, &d->channels[channel], offset % 0x40, (uint32_t)value);
    update(d);
}

static void dma_reset(struct device *device)
{
    struct dma *d = CONTAINER_OF(device, struct dma, device);

    for (unsigned i = 0; i < QDMA_CHANNELS; i++)
        d->channels[i] = (struct dma_channel){.due = CLOCK_NEVER};
    d->is_disk_enabled = false;
    update(d);
}

static void archive_desc(struct archive *a, struct qdma_desc *desc)
{
    archive_u32(a, "control", &desc->control);
    archive_u32(a, "length", &desc->length);
    archive_u64(a, "src", &desc->src);
    archive_u64(a, "dst", &desc->dst);
    archive_u64(a, "next", &desc->next);
}

static void archive_channel(struct dma *d, struct archive *a, unsigned i)
{
    struct dma_channel *c = &d->channels[i];
    uint64_t refused;
    bool is_busy;

    archive_u64(a, "desc", &c->desc);
    archive_u32(a, "interrupt", &c->interrupt);
    archive_u32(a, "interrupt_enable", &c->interrupt_enable);
    archive_u32(a, "status", &c->status);
    archive_u32(a, "error", &c->error);
    archive_u32(a, "completed", &c->completed);
    archive_u64(a, "fault_pa", &c->fault_pa);
    archive_bool(a, "abort_asked", &c->is_abort_asked);
    archive_bool(a, "stream", &c->is_stream);
    archive_desc(a, &c->current);
    archive_u64(a, "due", &c->due);
    is_busy = c->status == QDMA_BUSY;
    archive_check(a, is_busy == (c->due != CLOCK_NEVER), "busy without a time");
    archive_check(a, !is_busy || !check(d, &c->current, &refused),
                  "current descriptor");
    archive_check(a, c->completed <= QDMA_MAX_CHAIN, "completed");
    archive_check(a, !c->is_stream || (is_busy && i == QDMA_DISK_CHANNEL),
                  "stream");
}

/* What mhpmcounters are made of; a hash has the counters themselves. */
static void archive_stats(struct dma_stats *s, struct archive *a)
{
    archive_u64(a, "chains", &s->chains);
    archive_u64(a, "descriptors", &s->descriptors);
    archive_u64(a, "bytes", &s->bytes);
    archive_u64(a, "errors", &s->errors);
}

static void dma_archive(struct device *device, struct archive *a)
{
    struct dma *d = CONTAINER_OF(device, struct dma, device);

    archive_bool(a, "disk_enabled", &d->is_disk_enabled);
    if (archive_is_stored(a))
        archive_stats(&d->stats, a);
    for (unsigned i = 0; i < QDMA_CHANNELS; i++)
        archive_channel(d, a, i);
}

/* The reach stands in the dma-ranges of the bus above. */
static void dma_describe(const struct device *device, void *fdt)
{
    (void)device;
    fdt_property_u32(fdt, "dma-channels", QDMA_CHANNELS);
}

void dma_init(struct dma *d, uint64_t base_pa, struct clock *clock,
              struct bus *bus, uint64_t reach)
{
    *d = (struct dma){.bus = bus, .reach = reach};
    device_init(&d->device, &dma_class, base_pa, clock);
    dma_reset(&d->device);
}

/* clang-format off */
#define CHANNEL_REG(at, how, what, text) \
    { QDMA_CHANNEL(0) + (at), 4, how, what, text, QDMA_CHANNELS, 0x40 }

static const struct device_reg dma_regs[] = {
    { QDMA_ID,            4, REG_RO, "ID", "0x51444d31, \"QDM1\".", 0, 0 },
    { QDMA_NR_CHANNELS,   4, REG_RO, "CHANNELS", "Channels: 4.", 0, 0 },
    { QDMA_REACH_LO,      4, REG_RO, "REACH_LO",
      "Bytes from the base of DRAM that the engine reaches.", 0, 0 },
    { QDMA_REACH_HI,      4, REG_RO, "REACH_HI", "Its upper half.", 0, 0 },
    { QDMA_IRQ_PENDING,   4, REG_RO, "IRQ_PENDING",
      "Bit n: channel n interrupts (INT & INT_ENABLE).", 0, 0 },
    { QDMA_MAX_CHAIN_REG, 4, REG_RO, "MAX_CHAIN",
      "Descriptors that a chain may have: 4096.", 0, 0 },
    CHANNEL_REG(QDMA_DESC_LO, REG_RW, "DESC_LO",
      "Address of the chain's first descriptor; not writable while busy."),
    CHANNEL_REG(QDMA_DESC_HI, REG_RW, "DESC_HI", "Its upper half."),
    CHANNEL_REG(QDMA_CONTROL, REG_WO, "CONTROL",
      "1 starts the chain unless busy; 2 ends it after the descriptor that "
      "runs."),
    CHANNEL_REG(QDMA_STATUS, REG_RO, "STATUS",
      "1 busy; 2 the last chain ended well; 4 it failed."),
    CHANNEL_REG(QDMA_INT, REG_W1C, "INT",
      "1 a chain ended well, 2 a descriptor with the interrupt flag ended, 4 "
      "a chain failed. Ones written clear."),
    CHANNEL_REG(QDMA_INT_ENABLE, REG_RW, "INT_ENABLE",
      "Which bits of INT drive the wire."),
    CHANNEL_REG(QDMA_ERROR, REG_RO, "ERROR", "Error of the last chain."),
    CHANNEL_REG(QDMA_COMPLETED, REG_RO, "COMPLETED",
      "Descriptors that took effect since the start."),
    CHANNEL_REG(QDMA_FAULT_LO, REG_RO, "FAULT_LO",
      "The address that was refused; the descriptor's own for errors 3, 4 "
      "and 5."),
    CHANNEL_REG(QDMA_FAULT_HI, REG_RO, "FAULT_HI", "Its upper half."),
};
/* clang-format on */

const struct device_class dma_class = {
    .name = "dma",
    .compatible = "quire,dma",
    .summary = "Moves memory and disk sectors without the CPU.",
    .window = QDMA_SIZE,
    .min_access = 4,
    .max_access = 4,
    .regs = dma_regs,
    .n_regs = ARRAY_SIZE(dma_regs),
    .reset = dma_reset,
    .read = dma_read,
    .write = dma_write,
    .tick = dma_tick,
    .archive = dma_archive,
    .describe = dma_describe,
};
