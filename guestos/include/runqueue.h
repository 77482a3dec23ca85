/* The scheduler's inside, for kernel/ and arch/ only. */
#ifndef QUIRE_GUESTOS_RUNQUEUE_H
#define QUIRE_GUESTOS_RUNQUEUE_H

#include "percpu.h"
#include "rbtree.h"
#include "sched.h"

#define SLICE_NS (40ull * 1000000)     /* others wait at most this long */
#define MIN_SLICE_NS (10ull * 1000000) /* one tick */

/*
 * The runnable tasks of a CPU but the running one, by virtual run time: who
 * has run least is next. A task that wakes starts a little behind the others,
 * so that it soon runs, but cannot keep what it saved up while it slept.
 */
struct run_queue {
    struct spinlock lock; /* interrupts off; of two, the lower CPU's first */
    int cpu;
    struct rb_root tree;
    unsigned nr_running; /* with the running one, without idle */
    u64 min_vruntime;    /* never goes back */
    struct task_struct *curr, *idle;
    unsigned long nr_switches;
    /* Tasks that fell asleep here, less those that did so elsewhere and woke
     * here: only the sum over all queues means something. */
    long nr_uninterruptible;
    struct atomic nr_iowait; /* tasks that sleep for a disk, by last CPU */
    unsigned ticks_unbalanced;
};

DECLARE_PER_CPU(struct run_queue, run_queues);

/* Ticks spent since the boot; written by the CPU's tick only. */
struct cpu_stat {
    unsigned long user, system, idle, iowait;
};
DECLARE_PER_CPU(struct cpu_stat, kernel_cpustat);

static inline bool vruntime_before(u64 a, u64 b)
{
    return (s64)(a - b) < 0;
}

/* -- sched.c ------------------------------------------------------------- */

void sched_init(void); /* the calling context becomes CPU 0's idle task */
/* `task` becomes the idle task of a CPU that is not yet online. */
void init_idle(struct task_struct *task, int cpu);
void scheduler_tick(unsigned ticks, bool was_user);
/* A new task: where its virtual time starts. */
void sched_fork(struct task_struct *task);
void wake_up_new_task(struct task_struct *task);
void schedule_tail(struct task_struct *prev); /* first code of a new task */
/* The current task is dead: does not come back. */
void schedule_dead(void) __attribute__((noreturn));
void preempt_schedule_irq(void);
struct task_struct *switch_to(struct task_struct *prev,
                              struct task_struct *next);

/* Locks the queue of the task's CPU; interrupts are off. */
struct run_queue *task_rq_lock(struct task_struct *task);
/* With the queue's lock: in or out of the tree. */
void enqueue_task(struct run_queue *rq, struct task_struct *task);
void dequeue_task(struct run_queue *rq, struct task_struct *task);
/* One task more for the queue, which comes from nowhere. */
void activate_task(struct run_queue *rq, struct task_struct *task);
/* The CPU looks for its next task soon. */
void resched_curr(struct run_queue *rq);
void check_wakeup_preempt(struct run_queue *rq, struct task_struct *task);

/* -- balance.c ----------------------------------------------------------- */

/* Where a task that is on no queue should run; with its pi_lock. */
int select_task_rq(const struct task_struct *task);
/* A CPU without work, its queue locked: the work of another, or NULL. */
struct task_struct *newidle_balance(struct run_queue *rq);
/* In the tick, without locks: evens the queues out. */
void balance_tick(struct run_queue *rq);
/* A waiting task goes to another queue; both are locked. */
void detach_task(struct run_queue *from, struct run_queue *to,
                 struct task_struct *task);

/* -- loadavg.c ----------------------------------------------------------- */

void account_tick(unsigned ticks, bool was_user);
/* In the tick of the CPU that keeps the time. */
void calc_global_load(void);
/* Tasks runnable or in uninterruptible sleep, as loadavg wants them. */
unsigned nr_active_tasks(void);
unsigned nr_running_tasks(void);
unsigned nr_iowait_tasks(void);
unsigned long nr_context_switches(void);
void get_loadavg(unsigned long loads[3]); /* fixed point, 11 bits */

#define LOADAVG_SHIFT 11

#endif
