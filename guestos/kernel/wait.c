/* Wait queues and completions. */
#include "wait.h"
#include "sched.h"

void init_waitqueue_head(struct wait_queue_head *wq)
{
    spin_lock_init(&wq->lock);
    INIT_LIST_HEAD(&wq->head);
}

bool default_wake_function(struct wait_queue_entry *entry, void *key)
{
    (void)key;
    return wake_up_process(entry->task);
}

bool autoremove_wake_function(struct wait_queue_entry *entry, void *key)
{
    bool woken = default_wake_function(entry, key);

    if (woken) {
        list_del_init(&entry->entry);
    }
    return woken;
}

void init_wait(struct wait_queue_entry *entry)
{
    entry->is_exclusive = false;
    entry->task = current;
    entry->func = autoremove_wake_function;
    entry->private = NULL;
    INIT_LIST_HEAD(&entry->entry);
}

void add_wait_queue(struct wait_queue_head *wq, struct wait_queue_entry *entry)
{
    unsigned long flags;

    spin_lock_irqsave(&wq->lock, flags);
    list_add(&entry->entry, &wq->head);
    spin_unlock_irqrestore(&wq->lock, flags);
}

void remove_wait_queue(struct wait_queue_head *wq,
                       struct wait_queue_entry *entry)
{
    unsigned long flags;

    spin_lock_irqsave(&wq->lock, flags);
    list_del_init(&entry->entry);
    spin_unlock_irqrestore(&wq->lock, flags);
}

static void prepare(struct wait_queue_head *wq, struct wait_queue_entry *entry,
                    unsigned state, bool is_exclusive)
{
    unsigned long flags;

    spin_lock_irqsave(&wq->lock, flags);
    entry->is_exclusive = is_exclusive;
    if (list_empty(&entry->entry)) {
        if (is_exclusive) {
            list_add_tail(&entry->entry, &wq->head);
        } else {
            list_add(&entry->entry, &wq->head);
        }
    }
    set_current_state(state);
    spin_unlock_irqrestore(&wq->lock, flags);
}

void prepare_to_wait(struct wait_queue_head *wq, struct wait_queue_entry *entry,
                     unsigned state)
{
    prepare(wq, entry, state, false);
}

void prepare_to_wait_exclusive(struct wait_queue_head *wq,
                               struct wait_queue_entry *entry, unsigned state)
{
    prepare(wq, entry, state, true);
}

int prepare_to_wait_event(struct wait_queue_head *wq,
                          struct wait_queue_entry *entry, unsigned state)
{
    if (signal_pending_state(state, current)) {
        remove_wait_queue(wq, entry);
        return -ERESTARTSYS;
    }
    prepare_to_wait(wq, entry, state);
    return 0;
}

void finish_wait(struct wait_queue_head *wq, struct wait_queue_entry *entry)
{
    __set_current_state(TASK_RUNNING);
    remove_wait_queue(wq, entry);
}

static void wake_up_locked(struct wait_queue_head *wq, unsigned states,
                           unsigned nr_exclusive, void *key)
{
    struct wait_queue_entry *entry, *next;

    list_for_each_entry_safe(entry, next, &wq->head, entry) {
        bool is_exclusive = entry->is_exclusive;

        if (!(entry->task->state & states)) {
            continue;
        }
        if (entry->func(entry, key) && is_exclusive && --nr_exclusive == 0) {
            break;
        }
    }
}

void __wake_up(struct wait_queue_head *wq, unsigned states,
               unsigned nr_exclusive, void *key)
{
    unsigned long flags;

    spin_lock_irqsave(&wq->lock, flags);
    wake_up_locked(wq, states, nr_exclusive, key);
    spin_unlock_irqrestore(&wq->lock, flags);
}

void init_completion(struct completion *x)
{
    x->done = 0;
    init_waitqueue_head(&x->wait);
}

/* The completion may be on the stack of the waiter, who is off with the lock
 * free and `done` set: nothing may be touched after that. */
void complete(struct completion *x)
{
    unsigned long flags;

    spin_lock_irqsave(&x->wait.lock, flags);
    x->done++;
    wake_up_locked(&x->wait, TASK_NORMAL, 1, NULL);
    spin_unlock_irqrestore(&x->wait.lock, flags);
}

void complete_all(struct completion *x)
{
    unsigned long flags;

    spin_lock_irqsave(&x->wait.lock, flags);
    x->done = UINT32_MAX / 2;
    wake_up_locked(&x->wait, TASK_NORMAL, 0, NULL);
    spin_unlock_irqrestore(&x->wait.lock, flags);
}

static bool take_completion(struct completion *x)
{
    unsigned long flags;
    bool is_done;

    spin_lock_irqsave(&x->wait.lock, flags);
    is_done = x->done != 0;
    if (is_done && x->done < UINT32_MAX / 2) {
        x->done--;
    }
    spin_unlock_irqrestore(&x->wait.lock, flags);
    return is_done;
}

void wait_for_completion(struct completion *x)
{
    wait_event(&x->wait, take_completion(x));
}

void wait_for_completion_io(struct completion *x)
{
    io_wait_event(&x->wait, take_completion(x));
}

int wait_for_completion_killable(struct completion *x)
{
    return wait_event_killable(&x->wait, take_completion(x));
}
