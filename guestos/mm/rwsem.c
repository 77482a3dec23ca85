/*
 * Sleeping locks with many readers or one writer. sem->lock guards count and
 * writers_waiting; sleepers are on sem->wait. Mirrors Linux's rw_semaphore
 * without its optimistic spinning.
 */
#include "rwsem.h"

#include "sched.h"

void __init_rwsem(struct rw_semaphore *sem, const char *name,
                  const struct lock_class_key *key)
{
    lockdep_init_map(&sem->dep, name, key);
    spin_lock_init(&sem->lock);
    sem->count = 0;
    sem->writers_waiting = 0;
    init_waitqueue_head(&sem->wait);
}

static bool try_read(struct rw_semaphore *sem)
{
    bool is_mine;

    spin_lock(&sem->lock);
    is_mine = sem->count >= 0 && !sem->writers_waiting;
    if (is_mine)
        sem->count++;
    spin_unlock(&sem->lock);
    return is_mine;
}

bool down_read_trylock(struct rw_semaphore *sem)
{
    bool is_mine = try_read(sem);

    if (is_mine)
        lock_acquire(&sem->dep, 0, LOCK_TRY);
    return is_mine;
}

void down_read(struct rw_semaphore *sem)
{
    lock_acquire(&sem->dep, 0, LOCK_SLEEP);
    if (!try_read(sem))
        wait_event(&sem->wait, try_read(sem));
}

static bool try_write(struct rw_semaphore *sem)
{
    bool is_mine;

    spin_lock(&sem->lock);
    is_mine = sem->count == 0;
    if (is_mine)
        sem->count = -1;
    spin_unlock(&sem->lock);
    return is_mine;
}

static void take_for_writing(struct rw_semaphore *sem)
{
    if (try_write(sem))
        return;
    spin_lock(&sem->lock);
    sem->writers_waiting++;
    spin_unlock(&sem->lock);
    wait_event(&sem->wait, try_write(sem));
    spin_lock(&sem->lock);
    sem->writers_waiting--;
    spin_unlock(&sem->lock);
}

void down_write(struct rw_semaphore *sem)
{
    lock_acquire(&sem->dep, 0, LOCK_SLEEP);
    take_for_writing(sem);
}

void down_write_nested(struct rw_semaphore *sem, unsigned subclass)
{
    lock_acquire(&sem->dep, subclass, LOCK_SLEEP);
    take_for_writing(sem);
    (void)subclass;
}

static void release(struct rw_semaphore *sem, int count)
{
    bool is_wanted;

    lock_release(&sem->dep);
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

