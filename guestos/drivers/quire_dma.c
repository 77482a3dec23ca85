/*
 * quire,dma: what the disk's driver must know of the engine behind it.
 */
#include "quire_dma.h"

#include "abi/qdma.h"
#include "errno.h"
#include "init.h"
#include "io.h"
#include "of.h"
#include "printk.h"
#include "asm/page.h"

static char *regs; /* set once, at boot */

int __init quire_dma_probe(void)
{
    int node = fdt_next_compatible(-1, "quire,dma");
    phys_addr_t pa;
    u64 size;

    if (regs)
        return 0;
    if (node < 0 || !fdt_reg(node, 0, &pa, &size))
        return -ENODEV;
    regs = ioremap(pa, size);
    if (!regs)
        return -ENOMEM;
    if (readl(regs + QDMA_ID) != QDMA_ID_VALUE) {
        pr_err("quire-dma: unknown ID %08x\n", (unsigned)readl(regs + QDMA_ID));
        iounmap(regs);
        regs = NULL;
        return -ENODEV;
    }
    pr_info("quire-dma: reaches %llu KiB\n",
            (unsigned long long)(quire_dma_reach() - PHYS_OFFSET) >> 10);
    return 0;
}

phys_addr_t quire_dma_reach(void)
{
    return PHYS_OFFSET + (readl(regs + QDMA_REACH_LO) |
                          (u64)readl(regs + QDMA_REACH_HI) << 32);
}

unsigned quire_dma_error(unsigned channel, phys_addr_t *refused)
{
    const char *c = regs + QDMA_CHANNEL(channel);

    *refused = readl(c + QDMA_FAULT_LO) | (u64)readl(c + QDMA_FAULT_HI) << 32;
    return readl(c + QDMA_ERROR);
}
