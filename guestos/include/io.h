/* Device registers: mapped by ioremap, accessed in order. */
#ifndef QUIRE_GUESTOS_IO_H
#define QUIRE_GUESTOS_IO_H

#include "types.h"

/* Maps device memory; NULL when there is no address space left. */
void *ioremap(phys_addr_t pa, size_t size);
void iounmap(const volatile void *regs); /* NULL is nothing */

static inline u32 readl(const volatile void *reg)
{
    u32 v = *(const volatile u32 *)reg;

    __asm__ volatile("fence i, r" ::: "memory");
    return v;
}

static inline void writel(u32 v, volatile void *reg)
{
    __asm__ volatile("fence w, o" ::: "memory");
    *(volatile u32 *)reg = v;
}

static inline u8 readb(const volatile void *reg)
{
    u8 v = *(const volatile u8 *)reg;

    __asm__ volatile("fence i, r" ::: "memory");
    return v;
}

static inline void writeb(u8 v, volatile void *reg)
{
    __asm__ volatile("fence w, o" ::: "memory");
    *(volatile u8 *)reg = v;
}

#endif
