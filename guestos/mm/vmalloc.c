/*
 * vmalloc: contiguous addresses over single frames, high ones first; vmap: the
 * same over the caller's frames. An area (struct vm_struct) has its addresses
 * from vmap_area.c and an unmapped page behind it, so that a step too far
 * faults. Every failure gives back what was taken.
 *
 * Owns nr_vmalloc_pages (VmallocUsed) and the list of what interrupts free,
 * without a lock, by atomic operations. An area belongs to who has its
 * address. Mirrors Linux's __vmalloc_node_range, __vmalloc_area_node,
 * __vunmap, vfree_deferred, vmap.
 */
#include "vmap_area.h"

#include "atomic.h"
#include "internal.h"
#include "kernel.h"
#include "page_report.h"
#include "preempt.h"
#include "ratelimit.h"
#include "sched.h"
#include "slab.h"
#include "workqueue.h"

static struct atomic_long nr_vmalloc_pages;

unsigned long vmalloc_nr_pages(void)
{
    return (unsigned long)atomic_long_read(&nr_vmalloc_pages);
}

/* -- Areas --------------------------------------------------------------- */

static void warn_no_addresses(unsigned long size)
{
    static struct ratelimit_state limit;

    if (ratelimit(&limit, __func__))
        pr_warn("vmap allocation for size %lu failed: no addresses left\n",
                size);
}

struct vm_struct *__get_vm_area(unsigned long size, unsigned long align,
                                unsigned long flags, unsigned long caller)
{
    unsigned long guard = flags & VM_NO_GUARD ? 0 : PAGE_SIZE;
    struct vm_struct *area;
    int error;

    BUG_ON(in_interrupt());
    if (!size || size > VMALLOC_END - VMALLOC_START - guard)
        return NULL;
    size = PAGE_ALIGN(size) + guard;
    area = kzalloc(sizeof *area, GFP_KERNEL);
    if (!area)
        return NULL;
    area->size = size;
    area->flags = flags;
    area->caller = caller;
    error = alloc_vmap_area(area, size, max_t(unsigned long, align, PAGE_SIZE));
    if (!error)
        return area;
    if (error == -EBUSY)
        warn_no_addresses(size);
    kfree(area);
    return NULL;
}

struct vm_struct *get_vm_area(unsigned long size, unsigned long flags)
{
    return __get_vm_area(size, 1, flags,
                         (unsigned long)__builtin_return_address(0));
}

struct vm_struct *remove_vm_area(const void *addr)
{
    struct vmap_area *va = unlink_vmap_area((unsigned long)addr);
    struct vm_struct *area;

    if (!va)
        return NULL;
    area = va->vm;
    vunmap_range_noflush(va->va_start, va->va_start + get_vm_area_size(area));
    free_vmap_area_noflush(va);
    return area;
}

void free_vm_area(struct vm_struct *area)
{
    BUG_ON(remove_vm_area(area->addr) != area);
    kfree(area);
}

/* -- Pages --------------------------------------------------------------- */

/* The array of pages may itself be too large for kmalloc. */
static struct page **alloc_page_array(unsigned int nr_pages, gfp_t gfp,
                                      unsigned long caller)
{
    size_t size = nr_pages * sizeof(struct page *);

    gfp = (gfp & GFP_RECLAIM_MASK) | __GFP_ZERO;
    return size > PAGE_SIZE ? __vmalloc_node(size, 1, gfp, caller)
                            : kmalloc(size, gfp);
}

static void forget_pages(struct vm_struct *area)
{
    kvfree(area->pages);
    area->pages = NULL;
    area->nr_pages = 0;
}

void vm_area_free_pages(struct vm_struct *area)
{
    atomic_long_sub((long)area->nr_pages, &nr_vmalloc_pages);
    for (unsigned int i = 0; i < area->nr_pages; i++)
        __free_page(area->pages[i]);
    forget_pages(area);
}

/* vmap was given them for good. */
static void put_pages(struct vm_struct *area)
{
    for (unsigned int i = 0; i < area->nr_pages; i++)
        put_page(area->pages[i]);
    forget_pages(area);
}

int vm_area_alloc_pages(struct vm_struct *area, gfp_t gfp,
                        unsigned int nr_pages)
{
    struct page **pages = alloc_page_array(nr_pages, gfp, area->caller);

    if (!pages)
        return -ENOMEM;
    if (!(gfp & __GFP_DMA))
        gfp |= __GFP_HIGHMEM;
    area->pages = pages;
    while (area->nr_pages < nr_pages) {
        /* Who is to die needs no more; the victim's reserve is for its end. */
        struct page *page =
            fatal_signal_pending(current) ? NULL : alloc_page(gfp);

        if (!page)
            break;
        pages[area->nr_pages++] = page;
        if (gfpflags_allow_blocking(gfp))
            cond_resched();
    }
    atomic_long_add((long)area->nr_pages, &nr_vmalloc_pages);
    if (area->nr_pages == nr_pages)
        return 0;
    vm_area_free_pages(area);
    return -ENOMEM;
}

