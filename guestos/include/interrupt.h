/* Interrupts of devices. Handlers run with interrupts off. */
#ifndef QUIRE_GUESTOS_INTERRUPT_H
#define QUIRE_GUESTOS_INTERRUPT_H

#include "types.h"

/* True when the device had something to say. */
typedef bool irq_handler(unsigned irq, void *dev);

/* Sources of the PLIC; 0 or -EBUSY, -EINVAL. The source is enabled. */
int request_irq(unsigned irq, irq_handler *handler, const char *name,
                void *dev);

#endif
