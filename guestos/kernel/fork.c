/* Birth of tasks. */
#include "task.h"
#include "errno.h"
#include "fdtable.h"
#include "syscalls.h"
#include "jiffies.h"
#include "uaccess.h"
#include "mm.h"
#include "runqueue.h"
#include "slab.h"
#include "string.h"

#define PID_MAX 32768

DEFINE_SPINLOCK(tasklist_lock);
static struct kmem_cache *task_cache; /* set at boot */
static struct kmem_cache *siginfo_cache;
static pid_t last_pid;               /* under tasklist_lock */
static unsigned nr_tasks, max_tasks; /* atomic; set at boot */
unsigned long total_forks;

extern char init_stack[];

static struct sighand_struct init_sighand = {
    .count = ATOMIC_INIT(1),
};

struct task_struct init_task __attribute__((aligned(64))) = {
    .thread_info.preempt_count = 0,
    .usage = ATOMIC_INIT(2),
    .flags = PF_KTHREAD,
    .stack = init_stack,
    .comm = "swapper/0",
    .cpus_mask = {(1ul << NR_CPUS) - 1},
    .tasks = LIST_HEAD_INIT(init_task.tasks),
    .children = LIST_HEAD_INIT(init_task.children),
    .sibling = LIST_HEAD_INIT(init_task.sibling),
    .parent = &init_task,
    .sighand = &init_sighand,
    .active_mm = &init_mm,
    .wait_chldexit = WAIT_QUEUE_HEAD_INIT(init_task.wait_chldexit),
    .umask = 022,
};

void fork_init(void)
{
    for (int i = 0; i < NR_RLIMITS; i++) {
        init_task.rlim[i] = (struct rlimit){RLIM_INFINITY, RLIM_INFINITY};
    }
    init_task.rlim[RLIMIT_STACK].cur = 8ul << 20;
    init_task.rlim[RLIMIT_NOFILE] = (struct rlimit){NR_OPEN, NR_OPEN};
    /* Their stacks may take an eighth of memory, as in Linux. */
    max_tasks = max(totalram_pages() / (8 * THREAD_SIZE / PAGE_SIZE), 20ul);
    task_cache = kmem_cache_create("task_struct", sizeof(struct task_struct),
                                   64, SLAB_PANIC, NULL);
    siginfo_cache =
        kmem_cache_create("siginfo", NR_SIGNALS * sizeof(struct siginfo_lite),
                          0, SLAB_PANIC, NULL);
}

static void free_task(struct task_struct *task)
{
    if (task->stack) {
        free_kernel_stack(task->stack);
    }
    if (task->siginfo) {
        kmem_cache_free(siginfo_cache, task->siginfo);
    }
    kmem_cache_free(task_cache, task);
    __atomic_fetch_sub(&nr_tasks, 1, __ATOMIC_RELAXED);
}

void put_task_struct(struct task_struct *task)
{
    if (atomic_dec_and_test(&task->usage)) {
        sighand_put(task->sighand);
        free_task(task);
    }
}

struct task_struct *find_task_by_pid(pid_t pid)
{
    struct task_struct *task, *found = NULL;
    unsigned long flags;

    spin_lock_irqsave(&tasklist_lock, flags);
    for_each_process(task) {
        if (task->pid == pid) {
            get_task_struct(task);
            found = task;
            break;
        }
    }
    spin_unlock_irqrestore(&tasklist_lock, flags);
    return found;
}

pid_t task_ppid(const struct task_struct *task)
{
    unsigned long flags;
    pid_t pid;

    spin_lock_irqsave(&tasklist_lock, flags);
    pid = task->parent->tgid;
    spin_unlock_irqrestore(&tasklist_lock, flags);
    return pid;
}

/* With tasklist_lock: as pid, process group or session. */
static bool pid_is_used(pid_t pid)
{
    struct task_struct *task;

    for_each_process(task) {
        if (task->pid == pid || task->pgrp == pid || task->session == pid) {
            return true;
        }
    }
    return false;
}

static pid_t alloc_pid(void)
{
    do {
        last_pid = last_pid + 1 >= PID_MAX ? 300 : last_pid + 1;
    } while (pid_is_used(last_pid));
    return last_pid;
}

static struct task_struct *dup_task_struct(void)
{
    struct task_struct *task;

