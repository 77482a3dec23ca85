/*
 * Which CPU a task runs on. A task that wakes goes back to where it ran if
 * that is free, else to a free one, else to the least loaded; a CPU that has
 * run out of tasks takes one from the longest queue at once, and the tick
 * evens out what is left. Owns nothing; takes the locks of two queues in the
 * order of their CPUs, or tries for the second. Mirrors Linux's
 * select_task_rq, newidle_balance, load_balance.
 */
#include "runqueue.h"

#define BUSY_BALANCE_TICKS 4 /* a CPU that works looks so rarely */

static unsigned load_of(int cpu)
{
    return READ_ONCE(per_cpu(run_queues, cpu).nr_running);
}

int select_task_rq(const struct task_struct *task)
{
    struct cpumask allowed = {cpumask_bits(&task->cpus_mask) &
                              cpumask_bits(cpu_online_mask)};
    int prev = task_cpu(task), cpu, best = NR_CPUS;

    if (task->migration_disabled) {
        return prev;
    }
    if (cpumask_empty(&allowed)) {
        allowed = *cpu_online_mask;
    }
    if (cpumask_test_cpu(prev, &allowed)) {
        best = prev;
    }
    if (best == prev && !load_of(prev)) {
        return prev;
    }
    for_each_cpu(cpu, &allowed) {
        if (best == NR_CPUS || load_of(cpu) < load_of(best)) {
            best = cpu;
        }
    }
    return best;
}

void detach_task(struct run_queue *from, struct run_queue *to,
                 struct task_struct *task)
{
    dequeue_task(from, task);
    from->nr_running--;
    task->vruntime += to->min_vruntime - from->min_vruntime;
    task->thread_info.cpu = (unsigned)to->cpu;
    to->nr_running++;
}

/* Takes the task of `from` that would run last; both are locked. */
static struct task_struct *detach_last(struct run_queue *from,
                                       struct run_queue *to)
{
    for (struct rb_node *node = rb_last(&from->tree); node;
         node = rb_prev(node)) {
        struct task_struct *task = rb_entry(node, struct task_struct, run_node);

        if (!task->migration_disabled &&
            cpumask_test_cpu(to->cpu, &task->cpus_mask)) {
            detach_task(from, to, task);
            return task;
        }
    }
    return NULL;
}

/* The longest queue of at least `least` tasks, or NULL. */
static struct run_queue *find_busiest(const struct run_queue *self,
                                      unsigned least)
{
    struct run_queue *busiest = NULL;
    int cpu;

    for_each_online_cpu(cpu) {
        if (cpu != self->cpu && load_of(cpu) >= least) {
            busiest = &per_cpu(run_queues, cpu);
            least = load_of(cpu) + 1;
        }
    }
    return busiest;
}

struct task_struct *newidle_balance(struct run_queue *rq)
{
    struct run_queue *from = find_busiest(rq, 2);
    struct task_struct *task = NULL;

    /* Its lock may be of a lower CPU: it is not waited for. */
    if (from && spin_trylock(&from->lock)) {
        task = detach_last(from, rq);
        spin_unlock(&from->lock);
    }
    return task;
}

static void lock_two(struct run_queue *a, struct run_queue *b)
{
    spin_lock(a->cpu < b->cpu ? &a->lock : &b->lock);
    spin_lock_nested(a->cpu < b->cpu ? &b->lock : &a->lock, 1);
}

void balance_tick(struct run_queue *rq)
{
    struct task_struct *task = NULL;
    struct run_queue *from;

    if (rq->curr != rq->idle && ++rq->ticks_unbalanced < BUSY_BALANCE_TICKS) {
        return;
    }
    rq->ticks_unbalanced = 0;
    from = find_busiest(rq, load_of(rq->cpu) + 2);
    if (!from) {
        return;
    }
    lock_two(rq, from);
    if (from->nr_running >= rq->nr_running + 2) {
        task = detach_last(from, rq);
    }
    if (task) {
        enqueue_task(rq, task);
        check_wakeup_preempt(rq, task);
    }
    spin_unlock(&from->lock);
    spin_unlock(&rq->lock);
}
