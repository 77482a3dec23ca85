/*
 * The virtio-mmio transport: registers, feature negotiation and interrupts.
 * Event indexes, indirect descriptors and shared memory are not offered.
 */
#include "devices/virtio_mmio.h"

#include <stddef.h>

#include "abi/platform.h"
#include "base/bits.h"
#include "base/compiler.h"

enum {
    MAGIC_VALUE = 0x000,
    VERSION = 0x004,
    DEVICE_ID = 0x008,
    VENDOR_ID = 0x00c,
    DEVICE_FEATURES = 0x010,
    DEVICE_FEATURES_SEL = 0x014,
    DRIVER_FEATURES = 0x020,
    DRIVER_FEATURES_SEL = 0x024,
    GUEST_PAGE_SIZE = 0x028, /* legacy */
    QUEUE_SEL = 0x030,
    QUEUE_NUM_MAX = 0x034,
    QUEUE_NUM = 0x038,
    QUEUE_ALIGN = 0x03c, /* legacy */
    QUEUE_PFN = 0x040,   /* legacy */
    QUEUE_READY = 0x044,
    QUEUE_NOTIFY = 0x050,
    INTERRUPT_STATUS = 0x060,
    INTERRUPT_ACK = 0x064,
    STATUS = 0x070,
    QUEUE_DESC_LOW = 0x080,
    QUEUE_DESC_HIGH = 0x084,
    QUEUE_DRIVER_LOW = 0x090,
    QUEUE_DRIVER_HIGH = 0x094,
    QUEUE_DEVICE_LOW = 0x0a0,
    QUEUE_DEVICE_HIGH = 0x0a4,
    CONFIG_GENERATION = 0x0fc,
    CONFIG = 0x100,
};

#define MAGIC 0x74726976  /* "virt" */
#define VENDOR 0x52495551 /* "QUIR" */
#define STATUS_DRIVER_OK 4
#define STATUS_FEATURES_OK 8
#define STATUS_NEEDS_RESET 0x40
#define INTERRUPT_USED 1
#define INTERRUPT_CONFIG 2

static void update(const struct virtio_mmio *v)
{
    irq_set(&v->device.irq, v->interrupt != 0);
}

bool virtio_is_live(const struct virtio_mmio *v)
{
    uint32_t needed =
        STATUS_DRIVER_OK | (v->is_legacy ? 0 : STATUS_FEATURES_OK);

    return (v->status & (needed | STATUS_NEEDS_RESET)) == needed;
}

void virtio_break(struct virtio_mmio *v)
{
    v->status |= STATUS_NEEDS_RESET;
    if (v->status & STATUS_DRIVER_OK)
        v->interrupt |= INTERRUPT_CONFIG;
    update(v);
}

bool virtio_take(struct virtio_mmio *v, unsigned queue,
                 struct virtqueue_chain *chain)
{
    struct virtqueue *q = &v->queues[queue];
    enum virtqueue_result result;

    if (!virtio_is_live(v) || !q->is_ready)
        return false;
    result = virtqueue_pop(q, v->bus, chain);
    if (result == VIRTQUEUE_BROKEN)
        virtio_break(v);
    return result == VIRTQUEUE_GOT;
}

void virtio_give(struct virtio_mmio *v, unsigned queue, uint16_t head,
                 uint32_t len)
{
    struct virtqueue *q = &v->queues[queue];
    bool wants_irq = false;

    if (!q->is_ready)
        return;
    if (!virtqueue_push(q, v->bus, head, len, &wants_irq)) {
        virtio_break(v);
        return;
    }
    if (wants_irq)
        v->interrupt |= INTERRUPT_USED;
    update(v);
}

static uint64_t offered(const struct virtio_mmio *v)
{
    uint64_t features = v->backend->class->features(v->backend);

    return v->is_legacy ? (uint32_t)features : features | VIRTIO_F_VERSION_1;
}

static struct virtqueue *selected(struct virtio_mmio *v)
{
    return v->queue_sel < VIRTIO_MAX_QUEUES ? &v->queues[v->queue_sel] : NULL;
}

static void virtio_reset(struct device *d)
{
    struct virtio_mmio *v = CONTAINER_OF(d, struct virtio_mmio, device);

    v->status = v->interrupt = 0;
    v->device_features_sel = v->driver_features_sel = v->queue_sel = 0;
    v->driver_features = 0;
    v->guest_page_size = v->queue_align = v->queue_pfn = 0;
    for (unsigned i = 0; i < VIRTIO_MAX_QUEUES; i++)
        virtqueue_reset(&v->queues[i]);
    if (v->backend)
        v->backend->class->reset(v->backend);
    update(v);
}

