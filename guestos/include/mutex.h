/* Sleeping locks: mutexes, and semaphores for readers and writers. */
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
int mutex_lock_killable(struct mutex *mutex); /* 0 or -EINTR */
bool mutex_trylock(struct mutex *mutex);
void mutex_unlock(struct mutex *mutex);
bool mutex_is_locked(const struct mutex *mutex);

/* Writers go first: a waiting one keeps new readers out. */
struct rw_semaphore {
    struct spinlock lock; /* guards the rest */
    int count;            /* readers, or -1 for a writer */
    unsigned nr_waiting_writers;
    struct wait_queue_head wait;
};

void init_rwsem(struct rw_semaphore *sem);
void down_read(struct rw_semaphore *sem);
bool down_read_trylock(struct rw_semaphore *sem);
void up_read(struct rw_semaphore *sem);
void down_write(struct rw_semaphore *sem);
int down_write_killable(struct rw_semaphore *sem); /* 0 or -EINTR */
bool down_write_trylock(struct rw_semaphore *sem);
void up_write(struct rw_semaphore *sem);
void downgrade_write(struct rw_semaphore *sem);
bool rwsem_is_locked(const struct rw_semaphore *sem);

#endif
