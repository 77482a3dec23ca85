/*
 * The graph of lock classes. graph_lock (a bare lock, interrupts off) guards
 * the classes and edges; a task's list of held locks is its own. A report
 * ends the machine. The last lock on the list is the one that was being taken.
 */
#include "lockdep.h"

#include "bitops.h"
#include "kernel.h"
#include "percpu.h"
#include "sched.h"
#include "string.h"

#define MAX_CLASSES 192
#define WORDS ((MAX_CLASSES + 31) / 32)

/* How a class has been taken. */
#define IN_IRQ 1u       /* by an interrupt handler */
#define WITH_IRQS_ON 2u /* so that an interrupt may find it held */

static struct lock_class {
    const void *key;
    unsigned subclass;
    const char *name;
    unsigned usage;
    u32 after[WORDS]; /* classes that were taken while it was held */
} classes[MAX_CLASSES];
static u32 irqs_on[WORDS]; /* classes with that usage */
static unsigned nr_classes;
static u32 graph_lock_word;
static bool is_off; /* set by the first report, which takes locks itself */

static unsigned long lock_graph(void)
{
    unsigned long flags;

    local_irq_save(flags);
    while (__atomic_exchange_n(&graph_lock_word, 1, __ATOMIC_ACQUIRE)) {
        cpu_relax();
    }
    return flags;
}

static void unlock_graph(unsigned long flags)
{
    __atomic_store_n(&graph_lock_word, 0, __ATOMIC_RELEASE);
    local_irq_restore(flags);
}

static bool has_edge(unsigned from, unsigned to)
{
    return classes[from].after[to / 32] >> (to % 32) & 1;
}

/* -- Reports; the graph is locked until report() ------------------------- */

static void show_class(unsigned class)
{
    const struct lock_class *c = &classes[class];

    if (c->name) {
        pr_err("  %s/%u%s%s\n", c->name, c->subclass,
               c->usage & IN_IRQ ? " in-irq" : "",
               c->usage & WITH_IRQS_ON ? " irqs-on" : "");
    } else {
        pr_err("  %p/%u\n", c->key, c->subclass);
    }
}

static void report(const char *what)
{
    pr_err("WARNING: %s\n", what);
    pr_err("task %d (%s), CPU %d%s, holds:\n", current->pid, current->comm,
           smp_processor_id(), in_interrupt() ? ", in an interrupt" : "");
    for (unsigned i = 0; i < current->lockdep.depth; i++) {
        show_class(current->lockdep.held[i].class);
    }
    panic("lockdep: %s", what);
}

/* -- Searching ----------------------------------------------------------- */

/* Everything that is reachable from `from`, itself included. */
static void reach(unsigned from, u32 seen[WORDS])
{
    unsigned char stack[MAX_CLASSES];
    unsigned depth = 0;

    memset(seen, 0, WORDS * sizeof(seen[0]));
    seen[from / 32] |= 1u << from % 32;
    stack[depth++] = (unsigned char)from;
    while (depth) {
        const u32 *after = classes[stack[--depth]].after;

        for (unsigned i = 0; i < WORDS; i++) {
            u32 fresh = after[i] & ~seen[i];

            seen[i] |= fresh;
            for (; fresh; fresh &= fresh - 1) {
                stack[depth++] = (unsigned char)(i * 32 + __ffs(fresh));
            }
        }
    }
}

static bool overlap(const u32 a[WORDS], const u32 b[WORDS])
{
    u32 both = 0;

    for (unsigned i = 0; i < WORDS; i++) {
        both |= a[i] & b[i];
    }
    return both;
}

/* A class that an interrupt takes must not lead to one that is held with
 * interrupts on: whoever holds that may be interrupted by the first's owner.
 * Does any now lead to one by way of `from` and then `inner`? */
static bool has_irq_inversion(unsigned from, const u32 inner[WORDS])
{
    u32 seen[WORDS];

    if (!overlap(inner, irqs_on)) {
        return false;
    }
    for (unsigned outer = 0; outer < nr_classes; outer++) {
        if (!(classes[outer].usage & IN_IRQ)) {
            continue;
        }
        reach(outer, seen);
        if (seen[from / 32] >> from % 32 & 1) {
            return true;
        }
    }
    return false;
}

/* -- Growing the graph --------------------------------------------------- */

static unsigned class_of(struct lockdep_map *map, unsigned subclass)
{
    const void *key = map->key ? map->key : map;

    if (!subclass && map->class) {
        return map->class - 1;
    }
    for (unsigned i = 0; i < nr_classes; i++) {
        if (classes[i].key == key && classes[i].subclass == subclass) {
            if (!subclass) {
                map->class = i + 1;
            }
            return i;
        }
    }
    if (nr_classes == MAX_CLASSES) {
        return MAX_CLASSES;
    }
    classes[nr_classes] = (struct lock_class){
        .key = key, .subclass = subclass, .name = map->name};
    return nr_classes++;
}

