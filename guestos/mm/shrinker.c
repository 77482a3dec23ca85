/*
 * Pressure on caches: at each priority of reclaim a shrinker scans a share of
 * its objects as large as the share of pages that is scanned. What is too
 * little for a batch, or cannot be done in the caller's context (GFP_NOFS), is
 * deferred: the next caller does it too. Owns shrinker_list, guarded by
 * shrinker_rwsem, and every nr_deferred. Counters: SLABS_SCANNED. Mirrors
 * Linux's do_shrink_slab, shrink_slab, register_shrinker.
 */
#include "shrinker.h"

#include "kernel.h"
#include "rwsem.h"
#include "sched.h"
#include "vmstat.h"

#define SHRINK_BATCH 128l

LIST_HEAD(shrinker_list);
struct rw_semaphore shrinker_rwsem = {
    .wait = WAIT_QUEUE_HEAD_INIT(shrinker_rwsem.wait),
};

int register_shrinker(struct shrinker *shrinker)
{
    atomic_long_set(&shrinker->nr_deferred, 0);
    down_write(&shrinker_rwsem);
    list_add_tail(&shrinker->list, &shrinker_list);
    shrinker_debugfs_add(shrinker);
    up_write(&shrinker_rwsem);
    return 0;
}

void unregister_shrinker(struct shrinker *shrinker)
{
    down_write(&shrinker_rwsem);
    list_del(&shrinker->list);
    up_write(&shrinker_rwsem);
    shrinker_debugfs_remove(shrinker);
}

/* What this run of reclaim asks for. */
static unsigned long share(const struct shrinker *shrinker, long freeable,
                           int priority)
{
    if (!shrinker->seeks)
        return (unsigned long)freeable / 2; /* costs nothing: all at once */
    return ((unsigned long)freeable >> priority) * 4 /
           (unsigned int)shrinker->seeks;
}

static long take_deferred(struct shrinker *shrinker)
{
    return __atomic_exchange_n(&shrinker->nr_deferred.counter, 0,
                               __ATOMIC_RELAXED);
}

static unsigned long do_shrink_slab(struct shrink_control *sc,
                                    struct shrinker *shrinker, int priority)
{
    long batch = shrinker->batch ? shrinker->batch : SHRINK_BATCH;
    unsigned long count = shrinker->count_objects(shrinker, sc), freed = 0;
    long freeable = (long)count, deferred, delta, total, scanned = 0;

    if (!count || count == SHRINK_EMPTY)
        return 0;
    deferred = take_deferred(shrinker);
    delta = (long)share(shrinker, freeable, priority);
    total = min((deferred >> priority) + delta, 2 * freeable);
    while (total >= batch || total >= freeable) {
        unsigned long n = (unsigned long)min(batch, total), result;

        sc->nr_to_scan = sc->nr_scanned = n;
        result = shrinker->scan_objects(shrinker, sc);
        if (result == SHRINK_STOP)
            break;
        freed += result;
        count_vm_events(SLABS_SCANNED, sc->nr_scanned);
        total -= (long)sc->nr_scanned;
        scanned += (long)sc->nr_scanned;
        if (!sc->nr_scanned)
            break;
        cond_resched();
    }
    deferred = min(max(deferred + delta - scanned, 0l), 2 * freeable);
    atomic_long_add(deferred, &shrinker->nr_deferred);
    return freed;
}

unsigned long shrink_slab(gfp_t gfp, int nid, int priority)
{
    struct shrinker *shrinker;
    unsigned long freed = 0;

    if (!down_read_trylock(&shrinker_rwsem))
        return 0;
    list_for_each_entry(shrinker, &shrinker_list, list) {
        struct shrink_control sc = {.gfp_mask = gfp, .nid = nid};

        freed += do_shrink_slab(&sc, shrinker, priority);
    }
    up_read(&shrinker_rwsem);
    return freed;
}
