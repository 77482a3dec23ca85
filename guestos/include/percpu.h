/*
 * Data a CPU: arrays of NR_CPUS, indexed with preemption off, or with
 * interrupts off where an interrupt uses the data too. An entry is its CPU's
 * own unless the data says otherwise.
 */
#ifndef QUIRE_GUESTOS_PERCPU_H
#define QUIRE_GUESTOS_PERCPU_H

#include "cpumask.h"
#include "preempt.h"

#define DEFINE_PER_CPU(type, name) type name[NR_CPUS]
#define DECLARE_PER_CPU(type, name) extern type name[NR_CPUS]
#define per_cpu(name, cpu) ((name)[cpu])
#define this_cpu(name) ((name)[smp_processor_id()])

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
