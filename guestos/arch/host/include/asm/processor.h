/* What a task owns of the processor: nothing on the host. */
#ifndef QUIRE_GUESTOS_ASM_PROCESSOR_H
#define QUIRE_GUESTOS_ASM_PROCESSOR_H

#include "asm/current.h"

struct thread_struct {
    unsigned long unused;
};

static inline void cpu_relax(void)
{
}

#endif
