/*
 * virtio-blk (virtio 1.1, 5.2): serves a raw image to standard guests.
 */
#ifndef QUIRE_DEVICES_VIRTIO_BLK_H
#define QUIRE_DEVICES_VIRTIO_BLK_H

#include <stdint.h>

#include "devices/image.h"
#include "devices/virtio_mmio.h"

#define VIRTIO_BLK_BYTES_PER_US 1000

enum virtio_blk_phase {
    VIRTIO_BLK_IDLE,
    VIRTIO_BLK_SEEKING, /* the latency passes, until `due` */
    VIRTIO_BLK_MOVING,  /* so does the time of the data */
};

struct virtio_blk_header {
    uint32_t type, reserved;
    uint64_t sector;
};

struct virtio_blk {
    struct virtio_backend backend;
    struct image *image;

    uint8_t phase; /* enum virtio_blk_phase */
    uint64_t due;  /* CLOCK_NEVER when idle */
    /* The request in hand, as it was read; all 0 before the first. */
    struct virtio_blk_header header;
    struct virtqueue_chain chain;
    uint32_t written; /* MOVING: what ends it */
    uint8_t status;
};

/* `image` (not NULL) stays the caller's; the slot is given by
 * virtio_mmio_init. */
void virtio_blk_init(struct virtio_blk *b, struct image *image);

#endif
