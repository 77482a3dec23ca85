/*
 * Counters that many CPUs change: each adds to its own part, which goes into
 * the common one when it is a batch. A read of the common one is off by less
 * than a batch a CPU; a sum is exact when nobody adds. As Linux's.
 */
#ifndef QUIRE_GUESTOS_PERCPU_COUNTER_H
#define QUIRE_GUESTOS_PERCPU_COUNTER_H

#include "percpu.h"
#include "spinlock.h"

#define PERCPU_COUNTER_BATCH 32

struct percpu_counter {
    struct spinlock lock; /* guards count; interrupts off */
    s64 count;
    s32 *counters; /* a CPU each */
};

int percpu_counter_init(struct percpu_counter *fbc, s64 amount, gfp_t gfp);
void percpu_counter_destroy(struct percpu_counter *fbc);
void percpu_counter_add_batch(struct percpu_counter *fbc, s64 amount,
                              s32 batch);
static inline void percpu_counter_add(struct percpu_counter *fbc, s64 amount)
{
    percpu_counter_add_batch(fbc, amount, PERCPU_COUNTER_BATCH);
}
s64 percpu_counter_sum(struct percpu_counter *fbc);
static inline s64 percpu_counter_sum_positive(struct percpu_counter *fbc)
{
    s64 sum = percpu_counter_sum(fbc);

    return sum < 0 ? 0 : sum;
}
static inline s64 percpu_counter_read(const struct percpu_counter *fbc)
{
    return fbc->count;
}

#endif
