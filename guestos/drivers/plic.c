/* The PLIC: interrupts of devices, all for the CPU that boots, in S-mode. */
#include "errno.h"
#include "interrupt.h"
#include "interrupt_controller.h"
#include "io.h"
#include "kernel.h"
#include "of.h"
#include "percpu.h"
#include "seq_file.h"
#include "smp.h"
#include "spinlock.h"
#include "abi/platform.h"
#include "asm/setup.h"
#include "asm/trap.h"

/* A hart's contexts are those of M-mode and S-mode, in this order. */
#define S_CONTEXT (2u * (unsigned)cpu_to_hart[0] + 1u)
#define CLAIM 4

static u8 *plic; /* set once at boot */

/* Rows change under plic_lock with interrupts off, at boot as a rule. */
static DEFINE_SPINLOCK(plic_lock);
static struct {
    irq_handler *handler;
    const char *name;
    void *dev;
    unsigned long count[NR_CPUS]; /* each written by its own CPU */
} irqs[PLIC_SOURCES];

static u8 *context_reg(unsigned reg)
{
    return plic + PLIC_CONTEXT + 0x1000 * S_CONTEXT + reg;
}

static void set_enabled(unsigned irq, bool enabled)
{
    u8 *reg = plic + PLIC_ENABLE + 0x80 * S_CONTEXT + 4 * (irq / 32);
    u32 bit = 1u << irq % 32;

    writel(enabled ? readl(reg) | bit : readl(reg) & ~bit, reg);
}

int request_irq(unsigned irq, irq_handler *handler, const char *name, void *dev)
{
    unsigned long flags;
    int error = 0;

    if (!irq || irq >= PLIC_SOURCES || !plic) {
        return -EINVAL;
    }
    spin_lock_irqsave(&plic_lock, flags);
    if (irqs[irq].handler) {
        error = -EBUSY;
    } else {
        irqs[irq].handler = handler;
        irqs[irq].name = name;
        irqs[irq].dev = dev;
        writel(1, plic + PLIC_PRIORITY + 4 * irq);
        set_enabled(irq, true);
    }
    spin_unlock_irqrestore(&plic_lock, flags);
    return error;
}

void do_external_interrupt(void)
{
    u32 irq;

    while ((irq = readl(context_reg(CLAIM))) != 0) {
        if (irq < PLIC_SOURCES && irqs[irq].handler) {
            irqs[irq].count[smp_processor_id()]++;
            irqs[irq].handler(irq, irqs[irq].dev);
        } else {
            pr_err("plic: interrupt %u, which nobody wants\n", (unsigned)irq);
        }
        writel(irq, context_reg(CLAIM));
    }
}

int interrupts_proc_show(struct seq_file *m, void *v)
{
    int cpu;

    (void)v;
    seq_puts(m, "           ");
    for_each_online_cpu(cpu) {
        seq_printf(m, "CPU%-8d", cpu);
    }
    seq_putc(m, '\n');
    show_timer_interrupts(m);
    for (unsigned irq = 1; irq < PLIC_SOURCES; irq++) {
        if (!irqs[irq].handler) {
            continue;
        }
        seq_printf(m, "%3u: ", irq);
        for_each_online_cpu(cpu) {
            seq_printf(m, "%10lu ", irqs[irq].count[cpu]);
        }
        seq_printf(m, " SiFive PLIC %3u  %s\n", irq, irqs[irq].name);
    }
    show_ipis(m);
    return 0;
}

static unsigned long sum_of(unsigned irq)
{
    unsigned long n = 0;
    int cpu;

    for_each_possible_cpu(cpu) {
        n += irqs[irq].count[cpu];
    }
    return n;
}

/* "intr" of /proc/stat: all, then each source of the PLIC. */
void show_interrupt_sums(struct seq_file *m)
{
    unsigned long all = nr_timer_interrupts() + nr_ipis();

    for (unsigned irq = 1; irq < PLIC_SOURCES; irq++) {
        all += sum_of(irq);
    }
    seq_printf(m, "intr %lu", all);
    for (unsigned irq = 0; irq < PLIC_SOURCES; irq++) {
        seq_printf(m, " %lu", sum_of(irq));
    }
    seq_putc(m, '\n');
}

void irq_init(void)
{
    int node = fdt_next_compatible(-1, "sifive,plic-1.0.0");
    phys_addr_t pa;
    u64 size;
    unsigned i;

    if (node < 0) {
        node = fdt_next_compatible(-1, "riscv,plic0");
    }
    if (node < 0 || !fdt_reg(node, 0, &pa, &size)) {
        panic("the device tree has no PLIC");
    }
    plic = ioremap(pa, PLIC_CONTEXT + 0x1000 * (S_CONTEXT + 1));
    if (!plic) {
        panic("no address space for the PLIC");
    }
    for (i = 0; i < PLIC_SOURCES / 32; i++) {
        writel(0, plic + PLIC_ENABLE + 0x80 * S_CONTEXT + 4 * i);
    }
    writel(0, context_reg(0));
}
