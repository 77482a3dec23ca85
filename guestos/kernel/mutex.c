/* Mutexes. */
#include "mutex.h"
#include "sched.h"

void __mutex_init(struct mutex *mutex, const char *name,
                  const struct lock_class_key *key)
{
    lockdep_init_map(&mutex->dep, name, key);
    spin_lock_init(&mutex->lock);
    mutex->owner = NULL;
    init_waitqueue_head(&mutex->wait);
}

static bool try_to_take(struct mutex *mutex)
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

bool mutex_trylock(struct mutex *mutex)
{
    bool taken = try_to_take(mutex);

    if (taken) {
        lock_acquire(&mutex->dep, 0, LOCK_TRY);
    }
    return taken;
}

void mutex_lock(struct mutex *mutex)
{
    struct wait_queue_entry entry;

    lock_acquire(&mutex->dep, 0, LOCK_SLEEP);
    if (try_to_take(mutex)) {
        return;
    }
    BUG_ON(mutex->owner == current);
    init_wait(&entry);
    for (;;) {
        prepare_to_wait_exclusive(&mutex->wait, &entry, TASK_UNINTERRUPTIBLE);
        if (try_to_take(mutex)) {
            break;
        }
        schedule();
    }
    finish_wait(&mutex->wait, &entry);
}

void mutex_unlock(struct mutex *mutex)
{
    BUG_ON(mutex->owner != current);
    lock_release(&mutex->dep);
    spin_lock(&mutex->lock);
    mutex->owner = NULL;
    spin_unlock(&mutex->lock);
    wake_up(&mutex->wait);
}

bool mutex_is_locked(const struct mutex *mutex)
{
    return mutex->owner != NULL;
}