    if (__atomic_add_fetch(&nr_tasks, 1, __ATOMIC_RELAXED) > max_tasks) {
        __atomic_fetch_sub(&nr_tasks, 1, __ATOMIC_RELAXED);
        return ERR_PTR(-EAGAIN);
    }
    task = kmem_cache_alloc(task_cache, GFP_KERNEL);
    if (!task) {
        __atomic_fetch_sub(&nr_tasks, 1, __ATOMIC_RELAXED);
        return ERR_PTR(-ENOMEM);
    }
    *task = *current;
    task->stack = alloc_kernel_stack();
    task->siginfo = kmem_cache_zalloc(siginfo_cache, GFP_KERNEL);
    if (!task->stack || !task->siginfo) {
        free_task(task);
        return ERR_PTR(-ENOMEM);
    }
    task->thread_info.kernel_sp = (unsigned long)task->stack + THREAD_SIZE;
    task->thread_info.flags = 0;
    atomic_set(&task->usage, 2); /* itself, and who reaps it */
    task->is_idle = false;
    task->migration_disabled = 0;
    task->kmap_ctrl.idx = 0;
    task->utime = task->stime = task->cutime = task->cstime = 0;
    task->start_time = ktime_get_ns();
    task->nvcsw = task->nivcsw = 0;
    task->min_flt = task->maj_flt = task->cmin_flt = task->cmaj_flt = 0;
    INIT_LIST_HEAD(&task->children);
    INIT_LIST_HEAD(&task->sibling);
    INIT_LIST_HEAD(&task->tasks);
    init_waitqueue_head(&task->wait_chldexit);
    spin_lock_init(&task->siglock);
    spin_lock_init(&task->alloc_lock);
    lockdep_init_task(task);
#ifdef CONFIG_FAULT_INJECTION
    task->fail_nth = 0;
#endif
    spin_lock_init(&task->pi_lock);
    task->pending = 0;
    task->has_saved_sigmask = false;
    task->is_stopping = false;
    task->stop_signal = 0;
    task->is_unkillable = false;
    task->is_continued = false;
    task->exit_state = 0;
    task->exit_code = 0;
    task->set_child_tid = task->clear_child_tid = NULL;
    task->vfork_done = NULL;
    task->reclaim_state = NULL;
    task->flags &= ~(PF_MEMALLOC | PF_KSWAPD | PF_SIGNALED | PF_EXITING |
                     PF_NO_SETAFFINITY);
    task->flags |= PF_FORKNOEXEC;
    return task;
}

static int copy_mm(struct task_struct *task, const struct clone_args_lite *args)
{
    task->active_mm = NULL;
    if (!task->mm) {
        return 0;
    }
    if (args->fn) {
        task->mm = NULL;
        return 0;
    }
    if (args->flags & CLONE_VM) {
        mmget(task->mm);
    } else {
        task->mm = dup_mm(current->mm);
        if (!task->mm) {
            return -ENOMEM;
        }
    }
    task->active_mm = task->mm;
    return 0;
}

static int copy_sharable(struct task_struct *task, unsigned long flags)
{
    if (flags & CLONE_SIGHAND) {
        atomic_inc(&task->sighand->count);
    } else {
        struct sighand_struct *old = task->sighand;
        unsigned long irqs;

        task->sighand = sighand_alloc();
        if (!task->sighand) {
            return -ENOMEM;
        }
        spin_lock_irqsave(&old->lock, irqs);
        memcpy(task->sighand->action, old->action, sizeof(old->action));
        spin_unlock_irqrestore(&old->lock, irqs);
    }
    if (task->files && (flags & CLONE_FILES)) {
        atomic_inc(&task->files->count);
    } else if (task->files) {
        task->files = files_dup(task->files);
        if (!task->files) {
            sighand_put(task->sighand);
            return -ENOMEM;
        }
    }
    if (task->fs && (flags & CLONE_FS)) {
        atomic_inc(&task->fs->count);
    } else if (task->fs) {
        task->fs = fs_dup(task->fs);
        if (!task->fs) {
            files_put(task->files);
            sighand_put(task->sighand);
            return -ENOMEM;
        }
    }
    return 0;
}

/* Into the tree of tasks. A signal to a whole group or to all must not miss
 * the child of one whom it has reached: that one forks again after it. */
