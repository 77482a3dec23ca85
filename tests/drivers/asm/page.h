/*
 * Instead of the kernel's own: no translation, every address is physical.
 */
#ifndef QUIRE_TESTS_DRIVERS_ASM_PAGE_H
#define QUIRE_TESTS_DRIVERS_ASM_PAGE_H

#include "abi/platform.h"
#include "types.h"

#define PAGE_SHIFT 12
#define PAGE_SIZE 4096
#define PAGE_OFFSET DRAM_BASE
#define PHYS_OFFSET DRAM_BASE
#define TASK_SIZE 0xC0000000UL
#define PAGE_MASK (~((unsigned long)PAGE_SIZE - 1))
#define PAGE_ALIGN(x) (((x) + PAGE_SIZE - 1) & PAGE_MASK)
#define ARCH_PFN_OFFSET ((unsigned long)PHYS_OFFSET >> PAGE_SHIFT)

static inline void *phys_to_virt(phys_addr_t pa)
{
    return (void *)(unsigned long)pa;
}

static inline phys_addr_t virt_to_phys(const volatile void *va)
{
    return (unsigned long)va;
}

static inline void *pfn_to_virt(unsigned long pfn)
{
    return (void *)(pfn << PAGE_SHIFT);
}

static inline unsigned long virt_to_pfn(const volatile void *va)
{
    return (unsigned long)va >> PAGE_SHIFT;
}

#define __va(pa) phys_to_virt(pa)
#define __pa(va) virt_to_phys((const volatile void *)(va))

#endif
