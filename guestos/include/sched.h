/*
 * Tasks and the scheduler. A task is a thread of execution with a kernel
 * stack; a user task also has an address space (mm), open files and signal
 * handlers, each shared or own as clone said.
 */
#ifndef QUIRE_GUESTOS_SCHED_H
#define QUIRE_GUESTOS_SCHED_H

#include "atomic.h"
#include "bitops.h"
#include "err.h"
#include "jiffies.h"
#include "list.h"
#include "rbtree.h"
#include "signal.h"
#include "spinlock.h"
#include "thread_info.h"
#include "wait.h"
#include "asm/processor.h"

struct mm_struct;
struct files_struct;
struct fs_struct;

/* task_struct.state: what a task waits for; 0 is runnable. */
#define TASK_RUNNING 0u
#define TASK_INTERRUPTIBLE 1u
#define TASK_UNINTERRUPTIBLE 2u
#define TASK_STOPPED 4u
#define TASK_DEAD 0x80u
#define TASK_WAKEKILL 0x100u
#define TASK_KILLABLE (TASK_WAKEKILL | TASK_UNINTERRUPTIBLE)
#define TASK_NORMAL (TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE)

/* task_struct.exit_state */
#define EXIT_ZOMBIE 1u
#define EXIT_DEAD 2u

/* task_struct.flags, Linux's values. */
#define PF_EXITING 0x00000004u
#define PF_FORKNOEXEC 0x00000040u
#define PF_SIGNALED 0x00000400u
#define PF_MEMALLOC 0x00000800u
#define PF_KSWAPD 0x00020000u
#define PF_MEMALLOC_NOFS 0x00040000u
#define PF_MEMALLOC_NOIO 0x00080000u
#define PF_KTHREAD 0x00200000u
#define PF_NO_SETAFFINITY 0x04000000u

#define TASK_COMM_LEN 16
/* What reclaim has freed besides pages of the LRU lists. */
struct reclaim_state {
    unsigned long reclaimed_slab; /* pages */
};

/* The task's slots of kmap_local_page, innermost last; see kmap_local.c. */
#define KM_MAX_IDX 16
struct kmap_ctrl {
    int idx; /* how many are in use */
    unsigned long pfn[KM_MAX_IDX];
};

#define THREAD_SIZE 8192
#define NR_RLIMITS 16
#define RLIMIT_DATA 2
#define RLIMIT_STACK 3
#define RLIMIT_RSS 5
#define RLIMIT_NOFILE 7
#define RLIMIT_AS 9
#define RLIM_INFINITY (~0UL)

struct rlimit {
    unsigned long cur, max;
};

struct task_struct {
    struct thread_info thread_info; /* first: entry.S and thread_info.h */
    struct thread_struct thread;    /* what switch_to saves */

    volatile unsigned state;
    unsigned flags; /* PF_* */
    void *stack;
    struct atomic usage;

    /* Scheduling; under the lock of its CPU's run queue. */
    bool on_rq;      /* counts there: runs, waits, or is being moved */
    bool is_queued;  /* waits: in the tree */
    bool is_leaving; /* runs where it may not, and goes elsewhere */
    unsigned char migration_disabled; /* stays on its CPU; own, no lock */
    bool is_idle;
    bool contributes_to_load; /* sleeps uninterruptibly */
    bool in_iowait;           /* sleeps, or is about to, for a disk */
    struct spinlock pi_lock;  /* wake-ups, changes of cpus_mask; see sched.c */
    struct cpumask cpus_mask; /* where it may run */
    struct rb_node run_node;
    u64 vruntime, exec_start, sum_exec_runtime, slice_used; /* ns */
    u64 utime, stime;                                       /* in ticks */
    u64 start_time;                                         /* ns since boot */
    unsigned long nvcsw, nivcsw;

    /* All tasks, in the order of their birth; under tasklist_lock. */
    struct list_head tasks;
    pid_t pid, tgid; /* the same: there are no threads in a process yet */
    pid_t pgrp, session;
    struct task_struct *parent;
    struct list_head children, sibling;
    char comm[TASK_COMM_LEN];

#ifdef CONFIG_LOCKDEP
    struct lockdep_task lockdep;
#endif
    struct spinlock alloc_lock; /* guards mm and fs, for others: task_lock */
    /* mm is NULL in kernel threads; active_mm is what the MMU uses. */
    struct mm_struct *mm, *active_mm;
    struct kmap_ctrl kmap_ctrl;
    unsigned long min_flt, maj_flt, cmin_flt, cmaj_flt;
    struct reclaim_state *reclaim_state;
    int oom_score_adj; /* -1000 .. 1000 */
#ifdef CONFIG_FAULT_INJECTION
    unsigned int fail_nth; /* 0: none; its own, but see /proc/PID/fail-nth */
#endif

    struct files_struct *files;
    struct fs_struct *fs;

    /* Signals. */
    struct sighand_struct *sighand;
    struct spinlock siglock; /* guards pending, blocked, sighand, is_stopping */
    u64 pending, blocked, saved_sigmask;
    bool has_saved_sigmask;       /* put back when the next signal is handled */
    struct siginfo_lite *siginfo; /* [NR_SIGNALS]: of the pending ones */
    unsigned long sas_sp, sas_size;
    int exit_signal;
    bool is_unkillable; /* init: by what it has no handler for */
    bool is_stopping;   /* has taken a stop signal, is not stopped yet */
    int stop_signal;    /* not yet reported to the parent, or 0 */
    bool is_continued;  /* not yet reported */

    /* End of life. */
    unsigned exit_state;
    int exit_code; /* as wait() reports it */
    struct wait_queue_head wait_chldexit;
    u32 __user *set_child_tid, *clear_child_tid;
    struct completion *vfork_done;
    u64 cutime, cstime;

