/*
 * Sets of CPUs. A CPU is a hart by its logical number: the one that boots is
 * 0, the others follow in the order of the device tree. Possible ones are
 * those of the tree, online ones run.
 */
#ifndef QUIRE_GUESTOS_CPUMASK_H
#define QUIRE_GUESTOS_CPUMASK_H

#include "types.h"

#define NR_CPUS 8

struct cpumask {
    unsigned long bits;
};

/* Set at boot; online ones by the harts that come. */
extern struct cpumask __cpu_possible_mask, __cpu_online_mask;
#define cpu_possible_mask ((const struct cpumask *)&__cpu_possible_mask)
#define cpu_online_mask ((const struct cpumask *)&__cpu_online_mask)

#define CPU_MASK_ALL ((struct cpumask){(1ul << NR_CPUS) - 1})

static inline unsigned long cpumask_bits(const struct cpumask *mask)
{
    return __atomic_load_n(&mask->bits, __ATOMIC_RELAXED);
}

static inline bool cpumask_test_cpu(int cpu, const struct cpumask *mask)
{
    return cpumask_bits(mask) >> cpu & 1;
}

/* Atomic, and in order with all that is around them. */
static inline void cpumask_set_cpu(int cpu, struct cpumask *mask)
{
    __atomic_fetch_or(&mask->bits, 1ul << cpu, __ATOMIC_SEQ_CST);
}

static inline void cpumask_clear_cpu(int cpu, struct cpumask *mask)
{
    __atomic_fetch_and(&mask->bits, ~(1ul << cpu), __ATOMIC_SEQ_CST);
}

static inline struct cpumask cpumask_of(int cpu)
{
    return (struct cpumask){1ul << cpu};
}

static inline bool cpumask_empty(const struct cpumask *mask)
{
    return !cpumask_bits(mask);
}

static inline int cpumask_weight(const struct cpumask *mask)
{
    unsigned long bits = cpumask_bits(mask);
    int n = 0;

    for (; bits; bits &= bits - 1)
        n++;
    return n;
}

/* The next one after `cpu` (-1: the first), NR_CPUS: there is none. */
static inline int cpumask_next(int cpu, const struct cpumask *mask)
{
    unsigned long bits = cpumask_bits(mask) >> (cpu + 1);

    return bits ? cpu + 1 + __builtin_ctzl(bits) : NR_CPUS;
}

#define for_each_cpu(cpu, mask)                                                \
    for ((cpu) = cpumask_next(-1, mask); (cpu) < NR_CPUS;                      \
         (cpu) = cpumask_next(cpu, mask))
#define for_each_possible_cpu(cpu) for_each_cpu(cpu, cpu_possible_mask)
#define for_each_online_cpu(cpu) for_each_cpu(cpu, cpu_online_mask)

static inline bool cpu_online(int cpu)
{
    return cpumask_test_cpu(cpu, cpu_online_mask);
}

static inline int num_online_cpus(void)
{
    return cpumask_weight(cpu_online_mask);
}

static inline int num_possible_cpus(void)
{
    return cpumask_weight(cpu_possible_mask);
}

#endif
