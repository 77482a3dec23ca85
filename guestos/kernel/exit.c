/* Death of tasks, and waiting for it. */
#include "console.h"
#include "errno.h"
#include "fdtable.h"
#include "kernel.h"
#include "mm.h"
#include "params.h"
#include "runqueue.h"
#include "rusage.h"
#include "syscalls.h"
#include "task.h"
#include "uaccess.h"

#define P_ALL 0
#define P_PID 1
#define P_PGID 2
#define WNOHANG 0x00000001
#define WSTOPPED 0x00000002
#define WEXITED 0x00000004
#define WCONTINUED 0x00000008
#define WNOWAIT 0x01000000
#define SIGINFO_WORDS 32

struct task_struct *init_process; /* set once */

/* Whoever lent its memory or waits for the thread id hears of it. */
void mm_release(void)
{
    struct completion *vfork = current->vfork_done;

    if (current->clear_child_tid && current->mm) {
        (void)put_user((u32)0, current->clear_child_tid);
        current->clear_child_tid = NULL;
    }
    if (vfork) {
        current->vfork_done = NULL;
        complete(vfork);
    }
}

void exit_mm(void)
{
    struct mm_struct *mm = current->mm;
    unsigned long flags;

    mm_release();
    if (!mm) {
        return;
    }
    mmgrab(mm); /* it stays the active one until the next switch */
    task_lock(current, flags);
    current->mm = NULL;
    task_unlock(current, flags);
    mmput(mm);
}

static void end_of_init(int code)
{
    if (code & 0x7f) {
        panic("Attempted to kill init! exitcode=0x%08x", (unsigned)code);
    }
    machine_power_off(code >> 8 & 0xff);
}

/* With tasklist_lock. */
static void signal_parent(struct task_struct *task, int why, int status,
                          int sig)
{
    struct siginfo_lite info = {
        .code = why, .pid = task->pid, .status = status};

    if (sig) {
        send_sig_info(sig, &info, task->parent);
    }
    wake_up_all(&task->parent->wait_chldexit);
}

void notify_parent(struct task_struct *task, int why)
{
    unsigned long flags;

    spin_lock_irqsave(&tasklist_lock, flags);
    signal_parent(task, why, why == CLD_STOPPED ? task->stop_signal : SIGCONT,
                  SIGCHLD);
    spin_unlock_irqrestore(&tasklist_lock, flags);
}

/* With tasklist_lock: out of the tree; the caller puts the task. */
static void unlink_task(struct task_struct *task)
{
    task->exit_state = EXIT_DEAD;
    list_del_init(&task->sibling);
    list_del_init(&task->tasks);
}

static void reparent_children(void)
{
    struct task_struct *child, *next;

    list_for_each_entry_safe(child, next, &current->children, sibling) {
        child->parent = init_process;
        list_move_tail(&child->sibling, &init_process->children);
        if (child->exit_state == EXIT_ZOMBIE) {
            wake_up_all(&init_process->wait_chldexit);
        }
    }
}

/* True when the parent does not want to know. With tasklist_lock. */
static bool is_autoreaped(const struct task_struct *task)
{
    struct task_struct *parent = task->parent;
    const struct k_sigaction *action;
    bool is_ignored;

    if (parent == &init_task) {
        return true;
    }
    spin_lock(&parent->siglock);
    action = &parent->sighand->action[SIGCHLD];
    is_ignored = action->handler == 1 || (action->flags & 2 /* NOCLDWAIT */);
    spin_unlock(&parent->siglock);
    return task->exit_signal == SIGCHLD && is_ignored;
}

static void exit_notify(void)
{
    struct task_struct *task = current;
    unsigned long flags;
    bool is_reaped;
    int code = task->exit_code;

    spin_lock_irqsave(&tasklist_lock, flags);
    reparent_children();
    is_reaped = is_autoreaped(task);
    task->exit_state = EXIT_ZOMBIE;
    signal_parent(task, code & 0x7f ? CLD_KILLED : CLD_EXITED,
                  code & 0x7f ? code & 0x7f : code >> 8, task->exit_signal);
    if (is_reaped) {
        unlink_task(task);
    }
    spin_unlock_irqrestore(&tasklist_lock, flags);
    if (is_reaped) {
        put_task_struct(task);
    }
}

static void exit_fs(void)
{
    struct fs_struct *fs = current->fs;
    unsigned long flags;

    task_lock(current, flags);
    current->fs = NULL;
    task_unlock(current, flags);
    if (fs) {
        fs_put(fs);
    }
}

void do_exit(int code)
{
    struct task_struct *task = current;

    if (in_interrupt() || task->is_idle) {
        panic("do_exit in an interrupt or in the idle task");
    }
    local_irq_enable();
    task->flags |= PF_EXITING;
    task->exit_code = code;
    if (task == init_process) {
        end_of_init(code);
    }
    exit_mm();
    if (task->files) {
        files_put(task->files);
        task->files = NULL;
    }
    exit_fs();
    exit_notify();
    schedule_dead();
}

