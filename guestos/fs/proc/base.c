/*
 * /proc/PID. Its inodes are made when they are looked up and carry the pid
 * and the row of the file; the task is looked up again at each use, so that
 * an open file of a dead task only reads as empty.
 */
#include "err.h"
#include "fdtable.h"
#include "guestos/fs/proc/internal.h"
#include "jiffies.h"
#include "mm.h"
#include "sched.h"
#include "slab.h"
#include "string.h"
#include "task.h"

static char state_letter(const struct task_struct *task)
{
    if (task->exit_state) {
        return 'Z';
    }
    switch (task->state & ~TASK_WAKEKILL) {
    case TASK_RUNNING:
        return 'R';
    case TASK_INTERRUPTIBLE:
        return 'S';
    case TASK_STOPPED:
        return 'T';
    default:
        return 'D';
    }
}

static const char *state_name(char letter)
{
    static const char *const names[] = {"R (running)", "S (sleeping)",
                                        "D (disk sleep)", "T (stopped)",
                                        "Z (zombie)"};

    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        if (names[i][0] == letter) {
            return names[i];
        }
    }
    return "?";
}

static u64 ticks_of_ns(u64 ns)
{
    return ns / TICK_NSEC;
}

static int pid_stat(struct seq_file *m, struct task_struct *task)
{
    struct mm_struct *mm = get_task_mm(task);

    seq_printf(m, "%d (%s) %c %d %d %d 0 -1 %u %lu %lu %lu %lu", task->pid,
               task->comm, state_letter(task), task_ppid(task), task->pgrp,
               task->session, task->flags, task->min_flt, task->cmin_flt,
               task->maj_flt, task->cmaj_flt);
    seq_printf(m, " %llu %llu %llu %llu 20 0 1 0 %llu",
               (unsigned long long)task->utime, (unsigned long long)task->stime,
               (unsigned long long)task->cutime,
               (unsigned long long)task->cstime,
               (unsigned long long)ticks_of_ns(task->start_time));
    if (mm) {
        seq_printf(m, " %lu %lu %lu %lu %lu %lu", task_vsize(mm),
                   get_mm_rss(mm), task->rlim[RLIMIT_RSS].cur, mm->start_code,
                   mm->end_code, mm->start_stack);
    } else {
        seq_puts(m, " 0 0 4294967295 0 0 0");
    }
    seq_printf(m, " 0 0 %llu %llu 0 0 0 0 0 %d %d 0 0 0 0 0",
               (unsigned long long)task->pending,
               (unsigned long long)task->blocked, task->exit_signal,
               task_cpu(task));
    if (mm) {
        seq_printf(m, " %lu %lu %lu %lu %lu %lu %lu", mm->start_data,
                   mm->end_data, mm->start_brk, mm->arg_start, mm->arg_end,
                   mm->env_start, mm->env_end);
        mmput(mm);
    } else {
        seq_puts(m, " 0 0 0 0 0 0 0");
    }
    seq_printf(m, " %d\n", task->exit_code);
    return 0;
}

static unsigned long long signals_where(struct task_struct *task,
                                        bool (*is)(unsigned long handler))
{
    unsigned long long mask = 0;
    unsigned long flags;

    spin_lock_irqsave(&task->siglock, flags);
    for (int sig = 1; sig < NR_SIGNALS; sig++) {
        if (is(task->sighand->action[sig].handler)) {
            mask |= sigmask(sig);
        }
    }
    spin_unlock_irqrestore(&task->siglock, flags);
    return mask;
}

static bool is_ignoring(unsigned long handler)
{
    return handler == 1;
}

static bool is_caught(unsigned long handler)
{
    return handler > 1;
}

/* As bits and as a list of ranges. */
static void show_cpus_allowed(struct seq_file *m, const struct cpumask *mask)
{
    unsigned long bits = cpumask_bits(mask) & cpumask_bits(cpu_possible_mask);
    const char *comma = "";

    seq_printf(m, "Cpus_allowed:\t%lx\nCpus_allowed_list:\t", bits);
    for (int cpu = 0; cpu < NR_CPUS; cpu++) {
        int last = cpu;

        if (!(bits >> cpu & 1)) {
            continue;
        }
        while (last + 1 < NR_CPUS && bits >> (last + 1) & 1) {
            last++;
        }
        seq_printf(m, last > cpu ? "%s%d-%d" : "%s%d", comma, cpu, last);
        comma = ",";
        cpu = last;
    }
    seq_putc(m, '\n');
}

