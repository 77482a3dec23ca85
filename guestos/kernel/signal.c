/*
 * Signals: sending, and what the target does before it returns to user mode.
 * siglock (one a task) guards pending, blocked, siginfo and which sighand it
 * is; the actions are guarded by sighand->lock, taken inside it, so with
 * interrupts off.
 */
#include "signal.h"
#include "errno.h"
#include "kernel.h"
#include "runqueue.h"
#include "slab.h"
#include "string.h"
#include "syscalls.h"
#include "task.h"
#include "uaccess.h"

#define SIG_DFL_HANDLER 0
#define SIG_IGN_HANDLER 1
#define UNBLOCKABLE (sigmask(SIGKILL) | sigmask(SIGSTOP))
#define DEFAULT_IGNORE                                                         \
    (sigmask(SIGCHLD) | sigmask(SIGCONT) | sigmask(SIGURG) | sigmask(SIGWINCH))
#define DEFAULT_STOP                                                           \
    (sigmask(SIGSTOP) | sigmask(SIGTSTP) | sigmask(SIGTTIN) | sigmask(SIGTTOU))
#define SA_NODEFER 0x40000000ul
#define SA_RESETHAND 0x80000000ul
#define SIG_BLOCK_HOW 0
#define SIG_UNBLOCK_HOW 1
#define SIG_SETMASK_HOW 2

struct sighand_struct *sighand_alloc(void)
{
    struct sighand_struct *sighand = kzalloc(sizeof(*sighand), GFP_KERNEL);

    if (sighand) {
        atomic_set(&sighand->count, 1);
        spin_lock_init(&sighand->lock);
    }
    return sighand;
}

void sighand_put(struct sighand_struct *sighand)
{
    if (atomic_dec_and_test(&sighand->count)) {
        kfree(sighand);
    }
}

void flush_signal_handlers(void)
{
    struct sighand_struct *sighand = current->sighand;
    unsigned long flags;

    spin_lock_irqsave(&sighand->lock, flags);
    for (int sig = 1; sig < NR_SIGNALS; sig++) {
        struct k_sigaction *action = &sighand->action[sig];

        if (action->handler != SIG_IGN_HANDLER) {
            action->handler = SIG_DFL_HANDLER;
        }
        action->flags = 0;
        action->mask = 0;
    }
    spin_unlock_irqrestore(&sighand->lock, flags);
}

void recalc_sigpending(struct task_struct *task)
{
    if (task->pending & ~task->blocked) {
        set_tsk_thread_flag(task, TIF_SIGPENDING);
    } else {
        clear_tsk_thread_flag(task, TIF_SIGPENDING);
    }
}

static bool is_ignored(struct task_struct *task, int sig)
{
    unsigned long handler;

    if (sig == SIGKILL || sig == SIGSTOP) {
        return false;
    }
    if (task->blocked & sigmask(sig)) {
        return false; /* it may have a handler when it is unblocked */
    }
    handler = task->sighand->action[sig].handler;
    return handler == SIG_IGN_HANDLER ||
           (handler == SIG_DFL_HANDLER && (sigmask(sig) & DEFAULT_IGNORE));
}

/* SIGCONT and the stop signals undo each other, even when ignored. */
static void prepare_signal(struct task_struct *task, int sig)
{
    if (sigmask(sig) & DEFAULT_STOP) {
        task->pending &= ~sigmask(SIGCONT);
    } else if (sig == SIGCONT) {
        task->pending &= ~DEFAULT_STOP;
        task->is_stopping = false;
        if (task->state == TASK_STOPPED) {
            task->is_continued = true;
            task->stop_signal = 0;
        }
        wake_up_state(task, TASK_STOPPED);
    }
}

int send_sig_info(int sig, const struct siginfo_lite *info,
                  struct task_struct *task)
{
    unsigned long flags;
    bool is_fatal;

    if (sig < 0 || sig >= NR_SIGNALS) {
        return -EINVAL;
    }
    if (sig == 0 || task->exit_state || (task->flags & PF_KTHREAD)) {
        return 0;
    }
    spin_lock_irqsave(&task->siglock, flags);
    prepare_signal(task, sig);
    if (!is_ignored(task, sig) && !(task->flags & PF_EXITING)) {
        task->pending |= sigmask(sig);
        task->siginfo[sig] = *info;
        recalc_sigpending(task);
        is_fatal = sig == SIGKILL;
        if (signal_pending(task) &&
            !wake_up_state(task,
                           TASK_INTERRUPTIBLE |
                               (is_fatal ? TASK_WAKEKILL | TASK_STOPPED : 0))) {
            kick_process(task);
        }
    }
    spin_unlock_irqrestore(&task->siglock, flags);
    return 0;
}

int send_sig(int sig, struct task_struct *task)
{
    struct siginfo_lite info = {.code = SI_KERNEL};

    return send_sig_info(sig, &info, task);
}

