/*
 * `sifive,clint0`: software and timer interrupts of every hart, and mtime,
 * which follows machine time at MTIME_HZ.
 */
#ifndef QUIRE_DEVICES_CLINT_H
#define QUIRE_DEVICES_CLINT_H

#include <stdint.h>

#include "devices/device.h"

#define CLINT_MAX_HARTS 8

/* Sstc: each hart keeps its stimecmp, and the CLINT, which has the time,
 * compares. `stimecmp` is false while the hart wants no comparison. */
struct clint_supervisor {
    bool (*stimecmp)(const void *ctx, uint64_t *when);
    const void *ctx;
    struct irq stip_wire;
};

struct clint {
    struct device device;
    unsigned n_harts;
    struct irq msip_wire[CLINT_MAX_HARTS];
    struct irq mtip_wire[CLINT_MAX_HARTS];
    struct clint_supervisor supervisor[CLINT_MAX_HARTS];

    uint32_t msip; /* bit n: hart n */
    uint64_t mtimecmp[CLINT_MAX_HARTS];
    uint64_t mtime_offset; /* mtime minus the ticks of machine time */
};

extern const struct device_class clint_class;

/* 1 <= n_harts <= CLINT_MAX_HARTS. Wires are soldered afterwards. */
void clint_init(struct clint *c, uint64_t base_pa, struct clock *clock,
                unsigned n_harts);
/* Compares anew; when what a supervisor.stimecmp says has changed. */
void clint_compare(struct clint *c);
/* What mtime and the time CSR read at clock->now. */
uint64_t clint_mtime(const struct clint *c);

#endif
