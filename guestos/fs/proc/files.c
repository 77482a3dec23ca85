/* The files of /proc itself: one table. */
#include "blkdev.h"
#include "guestos/fs/proc/internal.h"
#include "interrupt_controller.h"
#include "jiffies.h"
#include "params.h"
#include "init.h"
#include "runqueue.h"
#include "version.h"

static int cmdline_show(struct seq_file *m, void *v)
{
    (void)v;
    seq_printf(m, "%s\n", boot_command_line);
    return 0;
}

static int version_show(struct seq_file *m, void *v)
{
    (void)v;
    seq_puts(m, "Octavo version " OCTAVO_VERSION " (gcc " __VERSION__ ")\n");
    return 0;
}

static void count_tasks(unsigned *running, unsigned *all, pid_t *last)
{
    struct task_struct *task;
    unsigned long flags;

    *running = *all = 0;
    *last = 0;
    spin_lock_irqsave(&tasklist_lock, flags);
    for_each_process(task) {
        ++*all;
        *running += task->state == TASK_RUNNING && !task->exit_state;
        *last = max(*last, task->pid);
    }
    spin_unlock_irqrestore(&tasklist_lock, flags);
}

static int loadavg_show(struct seq_file *m, void *v)
{
    unsigned long loads[3], one = 1ul << LOADAVG_SHIFT;
    unsigned running, all;
    pid_t last;

    (void)v;
    get_loadavg(loads);
    for (int i = 0; i < 3; i++) {
        unsigned long load = loads[i] + one / 200; /* rounded */

        seq_printf(m, "%lu.%02lu ", load >> LOADAVG_SHIFT,
                   (load & (one - 1)) * 100 >> LOADAVG_SHIFT);
    }
    count_tasks(&running, &all, &last);
    seq_printf(m, "%u/%u %d\n", running, all, last);
    return 0;
}

static int filesystems_show(struct seq_file *m, void *v)
{
    (void)v;
    seq_puts(m, "nodev\tsysfs\nnodev\tproc\nnodev\tdevtmpfs\n\text2\n");
    return 0;
}

const struct proc_file proc_files[] = {
    {"buddyinfo", buddyinfo_proc_show, NULL},
    {"cmdline", cmdline_show, NULL},
    {"cpuinfo", cpuinfo_proc_show, NULL},
    {"diskstats", diskstats_proc_show, NULL},
    {"filesystems", filesystems_show, NULL},
    {"interrupts", interrupts_proc_show, NULL},
    {"loadavg", loadavg_show, NULL},
    {"meminfo", meminfo_proc_show, NULL},
    {"mounts", mounts_proc_show, NULL},
    {"pagetypeinfo", pagetypeinfo_proc_show, NULL},
    {"partitions", partitions_proc_show, NULL},
    {"slabinfo", slabinfo_proc_show, slabinfo_write},
    {"stat", stat_proc_show, NULL},
    {"swaps", swaps_proc_show, NULL},
    {"uptime", uptime_proc_show, NULL},
    {"version", version_show, NULL},
    {"vmallocinfo", vmallocinfo_proc_show, NULL},
    {"vmstat", vmstat_proc_show, NULL},
    {"zoneinfo", zoneinfo_proc_show, NULL},
};
const unsigned nr_proc_files = ARRAY_SIZE(proc_files);
