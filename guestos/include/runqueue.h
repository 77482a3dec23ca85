/* The scheduler's inside, for kernel/ and arch/ only. */
#ifndef QUIRE_GUESTOS_RUNQUEUE_H
#define QUIRE_GUESTOS_RUNQUEUE_H

#include "percpu.h"
#include "rbtree.h"
#include "sched.h"

/*
 * The runnable tasks of a hart but the running one, by virtual run time: who
 * has run least is next. A task that wakes starts a little behind the others,
 * so that it soon runs, but cannot keep what it saved up while it slept.
 */
struct run_queue {
    struct spinlock lock; /* interrupts off */
    struct rb_root tree;
    unsigned nr_running; /* with the running one, without idle */
    u64 min_vruntime;    /* never goes back */
    struct task_struct *curr, *idle;
    u64 nr_switches;
};

DECLARE_PER_CPU(struct run_queue, run_queues);

/* Ticks spent since the boot; written by the tick only. */
struct cpu_stat {
    u64 user, system, idle;
};
extern struct cpu_stat kernel_cpustat;

void sched_init(void); /* the calling context becomes the idle task */
void scheduler_tick(unsigned ticks, bool was_user);
/* A new task: where its virtual time starts. */
void sched_fork(struct task_struct *task);
void wake_up_new_task(struct task_struct *task);
void schedule_tail(struct task_struct *prev); /* first code of a new task */
/* The current task is dead: does not come back. */
void schedule_dead(void) __attribute__((noreturn));
void preempt_schedule_irq(void);
/* Tasks runnable or in uninterruptible sleep, as loadavg wants them. */
unsigned nr_active_tasks(void);
void get_loadavg(unsigned long loads[3]); /* fixed point, 11 bits */
struct task_struct *switch_to(struct task_struct *prev,
                              struct task_struct *next);

#define LOADAVG_SHIFT 11

#endif
