/* Times as user programs see them: 64 bits on RV32, too. */
#ifndef QUIRE_GUESTOS_TIMESPEC_H
#define QUIRE_GUESTOS_TIMESPEC_H

#include "jiffies.h"
#include "types.h"

struct kernel_timespec {
    s64 tv_sec;
    s64 tv_nsec;
};

/* 0, -EFAULT or -EINVAL; times beyond what fits are cut. */
int get_timespec(const struct kernel_timespec __user *from, u64 *ns);
int put_timespec(u64 ns, struct kernel_timespec __user *to);
/* Ticks until `ns` since boot, rounded up; 0: it is past. */
long ticks_until(u64 ns);

#endif
