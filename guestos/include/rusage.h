/* What a task has used, for getrusage and waitid. */
#ifndef QUIRE_GUESTOS_RUSAGE_H
#define QUIRE_GUESTOS_RUSAGE_H

#include "sched.h"

struct rusage_counts {
    u64 utime, stime; /* ticks */
    unsigned long min_flt, maj_flt, nvcsw, nivcsw;
};

/* Adds the task's own, and its waited-for children's, to `counts`. */
void count_rusage(struct rusage_counts *counts, const struct task_struct *task,
                  bool with_children);
/* As struct rusage; 0 or -EFAULT. */
int put_rusage(const struct rusage_counts *counts, void __user *usage);

#endif
