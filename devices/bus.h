/*
 * The physical address space: DRAM, the boot ROM and device windows. Every
 * access to guest memory by CPU, page walk or device goes through bus_ram,
 * which does its arithmetic in 64 bits; everything else is an access fault.
 */
#ifndef QUIRE_DEVICES_BUS_H
#define QUIRE_DEVICES_BUS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/page_sum.h"
#include "devices/device.h"

#define BUS_MAX_DEVICES 32

/* Who must know of DMA: the harts' caches, translated code, reservations,
 * the trace. The board solders it; a NULL function is skipped. */
struct bus_snoop {
    void (*dma_read)(void *ctx, uint64_t pa, uint64_t len);
    void (*dma_write)(void *ctx, uint64_t pa, uint64_t len); /* after it */
    void *ctx;
};

struct bus {
    uint8_t *ram; /* ram_size bytes, at ram_base_pa */
    uint64_t ram_base_pa, ram_size;
    uint8_t *rom; /* the boot ROM: read and fetch only */
    uint64_t rom_base_pa, rom_size;
    struct page_sum ram_sum, rom_sum; /* see bus_mark_written */
    struct device *devices[BUS_MAX_DEVICES];
    unsigned n_devices;
    struct bus_snoop snoop;
};

/* Allocates RAM and ROM (zero); bus_free releases them, not the devices. */
void bus_init(struct bus *b, uint64_t ram_base_pa, uint64_t ram_size,
              uint64_t rom_base_pa, uint64_t rom_size);
void bus_free(struct bus *b);
/* Windows must not overlap anything; false if they do or the table is full. */
MUST_USE bool bus_attach(struct bus *b, struct device *d);

/* The host address of [pa, pa + len), or NULL unless all of it is DRAM. */
static inline uint8_t *bus_ram(const struct bus *b, uint64_t pa, uint64_t len)
{
    uint64_t at = pa - b->ram_base_pa;

    return len <= b->ram_size && at <= b->ram_size - len ? b->ram + at : NULL;
}

/* The same for memory that may be read or fetched: DRAM or the boot ROM. */
static inline const uint8_t *bus_readable(const struct bus *b, uint64_t pa,
                                          uint64_t len)
{
    uint64_t at = pa - b->rom_base_pa;

    if (len <= b->rom_size && at <= b->rom_size - len)
        return b->rom + at;
    return bus_ram(b, pa, len);
}

/* Bytes of DRAM at pa were written, or are about to be. Every write by whatever
 * way tells of it, the host's too: the digest of DRAM relies on it. */
static inline void bus_mark_written(struct bus *b, uint64_t pa, uint64_t len)
{
    page_sum_mark(&b->ram_sum, pa - b->ram_base_pa, len);
}

/* Whether the frame of pa, in DRAM, is marked since the last digest. */
static inline bool bus_is_marked(const struct bus *b, uint64_t pa)
{
    return page_sum_is_marked(&b->ram_sum, pa - b->ram_base_pa);
}

/* One access of 1, 2, 4 or 8 bytes to a device. False (an access fault)
 * where there is no device, the size is not the device's, the access is
 * misaligned, or the device is inside another access. */
MUST_USE bool bus_read(struct bus *b, uint64_t pa, unsigned size,
                       uint64_t *value);
MUST_USE bool bus_write(struct bus *b, uint64_t pa, unsigned size,
                        uint64_t value);

/* Whether the byte at pa is in a device's window. */
bool bus_has_device(const struct bus *b, uint64_t pa);
/* Whether bus_read and bus_write of `size` bytes there would succeed. */
bool bus_accepts(const struct bus *b, uint64_t pa, unsigned size);

/* Ticks every device at c->now and sets c->deadline to the next time at which
 * any of them, or what they asked for meanwhile, is due. */
void bus_tick(struct bus *b, struct clock *c);
/* Resets every device, in the order of attachment. */
void bus_reset(struct bus *b);

/* DMA: DRAM only, false otherwise; the snoop is told. */
MUST_USE bool bus_dma_read(struct bus *b, uint64_t pa, void *to, uint64_t len);
MUST_USE bool bus_dma_write(struct bus *b, uint64_t pa, const void *from,
                            uint64_t len);
MUST_USE bool bus_dma_fill(struct bus *b, uint64_t pa, uint8_t value,
                           uint64_t len);
/* memmove within DRAM. */
MUST_USE bool bus_dma_copy(struct bus *b, uint64_t to_pa, uint64_t from_pa,
                           uint64_t len);

#endif
