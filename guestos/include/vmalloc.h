/*
 * Memory that is contiguous in the kernel's address space only: vmalloc,
 * vmap, and the areas of addresses behind them, which ioremap and kernel
 * stacks take as well. Semantics and names are Linux v5.15's.
 */
#ifndef QUIRE_GUESTOS_VMALLOC_H
#define QUIRE_GUESTOS_VMALLOC_H

#include "gfp.h"
#include "types.h"
#include "asm/page.h"
#include "asm/pgtable.h"

// clang-format off
#define VM_IOREMAP       0x1ul    /* device registers */
#define VM_ALLOC         0x2ul    /* vmalloc: the pages are the area's */
#define VM_MAP           0x4ul    /* vmap: they are the caller's */
#define VM_UNINITIALIZED 0x20ul   /* pages[] is being filled */
#define VM_NO_GUARD      0x40ul   /* no unmapped page behind it */
#define VM_MAP_PUT_PAGES 0x200ul  /* vfree drops the caller's references */
// clang-format on

/* An area; addr, size and flags never change. */
struct vm_struct {
    void *addr;
    unsigned long size; /* with the guard page */
    unsigned long flags;
    struct page **pages;
    unsigned int nr_pages;
    phys_addr_t phys_addr; /* VM_IOREMAP */
    unsigned long caller;
};

void vmalloc_init(void); /* after kmem_cache_init */

/*
 * `size` bytes in whole pages, from high memory if there is some, with a
 * guard page behind; NULL: no memory, or no addresses. May sleep.
 */
void *vmalloc(size_t size);
void *vzalloc(size_t size);
void *__vmalloc(size_t size, gfp_t gfp);
void *__vmalloc_node(size_t size, unsigned long align, gfp_t gfp,
                     unsigned long caller);
/* NULL is nothing. From an interrupt it is done later. */
void vfree(const void *addr);
static inline bool is_vmalloc_addr(const void *addr)
{
    unsigned long at = (unsigned long)addr;

    return at >= VMALLOC_START && at < VMALLOC_END;
}
struct page *vmalloc_to_page(const void *addr);

/* Shows pages that the caller has; the address, or NULL. */
void *vmap(struct page **pages, unsigned int count, unsigned long flags,
           struct pgprot prot);
void vunmap(const void *addr);

/* kmalloc if there is such a block, else vmalloc. */
void *kvmalloc(size_t size, gfp_t gfp);
static inline void *kvzalloc(size_t size, gfp_t gfp)
{
    return kvmalloc(size, gfp | __GFP_ZERO);
}
void kvfree(const void *addr);

/* -- For those who map by themselves ------------------------------------- */

/* Addresses without pages; align 1: pages. NULL: none left, or no memory. */
struct vm_struct *__get_vm_area(unsigned long size, unsigned long align,
                                unsigned long flags, unsigned long caller);
struct vm_struct *get_vm_area(unsigned long size, unsigned long flags);
static inline unsigned long get_vm_area_size(const struct vm_struct *area)
{
    return area->flags & VM_NO_GUARD ? area->size : area->size - PAGE_SIZE;
}
/* Unmaps it and takes it off the books; it is the caller's to kfree. */
struct vm_struct *remove_vm_area(const void *addr);
/* remove_vm_area and kfree. */
void free_vm_area(struct vm_struct *area);

/* Pages for an area, in area->pages, unmapped; 0 or -ENOMEM with nothing
 * taken. And back: they must have been unmapped. */
int vm_area_alloc_pages(struct vm_struct *area, gfp_t gfp,
                        unsigned int nr_pages);
void vm_area_free_pages(struct vm_struct *area);

/* Entries of the kernel's table. Mapping needs no flush: addresses come
 * flushed. Unmapping leaves it to the caller, or to the next purge. */
void vmap_pages_range(unsigned long start, unsigned long end,
                      struct pgprot prot, struct page **pages);
void vmap_pfn_range(unsigned long start, unsigned long end,
                    struct pgprot prot, unsigned long pfn);
void vunmap_range_noflush(unsigned long start, unsigned long end);
/* Gives all areas that were freed back: one flush. */
void vm_unmap_aliases(void);

/* -- Reports ------------------------------------------------------------- */

unsigned long vmalloc_nr_pages(void);
struct vmap_stats {
    unsigned long lazy;     /* pages of areas freed and not flushed yet */
    unsigned long purges;   /* flushes */
    unsigned long purged;   /* areas that they gave back */
};
void vmalloc_get_stats(struct vmap_stats *stats);
/* A fault at the address: says which area it is in. */
void vmalloc_dump_addr(unsigned long addr);
/* Invariants: gaps and areas tile the space, the tree knows its largest gaps,
 * entries are where pages are. Panics; nobody may be mapping. */
void vmalloc_check(void);

#endif
