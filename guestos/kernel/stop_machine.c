/*
 * The whole machine stands still while one function runs: no other CPU runs
 * a task or handles an interrupt, and no task is anywhere where preemption is
 * off, so that what is guarded by spinlocks is as it is between two uses of
 * them. On each other CPU a thread that is bound to it takes its turn. When
 * all have theirs they turn their interrupts off, not before: until then a
 * CPU may wait for another to answer one. One stop is under way at a time:
 * stop_mutex. Mirrors Linux's stop_machine, multi_cpu_stop.
 */
#include "stop_machine.h"

#include "kernel.h"
#include "mutex.h"
#include "percpu.h"
#include "sched.h"

static DEFINE_MUTEX(stop_mutex);

/* Counts of CPUs that have come so far; atomic. */
struct stop {
    int nr_cpus, nr_arrived, nr_irqs_off;
    bool is_over;
    struct completion done; /* once a thread */
};

static void add_and_wait(int *count, const struct stop *stop)
{
    __atomic_fetch_add(count, 1, __ATOMIC_SEQ_CST);
    while (__atomic_load_n(count, __ATOMIC_SEQ_CST) < stop->nr_cpus)
        cpu_relax();
}

static int stand_still(void *data)
{
    struct stop *stop = data;

    preempt_disable();
    add_and_wait(&stop->nr_arrived, stop);
    local_irq_disable();
    add_and_wait(&stop->nr_irqs_off, stop);
    while (!__atomic_load_n(&stop->is_over, __ATOMIC_ACQUIRE))
        cpu_relax();
    local_irq_enable();
    preempt_enable();
    complete(&stop->done);
    return 0;
}

/* Makes the threads, not yet running: 0, or -ENOMEM with none. */
static int make_threads(struct stop *stop, struct task_struct *threads[])
{
    int cpu;

    for_each_online_cpu(cpu) {
        struct task_struct *task;

        if (cpu == smp_processor_id())
            continue;
        task = kthread_create(stand_still, stop, "stop/%d", cpu);
        if (IS_ERR(task))
            return -ENOMEM;
        kthread_bind(task, cpu);
        threads[stop->nr_cpus++ - 1] = task;
    }
    return 0;
}

int stop_machine(int (*fn)(void *data), void *data)
{
    struct stop stop = {.nr_cpus = 1};
    struct task_struct *threads[NR_CPUS];
    int result, failed;

    mutex_lock(&stop_mutex);
    migrate_disable();
    init_completion(&stop.done);
    failed = make_threads(&stop, threads);
    /* Those that there are must run to end; with one missing they wait only
     * for each other and us. */
    for (int i = 0; i < stop.nr_cpus - 1; i++)
        wake_up_process(threads[i]);
    preempt_disable();
    add_and_wait(&stop.nr_arrived, &stop);
    local_irq_disable();
    add_and_wait(&stop.nr_irqs_off, &stop);
    result = failed ? failed : fn(data);
    __atomic_store_n(&stop.is_over, true, __ATOMIC_RELEASE);
    local_irq_enable();
    preempt_enable();
    for (int i = 0; i < stop.nr_cpus - 1; i++)
        wait_for_completion(&stop.done);
    migrate_enable();
    mutex_unlock(&stop_mutex);
    return result;
}
