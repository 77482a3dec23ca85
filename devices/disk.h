/*
 * `quire,disk` (abi/qdisk.h): commands in a ring, done in order, data by
 * chains on the DMA engine's last channel.
 */
#ifndef QUIRE_DEVICES_DISK_H
#define QUIRE_DEVICES_DISK_H

#include <stdint.h>

#include "abi/qdisk.h"
#include "devices/dma.h"
#include "devices/image.h"

#define DISK_MAX_RING 256

enum disk_phase {
    DISK_IDLE,
    DISK_SEEKING, /* the command's latency passes, until `due` */
    DISK_MOVING,  /* the chain runs */
};

struct disk {
    struct device device;
    struct dma *dma;
    struct image *image;

    bool is_enabled, is_halted;
    uint64_t ring_pa;
    uint32_t ring_size, tail, head;
    uint32_t interrupt, interrupt_enable;
    uint8_t phase; /* enum disk_phase */
    uint64_t due;  /* CLOCK_NEVER unless seeking */
    uint64_t command_pa;
    struct qdisk_command command; /* as fetched; valid unless idle */
    uint64_t moved;               /* bytes of it */
    bool is_medium_bad;           /* the medium failed under it */
};

extern const struct device_class disk_class;

/* `image` (not NULL) stays the caller's. Binds the engine's stream. */
void disk_init(struct disk *d, uint64_t base_pa, struct clock *clock,
               struct dma *dma, struct image *image);

#endif
