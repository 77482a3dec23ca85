/*
 * `sifive,clint0`: software and timer interrupts of every hart, and mtime,
 * which follows machine time at MTIME_HZ.
 */
#ifndef QUIRE_DEVICES_CLINT_H
#define QUIRE_DEVICES_CLINT_H

#include <stdint.h>

#include "devices/device.h"

#define CLINT_MAX_HARTS 8

struct clint {
    struct device device;
    unsigned n_harts;
    struct irq msip_wire[CLINT_MAX_HARTS];
    struct irq mtip_wire[CLINT_MAX_HARTS];

    uint32_t msip; /* bit n: hart n */
    uint64_t mtimecmp[CLINT_MAX_HARTS];
    uint64_t mtime_offset; /* mtime minus the ticks of machine time */
};

extern const struct device_class clint_class;

/* 1 <= n_harts <= CLINT_MAX_HARTS. Wires are soldered afterwards. */
void clint_init(struct clint *c, uint64_t base_pa, struct clock *clock,
                unsigned n_harts);
/* What mtime and the time CSR read at clock->now. */
uint64_t clint_mtime(const struct clint *c);

#endif
