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

static int lock_in_state(struct mutex *mutex, unsigned state)
{
    struct wait_queue_entry entry;
    int error = 0;

    if (mutex_trylock(mutex)) {
        return 0;
    }
    BUG_ON(mutex->owner == current);
    init_wait(&entry);
    for (;;) {
        prepare_to_wait_exclusive(&mutex->wait, &entry, state);
        if (mutex_trylock(mutex)) {
            break;
        }
        if (signal_pending_state(state, current)) {
            error = -EINTR;
            break;
        }
        schedule();
    }
    finish_wait(&mutex->wait, &entry);
    /* A wake-up that came too late for this one is the next one's. */
    if (error && !mutex_is_locked(mutex)) {
        wake_up(&mutex->wait);
    }
    return error;
}

void mutex_lock(struct mutex *mutex)
{
    (void)lock_in_state(mutex, TASK_UNINTERRUPTIBLE);
}

int mutex_lock_killable(struct mutex *mutex)
{
    return lock_in_state(mutex, TASK_KILLABLE);
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