    struct rlimit rlim[NR_RLIMITS];
    uid_t uid; /* always 0: there is one user */
    umode_t umask;
    /* A sleep that a signal has interrupted: when it ends. */
    u64 restart_expires;
};

extern struct task_struct init_task; /* pid 0, the idle task */
extern struct spinlock tasklist_lock;

/* Every process but the idle task; with tasklist_lock held. */
#define for_each_process(p)                                                    \
    for ((p) = list_next_entry(&init_task, tasks); (p) != &init_task;          \
         (p) = list_next_entry(p, tasks))

static inline bool test_tsk_thread_flag(const struct task_struct *task, int bit)
{
    return test_bit((unsigned long)bit, &task->thread_info.flags);
}

static inline void set_tsk_thread_flag(struct task_struct *task, int bit)
{
    set_bit((unsigned long)bit, &task->thread_info.flags);
}

static inline void clear_tsk_thread_flag(struct task_struct *task, int bit)
{
    clear_bit((unsigned long)bit, &task->thread_info.flags);
}

/* The CPU that it runs on, or ran last. */
static inline int task_cpu(const struct task_struct *task)
{
    return (int)READ_ONCE(task->thread_info.cpu);
}

static inline bool test_thread_flag(int bit)
{
    return test_tsk_thread_flag(current, bit);
}

static inline bool need_resched(void)
{
    return test_thread_flag(TIF_NEED_RESCHED);
}

static inline void set_current_state(unsigned state)
{
    __atomic_store_n(&current->state, state, __ATOMIC_SEQ_CST);
}

#define __set_current_state(s) set_current_state(s)

/* For states that no wake-up of an earlier sleep may end: TASK_STOPPED and
 * TASK_DEAD. */
void set_special_state(unsigned state);

static inline void get_task_struct(struct task_struct *task)
{
    atomic_inc(&task->usage);
}

void put_task_struct(struct task_struct *task);

/* While it is held the task's mm stays what it is. Inside tasklist_lock. */
#define task_lock(task, flags) spin_lock_irqsave(&(task)->alloc_lock, flags)
#define task_unlock(task, flags)                                               \
    spin_unlock_irqrestore(&(task)->alloc_lock, flags)

/* Gives the hart to another task; comes back when this one is chosen. */
void schedule(void);
#define MAX_SCHEDULE_TIMEOUT ((long)(~0UL >> 1))
/* Sleeps at most that many ticks in the state that the caller has set;
 * returns what was left. */
long schedule_timeout(long ticks);
long schedule_timeout_interruptible(long ticks);
long schedule_timeout_uninterruptible(long ticks);
void io_schedule(void);
void yield(void);
/* Yields if a reschedule is due; true when it did. May sleep. */
bool cond_resched(void);
/* True when it was not runnable before. */
bool wake_up_process(struct task_struct *task);
bool wake_up_state(struct task_struct *task, unsigned states);
/* If it runs on another CPU it enters the kernel now, and sees its flags. */
void kick_process(struct task_struct *task);
/* Where it may run: 0, or -EINVAL when none of these is online. */
int set_cpus_allowed(struct task_struct *task, struct cpumask mask);
/* In between the current task may be preempted and sleep, but stays on its
 * CPU, whatever its affinity becomes meanwhile. They nest. */
static inline void migrate_disable(void)
{
    current->migration_disabled++;
    barrier();
}
void leave_forbidden_cpu(void);
static inline void migrate_enable(void)
{
    barrier();
    if (!--current->migration_disabled)
        leave_forbidden_cpu();
}
/* Before it first runs: only there, and it cannot be changed. */
void kthread_bind(struct task_struct *task, int cpu);

struct task_struct *find_task_by_pid(pid_t pid);         /* takes a reference */
pid_t task_ppid(const struct task_struct *task);         /* its parent's */
struct mm_struct *get_task_mm(struct task_struct *task); /* mmput it */

static inline bool signal_pending(const struct task_struct *task)
{
    return test_tsk_thread_flag(task, TIF_SIGPENDING);
}

static inline bool fatal_signal_pending(const struct task_struct *task)
{
    return signal_pending(task) && (task->pending & sigmask(SIGKILL));
}

/* Must not sleep in that state: a signal is there that ends such a sleep. */
static inline bool signal_pending_state(unsigned state,
                                        const struct task_struct *task)
{
    if (!(state & (TASK_INTERRUPTIBLE | TASK_WAKEKILL)) ||
        !signal_pending(task)) {
        return false;
    }
    return (state & TASK_INTERRUPTIBLE) || fatal_signal_pending(task);
}

/* From the kernel; never sleeps. */
int send_sig(int sig, struct task_struct *task);
/* To the current task because of what it did at `addr`; cannot be ignored. */
void force_sig_fault(int sig, int code, unsigned long addr);
void force_sig(int sig);

/* Kernel threads; see kernel/kthread.c. The name takes printf's formats. */
struct task_struct *kthread_create(int (*fn)(void *data), void *data,
                                   const char *name, ...)
    __attribute__((format(printf, 3, 4)));
#define kthread_run(fn, data, ...)                                             \
    __extension__({                                                            \
        struct task_struct *kthread_new =                                      \
            kthread_create(fn, data, __VA_ARGS__);                             \
        if (!IS_ERR(kthread_new)) {                                            \
            wake_up_process(kthread_new);                                      \
        }                                                                      \
        kthread_new;                                                           \
    })

/* The hart keeps `mm` for a kernel thread, without using it. */
void enter_lazy_tlb(struct mm_struct *mm);
/* Switches the hart to `mm` (which the caller holds) for the current task. */
void switch_mm(struct mm_struct *prev, struct mm_struct *next,
               struct task_struct *task);

#endif
