/*
 * Preemption: the kernel may be preempted wherever preempt_count is 0 and
 * interrupts are on. Spinlocks count here, interrupt handlers add
 * HARDIRQ_OFFSET. Only a task that cannot be preempted stays on its CPU.
 */
#ifndef QUIRE_GUESTOS_PREEMPT_H
#define QUIRE_GUESTOS_PREEMPT_H

#include "cpumask.h"
#include "kernel.h"
#include "thread_info.h"

#define HARDIRQ_OFFSET 0x10000u

void preempt_schedule(void); /* if it is due and allowed */

static inline int smp_processor_id(void)
{
    return (int)current_thread_info()->cpu;
}

static inline unsigned preempt_count(void)
{
    return current_thread_info()->preempt_count;
}

static inline void preempt_count_add(unsigned n)
{
    current_thread_info()->preempt_count += n;
    barrier();
}

static inline void preempt_count_sub(unsigned n)
{
    barrier();
    current_thread_info()->preempt_count -= n;
}

static inline void preempt_disable(void)
{
    preempt_count_add(1);
}

static inline void preempt_enable_no_resched(void)
{
    preempt_count_sub(1);
}

static inline void preempt_enable(void)
{
    struct thread_info *info = current_thread_info();

    barrier();
    if (unlikely(!--info->preempt_count &&
                 READ_ONCE(info->flags) >> TIF_NEED_RESCHED & 1)) {
        preempt_schedule();
    }
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
