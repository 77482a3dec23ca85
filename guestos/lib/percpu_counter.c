/*
 * Counters with a part for each CPU. Mirrors Linux's lib/percpu_counter.c.
 */
#include "percpu_counter.h"

#include "errno.h"

int percpu_counter_init(struct percpu_counter *fbc, s64 amount, gfp_t gfp)
{
    spin_lock_init(&fbc->lock);
    fbc->count = amount;
    fbc->counters = alloc_percpu_gfp(s32, gfp);
    return fbc->counters ? 0 : -ENOMEM;
}

void percpu_counter_destroy(struct percpu_counter *fbc)
{
    free_percpu(fbc->counters);
    fbc->counters = NULL;
}

void percpu_counter_add_batch(struct percpu_counter *fbc, s64 amount, s32 batch)
{
    unsigned long flags;
    s32 *mine;
    s64 count;

    local_irq_save(flags);
    mine = this_cpu_ptr(fbc->counters);
    count = *mine + amount;
    if (count >= batch || count <= -batch) {
        spin_lock(&fbc->lock);
        fbc->count += count;
        spin_unlock(&fbc->lock);
        count = 0;
    }
    WRITE_ONCE(*mine, (s32)count);
    local_irq_restore(flags);
}

s64 percpu_counter_sum(struct percpu_counter *fbc)
{
    unsigned long flags;
    s64 sum;
    int cpu;

    spin_lock_irqsave(&fbc->lock, flags);
    sum = fbc->count;
    for_each_possible_cpu(cpu) {
        sum += READ_ONCE(*per_cpu_ptr(fbc->counters, cpu));
    }
    spin_unlock_irqrestore(&fbc->lock, flags);
    return sum;
}
