/*
 * The scheduler: fair shares by virtual run time, per hart. Preemption comes
 * from the tick (a slice is used up) and from wake-ups (somebody has run much
 * less), takes effect when a trap returns or the last spinlock is released.
 */
#include "runqueue.h"
#include "jiffies.h"
#include "kernel.h"
#include "mm.h"
#include "string.h"
#include "ticks.h"

#define SLICE_NS (40ull * 1000000)     /* others wait at most this long */
#define MIN_SLICE_NS (10ull * 1000000) /* one tick */
#define WAKEUP_CREDIT_NS (10ull * 1000000)
#define WAKEUP_GRANULARITY_NS (2ull * 1000000)

DEFINE_PER_CPU(struct run_queue, run_queues);
struct cpu_stat kernel_cpustat;

static struct run_queue *this_rq(void)
{
    return &run_queues[smp_processor_id()];
}

static bool before(u64 a, u64 b)
{
    return (s64)(a - b) < 0;
}

static void enqueue(struct run_queue *rq, struct task_struct *task)
{
    struct rb_node **link = &rq->tree.rb_node, *parent = NULL;

    while (*link) {
        parent = *link;
        link = before(task->vruntime,
                      rb_entry(parent, struct task_struct, run_node)->vruntime)
                   ? &parent->left
                   : &parent->right;
    }
    rb_link_node(&task->run_node, parent, link);
    rb_insert_color(&task->run_node, &rq->tree);
}

static struct task_struct *leftmost(struct run_queue *rq)
{
    struct rb_node *node = rb_first(&rq->tree);

    return node ? rb_entry(node, struct task_struct, run_node) : NULL;
}

/* Charges the running task for the time since the last call. */
static void update_curr(struct run_queue *rq)
{
    struct task_struct *curr = rq->curr, *first = leftmost(rq);
    u64 now = ktime_get_ns(), delta = now - curr->exec_start, min;

    curr->exec_start = now;
    if (curr == rq->idle) {
        return;
    }
    curr->sum_exec_runtime += delta;
    curr->slice_used += delta;
    curr->vruntime += delta;
    min = first && before(first->vruntime, curr->vruntime) ? first->vruntime
                                                           : curr->vruntime;
    if (before(rq->min_vruntime, min)) {
        rq->min_vruntime = min;
    }
}

static void check_wakeup_preempt(struct run_queue *rq, struct task_struct *task)
{
    struct task_struct *curr = rq->curr;

    if (curr == rq->idle ||
        before(task->vruntime + WAKEUP_GRANULARITY_NS, curr->vruntime)) {
        set_tsk_thread_flag(curr, TIF_NEED_RESCHED);
    }
}

static void activate(struct run_queue *rq, struct task_struct *task)
{
    u64 earliest = rq->min_vruntime - WAKEUP_CREDIT_NS;

    update_curr(rq);
    if (before(task->vruntime, earliest)) {
        task->vruntime = earliest;
    }
    task->on_rq = true;
    rq->nr_running++;
    if (task != rq->curr) {
        enqueue(rq, task);
    }
    check_wakeup_preempt(rq, task);
}

bool wake_up_state(struct task_struct *task, unsigned states)
{
    struct run_queue *rq = &run_queues[task->thread_info.cpu];
    unsigned long flags;
    bool woken = false;

    spin_lock_irqsave(&rq->lock, flags);
    if (task->state & states) {
        task->state = TASK_RUNNING;
        woken = true;
        /* One that has not got off the hart yet goes on there. */
        if (!task->on_rq) {
            activate(rq, task);
        }
    }
    spin_unlock_irqrestore(&rq->lock, flags);
    return woken;
}

bool wake_up_process(struct task_struct *task)
{
    return wake_up_state(task, TASK_NORMAL);
}

void sched_fork(struct task_struct *task)
{
    task->thread_info.cpu = (unsigned)smp_processor_id();
    task->on_rq = false;
    task->vruntime = this_rq()->min_vruntime;
    task->exec_start = ktime_get_ns();
    task->sum_exec_runtime = 0;
    task->slice_used = 0;
    task->state = TASK_UNINTERRUPTIBLE;
    task->thread_info.preempt_count = 1; /* until schedule_tail */
}

/* It starts a slice behind: forking gives no advantage. */
void wake_up_new_task(struct task_struct *task)
{
    task->vruntime = this_rq()->min_vruntime + MIN_SLICE_NS;
    wake_up_process(task);
}

static void account_tick(struct task_struct *task, unsigned ticks,
                         bool was_user)
{
    if (task->is_idle) {
        kernel_cpustat.idle += ticks;
    } else if (was_user) {
        task->utime += ticks;
        kernel_cpustat.user += ticks;
    } else {
        task->stime += ticks;
        kernel_cpustat.system += ticks;
    }
}

/* Averages over 1, 5 and 15 minutes, taken each 5 seconds, in fixed point:
 * load = load * e + active * (1 - e), where e is exp(-5 s / average). */
static unsigned long loadavg[3];
static const unsigned long loadavg_decay[3] = {1884, 2014, 2037};

static void update_loadavg(void)
{
    static unsigned long next; /* written by the tick only */
    unsigned long active, one = 1ul << LOADAVG_SHIFT;

    if (time_before(jiffies, next)) {
        return;
    }
    next = jiffies + 5 * HZ;
    active = (unsigned long)nr_active_tasks() << LOADAVG_SHIFT;
    for (int i = 0; i < 3; i++) {
        loadavg[i] = (loadavg[i] * loadavg_decay[i] +
                      active * (one - loadavg_decay[i])) >>
                     LOADAVG_SHIFT;
    }
}

