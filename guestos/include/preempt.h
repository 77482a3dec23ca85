/*
 * Preemption: the kernel may be preempted wherever preempt_count is 0 and
 * interrupts are on. Spinlocks count here, interrupt handlers add
 * HARDIRQ_OFFSET.
 */
#ifndef QUIRE_GUESTOS_PREEMPT_H
#define QUIRE_GUESTOS_PREEMPT_H

#include "kernel.h"
#include "asm/current.h"

#define NR_CPUS 8
#define HARDIRQ_OFFSET 0x10000u

/* Not inline: struct task_struct is not known here. */
unsigned *preempt_count_ptr(void);
int smp_processor_id(void);
void preempt_schedule(void); /* if it is due and allowed */

static inline unsigned preempt_count(void)
{
    return *preempt_count_ptr();
}

static inline void preempt_disable(void)
{
    ++*preempt_count_ptr();
    barrier();
}

static inline void preempt_enable_no_resched(void)
{
    barrier();
    --*preempt_count_ptr();
}

static inline void preempt_enable(void)
{
    preempt_enable_no_resched();
    preempt_schedule();
}

static inline bool in_interrupt(void)
{
    return preempt_count() >= HARDIRQ_OFFSET;
}

static inline bool in_atomic(void)
{
    return preempt_count() != 0;
}

#endif
