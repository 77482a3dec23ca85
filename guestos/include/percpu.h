/* Data a hart: arrays of NR_CPUS, indexed with preemption off. */
#ifndef QUIRE_GUESTOS_PERCPU_H
#define QUIRE_GUESTOS_PERCPU_H

#include "preempt.h"

#define DEFINE_PER_CPU(type, name) type name[NR_CPUS]
#define DECLARE_PER_CPU(type, name) extern type name[NR_CPUS]
#define per_cpu(name, cpu) ((name)[cpu])
#define this_cpu(name) ((name)[smp_processor_id()])

/* One hart runs; what lies behind it is laid out for all. */
#define for_each_online_cpu(cpu) for ((cpu) = 0; (cpu) < 1; (cpu)++)
#define for_each_possible_cpu(cpu) for ((cpu) = 0; (cpu) < NR_CPUS; (cpu)++)

static inline int get_cpu(void)
{
    preempt_disable();
    return smp_processor_id();
}

static inline void put_cpu(void)
{
    preempt_enable();
}

#endif
