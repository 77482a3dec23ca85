/* /proc: what others show there. Each prints one file (see seq_file.h). */
#ifndef QUIRE_GUESTOS_PROC_FS_H
#define QUIRE_GUESTOS_PROC_FS_H

#include "seq_file.h"

struct mm_struct;

/* In mm/. */
int meminfo_proc_show(struct seq_file *m, void *v);
int buddyinfo_proc_show(struct seq_file *m, void *v);
int pagetypeinfo_proc_show(struct seq_file *m, void *v);
int zoneinfo_proc_show(struct seq_file *m, void *v);
int slabinfo_proc_show(struct seq_file *m, void *v);
int percpu_stats_show(struct seq_file *m, void *v); /* debugfs */
int slabinfo_write(char *line); /* 0 or -errno */
int vmallocinfo_proc_show(struct seq_file *m, void *v);
int vmstat_proc_show(struct seq_file *m, void *v);
int swaps_proc_show(struct seq_file *m, void *v);

/* Parts of /proc/PID; `mm` is held by the caller. */
int show_pid_maps(struct seq_file *m, struct mm_struct *mm);
void task_mem(struct seq_file *m, struct mm_struct *mm); /* Vm* of status */
/* In pages: all, and resident; shared, text, data through the pointers. */
unsigned long task_statm(struct mm_struct *mm, unsigned long *shared,
                         unsigned long *text, unsigned long *data,
                         unsigned long *resident);
unsigned long task_vsize(struct mm_struct *mm); /* bytes */
/* The words of /proc/PID/pagemap for n pages from addr on, which lie below
 * task_size. */
void task_pagemap(struct mm_struct *mm, unsigned long addr, u64 *words,
                  size_t n);

#endif
