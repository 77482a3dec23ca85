/*
 * Which hart is which CPU, and how one is started: by the firmware, at
 * secondary_start (head.S) with the idle task it is to run. Mirrors Linux's
 * arch/riscv/kernel/smpboot.c and cpu.c.
 */
#include "errno.h"
#include "guestos/lib/fdt.h"
#include "init.h"
#include "kernel.h"
#include "mm.h"
#include "of.h"
#include "percpu.h"
#include "guestos/fs/proc/internal.h"
#include "smp.h"
#include "string.h"
#include "task.h"
#include "asm/sbi.h"
#include "asm/setup.h"
#include "asm/tlbflush.h"

#define START_TIMEOUT (5 * HZ)

unsigned long cpu_to_hart[NR_CPUS]; /* set at boot */
static int cpu_nodes[NR_CPUS] = {[0 ... NR_CPUS - 1] = -1};

/* The node describes a hart that can be used. */
static bool is_usable(int node, unsigned long *hart)
{
    const char *type = fdt_prop_string(node, "device_type");
    const char *status = fdt_prop_string(node, "status");
    phys_addr_t reg;
    u64 size;

    if (!type || strcmp(type, "cpu") != 0 || !fdt_reg(node, 0, &reg, &size)) {
        return false;
    }
    *hart = (unsigned long)reg;
    return !status || !strcmp(status, "okay") || !strcmp(status, "ok");
}

void __init setup_smp(unsigned long boot_hart)
{
    int root = fdt_path("/cpus"), node = -1, cpu = 1;
    unsigned long hart;

    cpu_to_hart[0] = boot_hart;
    while ((node = fdt_next_child(root, node)) >= 0) {
        if (!is_usable(node, &hart)) {
            continue;
        }
        if (hart == boot_hart) {
            cpu_nodes[0] = node;
            continue;
        }
        if (cpu == NR_CPUS) {
            pr_warn("hart %lu is one more than %d: not used\n", hart, NR_CPUS);
            continue;
        }
        cpu_to_hart[cpu] = hart;
        cpu_nodes[cpu] = node;
        cpumask_set_cpu(cpu, &__cpu_possible_mask);
        cpu++;
    }
}

int arch_cpu_up(int cpu, struct task_struct *idle)
{
    unsigned long deadline = jiffies + START_TIMEOUT;
    struct sbi_result result;

    result = sbi_hart_start(cpu_to_hart[cpu],
                            (unsigned long)virt_to_phys(secondary_start),
                            (unsigned long)idle);
    if (result.error) {
        return -EIO;
    }
    while (!cpu_online(cpu)) {
        if (time_after(jiffies, deadline)) {
            return -EIO;
        }
        schedule_timeout_uninterruptible(1);
    }
    return 0;
}

/* On the new hart: from head.S, on the idle task's stack, interrupts off. */
void secondary_start_kernel(void)
{
    int cpu = smp_processor_id();

    trap_init();
    time_init_cpu();
    cpumask_set_cpu(cpu, &__cpu_online_mask);
    /* What was flushed before this hart was asked to. */
    local_flush_tlb_all();
    cpu_startup_entry();
}

/* In the format of Linux's arch/riscv/kernel/cpu.c. */
int cpuinfo_proc_show(struct seq_file *m, void *v)
{
    int cpu;

    (void)v;
    for_each_online_cpu(cpu) {
        const char *isa = fdt_prop_string(cpu_nodes[cpu], "riscv,isa");
        const char *mmu = fdt_prop_string(cpu_nodes[cpu], "mmu-type");

        seq_printf(m, "processor\t: %d\nhart\t\t: %lu\n", cpu,
                   cpu_to_hart[cpu]);
        if (isa) {
            seq_printf(m, "isa\t\t: %s\n", isa);
        }
        seq_printf(m, "mmu\t\t: %s\n\n",
                   mmu && !strncmp(mmu, "riscv,", 6) ? mmu + 6 : "sv32");
    }
    return 0;
}
