/* System calls about the caller and the system. */
#include "console.h"
#include "errno.h"
#include "kernel.h"
#include "mm.h"
#include "runqueue.h"
#include "rusage.h"
#include "string.h"
#include "swap.h"
#include "syscalls.h"
#include "task.h"
#include "ticks.h"
#include "timespec.h"
#include "uaccess.h"
#include "version.h"

#define RUSAGE_SELF 0
#define RUSAGE_CHILDREN (-1)
#define RUSAGE_WORDS 18
#define REBOOT_MAGIC1 0xfee1deadu
#define REBOOT_HALT 0xcdef0123u
#define REBOOT_POWER_OFF 0x4321fedcu
#define REBOOT_RESTART 0x01234567u
#define PR_SET_NAME 15
#define PR_GET_NAME 16

long sys_getpid(void)
{
    return current->tgid;
}

long sys_gettid(void)
{
    return current->pid;
}

long sys_getppid(void)
{
    return task_ppid(current);
}

/* There is one user: root. */
long sys_getuid(void)
{
    return 0;
}

long sys_umask(umode_t mask)
{
    umode_t was = current->umask;

    current->umask = mask & 0777;
    return (long)was;
}

long sys_prctl(int option, unsigned long arg)
{
    char name[TASK_COMM_LEN] = "";

    switch (option) {
    case PR_SET_NAME:
        if (strncpy_from_user(name, (const char *)arg, sizeof(name) - 1) < 0) {
            return -EFAULT;
        }
        strscpy(current->comm, name, sizeof(current->comm));
        return 0;
    case PR_GET_NAME:
        return copy_to_user((void *)arg, current->comm, TASK_COMM_LEN) ? -EFAULT
                                                                       : 0;
    default:
        return -EINVAL;
    }
}

long sys_sched_yield(void)
{
    yield();
    return 0;
}

/* A field of the task `pid` (0: the caller), or -ESRCH. */
static long of_task(pid_t pid, pid_t (*field)(const struct task_struct *task))
{
    struct task_struct *task;
    long value;

    if (!pid) {
        return field(current);
    }
    task = find_task_by_pid(pid);
    if (!task) {
        return -ESRCH;
    }
    value = field(task);
    put_task_struct(task);
    return value;
}

static pid_t pgrp_of(const struct task_struct *task)
{
    return task->pgrp;
}

static pid_t session_of(const struct task_struct *task)
{
    return task->session;
}

long sys_getpgid(pid_t pid)
{
    return of_task(pid, pgrp_of);
}

long sys_getsid(pid_t pid)
{
    return of_task(pid, session_of);
}

/* With tasklist_lock: is there such a group in the caller's session? */
static bool has_group(pid_t pgrp)
{
    struct task_struct *task;

    for_each_process(task) {
        if (task->pgrp == pgrp && task->session == current->session) {
            return true;
        }
    }
    return false;
}

static long set_group(struct task_struct *task, pid_t pgrp)
{
    if (task != current && task->parent != current) {
        return -ESRCH;
    }
    if (task->session != current->session || task->session == task->pid) {
        return -EPERM;
    }
    if (task != current && !(task->flags & PF_FORKNOEXEC)) {
        return -EACCES;
    }
    if (pgrp != task->pid && !has_group(pgrp)) {
        return -EPERM;
    }
    task->pgrp = pgrp;
    return 0;
}

long sys_setpgid(pid_t pid, pid_t pgrp)
{
    struct task_struct *task;
    unsigned long flags;
    long result;

    if (pgrp < 0) {
        return -EINVAL;
    }
    pid = pid ? pid : current->pid;
    pgrp = pgrp ? pgrp : pid;
    task = find_task_by_pid(pid);
    if (!task) {
        return -ESRCH;
    }
    spin_lock_irqsave(&tasklist_lock, flags);
    result = set_group(task, pgrp);
    spin_unlock_irqrestore(&tasklist_lock, flags);
    put_task_struct(task);
    return result;
}

long sys_setsid(void)
{
    unsigned long flags;
    long result = -EPERM;

    spin_lock_irqsave(&tasklist_lock, flags);
    if (current->pgrp != current->pid) {
        current->session = current->pgrp = current->pid;
        result = current->pid;
    }
    spin_unlock_irqrestore(&tasklist_lock, flags);
    return result;
}

long sys_uname(void __user *name)
{
    static const struct {
        char text[6][65];
    } uts = {{"Linux", "octavo", OCTAVO_REFERENCE, "Octavo " OCTAVO_VERSION,
              "riscv32", "(none)"}};

    return copy_to_user(name, &uts, sizeof(uts)) ? -EFAULT : 0;
}