/* An interrupt that only tries does not wait for whom it has interrupted. */
static unsigned usage_now(enum lock_how how, bool are_irqs_on)
{
    if (in_interrupt()) {
        return how == LOCK_TRY ? 0 : IN_IRQ;
    }
    return are_irqs_on ? WITH_IRQS_ON : 0;
}

/* NULL: all is well. */
static const char *add_usage(unsigned class, unsigned usage)
{
    u32 seen[WORDS];

    if ((classes[class].usage & usage) == usage) {
        return NULL;
    }
    classes[class].usage |= usage;
    if (usage == WITH_IRQS_ON) {
        irqs_on[class / 32] |= 1u << class % 32;
    }
    reach(class, seen);
    return has_irq_inversion(class, seen)
               ? "a lock that interrupts need is held with interrupts on"
               : NULL;
}

static const char *add_edge(unsigned from, unsigned to)
{
    u32 seen[WORDS];

    if (from == to) {
        return "possible recursive locking detected";
    }
    if (has_edge(from, to)) {
        return NULL;
    }
    reach(to, seen);
    if (seen[from / 32] >> from % 32 & 1) {
        return "possible circular locking dependency detected";
    }
    classes[from].after[to / 32] |= 1u << to % 32;
    return has_irq_inversion(from, seen)
               ? "a lock that interrupts need leads to one held with "
                 "interrupts on"
               : NULL;
}

static const char *check(unsigned class, enum lock_how how, bool are_irqs_on)
{
    const struct lockdep_task *task = &current->lockdep;
    const char *wrong = add_usage(class, usage_now(how, are_irqs_on));

    /* Locks of the interrupted task have their order with each other; what
     * an interrupt takes is ruled by the usage. */
    for (unsigned i = 0; i < task->depth && !wrong && how != LOCK_TRY; i++) {
        if (task->held[i].is_in_irq == in_interrupt()) {
            wrong = add_edge(task->held[i].class, class);
        }
    }
    return wrong;
}

void lock_acquire(struct lockdep_map *map, unsigned subclass, enum lock_how how)
{
    struct lockdep_task *task = &current->lockdep;
    bool are_irqs_on = !irqs_disabled();
    const char *wrong;
    unsigned long flags;
    unsigned class;

    if (is_off) {
        return;
    }
    flags = lock_graph();
    class = class_of(map, subclass);
    if (class == MAX_CLASSES || task->depth == LOCKDEP_DEPTH) {
        wrong = "too many lock classes or locks held";
    } else if (how == LOCK_SLEEP && in_interrupt()) {
        wrong = "an interrupt takes a lock that sleeps";
    } else {
        wrong = check(class, how, are_irqs_on);
        task->held[task->depth++] =
            (struct held_lock){map, (unsigned short)class, in_interrupt()};
    }
    is_off = is_off || wrong;
    unlock_graph(flags);
    if (wrong) {
        report(wrong);
    }
}

/* Mostly the last one taken. */
void lock_release(struct lockdep_map *map)
{
    struct lockdep_task *task = &current->lockdep;
    unsigned long flags;
    unsigned i;

    if (is_off) {
        return;
    }
    local_irq_save(flags);
    for (i = task->depth; i && task->held[i - 1].map != map; i--) {
    }
    if (i) {
        memmove(&task->held[i - 1], &task->held[i],
                (task->depth - i) * sizeof(task->held[0]));
        task->depth--;
    }
    local_irq_restore(flags);
    if (!i) {
        is_off = true;
        report("a lock is released that is not held");
    }
}

void lockdep_init_map(struct lockdep_map *map, const char *name,
                      const void *key)
{
    map->key = key;
    map->name = name;
    map->class = 0;
}

/* A lock goes from one task to another, who now releases it. */
void lock_hand_over(struct lockdep_map *map)
{
    lock_acquire(map, 0, LOCK_TRY);
}

void lock_assert_held(const struct lockdep_map *map, const char *where)
{
    const struct lockdep_task *task = &current->lockdep;

    if (is_off) {
        return;
    }
    for (unsigned i = task->depth; i; i--) {
        if (task->held[i - 1].map == map) {
            return;
        }
    }
    is_off = true;
    pr_err("%s needs %s\n", where, map->name ? map->name : "a lock");
    report("a lock is not held where it must be");
}

void lock_assert_irqs_disabled(const char *where)
{
    if (is_off || irqs_disabled()) {
        return;
    }
    is_off = true;
    pr_err("%s needs interrupts off\n", where);
    report("interrupts are on where they must be off");
}
