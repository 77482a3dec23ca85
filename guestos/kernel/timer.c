/* Ticks and timers. Few timers wait at a time: one sorted list, which one CPU
 * looks at. */
#include "jiffies.h"
#include "sched.h"
#include "spinlock.h"
#include "ticks.h"
#include "runqueue.h"

#define TIMEKEEPER_CPU 0 /* its tick counts for all */

volatile unsigned long jiffies;

static DEFINE_SPINLOCK(timer_lock); /* guards the next two */
static LIST_HEAD(timers);           /* soonest first */
static struct timer_list *running;  /* whose function is being called */

void timer_setup(struct timer_list *timer,
                 void (*function)(struct timer_list *timer))
{
    INIT_LIST_HEAD(&timer->entry);
    timer->function = function;
}

void mod_timer(struct timer_list *timer, unsigned long expires)
{
    struct timer_list *other;
    unsigned long flags;

    spin_lock_irqsave(&timer_lock, flags);
    list_del_init(&timer->entry);
    timer->expires = expires;
    list_for_each_entry(other, &timers, entry) {
        if (time_after(other->expires, expires)) {
            break;
        }
    }
    list_add_tail(&timer->entry, &other->entry);
    spin_unlock_irqrestore(&timer_lock, flags);
}

bool del_timer(struct timer_list *timer)
{
    unsigned long flags;
    bool was_pending;

    spin_lock_irqsave(&timer_lock, flags);
    was_pending = !list_empty(&timer->entry);
    list_del_init(&timer->entry);
    spin_unlock_irqrestore(&timer_lock, flags);
    return was_pending;
}

bool del_timer_sync(struct timer_list *timer)
{
    bool was_pending = del_timer(timer);

    /* Its function may be at it, on the CPU that keeps the time. */
    while (__atomic_load_n(&running, __ATOMIC_ACQUIRE) == timer) {
        cpu_relax();
    }
    return was_pending;
}

void run_timers(void)
{
    struct timer_list *timer;

    spin_lock(&timer_lock);
    while ((timer = list_first_entry_or_null(&timers, struct timer_list,
                                             entry)) != NULL &&
           time_after_eq(jiffies, timer->expires)) {
        list_del_init(&timer->entry);
        running = timer;
        spin_unlock(&timer_lock);
        timer->function(timer);
        spin_lock(&timer_lock);
        running = NULL;
    }
    spin_unlock(&timer_lock);
}

void tick(unsigned n, bool was_user)
{
    if (smp_processor_id() == TIMEKEEPER_CPU) {
        jiffies += n;
        run_timers();
        calc_global_load();
    }
    scheduler_tick(n, was_user);
}

struct sleeper {
    struct timer_list timer;
    struct task_struct *task;
};

static void wake_sleeper(struct timer_list *timer)
{
    wake_up_process(container_of(timer, struct sleeper, timer)->task);
}

long schedule_timeout(long ticks)
{
    struct sleeper sleeper = {.task = current};
    unsigned long expires = jiffies + (unsigned long)ticks;
    long left;

    if (ticks == MAX_SCHEDULE_TIMEOUT) {
        schedule();
        return ticks;
    }
    timer_setup(&sleeper.timer, wake_sleeper);
    mod_timer(&sleeper.timer, expires);
    schedule();
    del_timer_sync(&sleeper.timer); /* it is on this stack */
    left = (long)(expires - jiffies);
    return left > 0 ? left : 0;
}

long schedule_timeout_interruptible(long ticks)
{
    set_current_state(TASK_INTERRUPTIBLE);
    return schedule_timeout(ticks);
}

long schedule_timeout_uninterruptible(long ticks)
{
    set_current_state(TASK_UNINTERRUPTIBLE);
    return schedule_timeout(ticks);
}