long sys_sysinfo(void __user *info)
{
    struct {
        u32 uptime, loads[3];
        u32 totalram, freeram, sharedram, bufferram, totalswap, freeswap;
        u16 procs, pad;
        u32 totalhigh, freehigh, mem_unit;
        u8 fill[8];
    } si = {.mem_unit = PAGE_SIZE};
    unsigned long loads[3], swap_total, swap_free;
    struct task_struct *task;
    unsigned long flags;

    si.uptime = (u32)(ktime_get_ns() / NSEC_PER_SEC);
    get_loadavg(loads);
    for (int i = 0; i < 3; i++) {
        si.loads[i] = loads[i] << (16 - LOADAVG_SHIFT);
    }
    si.totalram = totalram_pages();
    si.freeram = nr_free_pages();
    si.totalhigh = totalhigh_pages();
    si_swapinfo(&swap_total, &swap_free);
    si.totalswap = swap_total;
    si.freeswap = swap_free;
    spin_lock_irqsave(&tasklist_lock, flags);
    for_each_process(task) {
        si.procs++;
    }
    spin_unlock_irqrestore(&tasklist_lock, flags);
    return copy_to_user(info, &si, sizeof(si)) ? -EFAULT : 0;
}

void count_rusage(struct rusage_counts *counts, const struct task_struct *task,
                  bool with_children)
{
    counts->utime += task->utime;
    counts->stime += task->stime;
    counts->min_flt += task->min_flt;
    counts->maj_flt += task->maj_flt;
    counts->nvcsw += task->nvcsw;
    counts->nivcsw += task->nivcsw;
    if (with_children) {
        counts->utime += task->cutime;
        counts->stime += task->cstime;
        counts->min_flt += task->cmin_flt;
        counts->maj_flt += task->cmaj_flt;
    }
}

int put_rusage(const struct rusage_counts *counts, void __user *usage)
{
    u32 words[RUSAGE_WORDS] = {
        [0] = (u32)(counts->utime / HZ),
        [1] = (u32)(counts->utime % HZ) * (1000000 / HZ),
        [2] = (u32)(counts->stime / HZ),
        [3] = (u32)(counts->stime % HZ) * (1000000 / HZ),
        [8] = counts->min_flt,
        [9] = counts->maj_flt,
        [16] = counts->nvcsw,
        [17] = counts->nivcsw,
    };

    return copy_to_user(usage, words, sizeof(words)) ? -EFAULT : 0;
}

long sys_getrusage(int who, void __user *usage)
{
    struct rusage_counts counts = {0};

    if (who == RUSAGE_SELF) {
        count_rusage(&counts, current, false);
    } else if (who == RUSAGE_CHILDREN) {
        counts.utime = current->cutime;
        counts.stime = current->cstime;
        counts.min_flt = current->cmin_flt;
        counts.maj_flt = current->cmaj_flt;
    } else {
        return -EINVAL;
    }
    return put_rusage(&counts, usage);
}

long sys_times(void __user *buf)
{
    u32 words[4] = {(u32)current->utime, (u32)current->stime,
                    (u32)current->cutime, (u32)current->cstime};

    if (buf && copy_to_user(buf, words, sizeof(words))) {
        return -EFAULT;
    }
    return (long)(jiffies & INT32_MAX);
}

long sys_prlimit64(pid_t pid, unsigned resource, const u64 __user *fresh,
                   u64 __user *old)
{
    struct rlimit *limit;
    u64 want[2], was[2];

    if (pid && pid != current->pid) {
        return -ESRCH;
    }
    if (resource >= NR_RLIMITS) {
        return -EINVAL;
    }
    limit = &current->rlim[resource];
    was[0] = limit->cur == RLIM_INFINITY ? ~0ull : limit->cur;
    was[1] = limit->max == RLIM_INFINITY ? ~0ull : limit->max;
    if (fresh) {
        if (copy_from_user(want, fresh, sizeof(want))) {
            return -EFAULT;
        }
        if (want[0] > want[1]) {
            return -EINVAL;
        }
        limit->cur = (unsigned long)min(want[0], (u64)RLIM_INFINITY);
        limit->max = (unsigned long)min(want[1], (u64)RLIM_INFINITY);
    }
    return old && copy_to_user(old, was, sizeof(was)) ? -EFAULT : 0;
}

/* xorshift64*, seeded by the device tree's rng-seed: for hash seeds and the
 * like, not for secrets. */
static DEFINE_SPINLOCK(random_lock); /* guards random_state */
static u64 random_state = 0x9e3779b97f4a7c15ull;

void random_seed(u64 seed)
{
    random_state ^= seed ? seed : 1;
}

static u64 next_random(void)
{
    u64 x;

    spin_lock(&random_lock);
    x = random_state;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    random_state = x;
    spin_unlock(&random_lock);
    return x * 0x2545f4914f6cdd1dull;
}

long sys_getrandom(void __user *buf, size_t count, unsigned flags)
{
    size_t done = 0;

    if (flags & ~7u) {
        return -EINVAL;
    }
    while (done < count) {
        u64 x = next_random();
        size_t n = min(count - done, sizeof(x));

        if (copy_to_user((char *)buf + done, &x, n)) {
            return done ? (long)done : -EFAULT;
        }
        done += n;
    }
    return (long)done;
}

long sys_reboot(unsigned magic1, unsigned magic2, unsigned command)
{
    if (magic1 != REBOOT_MAGIC1 ||
        (magic2 != 672274793 && magic2 != 85072278 && magic2 != 369367448 &&
         magic2 != 537993216)) {
        return -EINVAL;
    }
    switch (command) {
    case REBOOT_HALT:
    case REBOOT_POWER_OFF:
        machine_power_off(0);
    case REBOOT_RESTART:
        machine_restart();
    default:
        return -EINVAL;
    }
}
