/*
 * What can be seen of vmalloc: /proc/vmallocinfo in Linux's format, the name
 * of the area in which an access faulted, and the invariants for tests. Owns
 * nothing; takes vmap_area_lock and the lock of lazy areas. Mirrors Linux's
 * s_show, show_purge_info, vmalloc_dump_obj.
 */
#include "vmap_area.h"

#include "atomic.h"
#include "internal.h"
#include "kernel.h"
#include "proc_fs.h"
#include "slab.h"

/* Pages of an area by node. */
static void show_numa_info(struct seq_file *m, const struct vm_struct *v)
{
    unsigned long flags = READ_ONCE(v->flags);
    unsigned int i = 0;

    if (flags & VM_UNINITIALIZED)
        return;
    smp_rmb(); /* then pages[] is filled */
    while (i < v->nr_pages) {
        int node = page_pgdat(v->pages[i])->node_id;
        unsigned int first = i;

        while (i < v->nr_pages && page_pgdat(v->pages[i])->node_id == node)
            i++;
        seq_printf(m, " N%d=%u", node, i - first);
    }
}

static void show_range(struct seq_file *m, unsigned long start,
                       unsigned long end)
{
    seq_printf(m, "0x%08lx-0x%08lx %7lu", start, end, end - start);
}

static void show_area(struct seq_file *m, const struct vmap_area *va)
{
    const struct vm_struct *v = va->vm;

    show_range(m, va->va_start, va->va_end);
    if (v->caller)
        seq_printf(m, " 0x%lx", v->caller);
    if (v->nr_pages)
        seq_printf(m, " pages=%u", v->nr_pages);
    if (v->phys_addr)
        seq_printf(m, " phys=0x%016llx", (unsigned long long)v->phys_addr);
    if (v->flags & VM_IOREMAP)
        seq_puts(m, " ioremap");
    if (v->flags & VM_ALLOC)
        seq_puts(m, " vmalloc");
    if (v->flags & VM_MAP)
        seq_puts(m, " vmap");
    if (is_vmalloc_addr(v->pages))
        seq_puts(m, " vpages");
    show_numa_info(m, v);
    seq_putc(m, '\n');
}

static void show_lazy(const struct vmap_area *va, void *data)
{
    struct seq_file *m = data;

    show_range(m, va->va_start, va->va_end);
    seq_puts(m, " unpurged vm_area\n");
}

int vmallocinfo_proc_show(struct seq_file *m, void *v)
{
    struct rb_node *node;

    (void)v;
    spin_lock(&vmap_area_lock);
    for (node = rb_first(&vmap_area_root); node; node = rb_next(node))
        show_area(m, to_area(node));
    spin_unlock(&vmap_area_lock);
    for_each_lazy_area(show_lazy, m);
    return 0;
}

/* In a fault that ends the kernel: locks are tried only. */
void vmalloc_dump_addr(unsigned long addr)
{
    const struct vmap_area *va;

    if (!spin_trylock(&vmap_area_lock))
        return;
    va = __find_vmap_area(addr);
    if (va)
        pr_err("%08lx is in %s of the %lu-page vmalloc region starting at "
               "%08lx allocated at 0x%lx\n",
               addr,
               addr - va->va_start < get_vm_area_size(va->vm) ? "a page"
                                                              : "the guard "
                                                                "page",
               get_vm_area_size(va->vm) >> PAGE_SHIFT, va->va_start,
               va->vm->caller);
    else
        pr_err("%08lx is in %s\n", addr,
               is_lazy_addr(addr) ? "a vmalloc region that was freed"
                                  : "no vmalloc region");
    spin_unlock(&vmap_area_lock);
}

/* The entries of an area: where it has pages, there they are. */
static void check_entries(const struct vmap_area *va)
{
    const struct vm_struct *v = va->vm;
    unsigned long mapped = 0;

    for (unsigned long at = va->va_start; at < va->va_end; at += PAGE_SIZE) {
        const struct page *page = vmalloc_to_page((const void *)at);

        if (!page)
            continue;
        if (v->nr_pages && (mapped >= v->nr_pages || page != v->pages[mapped]))
            panic("vmalloc: %lx shows a page of another", at);
        if (!page_count(page))
            panic("vmalloc: %lx shows a free page", at);
        mapped++;
    }
    if (v->pages && v->flags & VM_ALLOC && mapped != v->nr_pages)
        panic("vmalloc: the area at %lx shows %lu pages, has %u", va->va_start,
              mapped, v->nr_pages);
}

void vmalloc_check(void)
{
    struct rb_node *node;
    unsigned long pages = 0;

    if (vmap_area_check() != (VMALLOC_END - VMALLOC_START) >> PAGE_SHIFT)
        panic("vmalloc: not every page is in a gap, in an area or lazy");
    spin_lock(&vmap_area_lock);
    for (node = rb_first(&vmap_area_root); node; node = rb_next(node)) {
        const struct vm_struct *v = to_area(node)->vm;

        check_entries(to_area(node));
        pages += v->flags & VM_ALLOC ? v->nr_pages : 0;
    }
    spin_unlock(&vmap_area_lock);
    if (pages != vmalloc_nr_pages())
        panic("vmalloc: VmallocUsed is %lu pages, areas have %lu",
              vmalloc_nr_pages(), pages);
}
