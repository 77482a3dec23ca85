/* Interrupts on the host: a flag, so that tests see who forgets it. */
#ifndef QUIRE_GUESTOS_ASM_IRQFLAGS_H
#define QUIRE_GUESTOS_ASM_IRQFLAGS_H

#include "types.h"

extern bool host_irqs_off;

static inline void local_irq_enable(void)
{
    host_irqs_off = false;
}

static inline void local_irq_disable(void)
{
    host_irqs_off = true;
}

static inline void local_irq_restore(unsigned long flags)
{
    host_irqs_off = flags;
}

static inline bool irqs_disabled(void)
{
    return host_irqs_off;
}

#define local_irq_save(flags) ((flags) = host_irqs_off, host_irqs_off = true)

#endif
