/* Between the files of fs/proc. */
#ifndef QUIRE_GUESTOS_FS_PROC_INTERNAL_H
#define QUIRE_GUESTOS_FS_PROC_INTERNAL_H

#include "fs.h"
#include "proc_fs.h"
#include "sched.h"

#define PROC_ROOT_INO 1
#define PROC_FIRST_INO 16
/* Inodes of tasks: the pid and the row of its file, from 0x10000 on. */
#define PROC_PID_INO(pid, row) (0x10000ul + (unsigned long)(pid)*32 + (row))

static inline pid_t proc_pid_of(const struct inode *inode)
{
    return (pid_t)((inode->i_ino - PROC_PID_INO(0, 0)) / 32);
}

extern const struct file_operations proc_pagemap_fops; /* pagemap.c */

#define PROC_LINE_MAX 128
/* tree.c: inodes of what is below the root, by row of its table. */
#define PROC_NODE_INO 0x1000ul
#define PROC_ROOT_NODE (-1) /* the directory of those in the root */
struct inode *proc_node_lookup(struct super_block *sb, int parent,
                               const char *name, size_t len);
/* The rest of a directory, from ctx->pos on, whose first row is at `first`;
 * false: the caller has no more room. */
bool proc_node_emit(struct dir_context *ctx, int parent, loff_t first);
int proc_node_read_inode(struct inode *inode);

/* A file of /proc itself. */
struct proc_file {
    const char *name;
    int (*show)(struct seq_file *m, void *v);
    /* Takes a line without its end, PROC_LINE_MAX at most; 0 or -errno. NULL:
     * cannot be written. */
    int (*write)(char *line);
};

extern const struct proc_file proc_files[];
extern const unsigned nr_proc_files;

int stat_proc_show(struct seq_file *m, void *v);
int uptime_proc_show(struct seq_file *m, void *v);
int cpuinfo_proc_show(struct seq_file *m, void *v); /* arch/ */

#ifdef CONFIG_FAULT_INJECTION
extern const struct file_operations proc_fail_nth_fops;
#endif

/* /proc/PID as an inode, or ERR_PTR. */
struct inode *proc_pid_inode(struct super_block *sb, pid_t pid);
/* The next pid >= `pid` that exists, 0: none. */
pid_t proc_next_pid(pid_t pid);

#endif
