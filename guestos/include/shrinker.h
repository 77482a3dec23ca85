/*
 * Shrinkers: caches of the kernel that give objects back when memory is
 * short. Reclaim asks each how many it has and lets it free a share.
 */
#ifndef QUIRE_GUESTOS_SHRINKER_H
#define QUIRE_GUESTOS_SHRINKER_H

#include "atomic.h"
#include "list.h"
#include "rwsem.h"
#include "types.h"

struct sysfs_dir;

struct shrink_control {
    gfp_t gfp_mask;
    int nid;
    unsigned long nr_to_scan; /* asked for */
    unsigned long nr_scanned; /* looked at; nr_to_scan unless set */
};

#define SHRINK_STOP (~0ul)      /* scan_objects: no progress possible now */
#define SHRINK_EMPTY (~0ul - 1) /* count_objects: there is nothing */
#define DEFAULT_SEEKS 2         /* what an object costs to make again */

struct shrinker {
    const char *name;
    /* How many objects could be freed. */
    unsigned long (*count_objects)(struct shrinker *shrinker,
                                   struct shrink_control *sc);
    /* Frees up to nr_to_scan: how many, or SHRINK_STOP. May sleep. */
    unsigned long (*scan_objects)(struct shrinker *shrinker,
                                  struct shrink_control *sc);
    long batch; /* objects a call, 0: 128 */
    int seeks;
    /* These are the core's. */
    struct list_head list;
    struct atomic_long nr_deferred; /* work that could not be done yet */
    struct sysfs_dir *debugfs_entry;
};

/* All of them, in the order of registration. */
extern struct list_head shrinker_list;
extern struct rw_semaphore shrinker_rwsem;

int register_shrinker(struct shrinker *shrinker);
void unregister_shrinker(struct shrinker *shrinker);

/* Its directory in /sys/kernel/debug; shrinker_rwsem is held for writing. */
void shrinker_debugfs_add(struct shrinker *shrinker);
/* ... goes; who reads it now has finished then. */
void shrinker_debugfs_remove(struct shrinker *shrinker);

/* Objects freed by all of them at this priority of reclaim. */
unsigned long shrink_slab(gfp_t gfp, int nid, int priority);

#endif
