/*
 * `sifive,plic-1.0.0`: level-triggered sources 1 .. 95 to an M and an S
 * context of each hart.
 */
#ifndef QUIRE_DEVICES_PLIC_H
#define QUIRE_DEVICES_PLIC_H

#include <stdint.h>

#include "abi/platform.h"
#include "devices/device.h"

#define PLIC_MAX_CONTEXTS 16
#define PLIC_WORDS (PLIC_SOURCES / 32)
#define PLIC_MAX_PRIORITY 7

struct plic {
    struct device device;
    unsigned n_contexts;
    struct irq wire[PLIC_MAX_CONTEXTS]; /* to MEIP or SEIP of a hart */

    uint32_t level[PLIC_WORDS];   /* what the sources drive */
    uint32_t pending[PLIC_WORDS]; /* requests that wait for a claim */
    uint32_t claimed[PLIC_WORDS]; /* gateways that wait for completion */
    uint8_t priority[PLIC_SOURCES];
    uint32_t enable[PLIC_MAX_CONTEXTS][PLIC_WORDS];
    uint8_t threshold[PLIC_MAX_CONTEXTS];
};

extern const struct device_class plic_class;

/* Two contexts a hart, 1 <= n_harts <= 8. */
void plic_init(struct plic *p, uint64_t base_pa, struct clock *clock,
               unsigned n_harts);
/* The end of a source's wire: usable as struct irq.set, ctx the plic, line the
 * source 1 .. 95. */
void plic_set(void *plic, unsigned source, bool level);

#endif
