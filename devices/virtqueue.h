/*
 * A split virtqueue (virtio 1.1, 2.6) as the device sees it. Rings and
 * chains are the guest's and hostile: whatever is wrong with them is
 * VIRTQUEUE_BROKEN, never more.
 */
#ifndef QUIRE_DEVICES_VIRTQUEUE_H
#define QUIRE_DEVICES_VIRTQUEUE_H

#include <stdint.h>

#include "base/archive.h"
#include "devices/bus.h"

#define VIRTQUEUE_MAX 128

struct virtqueue {
    uint32_t num; /* entries, a power of two when ready */
    bool is_ready;
    uint64_t desc_pa, driver_pa, device_pa;
    uint16_t next_avail, next_used;
};

struct virtqueue_segment {
    uint64_t pa, len;
};

/* One request: all of it is DRAM. First what the device reads, then what it
 * writes. */
struct virtqueue_chain {
    uint16_t head;
    uint32_t n_readable, n;      /* segments */
    uint64_t readable, writable; /* bytes */
    struct virtqueue_segment segments[VIRTQUEUE_MAX];
};

enum virtqueue_result { VIRTQUEUE_EMPTY, VIRTQUEUE_GOT, VIRTQUEUE_BROKEN };

void virtqueue_reset(struct virtqueue *q);
/* Whether size and addresses are such that the queue may become ready. */
MUST_USE bool virtqueue_is_sound(const struct virtqueue *q,
                                 const struct bus *bus);
/* Takes the next request that the driver offers. */
MUST_USE enum virtqueue_result virtqueue_pop(struct virtqueue *q,
                                             struct bus *bus,
                                             struct virtqueue_chain *chain);
/* Gives a request back, `len` bytes of it written; tells whether the driver
 * wants an interrupt. False: broken. */
MUST_USE bool virtqueue_push(struct virtqueue *q, struct bus *bus,
                             uint16_t head, uint32_t len, bool *wants_irq);

/* The part of [offset, offset + len) of the readable or the writable bytes
 * that lies in one segment: its address, and its length as the result, 0 at
 * the end. */
uint64_t virtqueue_piece(const struct virtqueue_chain *chain, bool is_writable,
                         uint64_t offset, uint64_t len, uint64_t *pa);
/* Copies readable bytes out, or into writable ones; false if there are not so
 * many. */
MUST_USE bool virtqueue_get(const struct virtqueue_chain *chain,
                            struct bus *bus, uint64_t offset, void *to,
                            uint64_t len);
MUST_USE bool virtqueue_put(const struct virtqueue_chain *chain,
                            struct bus *bus, uint64_t offset, const void *from,
                            uint64_t len);

void virtqueue_chain_archive(struct virtqueue_chain *chain, struct archive *a);
void virtqueue_archive(struct virtqueue *q, struct archive *a);

#endif
