/*
 * The scheduler: fair shares by virtual run time, per CPU. Preemption comes
 * from the tick (a slice is used up) and from wake-ups (somebody has run much
 * less), takes effect when a trap returns or the last spinlock is released.
 *
 * Locks: task->pi_lock makes wake-ups and changes of affinity of one task
 * wait for each other and is outside of the queues' locks. A queue's lock is
 * taken before a task leaves its CPU and released by the next one there, on
 * its own stack; so who holds it and finds on_rq clear knows that the task is
 * off the CPU, and may start it elsewhere.
 */
#include "runqueue.h"
#include "highmem.h"
#include "jiffies.h"
#include "kernel.h"
#include "mm.h"
#include "slab.h"
#include "smp.h"
#include "string.h"
#include "trace.h"

#define WAKEUP_CREDIT_NS (10ull * 1000000)
#define WAKEUP_GRANULARITY_NS (2ull * 1000000)

DEFINE_PER_CPU(struct run_queue, run_queues);

/* Interrupts are off. */
static struct run_queue *this_rq(void)
{
    return &this_cpu(run_queues);
}

struct run_queue *task_rq_lock(struct task_struct *task)
{
    for (;;) {
        int cpu = task_cpu(task);
        struct run_queue *rq = &per_cpu(run_queues, cpu);

        spin_lock(&rq->lock);
        if (likely(task_cpu(task) == cpu)) {
            return rq;
        }
        spin_unlock(&rq->lock); /* it was moved meanwhile */
    }
}

void enqueue_task(struct run_queue *rq, struct task_struct *task)
{
    struct rb_node **link = &rq->tree.rb_node, *parent = NULL;

    BUG_ON(task->is_queued);
    while (*link) {
        parent = *link;
        link = vruntime_before(
                   task->vruntime,
                   rb_entry(parent, struct task_struct, run_node)->vruntime)
                   ? &parent->left
                   : &parent->right;
    }
    rb_link_node(&task->run_node, parent, link);
    rb_insert_color(&task->run_node, &rq->tree);
    task->is_queued = true;
}

void dequeue_task(struct run_queue *rq, struct task_struct *task)
{
    BUG_ON(!task->is_queued);
    rb_erase(&task->run_node, &rq->tree);
    task->is_queued = false;
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
    min = first && vruntime_before(first->vruntime, curr->vruntime)
              ? first->vruntime
              : curr->vruntime;
    if (vruntime_before(rq->min_vruntime, min)) {
        rq->min_vruntime = min;
    }
}

void resched_curr(struct run_queue *rq)
{
    struct task_struct *curr = rq->curr;

    if (test_tsk_thread_flag(curr, TIF_NEED_RESCHED)) {
        return;
    }
    set_tsk_thread_flag(curr, TIF_NEED_RESCHED);
    if (rq->cpu != smp_processor_id()) {
        smp_send_reschedule(rq->cpu);
    }
}

void check_wakeup_preempt(struct run_queue *rq, struct task_struct *task)
{
    struct task_struct *curr = rq->curr;

    if (curr == rq->idle ||
        vruntime_before(task->vruntime + WAKEUP_GRANULARITY_NS,
                        curr->vruntime)) {
        resched_curr(rq);
    }
}

void activate_task(struct run_queue *rq, struct task_struct *task)
{
    u64 earliest = rq->min_vruntime - WAKEUP_CREDIT_NS;

    update_curr(rq);
    if (vruntime_before(task->vruntime, earliest)) {
        task->vruntime = earliest;
    }
    task->on_rq = true;
    rq->nr_running++;
    enqueue_task(rq, task);
    check_wakeup_preempt(rq, task);
}

/* The task gives up its place; the queue is locked. */
static void deactivate_task(struct run_queue *rq, struct task_struct *task)
{
    task->on_rq = false;
    rq->nr_running--;
    task->contributes_to_load = task->state & TASK_UNINTERRUPTIBLE;
    if (task->contributes_to_load) {
        rq->nr_uninterruptible++;
    }
    if (task->in_iowait) {
        atomic_inc(&rq->nr_iowait);
    }
}

/* With pi_lock; the task was found asleep, or about to be. */
static void try_to_wake_up(struct task_struct *task)
{
    struct run_queue *rq = task_rq_lock(task);
    int cpu;

    task->state = TASK_RUNNING;
    if (task->on_rq) { /* not yet off the CPU: goes on there */
        spin_unlock(&rq->lock);
        return;
    }
    if (task->contributes_to_load) {
        rq->nr_uninterruptible--;
    }
    if (task->in_iowait) {
        atomic_dec(&rq->nr_iowait);
    }
    task->contributes_to_load = false;
    cpu = select_task_rq(task);
    if (cpu != rq->cpu) {
        task->vruntime -= rq->min_vruntime;
        task->thread_info.cpu = (unsigned)cpu;
        spin_unlock(&rq->lock);
        rq = &per_cpu(run_queues, cpu);
        spin_lock(&rq->lock);
        task->vruntime += rq->min_vruntime;
    }
    activate_task(rq, task);
    spin_unlock(&rq->lock);
}

