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
};

void init_rwsem(struct rw_semaphore *sem);
void down_read(struct rw_semaphore *sem);
bool down_read_trylock(struct rw_semaphore *sem);
void up_read(struct rw_semaphore *sem);
void down_write(struct rw_semaphore *sem);
bool down_write_trylock(struct rw_semaphore *sem);
void up_write(struct rw_semaphore *sem);

#endif
