/* Mutexes: sleeping locks with one owner. (rwsem.h: many readers.) */
#ifndef QUIRE_GUESTOS_MUTEX_H
#define QUIRE_GUESTOS_MUTEX_H

#include "wait.h"

struct mutex {
    struct spinlock lock; /* guards owner */
    struct task_struct *owner;
    struct wait_queue_head wait;
};

#define DEFINE_MUTEX(name)                                                     \
    struct mutex name = {SPIN_LOCK_UNLOCKED, NULL,                             \
                         WAIT_QUEUE_HEAD_INIT((name).wait)}

void mutex_init(struct mutex *mutex);
void mutex_lock(struct mutex *mutex);
bool mutex_trylock(struct mutex *mutex);
void mutex_unlock(struct mutex *mutex);
bool mutex_is_locked(const struct mutex *mutex);

#endif