long sys_exit(int code)
{
    do_exit((code & 0xff) << 8);
}

long sys_exit_group(int code)
{
    do_exit((code & 0xff) << 8);
}

/* What waitid looks for, and what it has found. */
struct wait_request {
    int type;
    pid_t id;
    unsigned options;
    /* The answer. */
    pid_t pid;
    int why, status;
    struct rusage_counts usage;
};

static bool is_wanted(const struct wait_request *want,
                      const struct task_struct *child)
{
    switch (want->type) {
    case P_PID:
        return child->pid == want->id;
    case P_PGID:
        return child->pgrp == want->id;
    default:
        return true;
    }
}

static void reap(struct wait_request *want, struct task_struct *child)
{
    int code = child->exit_code;

    want->pid = child->pid;
    want->why = code & 0x7f ? CLD_KILLED : CLD_EXITED;
    want->status = code & 0x7f ? code & 0x7f : code >> 8;
    count_rusage(&want->usage, child, true);
    if (want->options & WNOWAIT) {
        return;
    }
    current->cutime += child->utime + child->cutime;
    current->cstime += child->stime + child->cstime;
    current->cmin_flt += child->min_flt + child->cmin_flt;
    current->cmaj_flt += child->maj_flt + child->cmaj_flt;
    unlink_task(child);
}

static bool report_stop(struct wait_request *want, struct task_struct *child)
{
    bool consume = !(want->options & WNOWAIT);

    if ((want->options & WSTOPPED) && child->stop_signal &&
        child->state == TASK_STOPPED) {
        want->why = CLD_STOPPED;
        want->status = child->stop_signal;
        child->stop_signal = consume ? 0 : child->stop_signal;
    } else if ((want->options & WCONTINUED) && child->is_continued) {
        want->why = CLD_CONTINUED;
        want->status = SIGCONT;
        child->is_continued = !consume;
    } else {
        return false;
    }
    want->pid = child->pid;
    return true;
}

/* One look at the children: 0 found, -ECHILD none to wait for, -EAGAIN. */
static int look_at_children(struct wait_request *want)
{
    struct task_struct *child, *reaped = NULL;
    unsigned long flags;
    int error = -ECHILD;

    spin_lock_irqsave(&tasklist_lock, flags);
    list_for_each_entry(child, &current->children, sibling) {
        if (!is_wanted(want, child)) {
            continue;
        }
        error = -EAGAIN;
        if (child->exit_state == EXIT_ZOMBIE && (want->options & WEXITED)) {
            reap(want, child);
            reaped = want->options & WNOWAIT ? NULL : child;
            error = 0;
            break;
        }
        if (!child->exit_state && report_stop(want, child)) {
            error = 0;
            break;
        }
    }
    spin_unlock_irqrestore(&tasklist_lock, flags);
    if (reaped) {
        put_task_struct(reaped);
    }
    return error;
}

static int wait_for_child(struct wait_request *want)
{
    struct wait_queue_entry entry;
    int error;

    init_wait(&entry);
    entry.func = default_wake_function;
    add_wait_queue(&current->wait_chldexit, &entry);
    for (;;) {
        set_current_state(TASK_INTERRUPTIBLE);
        error = look_at_children(want);
        if (error != -EAGAIN || (want->options & WNOHANG)) {
            break;
        }
        if (signal_pending(current)) {
            error = -ERESTARTSYS;
            break;
        }
        schedule();
    }
    finish_wait(&current->wait_chldexit, &entry);
    return error;
}

long sys_waitid(int type, pid_t id, u32 __user *info, unsigned options,
                void __user *usage)
{
    struct wait_request want = {.type = type, .id = id, .options = options};
    u32 words[SIGINFO_WORDS] = {0};
    int error;

    if ((options &
         ~(unsigned)(WNOHANG | WNOWAIT | WEXITED | WSTOPPED | WCONTINUED)) ||
        !(options & (WEXITED | WSTOPPED | WCONTINUED)) || type < P_ALL ||
        type > P_PGID || (type == P_PID && id <= 0) ||
        (type == P_PGID && id < 0)) {
        return -EINVAL;
    }
    if (type == P_PGID && id == 0) {
        want.id = current->pgrp;
    }
    error = wait_for_child(&want);
    if (error == -EAGAIN) {
        error = 0; /* WNOHANG and nothing there: pid 0 */
    }
    if (error) {
        return error;
    }
    if (want.pid) {
        words[0] = SIGCHLD;
        words[2] = (u32)want.why;
        words[3] = (u32)want.pid;
        words[5] = (u32)want.status;
    }
    if (usage && want.pid && put_rusage(&want.usage, usage)) {
        return -EFAULT;
    }
    return info && copy_to_user(info, words, sizeof(words)) ? -EFAULT : 0;
}
