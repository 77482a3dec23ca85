/*
 * The CPUs as a whole: which there are and which run, how the others come up,
 * and functions that are called on them. One such call is under way at a
 * time: call_lock guards `call`, whose pending mask the called ones clear.
 * Mirrors Linux's smp_init, smp_call_function_many, on_each_cpu.
 */
#include "smp.h"
#include "init.h"
#include "kernel.h"
#include "percpu.h"
#include "runqueue.h"
#include "string.h"
#include "task.h"

struct cpumask __cpu_possible_mask = {1};
struct cpumask __cpu_online_mask = {1};

static unsigned setup_max_cpus = NR_CPUS; /* set while parameters are read */

static DEFINE_SPINLOCK(call_lock);
static struct {
    void (*fn)(void *info);
    void *info;
    struct cpumask pending; /* who has not done it yet */
} call;

void generic_smp_call_function_interrupt(void)
{
    int cpu = smp_processor_id();

    if (cpumask_test_cpu(cpu, &call.pending)) {
        call.fn(call.info);
        cpumask_clear_cpu(cpu, &call.pending);
    }
}

void smp_call_function_many(const struct cpumask *mask, void (*fn)(void *info),
                            void *info)
{
    struct cpumask others;

    WARN_ON_ONCE(irqs_disabled());
    spin_lock(&call_lock);
    others.bits = cpumask_bits(mask) & cpumask_bits(cpu_online_mask) &
                  ~(1ul << smp_processor_id());
    if (!cpumask_empty(&others)) {
        call.fn = fn;
        call.info = info;
        __atomic_store_n(&call.pending.bits, others.bits, __ATOMIC_SEQ_CST);
        arch_send_call_function_ipi(&others);
        while (!cpumask_empty(&call.pending)) {
            cpu_relax();
        }
        smp_mb();
    }
    spin_unlock(&call_lock);
}

static void call_here(void (*fn)(void *info), void *info)
{
    unsigned long flags;

    local_irq_save(flags);
    fn(info);
    local_irq_restore(flags);
}

void on_each_cpu(void (*fn)(void *info), void *info)
{
    get_cpu();
    smp_call_function_many(cpu_online_mask, fn, info);
    call_here(fn, info);
    put_cpu();
}

static int __init maxcpus_setup(const char *value)
{
    const char *end;

    setup_max_cpus = (unsigned)simple_strtoul(value, &end, 10);
    return end == value || *end ? -1 : 0;
}
early_param("maxcpus", maxcpus_setup);

static int __init nosmp_setup(const char *value)
{
    (void)value;
    setup_max_cpus = 0;
    return 0;
}
early_param("nosmp", nosmp_setup);

void __init smp_init(void)
{
    int cpu, online;

    pr_info("smp: Bringing up secondary CPUs ...\n");
    for_each_possible_cpu(cpu) {
        struct task_struct *idle;

        if ((unsigned)num_online_cpus() >= setup_max_cpus) {
            break;
        }
        if (cpu_online(cpu)) {
            continue;
        }
        idle = fork_idle(cpu);
        if (IS_ERR(idle) || arch_cpu_up(cpu, idle) != 0) {
            pr_err("CPU%d: failed to come online\n", cpu);
        }
    }
    online = num_online_cpus();
    pr_info("smp: Brought up 1 node, %d CPU%s\n", online,
            online == 1 ? "" : "s");
}
