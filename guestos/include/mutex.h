/* Mutexes: sleeping locks with one owner. (rwsem.h: many readers.) */
#ifndef QUIRE_GUESTOS_MUTEX_H
#define QUIRE_GUESTOS_MUTEX_H

#include "wait.h"

struct mutex {
    struct spinlock lock; /* guards owner */
    struct task_struct *owner;
    struct wait_queue_head wait;
#ifdef CONFIG_LOCKDEP
    struct lockdep_map dep;
#endif
};

#define DEFINE_MUTEX(name)                                                     \
    struct mutex name = {LOCKDEP_MAP(name).wait =                              \
                             WAIT_QUEUE_HEAD_INIT((name).wait)}

void __mutex_init(struct mutex *mutex, const char *name,
                  const struct lock_class_key *key);
#define mutex_init(mutex)                                                      \
    do {                                                                       \
        static struct lock_class_key mutex_key;                                \
        __mutex_init(mutex, #mutex, &mutex_key);                               \
    } while (0)
void mutex_lock(struct mutex *mutex);
bool mutex_trylock(struct mutex *mutex);
void mutex_unlock(struct mutex *mutex);
bool mutex_is_locked(const struct mutex *mutex);

#endif