/* The configuration takes any size, the transport's registers only 32 bits. */
static uint64_t read_config(const struct virtio_mmio *v, uint32_t offset,
                            unsigned size)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < size; i++)
        value |= (uint64_t)v->backend->class->config(v->backend, offset + i)
                 << 8 * i;
    return value;
}

static uint32_t read_queue(const struct virtio_mmio *v,
                           const struct virtqueue *q, uint32_t offset)
{
    if (!q)
        return 0;
    switch (offset) {
    case QUEUE_NUM_MAX:
        return VIRTQUEUE_MAX;
    case QUEUE_READY:
        return !v->is_legacy && q->is_ready;
    default:
        return v->is_legacy ? v->queue_pfn : 0;
    }
}

static uint32_t read_register(struct virtio_mmio *v, uint32_t offset)
{
    switch (offset) {
    case DEVICE_FEATURES:
        if (v->device_features_sel > 1)
            return 0;
        return (uint32_t)(offered(v) >> 32 * v->device_features_sel);
    case QUEUE_NUM_MAX:
    case QUEUE_READY:
    case QUEUE_PFN:
        return read_queue(v, selected(v), offset);
    case INTERRUPT_STATUS:
        return v->interrupt;
    case STATUS:
        return v->status;
    default: /* CONFIG_GENERATION too: the configuration never changes */
        return 0;
    }
}

static uint64_t virtio_read(struct device *d, uint32_t offset, unsigned size)
{
    struct virtio_mmio *v = CONTAINER_OF(d, struct virtio_mmio, device);

    if (offset >= CONFIG)
        return v->backend ? read_config(v, offset - CONFIG, size) : 0;
    if (size != 4)
        return 0;
    switch (offset) {
    case MAGIC_VALUE:
        return MAGIC;
    case VERSION:
        return v->is_legacy ? 1 : 2;
    case DEVICE_ID:
        return v->backend ? v->backend->class->device_id : 0;
    case VENDOR_ID:
        return VENDOR;
    default:
        return v->backend ? read_register(v, offset) : 0;
    }
}

/* FEATURES_OK stays only if the driver took what we can do. */
static void write_status(struct virtio_mmio *v, uint32_t value)
{
    bool is_bad = (v->driver_features & ~offered(v)) ||
                  !(v->driver_features & VIRTIO_F_VERSION_1);

    if (!value) {
        virtio_reset(&v->device);
        return;
    }
    value &= 0xff;
    if (!v->is_legacy && !(v->status & STATUS_FEATURES_OK) && is_bad)
        value &= ~(uint32_t)STATUS_FEATURES_OK;
    v->status = value | (v->status & STATUS_NEEDS_RESET);
}

static void write_features(struct virtio_mmio *v, uint32_t value)
{
    unsigned shift = 32 * v->driver_features_sel;
    uint64_t mask = UINT64_C(0xffffffff);

    if (v->driver_features_sel > 1 || (v->status & STATUS_FEATURES_OK))
        return;
    v->driver_features =
        (v->driver_features & ~(mask << shift)) | (uint64_t)value << shift;
}

static void set_half(uint64_t *pa, bool is_high, uint32_t value)
{
    *pa = is_high ? (uint32_t)*pa | (uint64_t)value << 32
                  : (*pa & UINT64_C(0xffffffff00000000)) | value;
}

static void write_ready(struct virtio_mmio *v, struct virtqueue *q, bool ready)
{
    if (ready && !q->is_ready)
        q->next_avail = q->next_used = 0;
    q->is_ready = ready && virtqueue_is_sound(q, v->bus);
    if (ready && !q->is_ready)
        virtio_break(v);
}

/* Legacy: one page number for all three parts (virtio 1.1, 2.6.2). */
static void write_pfn(struct virtio_mmio *v, struct virtqueue *q, uint32_t pfn)
{
    uint64_t align = v->queue_align ? v->queue_align : 4096;

    v->queue_pfn = pfn;
    q->is_ready = false;
    if (!pfn)
        return;
    q->desc_pa = (uint64_t)pfn * v->guest_page_size;
    q->driver_pa = q->desc_pa + 16 * (uint64_t)q->num;
    q->device_pa = q->driver_pa + 6 + 2 * (uint64_t)q->num;
    if (is_power_of_two(align))
        q->device_pa = (q->device_pa + align - 1) & ~(align - 1);
    write_ready(v, q, true);
}

