/*
 * The head of struct task_struct: what is wanted on every path, inline, from
 * headers that do not know the rest, and from entry.S. Changed by the task
 * itself, `flags` also by others (set_bit and its kin), `cpu` only while the
 * task does not run.
 */
#ifndef QUIRE_GUESTOS_THREAD_INFO_H
#define QUIRE_GUESTOS_THREAD_INFO_H

#include "asm/current.h"

/* thread_info.flags: work before the return to user mode. */
#define TIF_NEED_RESCHED 0
#define TIF_SIGPENDING 1
#define TIF_MEMDIE 2 /* the OOM killer has chosen it */

struct thread_info {
    unsigned long kernel_sp; /* top of the kernel stack */
    unsigned long entry_sp;  /* scratch of the trap entry: sp .. */
    unsigned long entry_t0;  /* .. and t0 of the interrupted context */
    unsigned preempt_count;
    unsigned cpu; /* where it runs, or ran last */
    unsigned long flags;
};

static inline struct thread_info *current_thread_info(void)
{
    return (struct thread_info *)current;
}

#endif
