/*
 * Snapshots of guest memory: room, emptiness, and counting.
 */
#include "machine/view.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

const struct view_page_flag view_page_flags[] = {
    {VIEW_LOCKED, "locked"},
    {VIEW_UPTODATE, "uptodate"},
    {VIEW_LRU, "lru"},
    {VIEW_ACTIVE, "active"},
    {VIEW_REFERENCED, "referenced"},
    {VIEW_DIRTY, "dirty"},
    {VIEW_WRITEBACK, "writeback"},
    {VIEW_SWAPBACKED, "swapbacked"},
    {VIEW_SWAPCACHE, "swapcache"},
    {VIEW_RECLAIM, "reclaim"},
    {0, NULL},
};

void view_init(struct view_snapshot *v, uint64_t ram_base_pa, uint32_t n_frames,
               bool with_heat)
{
    memset(v, 0, sizeof *v);
    v->ram_base_pa = ram_base_pa;
    v->hz = 1000000000;
    v->n_frames = v->cap_frames = n_frames;
    v->frames = alloc_zeroed(n_frames, sizeof *v->frames);
    if (with_heat)
        v->heat = alloc_zeroed(n_frames, sizeof *v->heat);
    v->vma_pages = alloc_zeroed(VIEW_VMA_PAGES, sizeof *v->vma_pages);
    v->swap = alloc_zeroed(VIEW_SWAP_SLOTS, 1);
    view_clear(v);
}

void view_free(struct view_snapshot *v)
{
    free(v->frames);
    free(v->heat);
    free(v->vma_pages);
    free(v->swap);
    memset(v, 0, sizeof *v);
}

void view_clear(struct view_snapshot *v)
{
    const struct view_frame reserved = {.va = VIEW_NO_VA,
                                        .mapcount = 0,
                                        .owner = VIEW_RESERVED,
                                        .zone = VIEW_NONE,
                                        .order = VIEW_NONE,
                                        .process = VIEW_NONE,
                                        .sharer = VIEW_NONE,
                                        .slab = VIEW_NONE,
                                        .type = VIEW_NONE};

    for (uint32_t i = 0; i < v->n_frames; i++)
        v->frames[i] = reserved;
    v->is_hardware = false;
    v->badge[0] = 0;
    v->n_harts = v->n_zones = v->n_processes = v->n_vmas = v->n_slabs = 0;
    v->n_cpus = v->n_types = v->pageblock_order = 0;
    v->vma_pid = 0;
    v->tlb.n = v->l1d.sets = 0;
    v->n_vma_pages = v->n_swap = v->swap_used = 0;
    memset(&v->counters, 0, sizeof v->counters);
}

void view_badge(struct view_snapshot *v, const char *format, ...)
{
    va_list args;

    if (v->badge[0])
        return;
    va_start(args, format);
    vsnprintf(v->badge, sizeof v->badge, format, args);
    va_end(args);
}

static bool index_ok(uint8_t index, unsigned n)
{
    return index == VIEW_NONE || index < n;
}

static bool frames_ok(const struct view_snapshot *v)
{
    for (uint32_t i = 0; i < v->n_frames; i++) {
        const struct view_frame *f = &v->frames[i];

        if (f->owner >= VIEW_OWNERS || !index_ok(f->zone, v->n_zones) ||
            !index_ok(f->order, VIEW_ORDERS) ||
            !index_ok(f->process, v->n_processes) ||
            !index_ok(f->sharer, v->n_processes) ||
            !index_ok(f->slab, v->n_slabs) || !index_ok(f->type, v->n_types))
            return false;
    }
    return true;
}

bool view_check(const struct view_snapshot *v)
{
    if (v->n_frames > v->cap_frames || v->n_zones > VIEW_ZONES ||
        v->n_processes > VIEW_PROCESSES || v->n_vmas > VIEW_VMAS ||
        v->n_harts > VIEW_HARTS || v->n_slabs > VIEW_SLABS ||
        v->n_cpus > VIEW_HARTS || v->n_types > VIEW_TYPES ||
        v->pageblock_order >= VIEW_ORDERS ||
        v->tlb.n > VIEW_TLB_ENTRIES ||
        (uint64_t)v->l1d.sets * v->l1d.ways > VIEW_LINES ||
        v->n_vma_pages > VIEW_VMA_PAGES || v->n_swap > VIEW_SWAP_SLOTS ||
        !frames_ok(v))
        return false;
    for (unsigned i = 0; i < v->n_vmas; i++)
        if (v->vmas[i].first_page > v->n_vma_pages ||
            v->vmas[i].n_pages > v->n_vma_pages - v->vmas[i].first_page)
            return false;
    for (unsigned i = 0; i < v->n_processes; i++)
        if (!index_ok(v->processes[i].slot, 16))
            return false;
    for (uint32_t i = 0; i < v->n_swap; i++)
        if (v->swap[i] < VIEW_SLOT_SHARED && v->swap[i] >= v->n_processes)
            return false;
    return true;
}