/* It happens now: neither blocked nor ignored. */
static void force_sig_info(int sig, const struct siginfo_lite *info)
{
    struct task_struct *task = current;
    struct k_sigaction *action;
    unsigned long flags;

    spin_lock_irqsave(&task->siglock, flags);
    spin_lock(&task->sighand->lock);
    action = &task->sighand->action[sig];
    if ((task->blocked & sigmask(sig)) || action->handler == SIG_IGN_HANDLER) {
        action->handler = SIG_DFL_HANDLER;
        task->blocked &= ~sigmask(sig);
    }
    if (action->handler == SIG_DFL_HANDLER) {
        task->is_unkillable = false;
    }
    spin_unlock(&task->sighand->lock);
    task->pending |= sigmask(sig);
    task->siginfo[sig] = *info;
    recalc_sigpending(task);
    spin_unlock_irqrestore(&task->siglock, flags);
}

void force_sig_fault(int sig, int code, unsigned long addr)
{
    struct siginfo_lite info = {.code = code, .addr = addr};

    force_sig_info(sig, &info);
}

void force_sig(int sig)
{
    struct siginfo_lite info = {.code = SI_KERNEL};

    force_sig_info(sig, &info);
}

int kill_pgrp(pid_t pgrp, int sig, const struct siginfo_lite *info)
{
    struct task_struct *task;
    unsigned long flags;
    int error = -ESRCH;

    spin_lock_irqsave(&tasklist_lock, flags);
    for_each_process(task) {
        if (task->pgrp == pgrp && !(task->flags & PF_KTHREAD)) {
            error = send_sig_info(sig, info, task);
        }
    }
    spin_unlock_irqrestore(&tasklist_lock, flags);
    return error;
}

/* Everybody but init and the caller. */
static int kill_all(int sig, const struct siginfo_lite *info)
{
    struct task_struct *task;
    unsigned long flags;
    int error = -ESRCH;

    spin_lock_irqsave(&tasklist_lock, flags);
    for_each_process(task) {
        if (task->pid != INIT_PID && task != current &&
            !(task->flags & PF_KTHREAD)) {
            error = send_sig_info(sig, info, task);
        }
    }
    spin_unlock_irqrestore(&tasklist_lock, flags);
    return error;
}

static int kill_one(pid_t pid, int sig, const struct siginfo_lite *info)
{
    struct task_struct *task = find_task_by_pid(pid);
    int error;

    if (!task) {
        return -ESRCH;
    }
    error = send_sig_info(sig, info, task);
    put_task_struct(task);
    return error;
}

long sys_kill(pid_t pid, int sig)
{
    struct siginfo_lite info = {.code = SI_USER, .pid = current->pid};

    if (pid > 0) {
        return kill_one(pid, sig, &info);
    }
    if (pid == -1) {
        return kill_all(sig, &info);
    }
    return kill_pgrp(pid ? -pid : current->pgrp, sig, &info);
}

long sys_tgkill(pid_t tgid, pid_t pid, int sig)
{
    struct siginfo_lite info = {.code = SI_TKILL, .pid = current->pid};

    if (pid <= 0 || tgid != pid) {
        return pid <= 0 || tgid <= 0 ? -EINVAL : -ESRCH;
    }
    return kill_one(pid, sig, &info);
}

long sys_tkill(pid_t pid, int sig)
{
    return sys_tgkill(pid, pid, sig);
}

void set_blocked(u64 mask)
{
    unsigned long flags;

    spin_lock_irqsave(&current->siglock, flags);
    current->blocked = mask & ~UNBLOCKABLE;
    recalc_sigpending(current);
    spin_unlock_irqrestore(&current->siglock, flags);
}

long sys_rt_sigaction(int sig, const struct k_sigaction __user *act,
                      struct k_sigaction __user *old, size_t mask_size)
{
    struct sighand_struct *sighand = current->sighand;
    struct k_sigaction fresh, was;
    unsigned long flags;

    if (mask_size != sizeof(u64) || sig < 1 || sig >= NR_SIGNALS ||
        (act && (sigmask(sig) & UNBLOCKABLE))) {
        return -EINVAL;
    }
    if (act && copy_from_user(&fresh, act, sizeof(fresh))) {
        return -EFAULT;
    }
    spin_lock_irqsave(&sighand->lock, flags);
    was = sighand->action[sig];
    if (act) {
        fresh.mask &= ~UNBLOCKABLE;
        sighand->action[sig] = fresh;
    }
    spin_unlock_irqrestore(&sighand->lock, flags);
    if (act) {
        /* What is pending and now ignored is gone. */
        spin_lock_irqsave(&current->siglock, flags);
        if (fresh.handler == SIG_IGN_HANDLER ||
            (fresh.handler == SIG_DFL_HANDLER &&
             (sigmask(sig) & DEFAULT_IGNORE))) {
            current->pending &= ~sigmask(sig);
            recalc_sigpending(current);
        }
        spin_unlock_irqrestore(&current->siglock, flags);
    }
    return old && copy_to_user(old, &was, sizeof(was)) ? -EFAULT : 0;
}

