/*
 * Chunks of the per-CPU allocator beyond the first: units side by side in an
 * area of vmalloc, with frames only where there are objects. Frames know their
 * chunk (page->private). pcpu_alloc_mutex is held. Mirrors Linux's
 * mm/percpu-vm.c.
 */
#include "percpu_chunk.h"

#include "bitops.h"
#include "errno.h"
#include "internal.h"
#include "slab.h"
#include "asm/tlbflush.h"

struct pcpu_chunk *pcpu_create_chunk(void)
{
    struct pcpu_chunk *chunk = kzalloc(sizeof *chunk, GFP_KERNEL);
    void *maps = kvzalloc(pcpu_maps_size(), GFP_KERNEL);
    struct vm_struct *area =
        __get_vm_area((unsigned long)pcpu_nr_units * (unsigned)pcpu_unit_size,
                      1, VM_ALLOC, (unsigned long)pcpu_create_chunk);

    if (!chunk || !maps || !area) {
        kfree(chunk);
        kvfree(maps);
        if (area)
            free_vm_area(area);
        return NULL;
    }
    pcpu_chunk_init(chunk, maps);
    chunk->area = area;
    chunk->base_addr = area->addr;
    return chunk;
}

static void give_page(struct pcpu_chunk *chunk, int cpu, int page)
{
    char *at = pcpu_addr(chunk, cpu, page * PAGE_SIZE);
    struct page *frame = vmalloc_to_page(at);

    vunmap_range_noflush((unsigned long)at, (unsigned long)at + PAGE_SIZE);
    frame->private = 0;
    __free_page(frame);
}

static bool take_page(struct pcpu_chunk *chunk, int cpu, int page)
{
    unsigned long at = (unsigned long)pcpu_addr(chunk, cpu, page * PAGE_SIZE);
    struct page *frame = alloc_page(GFP_KERNEL | __GFP_HIGHMEM);

    if (!frame)
        return false;
    frame->private = (unsigned long)chunk;
    vmap_pages_range(at, at + PAGE_SIZE, PAGE_KERNEL, &frame);
    return true;
}

/* All units have it, or none. If one fails, TLBs may know what was mapped for
 * those before it: not by an access, but they may look ahead. */
static int populate_page(struct pcpu_chunk *chunk, int page)
{
    unsigned long start, end;

    start = (unsigned long)pcpu_addr(chunk, 0, page * PAGE_SIZE);
    for (int cpu = 0; cpu < pcpu_nr_units; cpu++) {
        if (take_page(chunk, cpu, page))
            continue;
        end = (unsigned long)pcpu_addr(chunk, cpu, page * PAGE_SIZE);
        while (cpu--)
            give_page(chunk, cpu, page);
        flush_tlb_kernel_range(start, end);
        return -ENOMEM;
    }
    return 0;
}

/* Pages that succeed stay: the next one to come needs no less. */
int pcpu_populate(struct pcpu_chunk *chunk, int start, int end)
{
    unsigned long flags;

    for (int page = start; page < end; page++) {
        if (test_bit((unsigned long)page, chunk->populated))
            continue;
        if (populate_page(chunk, page) != 0)
            return -ENOMEM;
        spin_lock_irqsave(&pcpu_lock, flags);
        __set_bit((unsigned long)page, chunk->populated);
        chunk->nr_populated++;
        spin_unlock_irqrestore(&pcpu_lock, flags);
    }
    return 0;
}

void pcpu_destroy_chunk(struct pcpu_chunk *chunk)
{
    for (int page = 0; page < pcpu_unit_pages; page++)
        if (test_bit((unsigned long)page, chunk->populated))
            for (int cpu = 0; cpu < pcpu_nr_units; cpu++)
                give_page(chunk, cpu, page);
    free_vm_area(chunk->area);
    kvfree(chunk->alloc_map);
    kfree(chunk);
}

struct pcpu_chunk *pcpu_page_chunk(const void *addr)
{
    const struct page *frame = vmalloc_to_page(addr);

    return frame ? (struct pcpu_chunk *)frame->private : NULL;
}
