/*
 * lockdep: do the locks of the kernel have an order? Each lock belongs to a
 * class: the place that initialises it (or the lock itself, if it is static).
 * As locks are taken, the classes held and the one taken become edges of a
 * graph; a circle in it is a deadlock that only waits for its moment, though
 * nothing has gone wrong yet. The same for locks that interrupts take: they,
 * and all that is taken before them in the graph, must never be held with
 * interrupts on. Functions that need
 * a lock held say so, and are held to it. In debug builds (CONFIG_LOCKDEP)
 * only. Mirrors Linux's lock_acquire, lock_release, check_noncircular,
 * mark_lock, lockdep_assert_held.
 */
#ifndef QUIRE_GUESTOS_LOCKDEP_H
#define QUIRE_GUESTOS_LOCKDEP_H

#include "types.h"

#ifdef CONFIG_LOCKDEP

#define LOCKDEP_DEPTH 24 /* locks that a task may hold at once */

struct lock_class_key {
    char unused;
};

/* In each lock. Zero: a static lock that nobody has taken yet. */
struct lockdep_map {
    const void *key;
    const char *name;
    unsigned class; /* cached: its number + 1 */
};

struct held_lock {
    struct lockdep_map *map;
    unsigned short class;
    bool is_in_irq;
};

/* In each task: its own only. */
struct lockdep_task {
    struct held_lock held[LOCKDEP_DEPTH];
    unsigned depth;
};

enum lock_how {
    LOCK_SPIN,
    LOCK_SLEEP, /* a mutex or a semaphore: waiting for it sleeps */
    LOCK_TRY,   /* is there or not, but is not waited for */
};

void lockdep_init_map(struct lockdep_map *map, const char *name,
                      const void *key);
/* Before the lock is waited for. subclass: another of a class that is held. */
void lock_acquire(struct lockdep_map *map, unsigned subclass,
                  enum lock_how how);
void lock_release(struct lockdep_map *map);
/* By a task that releases what another has taken (a run queue's lock). */
void lock_hand_over(struct lockdep_map *map);
/* The current task holds it: else a report. `where`: who needs it held. */
void lock_assert_held(const struct lockdep_map *map, const char *where);
/* Interrupts are off: what belongs to the CPU stays ours. */
void lock_assert_irqs_disabled(const char *where);

#define LOCKDEP_MAP(lock_name) .dep = {.name = #lock_name},
#define lockdep_init_task(task) ((task)->lockdep.depth = 0)
#define lockdep_assert_held(lock) lock_assert_held(&(lock)->dep, __func__)
#define lockdep_assert_irqs_disabled() lock_assert_irqs_disabled(__func__)

#else

struct lock_class_key {
};
#define LOCKDEP_MAP(lock_name)
#define lockdep_init_map(map, name, key) ((void)(name), (void)(key))
#define lock_acquire(map, subclass, how) ((void)0)
#define lock_release(map) ((void)0)
#define lock_hand_over(map) ((void)0)
#define lockdep_init_task(task) ((void)0)
#define lockdep_assert_held(lock) ((void)0)
#define lockdep_assert_irqs_disabled() ((void)0)

#endif

#endif
