/* Pages, and the direct map of Sv32: virtual 0xC0000000 is physical
 * 0x80000000, 896 MiB long. */
#ifndef QUIRE_GUESTOS_ASM_PAGE_H
#define QUIRE_GUESTOS_ASM_PAGE_H

#include "abi/platform.h"

#define PAGE_SHIFT 12
#define PAGE_SIZE 4096

#define PAGE_OFFSET 0xC0000000
#define PHYS_OFFSET DRAM_BASE
#define DIRECT_MAP_SIZE 0x38000000 /* 896 MiB */
#define KERNEL_LINK_ADDR 0xC0400000

#define TASK_SIZE 0xC0000000UL
/* Above the direct map; all tables of leaves are there from the start. */
#define KERNEL_TABLES_START 0xF8000000UL
#define VMALLOC_START 0xF8000000UL /* vmalloc, ioremap, kernel stacks */
#define VMALLOC_END 0xFE000000UL
#define PKMAP_BASE 0xFE000000UL /* 4 MiB: 1024 slots */
#define LAST_PKMAP 1024
#define FIXADDR_START 0xFF000000UL /* 4 MiB; kmap_atomic's slots */
#define FIXADDR_PAGES 1024
#define FDT_MAP 0xFF800000UL /* at boot: two megapages over the device tree */

#ifndef __ASSEMBLER__
#include "types.h"

#define PAGE_MASK (~((unsigned long)PAGE_SIZE - 1))
#define PAGE_ALIGN(x) (((x) + PAGE_SIZE - 1) & PAGE_MASK)
#define ARCH_PFN_OFFSET ((unsigned long)PHYS_OFFSET >> PAGE_SHIFT)

/* Only for addresses in the direct map. */
static inline void *phys_to_virt(phys_addr_t pa)
{
    return (void *)((unsigned long)(pa - PHYS_OFFSET) + PAGE_OFFSET);
}

static inline phys_addr_t virt_to_phys(const volatile void *va)
{
    return (phys_addr_t)((unsigned long)va - PAGE_OFFSET) + PHYS_OFFSET;
}

#define __va(pa) phys_to_virt(pa)
#define __pa(va) virt_to_phys((const volatile void *)(va))

static inline unsigned long virt_to_pfn(const volatile void *va)
{
    return (((unsigned long)va - PAGE_OFFSET) >> PAGE_SHIFT) + ARCH_PFN_OFFSET;
}

static inline void *pfn_to_virt(unsigned long pfn)
{
    return phys_to_virt((phys_addr_t)pfn << PAGE_SHIFT);
}

static inline void clear_page(void *page)
{
    __builtin_memset(page, 0, PAGE_SIZE);
}

static inline void copy_page(void *to, const void *from)
{
    __builtin_memcpy(to, from, PAGE_SIZE);
}
#endif

#endif