void get_loadavg(unsigned long loads[3])
{
    for (int i = 0; i < 3; i++) {
        loads[i] = loadavg[i];
    }
}

unsigned nr_active_tasks(void)
{
    struct task_struct *task;
    unsigned n = 0;

    /* In the tick: nobody on this hart is changing the list (its writers
     * have interrupts off). */
    for_each_process(task) {
        n += task->state == TASK_RUNNING || task->state == TASK_UNINTERRUPTIBLE;
    }
    return n;
}

void scheduler_tick(unsigned ticks, bool was_user)
{
    struct run_queue *rq = this_rq();
    struct task_struct *first;

    account_tick(current, ticks, was_user);
    update_loadavg();
    spin_lock(&rq->lock);
    update_curr(rq);
    first = leftmost(rq);
    if (first && (rq->curr == rq->idle || rq->curr->slice_used >= SLICE_NS ||
                  (rq->curr->slice_used >= MIN_SLICE_NS &&
                   before(first->vruntime, rq->curr->vruntime)))) {
        set_tsk_thread_flag(rq->curr, TIF_NEED_RESCHED);
    }
    spin_unlock(&rq->lock);
}

static struct task_struct *pick_next(struct run_queue *rq)
{
    struct task_struct *next = leftmost(rq);

    if (!next) {
        return rq->idle;
    }
    rb_erase(&next->run_node, &rq->tree);
    next->slice_used = 0;
    return next;
}

static void context_mm(struct task_struct *prev, struct task_struct *next)
{
    if (!next->mm) { /* a kernel thread uses what is there */
        next->active_mm = prev->active_mm;
        if (prev->mm) {
            mmgrab(prev->active_mm);
        } else {
            prev->active_mm = NULL; /* the reference moves on */
        }
    } else {
        switch_mm(prev->active_mm, next->mm, next);
    }
}

/* On the new task's stack, after the switch: with the queue's lock. */
static void finish_task_switch(struct task_struct *prev)
{
    struct run_queue *rq = this_rq();
    struct mm_struct *drop = NULL;
    bool is_dead = prev->state == TASK_DEAD;

    if (!prev->mm && prev != current && current->mm) {
        drop = prev->active_mm; /* a kernel thread gives back what it used */
        prev->active_mm = NULL;
    }
    spin_unlock_irq(&rq->lock);
    if (drop) {
        mmdrop(drop);
    }
    if (is_dead) {
        put_task_struct(prev);
    }
}

void schedule_tail(struct task_struct *prev)
{
    finish_task_switch(prev);
}

static void __schedule(bool is_preempted)
{
    struct task_struct *prev = current, *next;
    struct run_queue *rq = this_rq();

    BUG_ON(prev->thread_info.preempt_count >= HARDIRQ_OFFSET);
    spin_lock_irq(&rq->lock);
    clear_tsk_thread_flag(prev, TIF_NEED_RESCHED);
    update_curr(rq);
    if (prev != rq->idle) {
        if (prev->state && !is_preempted &&
            !signal_pending_state(prev->state, prev)) {
            prev->on_rq = false;
            rq->nr_running--;
            prev->nvcsw++;
        } else {
            if (!is_preempted) {
                prev->state = TASK_RUNNING;
            }
            prev->nivcsw++;
            enqueue(rq, prev);
        }
    }
    next = pick_next(rq);
    if (next == prev) {
        spin_unlock_irq(&rq->lock);
        return;
    }
    rq->curr = next;
    rq->nr_switches++;
    next->exec_start = ktime_get_ns();
    context_mm(prev, next);
    prev = switch_to(prev, next);
    finish_task_switch(prev);
}

void schedule(void)
{
    if (current->thread_info.preempt_count) {
        panic("sleeping with preemption off (count %#x) in %d (%s), from %p",
              current->thread_info.preempt_count, current->pid, current->comm,
              __builtin_return_address(0));
    }
    do {
        __schedule(false);
    } while (need_resched());
}

void schedule_dead(void)
{
    current->state = TASK_DEAD;
    __schedule(false);
    panic("a dead task runs");
}

/* A task that is about to sleep is put back to its queue with its state: it
 * looks at its condition again when it is chosen. */
void preempt_schedule(void)
{
    while (need_resched() && !current->thread_info.preempt_count && !irqs_disabled()) {
        __schedule(true);
    }
}

/* At the end of an interrupt that came while the kernel ran. */
void preempt_schedule_irq(void)
{
    while (need_resched() && !current->thread_info.preempt_count && !current->is_idle) {
        __schedule(true);
        local_irq_disable();
    }
}

bool cond_resched(void)
{
    if (!need_resched() || current->thread_info.preempt_count) {
        return false;
    }
    __schedule(true);
    return true;
}

void yield(void)
{
    struct run_queue *rq = this_rq();

    spin_lock_irq(&rq->lock);
    /* Behind the next, so that it runs. */
    if (leftmost(rq) && before(current->vruntime, leftmost(rq)->vruntime)) {
        current->vruntime = leftmost(rq)->vruntime + 1;
    }
    spin_unlock_irq(&rq->lock);
    set_current_state(TASK_RUNNING);
    schedule();
}

void io_schedule(void)
{
    schedule();
}

void sched_init(void)
{
    struct run_queue *rq;
    int cpu;

    for_each_possible_cpu(cpu) {
        rq = &run_queues[cpu];
        spin_lock_init(&rq->lock);
        rq->tree = RB_ROOT;
    }
    rq = &run_queues[0];
    rq->idle = current;
    rq->curr = current;
    current->is_idle = true;
    current->exec_start = ktime_get_ns();
    mmgrab(&init_mm); /* what active_mm of the idle task holds */
}
