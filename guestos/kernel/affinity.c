/*
 * Which CPUs a task may run on: sched_setaffinity and its kin, threads of the
 * kernel that are bound to a CPU. task->cpus_mask changes under pi_lock and
 * the lock of the task's queue. A task that runs where it may not is told to
 * reschedule and sent away as it leaves the CPU (sched.c), or, with migration
 * disabled, as soon as that is over.
 */
#include "errno.h"
#include "runqueue.h"
#include "syscalls.h"
#include "uaccess.h"

/* A waiting task changes queues; `rq` is its own, locked, and is unlocked. */
static void move_queued(struct run_queue *rq, struct task_struct *task)
{
    dequeue_task(rq, task);
    rq->nr_running--;
    task->vruntime -= rq->min_vruntime;
    task->thread_info.cpu = (unsigned)select_task_rq(task);
    spin_unlock(&rq->lock);
    rq = &per_cpu(run_queues, task_cpu(task));
    spin_lock(&rq->lock);
    task->vruntime += rq->min_vruntime;
    activate_task(rq, task);
    spin_unlock(&rq->lock);
}

int set_cpus_allowed(struct task_struct *task, struct cpumask mask)
{
    struct run_queue *rq;
    unsigned long flags;

    mask.bits &= cpumask_bits(cpu_online_mask);
    if (cpumask_empty(&mask)) {
        return -EINVAL;
    }
    spin_lock_irqsave(&task->pi_lock, flags);
    rq = task_rq_lock(task);
    task->cpus_mask = mask;
    if (!cpumask_test_cpu(rq->cpu, &mask) && task->is_queued &&
        !task->migration_disabled) {
        move_queued(rq, task);
    } else {
        /* One that sleeps or is on its way is placed by who wakes it. */
        if (!cpumask_test_cpu(rq->cpu, &mask) && rq->curr == task) {
            resched_curr(rq);
        }
        spin_unlock(&rq->lock);
    }
    spin_unlock_irqrestore(&task->pi_lock, flags);
    return 0;
}

/* Its affinity may have changed while it had to stay. */
void leave_forbidden_cpu(void)
{
    if (unlikely(!cpumask_test_cpu(task_cpu(current), &current->cpus_mask))) {
        set_tsk_thread_flag(current, TIF_NEED_RESCHED);
        preempt_schedule(); /* if it may */
    }
}

void kthread_bind(struct task_struct *task, int cpu)
{
    task->flags |= PF_NO_SETAFFINITY;
    task->cpus_mask = cpumask_of(cpu);
}

/* The task `pid` (0: the caller) with a reference, or NULL. */
static struct task_struct *task_of(pid_t pid)
{
    if (pid) {
        return find_task_by_pid(pid);
    }
    get_task_struct(current);
    return current;
}

long sys_sched_setaffinity(pid_t pid, unsigned len,
                           const unsigned long __user *user_mask)
{
    struct cpumask mask = {0};
    struct task_struct *task;
    long error;

    if (copy_from_user(&mask, user_mask, min(len, (unsigned)sizeof(mask)))) {
        return -EFAULT;
    }
    task = task_of(pid);
    if (!task) {
        return -ESRCH;
    }
    error = task->flags & PF_NO_SETAFFINITY ? -EINVAL
                                            : set_cpus_allowed(task, mask);
    put_task_struct(task);
    return error;
}

long sys_sched_getaffinity(pid_t pid, unsigned len,
                           unsigned long __user *user_mask)
{
    unsigned size = min(len, (unsigned)sizeof(struct cpumask));
    struct task_struct *task;
    struct cpumask mask;

    if (8 * len < NR_CPUS || len % sizeof(unsigned long)) {
        return -EINVAL;
    }
    task = task_of(pid);
    if (!task) {
        return -ESRCH;
    }
    mask.bits = cpumask_bits(&task->cpus_mask) & cpumask_bits(cpu_online_mask);
    put_task_struct(task);
    return copy_to_user(user_mask, &mask, size) ? -EFAULT : (long)size;
}

long sys_getcpu(unsigned __user *cpu, unsigned __user *node, void __user *cache)
{
    unsigned here = (unsigned)get_cpu();

    put_cpu();
    (void)cache;
    if ((cpu && put_user(here, cpu)) || (node && put_user(0u, node))) {
        return -EFAULT;
    }
    return 0;
}