static int pid_status(struct seq_file *m, struct task_struct *task)
{
    struct mm_struct *mm = get_task_mm(task);

    seq_printf(m, "Name:\t%s\nUmask:\t%04o\nState:\t%s\n", task->comm,
               task->umask, state_name(state_letter(task)));
    seq_printf(m, "Tgid:\t%d\nPid:\t%d\nPPid:\t%d\nTracerPid:\t0\n", task->tgid,
               task->pid, task_ppid(task));
    seq_puts(m, "Uid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\n");
    seq_printf(m, "FDSize:\t%d\n", NR_OPEN);
    if (mm) {
        task_mem(m, mm);
        mmput(mm);
    }
    seq_puts(m, "Threads:\t1\n");
    seq_printf(m, "SigPnd:\t%016llx\nSigBlk:\t%016llx\n",
               (unsigned long long)task->pending,
               (unsigned long long)task->blocked);
    seq_printf(m, "SigIgn:\t%016llx\nSigCgt:\t%016llx\n",
               signals_where(task, is_ignoring),
               signals_where(task, is_caught));
    show_cpus_allowed(m, &task->cpus_mask);
    seq_printf(m, "voluntary_ctxt_switches:\t%lu\n", task->nvcsw);
    seq_printf(m, "nonvoluntary_ctxt_switches:\t%lu\n", task->nivcsw);
    return 0;
}

static int pid_statm(struct seq_file *m, struct task_struct *task)
{
    unsigned long size = 0, resident = 0, shared = 0, text = 0, data = 0;
    struct mm_struct *mm = get_task_mm(task);

    if (mm) {
        size = task_statm(mm, &shared, &text, &data, &resident);
        mmput(mm);
    }
    seq_printf(m, "%lu %lu %lu %lu 0 %lu 0\n", size, resident, shared, text,
               data);
    return 0;
}

static int pid_maps(struct seq_file *m, struct task_struct *task)
{
    struct mm_struct *mm = get_task_mm(task);

    if (mm) {
        show_pid_maps(m, mm);
        mmput(mm);
    }
    return 0;
}

static int pid_comm(struct seq_file *m, struct task_struct *task)
{
    seq_printf(m, "%s\n", task->comm);
    return 0;
}

/* Bytes [start, end) of the task's memory. */
static int show_memory(struct seq_file *m, struct mm_struct *mm,
                       unsigned long start, unsigned long end)
{
    char chunk[128];

    while (start < end) {
        size_t n = min((size_t)(end - start), sizeof(chunk));

        n = access_process_vm(mm, start, chunk, n, false);
        if (!n) {
            break;
        }
        for (size_t i = 0; i < n; i++) {
            seq_putc(m, chunk[i]);
        }
        start += n;
    }
    return 0;
}

static int pid_cmdline(struct seq_file *m, struct task_struct *task)
{
    struct mm_struct *mm = get_task_mm(task);

    if (mm) {
        show_memory(m, mm, mm->arg_start, mm->arg_end);
        mmput(mm);
    }
    return 0;
}

static int pid_environ(struct seq_file *m, struct task_struct *task)
{
    struct mm_struct *mm = get_task_mm(task);

    if (mm) {
        show_memory(m, mm, mm->env_start, mm->env_end);
        mmput(mm);
    }
    return 0;
}

static const struct pid_file {
    const char *name;
    umode_t mode;
    int (*show)(struct seq_file *m, struct task_struct *task);
    const struct file_operations *fops; /* instead of show */
} pid_files[] = {
    {"", S_IFDIR | 0555, NULL, NULL}, /* the directory itself */
    {"cmdline", S_IFREG | 0444, pid_cmdline, NULL},
    {"comm", S_IFREG | 0444, pid_comm, NULL},
    {"cwd", S_IFLNK | 0777, NULL, NULL},
    {"environ", S_IFREG | 0400, pid_environ, NULL},
    {"exe", S_IFLNK | 0777, NULL, NULL},
#ifdef CONFIG_FAULT_INJECTION
    {"fail-nth", S_IFREG | 0644, NULL, &proc_fail_nth_fops},
#endif
    {"maps", S_IFREG | 0444, pid_maps, NULL},
    {"pagemap", S_IFREG | 0400, NULL, &proc_pagemap_fops},
    {"stat", S_IFREG | 0444, pid_stat, NULL},
    {"statm", S_IFREG | 0444, pid_statm, NULL},
    {"status", S_IFREG | 0444, pid_status, NULL},
};

static const struct pid_file *row_of(const struct inode *inode)
{
    return &pid_files[(inode->i_ino - PROC_PID_INO(0, 0)) % 32];
}

