/*
 * The physical address space: finds the device behind an address, checks
 * what the device's class allows, and moves bytes for bus masters.
 */
#include "devices/bus.h"

#include <string.h>

#include "base/alloc.h"
#include "base/bits.h"

void bus_init(struct bus *b, uint64_t ram_base_pa, uint64_t ram_size,
              uint64_t rom_base_pa, uint64_t rom_size)
{
    memset(b, 0, sizeof *b);
    b->ram_base_pa = ram_base_pa;
    b->ram_size = ram_size;
    b->rom_base_pa = rom_base_pa;
    b->rom_size = rom_size;
    if (ram_size)
        b->ram = alloc_map(ram_size);
    if (rom_size)
        b->rom = alloc_map(rom_size);
    page_sum_init(&b->ram_sum, b->ram, ram_size);
    page_sum_init(&b->rom_sum, b->rom, rom_size);
}

void bus_free(struct bus *b)
{
    page_sum_free(&b->ram_sum);
    page_sum_free(&b->rom_sum);
    alloc_unmap(b->ram, b->ram_size);
    alloc_unmap(b->rom, b->rom_size);
    memset(b, 0, sizeof *b);
}

static bool overlaps(uint64_t a, uint64_t a_len, uint64_t b, uint64_t b_len)
{
    return a - b < b_len || b - a < a_len;
}

bool bus_attach(struct bus *b, struct device *d)
{
    uint64_t base = d->base_pa, window = d->class->window;

    if (b->n_devices == BUS_MAX_DEVICES || base + window < base ||
        overlaps(base, window, b->ram_base_pa, b->ram_size) ||
        overlaps(base, window, b->rom_base_pa, b->rom_size))
        return false;
    for (unsigned i = 0; i < b->n_devices; i++) {
        const struct device *other = b->devices[i];

        if (overlaps(base, window, other->base_pa, other->class->window))
            return false;
    }
    b->devices[b->n_devices++] = d;
    return true;
}

/* The device that accepts this access, or NULL: an access fault. */
static struct device *find(const struct bus *b, uint64_t pa, unsigned size)
{
    for (unsigned i = 0; i < b->n_devices; i++) {
        struct device *d = b->devices[i];
        const struct device_class *class = d->class;

        if (pa - d->base_pa >= class->window)
            continue;
        if (size < class->min_access || size > class->max_access ||
            !is_aligned(pa, size) || d->is_busy ||
            pa - d->base_pa > class->window - size)
            return NULL;
        return d;
    }
    return NULL;
}

bool bus_has_device(const struct bus *b, uint64_t pa)
{
    for (unsigned i = 0; i < b->n_devices; i++)
        if (pa - b->devices[i]->base_pa < b->devices[i]->class->window)
            return true;
    return false;
}

bool bus_accepts(const struct bus *b, uint64_t pa, unsigned size)
{
    return find(b, pa, size);
}

bool bus_read(struct bus *b, uint64_t pa, unsigned size, uint64_t *value)
{
    struct device *d = find(b, pa, size);

    if (!d)
        return false;
    d->is_busy = true;
    *value = d->class->read(d, (uint32_t)(pa - d->base_pa), size) &
             UINT64_MAX >> (64 - 8 * size);
    d->is_busy = false;
    return true;
}

bool bus_write(struct bus *b, uint64_t pa, unsigned size, uint64_t value)
{
    struct device *d = find(b, pa, size);

    if (!d)
        return false;
    d->is_busy = true;
    d->class->write(d, (uint32_t)(pa - d->base_pa), size,
                    value & UINT64_MAX >> (64 - 8 * size));
    d->is_busy = false;
    return true;
}

void bus_tick(struct bus *b, struct clock *c)
{
    c->deadline = CLOCK_NEVER;
    for (unsigned i = 0; i < b->n_devices; i++) {
        struct device *d = b->devices[i];

        if (!d->class->tick)
            continue;
        d->is_busy = true;
        clock_request(c, d->class->tick(d, c->now));
        d->is_busy = false;
    }
}

void bus_reset(struct bus *b)
{
    for (unsigned i = 0; i < b->n_devices; i++)
        b->devices[i]->class->reset(b->devices[i]);
}

static void snoop_read(const struct bus *b, uint64_t pa, uint64_t len)
{
    if (b->snoop.dma_read && len)
        b->snoop.dma_read(b->snoop.ctx, pa, len);
}

static void snoop_write(struct bus *b, uint64_t pa, uint64_t len)
{
    bus_mark_written(b, pa, len);
    if (b->snoop.dma_write && len)
        b->snoop.dma_write(b->snoop.ctx, pa, len);
}

bool bus_dma_read(struct bus *b, uint64_t pa, void *to, uint64_t len)
{
    const uint8_t *from = bus_ram(b, pa, len);

    if (!from)
        return false;
    snoop_read(b, pa, len);
    memcpy(to, from, len);
    return true;
}

bool bus_dma_write(struct bus *b, uint64_t pa, const void *from, uint64_t len)
{
    uint8_t *to = bus_ram(b, pa, len);

    if (!to)
        return false;
    memcpy(to, from, len);
    snoop_write(b, pa, len);
    return true;
}

bool bus_dma_fill(struct bus *b, uint64_t pa, uint8_t value, uint64_t len)
{
    uint8_t *to = bus_ram(b, pa, len);

    if (!to)
        return false;
    memset(to, value, len);
    snoop_write(b, pa, len);
    return true;
}

bool bus_dma_copy(struct bus *b, uint64_t to_pa, uint64_t from_pa, uint64_t len)
{
    uint8_t *to = bus_ram(b, to_pa, len);
    const uint8_t *from = bus_ram(b, from_pa, len);

    if (!to || !from)
        return false;
    snoop_read(b, from_pa, len);
    memmove(to, from, len);
    snoop_write(b, to_pa, len);
    return true;
}