bool wake_up_state(struct task_struct *task, unsigned states)
{
    unsigned long flags;
    bool woken = false;

    spin_lock_irqsave(&task->pi_lock, flags);
    smp_mb(); /* what the sleeper waits for was written before */
    if (task->state & states) {
        try_to_wake_up(task);
        TRACE(sched, sched_wakeup, task);
        woken = true;
    }
    spin_unlock_irqrestore(&task->pi_lock, flags);
    return woken;
}

void kick_process(struct task_struct *task)
{
    int cpu;

    preempt_disable();
    cpu = task_cpu(task);
    if (cpu != smp_processor_id() &&
        READ_ONCE(per_cpu(run_queues, cpu).curr) == task) {
        smp_send_reschedule(cpu);
    }
    preempt_enable();
}

bool wake_up_process(struct task_struct *task)
{
    return wake_up_state(task, TASK_NORMAL);
}

void set_special_state(unsigned state)
{
    unsigned long flags;

    spin_lock_irqsave(&current->pi_lock, flags);
    current->state = state;
    spin_unlock_irqrestore(&current->pi_lock, flags);
}

void sched_fork(struct task_struct *task)
{
    spin_lock_init(&task->pi_lock);
    task->thread_info.cpu = (unsigned)get_cpu();
    put_cpu();
    task->on_rq = false;
    task->is_queued = false;
    task->is_leaving = false;
    task->contributes_to_load = false;
    task->in_iowait = false;
    task->vruntime = 0;
    task->exec_start = ktime_get_ns();
    task->sum_exec_runtime = 0;
    task->slice_used = 0;
    task->state = TASK_UNINTERRUPTIBLE;
    task->thread_info.preempt_count = 1; /* until schedule_tail */
}

/* It starts a slice behind: forking gives no advantage. */
void wake_up_new_task(struct task_struct *task)
{
    struct run_queue *rq;
    unsigned long flags;

    spin_lock_irqsave(&task->pi_lock, flags);
    rq = task_rq_lock(task);
    task->vruntime = rq->min_vruntime + MIN_SLICE_NS;
    spin_unlock(&rq->lock);
    try_to_wake_up(task);
    TRACE(sched, sched_wakeup_new, task);
    spin_unlock_irqrestore(&task->pi_lock, flags);
}

void scheduler_tick(unsigned ticks, bool was_user)
{
    struct run_queue *rq = this_rq();
    struct task_struct *first;

    cache_reap();
    account_tick(ticks, was_user);
    spin_lock(&rq->lock);
    update_curr(rq);
    first = leftmost(rq);
    if (first && (rq->curr == rq->idle || rq->curr->slice_used >= SLICE_NS ||
                  (rq->curr->slice_used >= MIN_SLICE_NS &&
                   vruntime_before(first->vruntime, rq->curr->vruntime)))) {
        resched_curr(rq);
    }
    spin_unlock(&rq->lock);
    balance_tick(rq);
}

/* What becomes of the task that gives up the CPU. */
static void put_prev_task(struct run_queue *rq, struct task_struct *prev,
                          bool is_preempted)
{
    if (prev == rq->idle) {
        return;
    }
    if (prev->state && !is_preempted &&
        !signal_pending_state(prev->state, prev)) {
        deactivate_task(rq, prev);
        prev->nvcsw++;
        return;
    }
    if (!is_preempted) {
        prev->state = TASK_RUNNING;
    }
    prev->nivcsw++;
    if (likely(cpumask_test_cpu(rq->cpu, &prev->cpus_mask) ||
               prev->migration_disabled)) {
        enqueue_task(rq, prev);
        return;
    }
    /* It must not stay here: who runs next sends it away. */
    prev->is_leaving = true;
    prev->vruntime -= rq->min_vruntime;
    rq->nr_running--;
}

static struct task_struct *pick_next(struct run_queue *rq)
{
    struct task_struct *next = leftmost(rq);

    if (next) {
        dequeue_task(rq, next);
    } else {
        next = newidle_balance(rq);
    }
    if (!next) {
        return rq->idle;
    }
    next->slice_used = 0;
    return next;
}

static void context_mm(struct task_struct *prev, struct task_struct *next)
{
    if (!next->mm) { /* a kernel thread uses what is there */
        next->active_mm = prev->active_mm;
        enter_lazy_tlb(prev->active_mm);
        if (prev->mm) {
            mmgrab(prev->active_mm);
        } else {
            prev->active_mm = NULL; /* the reference moves on */
        }
    } else {
        switch_mm(prev->active_mm, next->mm, next);
    }
}

