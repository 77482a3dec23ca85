/*
 * Wait queues. A waiter puts itself on the queue, then looks at its
 * condition, then sleeps; whoever makes the condition true wakes the queue
 * afterwards. So no wake-up is lost.
 */
#ifndef QUIRE_GUESTOS_WAIT_H
#define QUIRE_GUESTOS_WAIT_H

#include "list.h"
#include "spinlock.h"
#include "errno.h"

struct task_struct;
struct wait_queue_entry;

/* Returns true when it woke the waiter. */
typedef bool wait_queue_func(struct wait_queue_entry *entry, void *key);

struct wait_queue_entry {
    bool is_exclusive; /* wake_up wakes at most one of these */
    struct task_struct *task;
    wait_queue_func *func;
    void *private;
    struct list_head entry;
};

struct wait_queue_head {
    struct spinlock lock;
    struct list_head head;
};

#define WAIT_QUEUE_HEAD_INIT(name)                                             \
    {                                                                          \
        SPIN_LOCK_UNLOCKED, LIST_HEAD_INIT((name).head)                        \
    }
#define DECLARE_WAIT_QUEUE_HEAD(name)                                          \
    struct wait_queue_head name = WAIT_QUEUE_HEAD_INIT(name)

void init_waitqueue_head(struct wait_queue_head *wq);
/* An entry for the current task that leaves the queue when it is woken. */
void init_wait(struct wait_queue_entry *entry);
bool autoremove_wake_function(struct wait_queue_entry *entry, void *key);
bool default_wake_function(struct wait_queue_entry *entry, void *key);

void add_wait_queue(struct wait_queue_head *wq, struct wait_queue_entry *entry);
void remove_wait_queue(struct wait_queue_head *wq,
                       struct wait_queue_entry *entry);
/* Enters the queue (if it is not there) and sets the task's state. */
void prepare_to_wait(struct wait_queue_head *wq, struct wait_queue_entry *entry,
                     unsigned state);
void prepare_to_wait_exclusive(struct wait_queue_head *wq,
                               struct wait_queue_entry *entry, unsigned state);
/* The same, but -ERESTARTSYS and off the queue when a signal waits. */
int prepare_to_wait_event(struct wait_queue_head *wq,
                          struct wait_queue_entry *entry, unsigned state);
void finish_wait(struct wait_queue_head *wq, struct wait_queue_entry *entry);

/* Wakes all non-exclusive waiters and `nr_exclusive` others (0: all). */
void __wake_up(struct wait_queue_head *wq, unsigned states,
               unsigned nr_exclusive, void *key);

/* As wake_up_process finds sleepers; values in sched.h's TASK_*. */
#define WAKE_NORMAL 3u

static inline void wake_up(struct wait_queue_head *wq)
{
    __wake_up(wq, WAKE_NORMAL, 1, NULL);
}

static inline void wake_up_all(struct wait_queue_head *wq)
{
    __wake_up(wq, WAKE_NORMAL, 0, NULL);
}

static inline void wake_up_interruptible(struct wait_queue_head *wq)
{
    __wake_up(wq, 1, 1, NULL);
}

static inline bool waitqueue_active(const struct wait_queue_head *wq)
{
    return !list_empty(&wq->head);
}

/* Sleeps in `state` until `condition`; the value is 0 or -ERESTARTSYS. */
#define ___wait_event(wq, condition, state, sleep)                             \
    __extension__({                                                            \
        struct wait_queue_entry wait_entry;                                    \
        int wait_ret = 0;                                                      \
        init_wait(&wait_entry);                                                \
        for (;;) {                                                             \
            wait_ret = prepare_to_wait_event(wq, &wait_entry, state);          \
            if (condition) {                                                   \
                wait_ret = 0;                                                  \
                break;                                                         \
            }                                                                  \
            if (wait_ret) {                                                    \
                break;                                                         \
            }                                                                  \
            sleep();                                                           \
        }                                                                      \
        finish_wait(wq, &wait_entry);                                          \
        wait_ret;                                                              \
    })

/* Users include sched.h. `wq` is a struct wait_queue_head *. */
#define wait_event(wq, condition)                                              \
    ((void)___wait_event(wq, condition, TASK_UNINTERRUPTIBLE, schedule))
/* The same, for a disk. */
#define io_wait_event(wq, condition)                                           \
    ((void)___wait_event(wq, condition, TASK_UNINTERRUPTIBLE, io_schedule))
#define wait_event_interruptible(wq, condition)                                \
    ___wait_event(wq, condition, TASK_INTERRUPTIBLE, schedule)
#define wait_event_killable(wq, condition)                                     \
    ___wait_event(wq, condition, TASK_KILLABLE, schedule)

#endif