/* -- vmalloc ------------------------------------------------------------- */

static void warn_no_memory(size_t size, gfp_t gfp)
{
    static struct ratelimit_state limit;

    if (!(gfp & __GFP_NOWARN) && ratelimit(&limit, __func__))
        pr_warn("%s: vmalloc: allocation failure: %lu bytes\n", current->comm,
                (unsigned long)size);
}

void *__vmalloc_node(size_t size, unsigned long align, gfp_t gfp,
                     unsigned long caller)
{
    unsigned long nr_pages = PAGE_ALIGN(size) >> PAGE_SHIFT, start;
    struct vm_struct *area;

    if (!size || nr_pages > totalram_pages())
        goto fail;
    area = __get_vm_area(size, align, VM_ALLOC | VM_UNINITIALIZED, caller);
    if (!area)
        goto fail;
    if (vm_area_alloc_pages(area, gfp, (unsigned int)nr_pages) != 0) {
        free_vm_area(area);
        goto fail;
    }
    start = (unsigned long)area->addr;
    vmap_pages_range(start, start + get_vm_area_size(area), PAGE_KERNEL,
                     area->pages);
    smp_wmb(); /* pages[] first, for vmallocinfo */
    WRITE_ONCE(area->flags, area->flags & ~VM_UNINITIALIZED);
    return area->addr;
fail:
    warn_no_memory(size, gfp);
    return NULL;
}

void *vmalloc(size_t size)
{
    return __vmalloc_node(size, 1, GFP_KERNEL,
                          (unsigned long)__builtin_return_address(0));
}

void *vzalloc(size_t size)
{
    return __vmalloc_node(size, 1, GFP_KERNEL | __GFP_ZERO,
                          (unsigned long)__builtin_return_address(0));
}

void *__vmalloc(size_t size, gfp_t gfp)
{
    return __vmalloc_node(size, 1, gfp,
                          (unsigned long)__builtin_return_address(0));
}

static void release(const void *addr)
{
    struct vm_struct *area = remove_vm_area(addr);

    if (!area)
        panic("vfree: %p is not the start of an area", addr);
    if (area->flags & VM_ALLOC)
        vm_area_free_pages(area);
    else if (area->flags & VM_MAP_PUT_PAGES)
        put_pages(area);
    kfree(area);
}

/* What interrupts have freed; each points to the next. */
static const void *deferred;

static void vfree_deferred_work(struct work_struct *work)
{
    const void *addr =
        __atomic_exchange_n(&deferred, NULL, __ATOMIC_ACQUIRE);

    (void)work;
    while (addr) {
        const void *next = *(const void *const *)addr;

        release(addr);
        addr = next;
    }
}

static DECLARE_WORK(vfree_work, vfree_deferred_work);

void vfree(const void *addr)
{
    const void **link = (const void **)(uintptr_t)addr;

    if (!addr)
        return;
    if (!in_interrupt()) {
        release(addr);
        return;
    }
    *link = __atomic_load_n(&deferred, __ATOMIC_RELAXED);
    while (!__atomic_compare_exchange_n(&deferred, link, addr, false,
                                        __ATOMIC_RELEASE, __ATOMIC_RELAXED))
        ;
    schedule_work(&vfree_work);
}

/* -- vmap ---------------------------------------------------------------- */

void *vmap(struct page **pages, unsigned int count, unsigned long flags,
           struct pgprot prot)
{
    unsigned long size = (unsigned long)count << PAGE_SHIFT, start;
    struct vm_struct *area;

    if (count > totalram_pages())
        return NULL;
    area = __get_vm_area(size, 1, flags | VM_MAP,
                         (unsigned long)__builtin_return_address(0));
    if (!area)
        return NULL;
    start = (unsigned long)area->addr;
    vmap_pages_range(start, start + size, prot, pages);
    if (flags & VM_MAP_PUT_PAGES) {
        area->pages = pages;
        area->nr_pages = count;
    }
    return area->addr;
}

void vunmap(const void *addr)
{
    struct vm_struct *area;

    if (!addr)
        return;
    BUG_ON(in_interrupt());
    area = remove_vm_area(addr);
    if (!area)
        panic("vunmap: %p is not the start of an area", addr);
    kfree(area);
}

void vmalloc_init(void)
{
    vmap_area_init();
}
