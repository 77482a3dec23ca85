/*
 * Work for later, done by one kernel thread. Owns the list of work, guarded
 * by queue_lock, with interrupts off. Mirrors Linux's schedule_work,
 * worker_thread.
 */
#include "workqueue.h"

#include "err.h"
#include "init.h"
#include "kernel.h"
#include "sched.h"
#include "spinlock.h"
#include "wait.h"

static DEFINE_SPINLOCK(queue_lock); /* guards the queue */
static LIST_HEAD(queue);
static DECLARE_WAIT_QUEUE_HEAD(more_work);

bool schedule_work(struct work_struct *work)
{
    unsigned long flags;
    bool is_new;

    spin_lock_irqsave(&queue_lock, flags);
    is_new = !work->is_pending;
    if (is_new) {
        work->is_pending = true;
        list_add_tail(&work->entry, &queue);
    }
    spin_unlock_irqrestore(&queue_lock, flags);
    if (is_new) {
        wake_up(&more_work);
    }
    return is_new;
}

static struct work_struct *take_work(void)
{
    struct work_struct *work = NULL;
    unsigned long flags;

    spin_lock_irqsave(&queue_lock, flags);
    if (!list_empty(&queue)) {
        work = list_first_entry(&queue, struct work_struct, entry);
        list_del(&work->entry);
        work->is_pending = false;
    }
    spin_unlock_irqrestore(&queue_lock, flags);
    return work;
}

static int worker_thread(void *unused)
{
    struct work_struct *work;

    (void)unused;
    for (;;) {
        (void)wait_event_interruptible(&more_work, !list_empty(&queue));
        while ((work = take_work()) != NULL) {
            work->func(work);
        }
    }
    return 0;
}

int workqueue_init(void)
{
    struct task_struct *task = kthread_run(worker_thread, NULL, "kworker/0:0");

    return IS_ERR(task) ? (int)PTR_ERR(task) : 0;
}
module_init(workqueue_init);
