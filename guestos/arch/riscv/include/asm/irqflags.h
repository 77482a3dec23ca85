/* Interrupts of this hart, on and off. */
#ifndef QUIRE_GUESTOS_ASM_IRQFLAGS_H
#define QUIRE_GUESTOS_ASM_IRQFLAGS_H

#include "types.h"
#include "asm/csr.h"

static inline void local_irq_enable(void)
{
    csr_set(sstatus, SR_SIE);
}

static inline void local_irq_disable(void)
{
    csr_clear(sstatus, SR_SIE);
}

/* All of sstatus: its other bits do not change in between, so that the restore
 * need not take SIE out. */
static inline unsigned long arch_local_irq_save(void)
{
    return csr_read_clear(sstatus, SR_SIE);
}

static inline void local_irq_restore(unsigned long flags)
{
    csr_set(sstatus, flags);
}

static inline bool irqs_disabled(void)
{
    return !(csr_read(sstatus) & SR_SIE);
}

#define local_irq_save(flags) ((flags) = arch_local_irq_save())

#endif