static void write_modern_queue(struct virtio_mmio *v, struct virtqueue *q,
                               uint32_t offset, uint32_t value)
{
    bool is_high = offset & 4;

    if (offset == QUEUE_READY) {
        write_ready(v, q, value & 1);
        return;
    }
    if (q->is_ready)
        return;
    switch (offset & ~4u) {
    case QUEUE_DESC_LOW:
        set_half(&q->desc_pa, is_high, value);
        break;
    case QUEUE_DRIVER_LOW:
        set_half(&q->driver_pa, is_high, value);
        break;
    case QUEUE_DEVICE_LOW:
        set_half(&q->device_pa, is_high, value);
        break;
    default:
        break;
    }
}

static void write_queue(struct virtio_mmio *v, struct virtqueue *q,
                        uint32_t offset, uint32_t value)
{
    if (!q)
        return;
    if (offset == QUEUE_NUM && !q->is_ready)
        q->num = value;
    else if (v->is_legacy && offset == QUEUE_PFN)
        write_pfn(v, q, value);
    else if (!v->is_legacy)
        write_modern_queue(v, q, offset, value);
}

static void notify(struct virtio_mmio *v, uint32_t queue)
{
    if (queue < VIRTIO_MAX_QUEUES && v->queues[queue].is_ready &&
        virtio_is_live(v))
        v->backend->class->notify(v->backend, queue);
}

static void write_register(struct virtio_mmio *v, uint32_t offset,
                           uint32_t value)
{
    switch (offset) {
    case DEVICE_FEATURES_SEL:
        v->device_features_sel = value;
        break;
    case DRIVER_FEATURES:
        write_features(v, value);
        break;
    case DRIVER_FEATURES_SEL:
        v->driver_features_sel = value;
        break;
    case GUEST_PAGE_SIZE:
        v->guest_page_size = value;
        break;
    case QUEUE_ALIGN:
        v->queue_align = value;
        break;
    case QUEUE_SEL:
        v->queue_sel = value;
        break;
    case QUEUE_NOTIFY:
        notify(v, value);
        break;
    case INTERRUPT_ACK:
        v->interrupt &= ~value;
        break;
    case STATUS:
        write_status(v, value);
        break;
    default:
        write_queue(v, selected(v), offset, value);
        break;
    }
}

static void virtio_write(struct device *d, uint32_t offset, unsigned size,
                         uint64_t value)
{
    struct virtio_mmio *v = CONTAINER_OF(d, struct virtio_mmio, device);

    if (!v->backend || size != 4 || offset >= CONFIG)
        return;
    write_register(v, offset, (uint32_t)value);
    update(v);
}

static uint64_t virtio_tick(struct device *d, uint64_t now)
{
    struct virtio_mmio *v = CONTAINER_OF(d, struct virtio_mmio, device);

    return v->backend ? v->backend->class->tick(v->backend, now) : CLOCK_NEVER;
}

static void virtio_archive(struct device *d, struct archive *a)
{
    struct virtio_mmio *v = CONTAINER_OF(d, struct virtio_mmio, device);

    if (!v->backend)
        return;
    archive_u32(a, "status", &v->status);
    archive_u32(a, "interrupt", &v->interrupt);
    archive_u32(a, "device_features_sel", &v->device_features_sel);
    archive_u32(a, "driver_features_sel", &v->driver_features_sel);
    archive_u32(a, "queue_sel", &v->queue_sel);
    archive_u64(a, "driver_features", &v->driver_features);
    archive_u32(a, "guest_page_size", &v->guest_page_size);
    archive_u32(a, "queue_align", &v->queue_align);
    archive_u32(a, "queue_pfn", &v->queue_pfn);
    for (unsigned i = 0; i < VIRTIO_MAX_QUEUES; i++) {
        struct virtqueue *q = &v->queues[i];

        virtqueue_archive(q, a);
        archive_check(a, !q->is_ready || virtqueue_is_sound(q, v->bus),
                      "virtqueue");
    }
    v->backend->class->archive(v->backend, a);
}