long sys_rt_sigprocmask(int how, const u64 __user *set, u64 __user *old,
                        size_t mask_size)
{
    u64 was = current->blocked, mask;

    if (mask_size != sizeof(u64)) {
        return -EINVAL;
    }
    if (set) {
        if (copy_from_user(&mask, set, sizeof(mask))) {
            return -EFAULT;
        }
        switch (how) {
        case SIG_BLOCK_HOW:
            mask |= was;
            break;
        case SIG_UNBLOCK_HOW:
            mask = was & ~mask;
            break;
        case SIG_SETMASK_HOW:
            break;
        default:
            return -EINVAL;
        }
        set_blocked(mask);
    }
    return old && copy_to_user(old, &was, sizeof(was)) ? -EFAULT : 0;
}

long sys_rt_sigpending(u64 __user *set, size_t mask_size)
{
    u64 pending = current->pending & current->blocked;

    if (mask_size > sizeof(u64)) {
        return -EINVAL;
    }
    return copy_to_user(set, &pending, mask_size) ? -EFAULT : 0;
}

/* Sleeps with another mask until a signal comes. */
long sys_rt_sigsuspend(const u64 __user *set, size_t mask_size)
{
    u64 mask;

    if (mask_size != sizeof(u64)) {
        return -EINVAL;
    }
    if (copy_from_user(&mask, set, sizeof(mask))) {
        return -EFAULT;
    }
    current->saved_sigmask = current->blocked;
    set_blocked(mask);
    while (!signal_pending(current)) {
        set_current_state(TASK_INTERRUPTIBLE);
        schedule();
    }
    current->has_saved_sigmask = true;
    return -ERESTARTNOHAND;
}

/* Stops, unless SIGCONT or SIGKILL came since the signal was taken. */
static void stop_here(int sig)
{
    unsigned long flags;
    bool is_off;

    spin_lock_irqsave(&current->siglock, flags);
    is_off = !current->is_stopping || current->pending & sigmask(SIGKILL);
    current->is_stopping = false;
    if (!is_off) {
        current->stop_signal = sig;
        set_special_state(TASK_STOPPED); /* before the parent looks */
    }
    spin_unlock_irqrestore(&current->siglock, flags);
    if (is_off) {
        return;
    }
    notify_parent(current, CLD_STOPPED);
    schedule();
    if (current->is_continued) {
        notify_parent(current, CLD_CONTINUED);
    }
}

/* Faults come before what others send. */
static int dequeue_signal(struct siginfo_lite *info)
{
    const u64 faults = sigmask(SIGSEGV) | sigmask(SIGBUS) | sigmask(SIGILL) |
                       sigmask(SIGTRAP) | sigmask(SIGFPE);
    u64 ready;
    int sig = 0;

    spin_lock_irq(&current->siglock);
    ready = current->pending & ~current->blocked;
    if (ready) {
        u64 first = ready & sigmask(SIGKILL) ? sigmask(SIGKILL)
                    : ready & faults         ? ready & faults
                                             : ready;

        sig = __builtin_ctzll(first) + 1;
        current->pending &= ~sigmask(sig);
        current->is_stopping = sigmask(sig) & DEFAULT_STOP;
        *info = current->siginfo[sig];
    }
    recalc_sigpending(current);
    spin_unlock_irq(&current->siglock);
    return sig;
}

int get_signal(struct siginfo_lite *info, struct k_sigaction *action)
{
    struct sighand_struct *sighand = current->sighand;
    int sig;
    unsigned long flags;

    while ((sig = dequeue_signal(info)) != 0) {
        spin_lock_irqsave(&sighand->lock, flags);
        *action = sighand->action[sig];
        if (action->handler > SIG_IGN_HANDLER && sig != SIGKILL &&
            (action->flags & SA_RESETHAND)) {
            sighand->action[sig].handler = SIG_DFL_HANDLER;
        }
        spin_unlock_irqrestore(&sighand->lock, flags);
        if (sig != SIGKILL && action->handler == SIG_IGN_HANDLER) {
            continue;
        }
        if (sig != SIGKILL && action->handler != SIG_DFL_HANDLER) {
            return sig;
        }
        if (sigmask(sig) & DEFAULT_IGNORE) {
            continue;
        }
        if (current->is_unkillable) {
            continue;
        }
        if (sigmask(sig) & DEFAULT_STOP) {
            stop_here(sig);
            continue;
        }
        current->flags |= PF_SIGNALED;
        do_exit(sig);
    }
    return 0;
}
