/*
 * Device registers in the kernel's address space: an area of its own each.
 * Mirrors Linux's ioremap_prot, iounmap.
 */
#include "io.h"

#include "mm.h"
#include "vmalloc.h"

void *ioremap(phys_addr_t pa, size_t size)
{
    unsigned long offset = (unsigned long)pa & ~PAGE_MASK, start;
    struct vm_struct *area;

    if (!size || pa + size - 1 < pa || size > VMALLOC_END - VMALLOC_START) {
        return NULL;
    }
    area = __get_vm_area(offset + size, 1, VM_IOREMAP,
                         (unsigned long)__builtin_return_address(0));
    if (!area) {
        return NULL;
    }
    area->phys_addr = pa - offset;
    start = (unsigned long)area->addr;
    vmap_pfn_range(start, start + get_vm_area_size(area), PAGE_KERNEL,
                   (unsigned long)(pa >> PAGE_SHIFT));
    return (char *)area->addr + offset;
}

void iounmap(const volatile void *regs)
{
    if (regs) {
        vunmap((const void *)((unsigned long)regs & PAGE_MASK));
    }
}
