/* The PLIC: interrupts of devices, for hart 0 in S-mode. */
#include "errno.h"
#include "interrupt.h"
#include "interrupt_controller.h"
#include "io.h"
#include "kernel.h"
#include "of.h"
#include "seq_file.h"
#include "spinlock.h"
#include "abi/platform.h"
#include "asm/trap.h"

#define S_CONTEXT 1u /* of hart 0: 2 * hart + 1 */
#define CLAIM 4

static u8 *plic; /* set once at boot */

/* Rows change under plic_lock with interrupts off, at boot as a rule. */
static DEFINE_SPINLOCK(plic_lock);
static struct {
    irq_handler *handler;
    const char *name;
    void *dev;
    unsigned long count;
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
            irqs[irq].count++;
            irqs[irq].handler(irq, irqs[irq].dev);
        } else {
            pr_err("plic: interrupt %u, which nobody wants\n", (unsigned)irq);
        }
        writel(irq, context_reg(CLAIM));
    }
}

int interrupts_proc_show(struct seq_file *m, void *v)
{
    (void)v;
    seq_puts(m, "           CPU0\n");
    for (unsigned irq = 1; irq < PLIC_SOURCES; irq++) {
        if (irqs[irq].handler) {
            seq_printf(m, "%3u: %10lu  SiFive PLIC %3u  %s\n", irq,
                       irqs[irq].count, irq, irqs[irq].name);
        }
    }
    return 0;
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
