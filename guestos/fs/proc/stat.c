/*
 * /proc/stat and /proc/uptime, in the format of Linux's fs/proc/stat.c and
 * uptime.c (v5.15).
 */
#include "guestos/fs/proc/internal.h"
#include "interrupt_controller.h"
#include "jiffies.h"
#include "runqueue.h"
#include "task.h"

static void show_cpu(struct seq_file *m, const struct cpu_stat *s)
{
    seq_printf(m, " %lu 0 %lu %lu %lu 0 0 0 0 0\n", s->user, s->system, s->idle,
               s->iowait);
}

int stat_proc_show(struct seq_file *m, void *v)
{
    struct cpu_stat all = {0};
    int cpu;

    (void)v;
    for_each_possible_cpu(cpu) {
        all.user += per_cpu(kernel_cpustat, cpu).user;
        all.system += per_cpu(kernel_cpustat, cpu).system;
        all.idle += per_cpu(kernel_cpustat, cpu).idle;
        all.iowait += per_cpu(kernel_cpustat, cpu).iowait;
    }
    seq_puts(m, "cpu ");
    show_cpu(m, &all);
    for_each_online_cpu(cpu) {
        seq_printf(m, "cpu%d", cpu);
        show_cpu(m, &per_cpu(kernel_cpustat, cpu));
    }
    show_interrupt_sums(m);
    seq_printf(m, "ctxt %lu\nbtime %llu\nprocesses %lu\n",
               nr_context_switches(),
               (unsigned long long)((ktime_get_real_ns() - ktime_get_ns()) /
                                    NSEC_PER_SEC),
               total_forks);
    seq_printf(m, "procs_running %u\nprocs_blocked %u\n", nr_running_tasks(),
               nr_iowait_tasks());
    return 0;
}

int uptime_proc_show(struct seq_file *m, void *v)
{
    unsigned long up = (unsigned long)(ktime_get_ns() / (NSEC_PER_SEC / 100));
    unsigned long idle = 0;
    int cpu;

    (void)v;
    for_each_possible_cpu(cpu) {
        idle += per_cpu(kernel_cpustat, cpu).idle +
                per_cpu(kernel_cpustat, cpu).iowait;
    }
    idle *= 100 / HZ;
    seq_printf(m, "%lu.%02lu %lu.%02lu\n", up / 100, up % 100, idle / 100,
               idle % 100);
    return 0;
}
