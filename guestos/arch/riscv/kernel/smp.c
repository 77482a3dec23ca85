/*
 * Interrupts between harts. What one asks of another is a bit in the other's
 * ipi_pending, then a software interrupt by the firmware. Counts by CPU and
 * kind, each written by its own CPU. Mirrors Linux's arch/riscv/kernel/smp.c.
 */
#include "smp.h"
#include "bitops.h"
#include "kernel.h"
#include "percpu.h"
#include "seq_file.h"
#include "asm/csr.h"
#include "asm/irqflags.h"
#include "asm/sbi.h"
#include "asm/trap.h"

enum ipi {
    IPI_RESCHEDULE,
    IPI_CALL_FUNC,
    IPI_CPU_STOP,
    NR_IPIS,
};

static const char *const ipi_names[NR_IPIS] = {
    [IPI_RESCHEDULE] = "Rescheduling interrupts",
    [IPI_CALL_FUNC] = "Function call interrupts",
    [IPI_CPU_STOP] = "CPU stop interrupts",
};

static DEFINE_PER_CPU(unsigned long, ipi_pending); /* others set bits */
static unsigned long ipi_counts[NR_CPUS][NR_IPIS];

static void send_ipi(const struct cpumask *mask, enum ipi ipi)
{
    int cpu;

    for_each_cpu(cpu, mask) {
        set_bit(ipi, &per_cpu(ipi_pending, cpu));
    }
    smp_mb();
    sbi_send_ipi(mask);
}

void smp_send_reschedule(int cpu)
{
    struct cpumask mask = cpumask_of(cpu);

    send_ipi(&mask, IPI_RESCHEDULE);
}

void arch_send_call_function_ipi(const struct cpumask *mask)
{
    send_ipi(mask, IPI_CALL_FUNC);
}

static void stop_this_cpu(void)
{
    cpumask_clear_cpu(smp_processor_id(), &__cpu_online_mask);
    local_irq_disable();
    for (;;) {
        cpu_wait_for_interrupt();
    }
}

void smp_send_stop(void)
{
    struct cpumask others = {cpumask_bits(cpu_online_mask) &
                             ~(1ul << smp_processor_id())};

    if (cpumask_empty(&others)) {
        return;
    }
    send_ipi(&others, IPI_CPU_STOP);
    /* Whoever has its interrupts off for good is not waited for. */
    for (unsigned i = 0; i < 100000 && num_online_cpus() > 1; i++) {
        cpu_relax();
    }
}

void do_soft_interrupt(void)
{
    int cpu = smp_processor_id();
    unsigned long pending;

    csr_clear(sip, IE_SSIE);
    pending =
        __atomic_exchange_n(&per_cpu(ipi_pending, cpu), 0, __ATOMIC_SEQ_CST);
    for (unsigned ipi = 0; ipi < NR_IPIS; ipi++) {
        ipi_counts[cpu][ipi] += pending >> ipi & 1;
    }
    if (pending & BIT(IPI_CPU_STOP)) {
        stop_this_cpu();
    }
    if (pending & BIT(IPI_CALL_FUNC)) {
        generic_smp_call_function_interrupt();
    }
    /* IPI_RESCHEDULE: the way out of the trap looks. */
}

void show_ipis(struct seq_file *m)
{
    int cpu;

    for (unsigned ipi = 0; ipi < NR_IPIS; ipi++) {
        seq_printf(m, "IPI%u:", ipi);
        for_each_online_cpu(cpu) {
            seq_printf(m, "%10lu ", ipi_counts[cpu][ipi]);
        }
        seq_printf(m, " %s\n", ipi_names[ipi]);
    }
}

unsigned long nr_ipis(void)
{
    unsigned long n = 0;
    int cpu;

    for_each_possible_cpu(cpu) {
        for (unsigned ipi = 0; ipi < NR_IPIS; ipi++) {
            n += READ_ONCE(ipi_counts[cpu][ipi]);
        }
    }
    return n;
}
