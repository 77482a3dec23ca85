/*
 * What the CPUs do: ticks by state, and the averages of how many tasks want
 * to run. kernel_cpustat is written by each CPU's own tick; the averages by
 * the tick of the CPU that keeps the time.
 */
#include "jiffies.h"
#include "runqueue.h"

DEFINE_PER_CPU(struct cpu_stat, kernel_cpustat);

void account_tick(unsigned ticks, bool was_user)
{
    struct cpu_stat *stat = &this_cpu(kernel_cpustat);
    struct task_struct *task = current;

    if (task->is_idle) {
        if (atomic_read(&this_cpu(run_queues).nr_iowait)) {
            stat->iowait += ticks;
        } else {
            stat->idle += ticks;
        }
    } else if (was_user) {
        task->utime += ticks;
        stat->user += ticks;
    } else {
        task->stime += ticks;
        stat->system += ticks;
    }
}

/* Averages over 1, 5 and 15 minutes, taken each 5 seconds, in fixed point:
 * load = load * e + active * (1 - e), where e is exp(-5 s / average). */
static unsigned long loadavg[3];
static const unsigned long loadavg_decay[3] = {1884, 2014, 2037};

void calc_global_load(void)
{
    static unsigned long next; /* written by this tick only */
    unsigned long active, one = 1ul << LOADAVG_SHIFT;

    if (time_before(jiffies, next)) {
        return;
    }
    next = jiffies + 5 * HZ;
    active = (unsigned long)nr_active_tasks() << LOADAVG_SHIFT;
    for (int i = 0; i < 3; i++) {
        loadavg[i] = (loadavg[i] * loadavg_decay[i] +
                      active * (one - loadavg_decay[i])) >>
                     LOADAVG_SHIFT;
    }
}

void get_loadavg(unsigned long loads[3])
{
    for (int i = 0; i < 3; i++) {
        loads[i] = loadavg[i];
    }
}

unsigned nr_running_tasks(void)
{
    unsigned n = 0;
    int cpu;

    for_each_online_cpu(cpu) {
        n += READ_ONCE(per_cpu(run_queues, cpu).nr_running);
    }
    return n;
}

unsigned nr_active_tasks(void)
{
    long n = (long)nr_running_tasks();
    int cpu;

    for_each_possible_cpu(cpu) {
        n += READ_ONCE(per_cpu(run_queues, cpu).nr_uninterruptible);
    }
    return n < 0 ? 0 : (unsigned)n;
}

unsigned nr_iowait_tasks(void)
{
    int cpu, n = 0;

    for_each_possible_cpu(cpu) {
        n += atomic_read(&per_cpu(run_queues, cpu).nr_iowait);
    }
    return n < 0 ? 0 : (unsigned)n;
}

unsigned long nr_context_switches(void)
{
    unsigned long n = 0;
    int cpu;

    for_each_possible_cpu(cpu) {
        n += READ_ONCE(per_cpu(run_queues, cpu).nr_switches);
    }
    return n;
}