static int link_task(struct task_struct *task, unsigned long clone_flags)
{
    unsigned long flags;

    spin_lock_irqsave(&tasklist_lock, flags);
    if (!(task->flags & PF_KTHREAD) && signal_pending(current)) {
        spin_unlock_irqrestore(&tasklist_lock, flags);
        return -ERESTARTNOINTR;
    }
    task->pid = task->tgid = alloc_pid();
    task->pgrp = current->pgrp; /* setpgid may have come since the copy */
    task->session = current->session;
    if (task->flags & PF_KTHREAD) {
        task->parent = &init_task;
    } else {
        task->parent = clone_flags & CLONE_PARENT ? current->parent : current;
    }
    list_add_tail(&task->sibling, &task->parent->children);
    list_add_tail(&task->tasks, &init_task.tasks);
    spin_unlock_irqrestore(&tasklist_lock, flags);
    return 0;
}

struct task_struct *copy_process(const struct clone_args_lite *args)
{
    struct task_struct *task = dup_task_struct();
    int error;

    if (IS_ERR(task)) {
        return task;
    }
    error = copy_sharable(task, args->flags);
    if (error) {
        goto free;
    }
    error = copy_mm(task, args);
    if (error) {
        goto drop;
    }
    if (args->fn) {
        task->flags |= PF_KTHREAD;
        task->cpus_mask = CPU_MASK_ALL;
    }
    task->exit_signal = (int)(args->flags & CSIGNAL);
    if (args->flags & CLONE_CHILD_SETTID) {
        task->set_child_tid = args->child_tid;
    }
    if (args->flags & CLONE_CHILD_CLEARTID) {
        task->clear_child_tid = args->child_tid;
    }
    copy_thread(task, args);
    sched_fork(task);
    error = link_task(task, args->flags);
    if (!error) {
        __atomic_fetch_add(&total_forks, 1, __ATOMIC_RELAXED);
        return task;
    }
    if (task->mm) {
        mmput(task->mm);
    }
drop:
    if (task->fs) {
        fs_put(task->fs);
    }
    if (task->files) {
        files_put(task->files);
    }
    sighand_put(task->sighand);
free:
    free_task(task);
    return ERR_PTR(error);
}

/* In no list, with no pid but 0: nobody finds it. */
struct task_struct *fork_idle(int cpu)
{
    struct task_struct *task = dup_task_struct();

    if (IS_ERR(task)) {
        return task;
    }
    task->pid = task->tgid = 0;
    task->pgrp = task->session = 0;
    task->parent = &init_task;
    task->flags = PF_KTHREAD | PF_NO_SETAFFINITY;
    task->sighand = &init_sighand;
    atomic_inc(&init_sighand.count);
    task->files = NULL;
    task->fs = NULL;
    task->mm = NULL;
    snprintf(task->comm, TASK_COMM_LEN, "swapper/%d", cpu);
    sched_fork(task);
    init_idle(task, cpu);
    return task;
}

/* clone(2) in RISC-V's order of arguments. */
long sys_clone(unsigned long flags, unsigned long stack, u32 __user *parent_tid,
               unsigned long tls, u32 __user *child_tid)
{
    struct clone_args_lite args = {
        .flags = flags,
        .stack = stack,
        .tls = tls,
        .parent_tid = parent_tid,
        .child_tid = child_tid,
    };
    struct completion vfork;
    struct task_struct *task;
    pid_t pid;

    if ((flags & CLONE_THREAD) ||
        ((flags & CLONE_SIGHAND) && !(flags & CLONE_VM))) {
        return -EINVAL;
    }
    task = copy_process(&args);
    if (IS_ERR(task)) {
        return PTR_ERR(task);
    }
    pid = task->pid;
    if ((flags & CLONE_PARENT_SETTID) && put_user((u32)pid, parent_tid)) {
        /* As in Linux: the child is there all the same. */
    }
    if (flags & CLONE_VFORK) {
        init_completion(&vfork);
        task->vfork_done = &vfork;
        get_task_struct(task);
    }
    wake_up_new_task(task);
    if (flags & CLONE_VFORK) {
        /* Not to be left before the child lets go: it uses our stack. */
        wait_for_completion(&vfork);
        put_task_struct(task);
    }
    return pid;
}

long sys_set_tid_address(u32 __user *tid)
{
    current->clear_child_tid = tid;
    return current->pid;
}

struct mm_struct *get_task_mm(struct task_struct *task)
{
    struct mm_struct *mm;
    unsigned long flags;

    task_lock(task, flags);
    mm = task->mm;
    if (mm) {
        mmget(mm);
    }
    task_unlock(task, flags);
    return mm;
}