/* A task that may not run here, and does not any more, goes elsewhere. */
static void send_away(struct task_struct *task)
{
    struct run_queue *rq;
    int cpu;

    spin_lock(&task->pi_lock);
    task->is_leaving = false;
    cpu = select_task_rq(task);
    task->thread_info.cpu = (unsigned)cpu;
    rq = &per_cpu(run_queues, cpu);
    spin_lock(&rq->lock);
    task->vruntime += rq->min_vruntime;
    activate_task(rq, task);
    spin_unlock(&rq->lock);
    spin_unlock(&task->pi_lock);
}

/* On the new task's stack, after the switch: with the queue's lock. */
static void finish_task_switch(struct task_struct *prev)
{
    struct run_queue *rq = this_rq();
    struct mm_struct *drop = NULL;
    bool is_dead = prev->state == TASK_DEAD;
    bool is_leaving = prev->is_leaving;

    kmap_local_sched_in();
    lock_hand_over(&rq->lock.dep);
    if (!prev->mm && current->mm) {
        drop = prev->active_mm; /* a kernel thread gives back what it used */
        prev->active_mm = NULL;
    }
    if (unlikely(is_leaving)) {
        preempt_disable();
        spin_unlock(&rq->lock);
        send_away(prev);
        local_irq_enable();
        preempt_enable();
    } else {
        spin_unlock_irq(&rq->lock);
    }
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
    struct run_queue *rq;

    BUG_ON(in_interrupt());
    local_irq_disable(); /* before asking which CPU this is */
    rq = this_rq();
    spin_lock(&rq->lock);
    clear_tsk_thread_flag(prev, TIF_NEED_RESCHED);
    update_curr(rq);
    put_prev_task(rq, prev, is_preempted);
    next = pick_next(rq);
    if (next == prev) {
        spin_unlock_irq(&rq->lock);
        return;
    }
    rq->curr = next;
    rq->nr_switches++;
    TRACE(sched, sched_switch, prev, is_preempted, next);
    next->exec_start = ktime_get_ns();
    kmap_local_sched_out();
    context_mm(prev, next);
    lock_release(&rq->lock.dep); /* next releases it */
    prev = switch_to(prev, next);
    finish_task_switch(prev);
}

void schedule(void)
{
    if (preempt_count()) {
        panic("sleeping with preemption off (count %#x) in %d (%s), from %p",
              preempt_count(), current->pid, current->comm,
              __builtin_return_address(0));
    }
    do {
        __schedule(false);
    } while (need_resched());
}

void schedule_dead(void)
{
    preempt_disable(); /* who is queued again would be freed in the queue */
    set_special_state(TASK_DEAD);
    __schedule(false);
    panic("a dead task runs");
}

/* A task that is about to sleep is put back to its queue with its state: it
 * looks at its condition again when it is chosen. */
void preempt_schedule(void)
{
    while (need_resched() && !preempt_count() && !irqs_disabled()) {
        __schedule(true);
    }
}

/* At the end of an interrupt that came while the kernel ran. */
void preempt_schedule_irq(void)
{
    while (need_resched() && !preempt_count() && !current->is_idle) {
        __schedule(true);
        local_irq_disable();
    }
}

bool cond_resched(void)
{
    if (!need_resched() || preempt_count()) {
        return false;
    }
    __schedule(true);
    return true;
}

void yield(void)
{
    struct run_queue *rq;

    local_irq_disable();
    rq = this_rq();
    spin_lock(&rq->lock);
    /* Behind the next, so that it runs. */
    if (leftmost(rq) &&
        vruntime_before(current->vruntime, leftmost(rq)->vruntime)) {
        current->vruntime = leftmost(rq)->vruntime + 1;
    }
    spin_unlock_irq(&rq->lock);
    set_current_state(TASK_RUNNING);
    schedule();
}

void io_schedule(void)
{
    bool was = current->in_iowait;

    current->in_iowait = true;
    schedule();
    current->in_iowait = was;
}

void init_idle(struct task_struct *task, int cpu)
{
    struct run_queue *rq = &per_cpu(run_queues, cpu);

    task->is_idle = true;
    task->state = TASK_RUNNING;
    task->thread_info.cpu = (unsigned)cpu;
    task->thread_info.preempt_count = 0;
    task->cpus_mask = cpumask_of(cpu);
    task->exec_start = ktime_get_ns();
    rq->idle = task;
    rq->curr = task;
    mmgrab(&init_mm); /* what active_mm of the idle task holds */
    task->active_mm = &init_mm;
}

void sched_init(void)
{
    int cpu;

    for_each_possible_cpu(cpu) {
        struct run_queue *rq = &per_cpu(run_queues, cpu);

        spin_lock_init(&rq->lock);
        rq->cpu = cpu;
        rq->tree = RB_ROOT;
    }
    init_idle(current, 0);
}
