/* Birth and death of tasks: between the files of kernel/ and arch/. */
#ifndef QUIRE_GUESTOS_TASK_H
#define QUIRE_GUESTOS_TASK_H

#include "sched.h"

struct pt_regs;

#define CSIGNAL 0x000000ff
#define CLONE_VM 0x00000100
#define CLONE_FS 0x00000200
#define CLONE_FILES 0x00000400
#define CLONE_SIGHAND 0x00000800
#define CLONE_VFORK 0x00004000
#define CLONE_PARENT 0x00008000
#define CLONE_THREAD 0x00010000
#define CLONE_SETTLS 0x00080000
#define CLONE_PARENT_SETTID 0x00100000
#define CLONE_CHILD_CLEARTID 0x00200000
#define CLONE_CHILD_SETTID 0x01000000

struct clone_args_lite {
    unsigned long flags, stack, tls;
    u32 __user *parent_tid, *child_tid;
    /* Kernel threads: what they run; NULL: a copy of the caller. */
    int (*fn)(void *data);
    void *data;
};

/* A new task, not yet running, or ERR_PTR. */
struct task_struct *copy_process(const struct clone_args_lite *args);
/* The idle task of a CPU that is not yet online, or ERR_PTR. */
struct task_struct *fork_idle(int cpu);
void fork_init(void);
extern unsigned long total_forks; /* since boot, atomic */

/* arch: stack and first context of a new task. */
void *alloc_kernel_stack(void);
void free_kernel_stack(void *stack);
void copy_thread(struct task_struct *task, const struct clone_args_lite *args);
/* The current task goes on at `pc` in user mode with fresh registers. */
void start_thread(struct pt_regs *regs, unsigned long pc, unsigned long sp);
void kernel_thread_done(int result); /* from entry.S */

/* Ends the current task; `code` is as wait reports it (exit << 8 | signal). */
void do_exit(int code) __attribute__((noreturn));
/* The address space of the current task: given up, with who waits for it. */
void exit_mm(void);
void mm_release(void);

/* Signals, kernel/signal.c. */
struct sighand_struct *sighand_alloc(void);
void sighand_put(struct sighand_struct *sighand);
void flush_signal_handlers(void); /* at exec: those that were caught */
int send_sig_info(int sig, const struct siginfo_lite *info,
                  struct task_struct *task);
int kill_pgrp(pid_t pgrp, int sig, const struct siginfo_lite *info);
void recalc_sigpending(struct task_struct *task);
void set_blocked(u64 mask);
/* The next signal to act upon, 0: none; the action is copied out. Stops and
 * ends the task as the defaults say. */
int get_signal(struct siginfo_lite *info, struct k_sigaction *action);
void notify_parent(struct task_struct *task, int why);

/* kswapd and init are the first two. */
#define INIT_PID 1
extern struct task_struct *init_process; /* inherits orphans */

#endif
