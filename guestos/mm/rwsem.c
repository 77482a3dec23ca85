/*
 * Sleeping locks with many readers or one writer. sem->lock guards count and
 * writers_waiting; sleepers are on sem->wait. Mirrors Linux's rw_semaphore
 * without its optimistic spinning.
 */
#include "rwsem.h"

#include "sched.h"

void init_rwsem(struct rw_semaphore *sem)
{
    spin_lock_init(&sem->lock);
    sem->count = 0;
    sem->writers_waiting = 0;
    init_waitqueue_head(&sem->wait);
}

bool down_read_trylock(struct rw_semaphore *sem)
{
    bool is_mine;

    spin_lock(&sem->lock);
    is_mine = sem->count >= 0 && !sem->writers_waiting;
    if (is_mine)
        sem->count++;
    spin_unlock(&sem->lock);
    return is_mine;
}

void down_read(struct rw_semaphore *sem)
{
    if (!down_read_trylock(sem))
        wait_event(&sem->wait, down_read_trylock(sem));
}

bool down_write_trylock(struct rw_semaphore *sem)
{
    bool is_mine;

    spin_lock(&sem->lock);
    is_mine = sem->count == 0;
    if (is_mine)
        sem->count = -1;
    spin_unlock(&sem->lock);
    return is_mine;
}

void down_write(struct rw_semaphore *sem)
{
    if (down_write_trylock(sem))
        return;
    spin_lock(&sem->lock);
    sem->writers_waiting++;
    spin_unlock(&sem->lock);
    wait_event(&sem->wait, down_write_trylock(sem));
    spin_lock(&sem->lock);
    sem->writers_waiting--;
    spin_unlock(&sem->lock);
}

static void release(struct rw_semaphore *sem, int count)
{
    bool is_wanted;

    spin_lock(&sem->lock);
    sem->count = count < 0 ? sem->count - 1 : count;
    is_wanted = waitqueue_active(&sem->wait);
    spin_unlock(&sem->lock);
    if (is_wanted)
        wake_up_all(&sem->wait);
}

void up_read(struct rw_semaphore *sem)
{
    release(sem, -1);
}

void up_write(struct rw_semaphore *sem)
{
    release(sem, 0);
}

