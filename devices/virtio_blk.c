/*
 * The block device behind a virtio slot: one request at a time, in order.
 * Not offered: discard, write zeroes, several queues, write-back control (a
 * write has reached the host's file when it is done, FLUSH its medium).
 */
#include "devices/virtio_blk.h"

#include <stddef.h>
#include <string.h>

#include "base/bits.h"
#include "base/compiler.h"

#define DEVICE_ID 2
#define F_SEG_MAX (UINT64_C(1) << 2)
#define F_RO (UINT64_C(1) << 5)
#define F_BLK_SIZE (UINT64_C(1) << 6)
#define F_FLUSH (UINT64_C(1) << 9)

enum { T_IN = 0, T_OUT = 1, T_FLUSH = 4, T_GET_ID = 8 };
enum { S_OK = 0, S_IOERR = 1, S_UNSUPP = 2 };

#define ID_SIZE 20

struct config {
    uint64_t capacity;
    uint32_t size_max, seg_max;
    uint8_t geometry[4];
    uint32_t blk_size;
};

static struct virtio_blk *blk(struct virtio_backend *b)
{
    return CONTAINER_OF(b, struct virtio_blk, backend);
}

static uint64_t blk_features(const struct virtio_backend *backend)
{
    const struct virtio_blk *b =
        CONTAINER_OF(backend, const struct virtio_blk, backend);

    return F_SEG_MAX | F_BLK_SIZE | F_FLUSH |
           (b->image->is_readonly ? F_RO : 0);
}

static uint8_t blk_config(const struct virtio_backend *backend, uint32_t offset)
{
    const struct virtio_blk *b =
        CONTAINER_OF(backend, const struct virtio_blk, backend);
    const struct config config = {
        .capacity = image_sectors(b->image),
        .seg_max = VIRTQUEUE_MAX - 2, /* the header and the status are two */
        .blk_size = IMAGE_SECTOR,
    };
    uint8_t bytes[sizeof config];

    memcpy(bytes, &config, sizeof config);
    return offset < sizeof bytes ? bytes[offset] : 0;
}

/* Bytes of data that the request in hand reads or writes. */
static uint64_t data_length(const struct virtio_blk *b)
{
    return b->header.type == T_OUT ? b->chain.readable - sizeof b->header
                                   : b->chain.writable - 1;
}

/* Whether a read or write may be tried. */
static bool is_allowed(const struct virtio_blk *b)
{
    uint64_t len = data_length(b);

    return len % IMAGE_SECTOR == 0 &&
           !(b->header.type == T_OUT && b->image->is_readonly) &&
           image_holds(b->image, b->header.sector, len / IMAGE_SECTOR);
}

static enum disk_work work(const struct virtio_blk *b)
{
    switch (b->header.type) {
    case T_IN:
        return is_allowed(b) ? WORK_READ : WORK_NONE;
    case T_OUT:
        return is_allowed(b) ? WORK_WRITE : WORK_NONE;
    case T_FLUSH:
        return WORK_FLUSH;
    default:
        return WORK_NONE;
    }
}

/* Moves the data of a read or write, piece by piece. */
static bool move(struct virtio_blk *b, bool is_write, uint64_t at, uint64_t len)
{
    struct bus *bus = b->backend.slot->bus;
    uint64_t skip = is_write ? sizeof b->header : 0;

    for (uint64_t done = 0, n, pa; done < len; done += n) {
        bool is_good;

        n = virtqueue_piece(&b->chain, !is_write, skip + done, len - done, &pa);
        if (!n)
            return false;
        is_good = is_write ? image_from_memory(b->image, at + done, bus, pa, n)
                           : image_to_memory(b->image, at + done, bus, pa, n);
        if (!is_good)
            return false;
    }
    return true;
}

static uint8_t read_or_write(struct virtio_blk *b)
{
    uint64_t at = b->header.sector * IMAGE_SECTOR, len = data_length(b), n;
    bool is_write = b->header.type == T_OUT;

    if (!is_allowed(b) || !image_begin(b->image, is_write, b->header.sector))
        return S_IOERR;
    n = is_write ? len : image_readable(b->image, at, len);
    if (!move(b, is_write, at, n))
        return S_IOERR;
    if (!is_write)
        b->written = (uint32_t)n;
    return n == len ? S_OK : S_IOERR;
}

static uint8_t get_id(struct virtio_blk *b)
{
    static const char id[ID_SIZE] = "quire-virtio-blk";
    uint64_t len = data_length(b);

    b->written = (uint32_t)(len < ID_SIZE ? len : ID_SIZE);
    if (!virtqueue_put(&b->chain, b->backend.slot->bus, 0, id, b->written))
        return S_IOERR;
    return S_OK;
}

