/* What a task owns of the processor. */
#ifndef QUIRE_GUESTOS_ASM_PROCESSOR_H
#define QUIRE_GUESTOS_ASM_PROCESSOR_H

#include "asm/current.h"

/* Callee-saved registers of a task that is not running. */
struct thread_struct {
    unsigned long ra, sp;
    unsigned long s[12];
};

/* Sleeps until an interrupt is pending, whether they are on or not. */
static inline void cpu_wait_for_interrupt(void)
{
    __asm__ volatile("wfi" ::: "memory");
}

static inline void cpu_relax(void)
{
    __asm__ volatile(".word 0x0100000f" ::: "memory"); /* pause: a hint */
}

#endif
