/*
 * Several CPUs: bringing them up, interrupts between them, functions that run
 * on others.
 */
#ifndef QUIRE_GUESTOS_SMP_H
#define QUIRE_GUESTOS_SMP_H

#include "cpumask.h"

struct seq_file;
struct task_struct;

/* Brings up what the parameters allow; may sleep. */
void smp_init(void);

/*
 * Calls fn(info) on the online CPUs of the mask but this one, at once and in
 * their interrupt handlers; returns when all have done it. Interrupts must be
 * on and no lock held that a handler or `fn` could want. Preemption is off in
 * between only.
 */
void smp_call_function_many(const struct cpumask *mask, void (*fn)(void *info),
                            void *info);
/* The same on all online CPUs, this one included (with interrupts off). */
void on_each_cpu(void (*fn)(void *info), void *info);
/* In the interrupt of IPI_CALL_FUNC. */
void generic_smp_call_function_interrupt(void);

/* -- The architecture's -------------------------------------------------- */

/* CPUs by the device tree; the calling hart is CPU 0. */
void setup_smp(unsigned long boot_hart);
/* Starts a CPU with its idle task; 0 when it has come online. */
int arch_cpu_up(int cpu, struct task_struct *idle);
/* The CPU looks at its TIF_NEED_RESCHED. */
void smp_send_reschedule(int cpu);
void arch_send_call_function_ipi(const struct cpumask *mask);
/* All others stop for good. */
void smp_send_stop(void);
/* The lines of /proc/interrupts about them. */
void show_ipis(struct seq_file *m);
unsigned long nr_ipis(void);

/* What a CPU does when there is nothing to do; kernel/idle.c. */
void cpu_startup_entry(void) __attribute__((noreturn));

#endif