static int show_pid_file(struct seq_file *m, void *v)
{
    const struct inode *inode = v;
    struct task_struct *task = find_task_by_pid(proc_pid_of(inode));
    int error;

    if (!task) {
        return -ESRCH;
    }
    error = row_of(inode)->show(m, task);
    put_task_struct(task);
    return error;
}

static int pid_file_open(struct inode *inode, struct file *file)
{
    return single_open(file, show_pid_file, inode);
}

static const struct file_operations pid_file_fops = {
    .llseek = seq_lseek,
    .read = seq_read,
    .open = pid_file_open,
    .release = single_release,
};

static ssize_t read_cwd(struct task_struct *task, char *buf, size_t size)
{
    struct fs_struct *fs;
    unsigned long flags;
    ssize_t n;

    task_lock(task, flags);
    fs = task->fs;
    if (fs) {
        atomic_inc(&fs->count);
    }
    task_unlock(task, flags);
    if (!fs) {
        return -ENOENT;
    }
    spin_lock(&fs->lock);
    n = scnprintf(buf, size, "%s", fs->cwd);
    spin_unlock(&fs->lock);
    fs_put(fs);
    return n;
}

static ssize_t pid_readlink(struct inode *inode, char *buf, size_t size)
{
    struct task_struct *task = find_task_by_pid(proc_pid_of(inode));
    struct mm_struct *mm;
    ssize_t n = -ENOENT;

    if (!task) {
        return -ESRCH;
    }
    mm = get_task_mm(task);
    if (strcmp(row_of(inode)->name, "cwd") == 0) {
        n = read_cwd(task, buf, size);
    } else if (mm && mm->exe_file) {
        n = scnprintf(buf, size, "%s", mm->exe_file->f_path);
    }
    if (mm) {
        mmput(mm);
    }
    put_task_struct(task);
    return n;
}

static const struct inode_operations pid_link_iops = {
    .readlink = pid_readlink,
};

static struct inode *pid_lookup(struct inode *dir, const char *name,
                                size_t len);
static int pid_iterate(struct file *file, struct dir_context *ctx);

static const struct inode_operations pid_dir_iops = {.lookup = pid_lookup};
static const struct file_operations pid_dir_fops = {
    .llseek = generic_file_llseek,
    .iterate = pid_iterate,
};

static struct inode *make_inode(struct super_block *sb, pid_t pid, unsigned row)
{
    struct inode *inode =
        new_inode(sb, PROC_PID_INO(pid, row), pid_files[row].mode);

    if (!inode) {
        return ERR_PTR(-ENOMEM);
    }
    if (S_ISDIR(inode->i_mode)) {
        inode->i_op = &pid_dir_iops;
        inode->i_fop = &pid_dir_fops;
    } else if (S_ISLNK(inode->i_mode)) {
        inode->i_op = &pid_link_iops;
    } else {
        inode->i_fop =
            pid_files[row].fops ? pid_files[row].fops : &pid_file_fops;
    }
    return inode;
}

static struct inode *pid_lookup(struct inode *dir, const char *name, size_t len)
{
    for (unsigned row = 1; row < ARRAY_SIZE(pid_files); row++) {
        if (strlen(pid_files[row].name) == len &&
            memcmp(pid_files[row].name, name, len) == 0) {
            return make_inode(dir->i_sb, proc_pid_of(dir), row);
        }
    }
    return ERR_PTR(-ENOENT);
}

static int pid_iterate(struct file *file, struct dir_context *ctx)
{
    static const char *const dots[2] = {".", ".."};
    pid_t pid = proc_pid_of(file->f_inode);

    for (; ctx->pos <= (loff_t)ARRAY_SIZE(pid_files); ctx->pos++) {
        unsigned row = ctx->pos < 2 ? 0 : (unsigned)ctx->pos - 1;
        const char *name = ctx->pos < 2 ? dots[ctx->pos] : pid_files[row].name;

        if (!ctx->emit(ctx, name, strlen(name), PROC_PID_INO(pid, row),
                       mode_to_dtype(pid_files[row].mode))) {
            break;
        }
    }
    return 0;
}

struct inode *proc_pid_inode(struct super_block *sb, pid_t pid)
{
    struct task_struct *task = find_task_by_pid(pid);

    if (!task) {
        return ERR_PTR(-ENOENT);
    }
    put_task_struct(task);
    return make_inode(sb, pid, 0);
}

pid_t proc_next_pid(pid_t pid)
{
    struct task_struct *task;
    unsigned long flags;
    pid_t next = 0;

    spin_lock_irqsave(&tasklist_lock, flags);
    for_each_process(task) {
        if (task->pid >= pid && (!next || task->pid < next)) {
            next = task->pid;
        }
    }
    spin_unlock_irqrestore(&tasklist_lock, flags);
    return next;
}