static uint8_t perform(struct virtio_blk *b)
{
    switch (b->header.type) {
    case T_IN:
    case T_OUT:
        return read_or_write(b);
    case T_FLUSH:
        return image_flush(b->image) ? S_OK : S_IOERR;
    case T_GET_ID:
        return get_id(b);
    default:
        return S_UNSUPP;
    }
}

static void wait_until(struct virtio_blk *b, enum virtio_blk_phase phase,
                       uint64_t ns)
{
    struct clock *clock = b->backend.slot->device.clock;

    b->phase = (uint8_t)phase;
    b->due = clock->now + clock_from_ns(clock, ns);
    clock_request(clock, b->due);
}

static void go_idle(struct virtio_blk *b)
{
    b->phase = VIRTIO_BLK_IDLE;
    b->due = CLOCK_NEVER;
}

/* Takes the next request, if there is one, and waits out its latency. */
static void begin(struct virtio_blk *b)
{
    struct virtio_mmio *slot = b->backend.slot;
    struct virtio_blk_header *h = &b->header;

    go_idle(b);
    if (!virtio_take(slot, 0, &b->chain))
        return;
    if (!b->chain.writable ||
        !virtqueue_get(&b->chain, slot->bus, 0, h, sizeof *h)) {
        virtio_break(slot);
        return;
    }
    wait_until(b, VIRTIO_BLK_SEEKING,
               image_latency(b->image, slot->device.clock, work(b), h->sector,
                             data_length(b) / IMAGE_SECTOR));
}

/* The latency is over: moves the data, and waits while they take time. */
static void act(struct virtio_blk *b)
{
    uint64_t moved = 0;

    b->written = 0;
    b->status = perform(b);
    if (b->status == S_OK &&
        (b->header.type == T_IN || b->header.type == T_OUT))
        moved = data_length(b);
    wait_until(b, VIRTIO_BLK_MOVING,
               moved * 1000 / VIRTIO_BLK_BYTES_PER_US + 1);
}

/* Gives the request back and looks for the next one. */
static void end(struct virtio_blk *b)
{
    struct virtio_mmio *slot = b->backend.slot;
    uint64_t status_pa;

    if (virtqueue_piece(&b->chain, true, b->chain.writable - 1, 1,
                        &status_pa) &&
        bus_dma_write(slot->bus, status_pa, &b->status, 1))
        virtio_give(slot, 0, b->chain.head, b->written + 1);
    begin(b);
}

static uint64_t blk_tick(struct virtio_backend *backend, uint64_t now)
{
    struct virtio_blk *b = blk(backend);

    if (b->due > now)
        return b->due;
    if (b->phase == VIRTIO_BLK_SEEKING)
        act(b);
    else
        end(b);
    return b->due;
}

static void blk_notify(struct virtio_backend *backend, unsigned queue)
{
    struct virtio_blk *b = blk(backend);

    (void)queue;
    if (b->phase == VIRTIO_BLK_IDLE)
        begin(b);
}

static void blk_reset(struct virtio_backend *backend)
{
    struct virtio_blk *b = blk(backend);

    go_idle(b);
    b->header = (struct virtio_blk_header){0};
    b->chain = (struct virtqueue_chain){0};
    b->written = 0;
    b->status = 0;
}

static void blk_archive(struct virtio_backend *backend, struct archive *a)
{
    struct virtio_blk *b = blk(backend);

    archive_u8(a, "phase", &b->phase);
    archive_u64(a, "due", &b->due);
    archive_u32(a, "type", &b->header.type);
    archive_u64(a, "sector", &b->header.sector);
    virtqueue_chain_archive(&b->chain, a);
    archive_u32(a, "written", &b->written);
    archive_u8(a, "request_status", &b->status);
    archive_check(a,
                  b->phase <= VIRTIO_BLK_MOVING &&
                      (b->phase == VIRTIO_BLK_IDLE) == (b->due == CLOCK_NEVER),
                  "phase");
    archive_check(
        a,
        b->phase == VIRTIO_BLK_IDLE ||
            (b->chain.writable && b->chain.readable >= sizeof b->header),
        "chain");
    image_archive(b->image, a);
}

static const struct virtio_backend_class blk_class = {
    .device_id = DEVICE_ID,
    .features = blk_features,
    .config = blk_config,
    .reset = blk_reset,
    .notify = blk_notify,
    .tick = blk_tick,
    .archive = blk_archive,
};

void virtio_blk_init(struct virtio_blk *b, struct image *image)
{
    *b = (struct virtio_blk){.image = image};
    b->backend.class = &blk_class;
    go_idle(b);
}
