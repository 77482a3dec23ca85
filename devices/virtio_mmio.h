/*
 * A virtio-mmio slot (virtio 1.1, 4.2): the transport, of version 2 or, by
 * option, the legacy version 1. What is plugged into it is a backend; an
 * empty slot has DeviceID 0.
 */
#ifndef QUIRE_DEVICES_VIRTIO_MMIO_H
#define QUIRE_DEVICES_VIRTIO_MMIO_H

#include <stdint.h>

#include "devices/device.h"
#include "devices/virtqueue.h"

#define VIRTIO_MAX_QUEUES 1
#define VIRTIO_F_VERSION_1 (UINT64_C(1) << 32)

struct virtio_mmio;
struct virtio_backend;

struct virtio_backend_class {
    uint32_t device_id;
    uint64_t (*features)(const struct virtio_backend *b);
    /* One byte of the device's configuration, 0 beyond its end. */
    uint8_t (*config)(const struct virtio_backend *b, uint32_t offset);
    void (*reset)(struct virtio_backend *b);
    /* The driver has rung for a queue that is ready. */
    void (*notify)(struct virtio_backend *b, unsigned queue);
    uint64_t (*tick)(struct virtio_backend *b, uint64_t now);
    void (*archive)(struct virtio_backend *b, struct archive *a);
};

/* A backend's own struct starts with this. */
struct virtio_backend {
    const struct virtio_backend_class *class;
    struct virtio_mmio *slot;
};

struct virtio_mmio {
    struct device device;
    struct bus *bus;
    struct virtio_backend *backend; /* NULL: the slot is empty */
    bool is_legacy;

    uint32_t status, interrupt;
    uint32_t device_features_sel, driver_features_sel, queue_sel;
    uint64_t driver_features;
    uint32_t guest_page_size, queue_align, queue_pfn; /* legacy */
    struct virtqueue queues[VIRTIO_MAX_QUEUES];
};

extern const struct device_class virtio_mmio_class;

/* `backend` may be NULL and stays the caller's. */
void virtio_mmio_init(struct virtio_mmio *v, uint64_t base_pa,
                      struct clock *clock, struct bus *bus,
                      struct virtio_backend *backend, bool is_legacy);

/* For backends. */
/* Whether the driver is up and the device not broken. */
bool virtio_is_live(const struct virtio_mmio *v);
/* The next request of a queue; breaks the device if there is nonsense. */
MUST_USE bool virtio_take(struct virtio_mmio *v, unsigned queue,
                          struct virtqueue_chain *chain);
/* Gives a request back and interrupts as the driver wants it. */
void virtio_give(struct virtio_mmio *v, unsigned queue, uint16_t head,
                 uint32_t len);
/* DEVICE_NEEDS_RESET: nothing more happens until the driver resets. */
void virtio_break(struct virtio_mmio *v);

#endif