void view_count(const struct view_snapshot *v, struct view_counts *c)
{
    memset(c, 0, sizeof *c);
    for (uint32_t i = 0; i < v->n_frames; i++) {
        const struct view_frame *f = &v->frames[i];

        c->owner[f->owner]++;
        if (f->owner == VIEW_FREE && !f->in_block && f->zone < v->n_zones &&
            f->order < VIEW_ORDERS)
            c->blocks[f->zone][f->order]++;
    }
}

void view_count_types(const struct view_snapshot *v, struct view_type_counts *c)
{
    memset(c, 0, sizeof *c);
    for (uint32_t i = 0; i < v->n_frames; i++) {
        const struct view_frame *f = &v->frames[i];
        bool is_first = !i || f->zone != v->frames[i - 1].zone ||
                        !(i & ((1u << v->pageblock_order) - 1));

        if (f->zone >= v->n_zones || f->type >= v->n_types)
            continue;
        c->pageblocks[f->zone][f->type] += is_first;
        if (f->owner == VIEW_FREE && !f->in_block && f->order < VIEW_ORDERS)
            c->blocks[f->zone][f->type][f->order]++;
    }
}

unsigned view_slabs_by_size(const struct view_snapshot *v,
                            uint8_t order[VIEW_SLABS])
{
    unsigned n = 0;

    for (unsigned i = 0; i < v->n_slabs; i++) {
        unsigned at = n;

        if (!v->slabs[i].frames)
            continue;
        for (; at && v->slabs[order[at - 1]].frames < v->slabs[i].frames; at--)
            order[at] = order[at - 1];
        order[at] = (uint8_t)i;
        n++;
    }
    return n;
}

const char *view_owner_name(enum view_owner owner)
{
    static const char *const names[VIEW_OWNERS] = {
        [VIEW_FREE] = "free",
        [VIEW_FREE_PERCPU] = "free, per-CPU list",
        [VIEW_RESERVED] = "reserved, firmware",
        [VIEW_KERNEL_TEXT] = "kernel text, ro",
        [VIEW_KERNEL_DATA] = "kernel data, bss",
        [VIEW_MEM_MAP] = "mem_map",
        [VIEW_KERNEL_PAGES] = "kernel pages",
        [VIEW_SLAB] = "slab",
        [VIEW_PAGE_TABLE] = "page table",
        [VIEW_KERNEL_STACK] = "kernel stack",
        [VIEW_DMA_BOUNCE] = "DMA bounce",
        [VIEW_ANON] = "anon",
        [VIEW_ANON_SHARED] = "anon shared (COW)",
        [VIEW_SWAP_CACHE] = "swap cache",
        [VIEW_FILE_CLEAN] = "file clean",
        [VIEW_FILE_DIRTY] = "file dirty",
        [VIEW_MAPPED_CODE] = "mapped, executable",
        [VIEW_MAPPED_USER] = "mapped, user",
        [VIEW_MAPPED] = "mapped, supervisor",
        [VIEW_TOUCHED] = "not mapped, in use",
        [VIEW_ZERO] = "all zero",
    };

    return names[owner];
}

uint64_t *view_first_objects(const struct view_snapshot *v, unsigned slab)
{
    const struct view_cache *c = &v->l1d;
    uint64_t *first;

    if (!c->sets || !c->line_bytes)
        return NULL;
    first = alloc_zeroed(c->sets, sizeof *first);
    for (uint32_t i = 0; i < v->n_frames; i++) {
        const struct view_frame *f = &v->frames[i];
        uint64_t pa = v->ram_base_pa + ((uint64_t)i << VIEW_PAGE_SHIFT);

        if (f->owner == VIEW_SLAB && !f->in_block &&
            (slab == VIEW_NONE || f->slab == slab))
            first[(pa + f->first_object) / c->line_bytes % c->sets]++;
    }
    return first;
}
