/*
 * `quire,dma` (abi/qdma.h): the bus master. A descriptor is copied when it
 * is fetched, and takes effect at the end of the time that it costs.
 */
#ifndef QUIRE_DEVICES_DMA_H
#define QUIRE_DEVICES_DMA_H

#include <stdint.h>

#include "abi/qdma.h"
#include "devices/bus.h"

/* What a disk command moves, byte by byte in order; channel
 * QDMA_DISK_CHANNEL's other end. */
struct dma_stream {
    /* Moves the next `len` bytes; the range is checked. False: stop. */
    bool (*to_memory)(void *ctx, uint64_t pa, uint64_t len);
    bool (*from_memory)(void *ctx, uint64_t pa, uint64_t len);
    /* The chain ended, with QDMA_ERR_* or QDMA_ERR_NONE. Returns the error
     * that the channel shows, for chains that were too short. */
    uint32_t (*done)(void *ctx, uint32_t error);
    void *ctx;
};

struct dma_channel {
    uint64_t desc; /* the register */
    uint32_t interrupt, interrupt_enable;
    uint32_t status, error, completed;
    uint64_t fault_pa;
    bool is_abort_asked;
    bool is_stream;           /* driven by the disk */
    struct qdma_desc current; /* valid while busy */
    uint64_t due;             /* when it takes effect; CLOCK_NEVER if idle */
};

struct dma_stats {
    uint64_t chains, descriptors, bytes, errors;
};

struct dma {
    struct device device;
    struct bus *bus;
    uint64_t reach; /* bytes of DRAM */
    struct dma_stream stream;
    struct dma_stats stats;

    bool is_disk_enabled; /* the disk channel is the disk's */
    struct dma_channel channels[QDMA_CHANNELS];
};

extern const struct device_class dma_class;

void dma_init(struct dma *d, uint64_t base_pa, struct clock *clock,
              struct bus *bus, uint64_t reach);

/* 0 if [pa, pa + len) is DRAM within the reach, else QDMA_ERR_REACH or
 * QDMA_ERR_NOT_RAM, and the first address that is refused. `len` > 0 and the
 * range does not wrap. */
uint32_t dma_check_range(const struct dma *d, uint64_t pa, uint64_t len,
                         uint64_t *refused_pa);

/* For the disk: takes or gives back its channel; runs a chain for a command;
 * drops that chain without a call of stream.done. dma_start_stream is false
 * if software's own chain still runs there. */
void dma_own_disk_channel(struct dma *d, bool is_owned);
MUST_USE bool dma_start_stream(struct dma *d, uint64_t desc_pa);
void dma_cancel_stream(struct dma *d);

#endif
