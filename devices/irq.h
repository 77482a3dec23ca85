/*
 * An interrupt is a wire: who raises it does not know what it leads to. The
 * board solders the ends together.
 */
#ifndef QUIRE_DEVICES_IRQ_H
#define QUIRE_DEVICES_IRQ_H

#include <stdbool.h>

struct irq {
    void (*set)(void *ctx, unsigned line, bool level);
    void *ctx;
    unsigned line; /* the receiver's own number for this wire */
};

/* Drives the wire; an unconnected one goes nowhere. */
static inline void irq_set(const struct irq *irq, bool level)
{
    if (irq->set)
        irq->set(irq->ctx, irq->line, level);
}

#endif
