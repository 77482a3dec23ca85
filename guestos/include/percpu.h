/*
 * Data a CPU. Each CPU has a unit: a copy of all static per-CPU variables and
 * of all objects of alloc_percpu, at an offset from the first that is the same
 * for both. Units are whole pages: no two CPUs share a line of cache. An
 * object is used with preemption off, or with interrupts off where an
 * interrupt uses it too; it is its CPU's own unless it says otherwise.
 *
 * What the emulator's view of the guest reads by its symbol stays an array
 * (DEFINE_CPU_ARRAY).
 */
#ifndef QUIRE_GUESTOS_PERCPU_H
#define QUIRE_GUESTOS_PERCPU_H

#include "cpumask.h"
#include "gfp.h"
#include "preempt.h"

#if __STDC_HOSTED__
#define PER_CPU_SECTION "percpu"
#define __per_cpu_start __start_percpu
#define __per_cpu_end __stop_percpu
#else
#define PER_CPU_SECTION ".data..percpu"
#endif
/* What the units begin with; it is gone after the boot. */
extern char __per_cpu_start[], __per_cpu_end[];
/* By CPU; 0 until setup_per_cpu_areas. */
extern unsigned long __per_cpu_offset[NR_CPUS];

#define DEFINE_PER_CPU(type, name)                                             \
    __attribute__((section(PER_CPU_SECTION))) __typeof__(type) name
#define DECLARE_PER_CPU(type, name) extern DEFINE_PER_CPU(type, name)

/* A pointer to a static variable or from alloc_percpu, for one CPU. */
#define per_cpu_ptr(ptr, cpu)                                                  \
    __extension__({                                                            \
        unsigned long per_cpu_at = (unsigned long)(ptr);                       \
        OPTIMIZER_HIDE_VAR(per_cpu_at);                                        \
        (__typeof__(ptr))(per_cpu_at + __per_cpu_offset[cpu]);                 \
    })
#define this_cpu_ptr(ptr) per_cpu_ptr(ptr, smp_processor_id())
#define per_cpu(name, cpu) (*per_cpu_ptr(&(name), cpu))
#define this_cpu(name) (*this_cpu_ptr(&(name)))

#define DEFINE_CPU_ARRAY(type, name) type name[NR_CPUS]
#define DECLARE_CPU_ARRAY(type, name) extern type name[NR_CPUS]
#define cpu_array(name, cpu) ((name)[cpu])
#define this_cpu_array(name) ((name)[smp_processor_id()])

/* At boot, before anything is allocated and when possible CPUs are known. */
void setup_per_cpu_areas(void);

/*
 * An object for each CPU, zeroed; NULL: no memory. align: up to a page. May
 * sleep if gfp is GFP_KERNEL; otherwise it takes only what has pages already.
 */
void *__alloc_percpu_gfp(size_t size, size_t align, gfp_t gfp);
static inline void *__alloc_percpu(size_t size, size_t align)
{
    return __alloc_percpu_gfp(size, align, GFP_KERNEL);
}
#define alloc_percpu_gfp(type, gfp)                                            \
    ((__typeof__(type) *)__alloc_percpu_gfp(sizeof(type), _Alignof(type), gfp))
#define alloc_percpu(type) alloc_percpu_gfp(type, GFP_KERNEL)
/* NULL is nothing. From any context. */
void free_percpu(void *ptr);

unsigned long pcpu_nr_pages(void); /* Percpu: of /proc/meminfo */
/* Invariants; panics with what is wrong. */
void pcpu_check(void);

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
