/* Mutexes. */
#include "mutex.h"
#include "sched.h"

void mutex_init(struct mutex *mutex)
{
    spin_lock_init(&mutex->lock);
    mutex->owner = NULL;
    init_waitqueue_head(&mutex->wait);
}

bool mutex_trylock(struct mutex *mutex)
{
    bool taken = false;

    spin_lock(&mutex->lock);
    if (!mutex->owner) {
        mutex->owner = current;
        taken = true;
    }
    spin_unlock(&mutex->lock);
    return taken;
}

void mutex_lock(struct mutex *mutex)
{
    struct wait_queue_entry entry;

    if (mutex_trylock(mutex)) {
        return;
    }
    BUG_ON(mutex->owner == current);
    init_wait(&entry);
    for (;;) {
        prepare_to_wait_exclusive(&mutex->wait, &entry, TASK_UNINTERRUPTIBLE);
        if (mutex_trylock(mutex)) {
            break;
        }
        schedule();
    }
    finish_wait(&mutex->wait, &entry);
}

void mutex_unlock(struct mutex *mutex)
{
    BUG_ON(mutex->owner != current);
    spin_lock(&mutex->lock);
    mutex->owner = NULL;
    spin_unlock(&mutex->lock);
    wake_up(&mutex->wait);
}

bool mutex_is_locked(const struct mutex *mutex)
{
    return mutex->owner != NULL;
}
