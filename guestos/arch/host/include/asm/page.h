/*
 * Pages on the host: physical memory is an arena, the direct map is where
 * the arena lies. Addresses of kernel memory are as wide as the host's.
 */
#ifndef QUIRE_GUESTOS_ASM_PAGE_H
#define QUIRE_GUESTOS_ASM_PAGE_H

#include "types.h"

#define PAGE_SHIFT 12
#define PAGE_SIZE 4096
#define PHYS_OFFSET 0x80000000u
#define TASK_SIZE 0xC0000000UL
#define HOST_VMALLOC_SIZE (16ul << 20)
#define VMALLOC_START host_vmalloc_start
#define VMALLOC_END (VMALLOC_START + HOST_VMALLOC_SIZE)
#define PKMAP_BASE 0xFE000000UL
#define LAST_PKMAP 1024
#define FIXADDR_START 0xFF000000UL
#define FIXADDR_PAGES 1024

#define PAGE_MASK (~((unsigned long)PAGE_SIZE - 1))
#define PAGE_ALIGN(x) (((x) + PAGE_SIZE - 1) & PAGE_MASK)
#define ARCH_PFN_OFFSET ((unsigned long)PHYS_OFFSET >> PAGE_SHIFT)

extern unsigned long host_vmalloc_start; /* see kernel_map.c */
extern char *host_arena; /* the byte of physical address PHYS_OFFSET */

static inline void *phys_to_virt(phys_addr_t pa)
{
    return host_arena + (pa - PHYS_OFFSET);
}

static inline phys_addr_t virt_to_phys(const volatile void *va)
{
    return (phys_addr_t)((const volatile char *)va - host_arena) + PHYS_OFFSET;
}

#define __va(pa) phys_to_virt(pa)
#define __pa(va) virt_to_phys((const volatile void *)(va))

static inline unsigned long virt_to_pfn(const volatile void *va)
{
    return (unsigned long)(virt_to_phys(va) >> PAGE_SHIFT);
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