void virtio_mmio_init(struct virtio_mmio *v, uint64_t base_pa,
                      struct clock *clock, struct bus *bus,
                      struct virtio_backend *backend, bool is_legacy)
{
    *v = (struct virtio_mmio){
        .bus = bus, .backend = backend, .is_legacy = is_legacy};
    device_init(&v->device, &virtio_mmio_class, base_pa, clock);
    if (backend)
        backend->slot = v;
    virtio_reset(&v->device);
}

/* clang-format off */
static const struct device_reg virtio_regs[] = {
    { MAGIC_VALUE,         4, REG_RO, "MagicValue", "0x74726976.", 0, 0 },
    { VERSION,             4, REG_RO, "Version", "2, or 1 for legacy.", 0, 0 },
    { DEVICE_ID,           4, REG_RO, "DeviceID",
      "2 block device, 0 empty slot.", 0, 0 },
    { VENDOR_ID,           4, REG_RO, "VendorID", "0x52495551.", 0, 0 },
    { DEVICE_FEATURES,     4, REG_RO, "DeviceFeatures",
      "32 feature bits as DeviceFeaturesSel selects.", 0, 0 },
    { DEVICE_FEATURES_SEL, 4, REG_WO, "DeviceFeaturesSel", "0 or 1.", 0, 0 },
    { DRIVER_FEATURES,     4, REG_WO, "DriverFeatures",
      "Features that the driver takes; until FEATURES_OK.", 0, 0 },
    { DRIVER_FEATURES_SEL, 4, REG_WO, "DriverFeaturesSel", "0 or 1.", 0, 0 },
    { GUEST_PAGE_SIZE,     4, REG_WO, "GuestPageSize", "Legacy only.", 0, 0 },
    { QUEUE_SEL,           4, REG_WO, "QueueSel",
      "The queue that the Queue registers mean.", 0, 0 },
    { QUEUE_NUM_MAX,       4, REG_RO, "QueueNumMax",
      "128, 0 for a queue that is not there.", 0, 0 },
    { QUEUE_NUM,           4, REG_WO, "QueueNum",
      "Entries, a power of two.", 0, 0 },
    { QUEUE_ALIGN,         4, REG_WO, "QueueAlign", "Legacy only.", 0, 0 },
    { QUEUE_PFN,           4, REG_RW, "QueuePFN", "Legacy only.", 0, 0 },
    { QUEUE_READY,         4, REG_RW, "QueueReady",
      "A queue of a wrong size, misaligned or outside DRAM breaks the device.",
      0, 0 },
    { QUEUE_NOTIFY,        4, REG_WO, "QueueNotify", "Doorbell.", 0, 0 },
    { INTERRUPT_STATUS,    4, REG_RO, "InterruptStatus",
      "1 used buffers, 2 configuration change.", 0, 0 },
    { INTERRUPT_ACK,       4, REG_WO, "InterruptACK", "Clears these.", 0, 0 },
    { STATUS,              4, REG_RW, "Status", "Writing 0 resets.", 0, 0 },
    { QUEUE_DESC_LOW,      4, REG_WO, "QueueDescLow",
      "Address of the descriptors.", 0, 0 },
    { QUEUE_DESC_HIGH,     4, REG_WO, "QueueDescHigh", "", 0, 0 },
    { QUEUE_DRIVER_LOW,    4, REG_WO, "QueueDriverLow",
      "Address of the available ring.", 0, 0 },
    { QUEUE_DRIVER_HIGH,   4, REG_WO, "QueueDriverHigh", "", 0, 0 },
    { QUEUE_DEVICE_LOW,    4, REG_WO, "QueueDeviceLow",
      "Address of the used ring.", 0, 0 },
    { QUEUE_DEVICE_HIGH,   4, REG_WO, "QueueDeviceHigh", "", 0, 0 },
    { CONFIG_GENERATION,   4, REG_RO, "ConfigGeneration", "0.", 0, 0 },
    { CONFIG,              1, REG_RO, "Config",
      "The device's configuration; accesses of 1, 2 or 4 bytes.", 64, 1 },
};
/* clang-format on */

const struct device_class virtio_mmio_class = {
    .name = "virtio",
    .compatible = "virtio,mmio",
    .summary = "A slot for a virtio device.",
    .window = VIRTIO_SIZE,
    .min_access = 1,
    .max_access = 4,
    .regs = virtio_regs,
    .n_regs = ARRAY_SIZE(virtio_regs),
    .reset = virtio_reset,
    .read = virtio_read,
    .write = virtio_write,
    .tick = virtio_tick,
    .archive = virtio_archive,
};
