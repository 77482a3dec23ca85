/*
 * Sleeping locks with many readers or one writer. A waiting writer holds new
 * readers back, so that it gets its turn.
 */
#ifndef QUIRE_GUESTOS_RWSEM_H
#define QUIRE_GUESTOS_RWSEM_H

#include "wait.h"

struct rw_semaphore {
    struct spinlock lock;
    int count; /* readers inside, or -1: a writer */
    int writers_waiting;
    struct wait_queue_head wait;
#ifdef CONFIG_LOCKDEP
    struct lockdep_map dep;
#endif
};

void __init_rwsem(struct rw_semaphore *sem, const char *name,
                  const struct lock_class_key *key);
#define init_rwsem(sem)                                                        \
    do {                                                                       \
        static struct lock_class_key rwsem_key;                                \
        __init_rwsem(sem, #sem, &rwsem_key);                                   \
    } while (0)
void down_read(struct rw_semaphore *sem);
bool down_read_trylock(struct rw_semaphore *sem);
void up_read(struct rw_semaphore *sem);
void down_write(struct rw_semaphore *sem);
/* While another of the class is held. */
void down_write_nested(struct rw_semaphore *sem, unsigned subclass);
void up_write(struct rw_semaphore *sem);

#endif
