/*
 * What a device is. Each device file ends with one const struct
 * device_class; an instance starts with a struct device. The bus checks
 * window, size and alignment of an access, so read and write cannot fail.
 */
#ifndef QUIRE_DEVICES_DEVICE_H
#define QUIRE_DEVICES_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/archive.h"
#include "devices/clock.h"
#include "devices/irq.h"

enum reg_access { REG_RO, REG_WO, REG_RW, REG_W1C, REG_RW1C };

/* A row of the device's manual: docs/machine.md, trace names and the fuzz
 * test are made from it. `count` registers stand `stride` bytes apart. */
struct device_reg {
    uint32_t offset;
    uint8_t size;   /* bytes */
    uint8_t access; /* enum reg_access */
    const char *name;
    const char *meaning;
    uint32_t count, stride; /* 0, 0 for a single register */
};

struct device;

struct device_class {
    const char *name;               /* "uart" */
    const char *compatible;         /* the device tree's, e.g. "ns16550a" */
    const char *summary;            /* one sentence */
    uint32_t window;                /* bytes; 0 for a device without addresses,
                                     * which has no registers, read or write */
    uint8_t min_access, max_access; /* bytes: 1, 2, 4 or 8 */
    const struct device_reg *regs;
    size_t n_regs;

    /* Power-on or warm reset; keeps options and wires. */
    void (*reset)(struct device *d);
    /* `offset` is inside the window and aligned to `size`. Reads of holes
     * give 0, writes to them are ignored. */
    uint64_t (*read)(struct device *d, uint32_t offset, unsigned size);
    void (*write)(struct device *d, uint32_t offset, unsigned size,
                  uint64_t value);
    /* Does what is due at clock->now; returns the next deadline in cycles,
     * later than now, or CLOCK_NEVER. NULL: never due. */
    uint64_t (*tick)(struct device *d, uint64_t now);
    /* Visits all state, hostile when it restores. */
    void (*archive)(struct device *d, struct archive *a);
    /* Adds properties beyond compatible, reg and interrupts to the node that
     * is open in `fdt` (libfdt's sequential write). NULL: none. */
    void (*describe)(const struct device *d, void *fdt);
};

struct device {
    const struct device_class *class;
    uint64_t base_pa;
    struct irq irq;
    unsigned irq_number; /* at the PLIC, 0 if none: for the device tree */
    struct clock *clock;
    bool is_busy; /* inside read, write or tick: guards against re-entry */
};

/* Sets what every device has; the wire stays unconnected until the board
 * solders it. The device's own init calls this, then resets. */
static inline void device_init(struct device *d,
                               const struct device_class *class,
                               uint64_t base_pa, struct clock *clock)
{
    *d = (struct device){.class = class, .base_pa = base_pa, .clock = clock};
}

#endif
