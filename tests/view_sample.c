/*
 * Made-up snapshots.
 */
#include "tests/view_sample.h"

#include <stdio.h>
#include <string.h>

#include "base/bits.h"
#include "base/random.h"

static const struct {
    const char *comm;
    int32_t pid;
    char state;
    uint8_t slot;
    unsigned weight;
} people[] = {
    {"sort", 27, 'R', 0, 48}, {"cc", 31, 'S', 1, 50},
    {"httpd", 19, 'S', 2, 5}, {"sh", 12, 'S', 3, 2},
    {"init", 1, 'S', 4, 1},   {"cat", 40, 'S', VIEW_NONE, 1},
};
#define PEOPLE (sizeof people / sizeof people[0])

static void sample_zones(struct view_snapshot *v)
{
    static const char *const names[] = {"DMA", "NORMAL", "HIGHMEM"};
    uint64_t n = v->n_frames;
    uint64_t starts[4] = {0, n / 32, n * 3 / 4, n};

    v->n_zones = 3;
    for (unsigned i = 0; i < 3; i++) {
        struct view_zone *z = &v->zones[i];

        memset(z, 0, sizeof *z);
        snprintf(z->name, sizeof z->name, "%s", names[i]);
        z->start_frame = starts[i];
        z->spanned = z->present = z->managed = starts[i + 1] - starts[i];
        z->min = z->spanned / 56;
        z->low = z->min * 5 / 4;
        z->high = z->min * 3 / 2;
        z->kswapd_runs = i == 1;
        for (uint64_t f = starts[i]; f < starts[i + 1]; f++)
            v->frames[f].zone = (uint8_t)i;
    }
}

static void sample_processes(struct view_snapshot *v)
{
    v->n_processes = PEOPLE;
    for (unsigned i = 0; i < PEOPLE; i++) {
        struct view_process *p = &v->processes[i];

        memset(p, 0, sizeof *p);
        snprintf(p->comm, sizeof p->comm, "%s", people[i].comm);
        p->pid = people[i].pid;
        p->state = people[i].state;
        p->slot = people[i].slot;
        p->swapped = people[i].weight * (uint64_t)v->n_frames / 300;
        p->major = people[i].weight * 17;
    }
}

static void put(struct view_snapshot *v, uint32_t *at, uint32_t n,
                enum view_owner owner)
{
    for (; n && *at < v->n_frames; n--, ++*at) {
        v->frames[*at].owner = (uint8_t)owner;
        v->frames[*at].refcount = 1;
        v->frames[*at].flags = 0;
    }
}

static uint8_t some_process(struct random *r)
{
    unsigned at = (unsigned)random_below(r, 107);

    for (uint8_t i = 0; i < PEOPLE; i++) {
        if (at < people[i].weight)
            return i;
        at -= people[i].weight;
    }
    return 0;
}

static void put_anon(struct view_snapshot *v, uint32_t at, uint32_t n,
                     struct random *r)
{
    uint8_t who = some_process(r);
    uint64_t kind = random_below(r, 100);

    for (uint32_t i = at; i < at + n && i < v->n_frames; i++) {
        struct view_frame *f = &v->frames[i];

        f->owner = kind < 96   ? VIEW_ANON
                   : kind < 98 ? VIEW_ANON_SHARED
                               : VIEW_SWAP_CACHE;
        f->process = who;
        f->sharer = VIEW_NONE;
        if (f->owner == VIEW_ANON_SHARED)
            f->sharer = (uint8_t)((who + 1) % 4);
        f->mapcount = f->owner == VIEW_ANON_SHARED ? 2 : 1;
        f->refcount = f->mapcount + 1;
        f->flags =
            (uint16_t)(VIEW_LRU | VIEW_SWAPBACKED | VIEW_UPTODATE |
                       (f->owner == VIEW_SWAP_CACHE ? VIEW_SWAPCACHE
                                                    : VIEW_MAPPED_NOW) |
                       (random_next(r) & (VIEW_PTE_ACCESSED | VIEW_PTE_DIRTY)));
        f->va = 0x40000000 + (uint64_t)i * 4096;
        f->pte = 0xd7;
        v->processes[who].anon++;
    }
}

static void put_file(struct view_snapshot *v, uint32_t at, uint32_t n,
                     struct random *r)
{
    for (uint32_t i = at; i < at + n && i < v->n_frames; i++) {
        bool dirty = random_below(r, 30) == 0;

        v->frames[i].owner = dirty ? VIEW_FILE_DIRTY : VIEW_FILE_CLEAN;
        v->frames[i].flags =
            (uint16_t)(VIEW_LRU | VIEW_UPTODATE | (dirty ? VIEW_DIRTY : 0) |
                       (random_below(r, 2) ? VIEW_MAPPED_NOW | VIEW_PTE_ACCESSED
                                           : 0));
    }
    v->processes[some_process(r)].file += n;
}

/* Frees an aligned block of the zone around `at`. */
static void put_free(struct view_snapshot *v, uint32_t at, unsigned order)
{
    uint32_t first = at >> order << order;
    uint8_t zone;

    if (first + (1u << order) > v->n_frames)
        return;
    zone = v->frames[first].zone;
    for (uint32_t i = first; i < first + (1u << order); i++)
        if (v->frames[i].owner == VIEW_FREE || v->frames[i].zone != zone)
            return;
    for (uint32_t i = first; i < first + (1u << order); i++) {
        struct view_frame *f = &v->frames[i];

        f->owner = VIEW_FREE;
        f->order = (uint8_t)order;
        f->in_block = i != first;
        f->process = f->sharer = VIEW_NONE;
        f->flags = 0;
        f->mapcount = f->refcount = 0;
        f->va = VIEW_NO_VA;
    }
    v->zones[zone].blocks[order]++;
    v->zones[zone].free += UINT64_C(1) << order;
}

static void sample_frames(struct view_snapshot *v, struct random *r)
{
    uint32_t n = v->n_frames, at = n / 128;

    put(v, &at, n / 512, VIEW_DMA_BOUNCE);
    at = n / 32;
    put(v, &at, n / 128, VIEW_SLAB);
    put(v, &at, n / 340, VIEW_KERNEL_STACK);
    put(v, &at, n / 64, VIEW_SLAB);
    put(v, &at, n / 44, VIEW_KERNEL_TEXT);
    put(v, &at, n / 110, VIEW_KERNEL_DATA);
    put(v, &at, n / 128, VIEW_MEM_MAP);
    put(v, &at, n / 100, VIEW_SLAB);
    while (at < n) {
        uint32_t run = 1 + (uint32_t)random_below(r, 12);
        uint64_t kind = random_below(r, 100);

        if (kind < 78)
            put_anon(v, at, run, r);
        else if (kind < 94)
            put_file(v, at, run, r);
        else
            put(v, &at, kind < 97 ? 1 : run,
                kind < 97 ? VIEW_PAGE_TABLE : VIEW_SLAB);
        if (kind < 94)
            at += run;
    }
    for (unsigned order = 8; order >= 7; order--)
        put_free(v, n / 64 + (order == 8 ? 0 : 1u << 7), order);
    for (int i = 0; i < 40; i++)
        put_free(v, n / 16 + (uint32_t)random_below(r, n - n / 16),
                 (unsigned)random_below(r, 6));
}

/* Runs of eight frames of a slab belong to one cache. */
static void sample_slabs(struct view_snapshot *v, struct random *r)
{
    static const char *const names[] = {"kmalloc-64", "vm_area_struct",
                                        "ext2_inode_cache", "radix_tree_node"};

    v->n_slabs = sizeof names / sizeof *names;
    for (unsigned i = 0; i < v->n_slabs; i++)
        v->slabs[i] = (struct view_slab){.frames = 0};
    for (unsigned i = 0; i < v->n_slabs; i++)
        strcpy(v->slabs[i].name, names[i]);
    for (uint32_t i = 0, slab = 0; i < v->n_frames; i++) {
        if (i % 8 == 0)
            slab = (uint32_t)random_below(r, v->n_slabs);
        if (v->frames[i].owner != VIEW_SLAB)
            continue;
        v->frames[i].slab = (uint8_t)slab;
        v->slabs[slab].frames++;
        v->slabs[slab].slabs++;
        v->slabs[slab].objects += 32;
        v->slabs[slab].in_use += 9 + 4 * slab;
        v->slabs[slab].object_bytes = 64 << slab;
        v->frames[i].first_object = (uint16_t)(64 * (i % (3 + slab)));
    }
}

/* A pageblock of what cannot move in each zone, and then in every sixth. */
static void sample_types(struct view_snapshot *v, struct random *r)
{
    static const char *const names[] = {"Unmovable", "Movable", "Reclaimable",
                                        "HighAtomic", "Isolate"};

    v->n_types = 5;
    v->pageblock_order = 10;
    v->n_cpus = 4;
    for (unsigned i = 0; i < v->n_types; i++)
        strcpy(v->types[i], names[i]);
    for (uint32_t i = 0; i < v->n_frames; i++) {
        uint32_t block = i >> v->pageblock_order;

        v->frames[i].type = block % 6 == 0 ? 0 : block % 7 == 3 ? 2 : 1;
        if (block == 5)
            v->frames[i].type = 3;
    }
    for (unsigned zone = 0; zone < v->n_zones; zone++)
        for (unsigned cpu = 0; cpu < v->n_cpus; cpu++)
            v->zones[zone].pagesets[cpu] = (struct view_pageset){
                (uint32_t)random_below(r, 90), 90, zone ? 15 : 1};
}

static void sample_vmas(struct view_snapshot *v, struct random *r)
{
    static const struct {
        uint64_t start, pages;
        const char *rights, *name;
        unsigned kind, resident; /* of 10 */
    } vmas[] = {
        {0x10000, 22, "r-x", "/bin/sort", VIEW_PAGE_FILE, 7},
        {0x2a000, 11, "rw-", "data, bss", VIEW_PAGE_ANON, 9},
        {0x2f000, 310, "rw-", "[heap]", VIEW_PAGE_ANON, 7},
        {0x3f000000, 2048, "r--", "/data/corpus.txt", VIEW_PAGE_FILE, 3},
        {0x40000000, 7400, "rw-", "anon", VIEW_PAGE_ANON, 6},
        {0xbfffd000, 33, "rw-", "[stack]", VIEW_PAGE_ANON, 2},
    };

    v->vma_pid = people[0].pid;
    for (unsigned i = 0; i < sizeof vmas / sizeof vmas[0]; i++) {
        struct view_vma *vma = &v->vmas[v->n_vmas++];
        unsigned state = 0;

        memset(vma, 0, sizeof *vma);
        vma->start = vmas[i].start;
        vma->end = vmas[i].start + (vmas[i].pages << 12);
        snprintf(vma->rights, sizeof vma->rights, "%s", vmas[i].rights);
        snprintf(vma->name, sizeof vma->name, "%s", vmas[i].name);
        vma->first_page = v->n_vma_pages;
        vma->n_pages = (uint32_t)vmas[i].pages;
        for (uint64_t k = 0; k < vmas[i].pages; k++) {
            if (random_below(r, 12) == 0)
                state = (unsigned)random_below(r, 10);
            if (state < vmas[i].resident) {
                v->vma_pages[v->n_vma_pages++] = VIEW_PAGE(
                    vmas[i].kind, (uint32_t)random_below(r, v->n_frames));
                vma->resident++;
            } else if (vmas[i].kind == VIEW_PAGE_ANON) {
                v->vma_pages[v->n_vma_pages++] =
                    VIEW_PAGE(VIEW_PAGE_SWAPPED, (uint32_t)k);
                vma->swapped++;
            } else {
                v->vma_pages[v->n_vma_pages++] = 0;
            }
        }
    }
}

static void sample_models(struct view_snapshot *v, struct random *r)
{
    v->tlb.n = v->tlb.entries = v->tlb.ways = 32;
    v->tlb.accesses = 1000000;
    v->tlb.misses = 11800;
    for (unsigned i = 0; i < v->tlb.n; i++) {
        uint64_t frame = random_below(r, v->n_frames);

        v->tlb.slots[i] =
            (struct view_tlb_entry){.va = 0x40000000 + (frame << 12),
                                    .pa = v->ram_base_pa + (frame << 12),
                                    .asid = 27,
                                    .flags = 0xd7,
                                    .is_valid = i != 9,
                                    .is_stale = i == 17};
    }
    v->l1d.sets = 64;
    v->l1d.ways = 8;
    v->l1d.line_bytes = 64;
    v->l1d.accesses = 1000000;
    v->l1d.misses = 41900;
    for (unsigned set = 0; set < 64; set++)
        v->l1d.set_misses[set] = 300 + 40 * (set % 9) + (set < 4 ? 2000 : 0);
    for (unsigned i = 0; i < 512; i++)
        v->l1d.lines[i] = (struct view_line){
            .pa = v->ram_base_pa + (random_below(r, v->n_frames) << 12),
            .rank = (uint16_t)(i * 5 % 8),
            .is_valid = i % 29 != 3,
            .is_dirty = random_below(r, 5) == 0};
}

void view_sample(struct view_snapshot *v, uint64_t seed)
{
    struct random r;

    random_seed(&r, seed);
    view_clear(v);
    v->steps = 2065410733;
    v->time = UINT64_C(41308214000);
    v->hz = 1000000000;
    snprintf(v->kernel, sizeof v->kernel, "Octavo");
    snprintf(v->machine, sizeof v->machine, "quire32  %u MiB  Sv32  interp",
             v->n_frames >> 8);
    sample_zones(v);
    sample_processes(v);
    sample_frames(v, &r);
    sample_vmas(v, &r);
    sample_models(v, &r);
    v->counters = (struct view_counters){
        .minor = 70112, .major = 3321, .swap_in = 20412, .swap_out = 31880};
    v->n_swap = v->n_frames;
    for (uint32_t i = 0; i < v->n_swap; i += 16) {
        uint8_t who = i < v->n_swap / 3 ? some_process(&r) : VIEW_SLOT_FREE;

        for (uint32_t k = i; k < i + 16 && k < v->n_swap; k++)
            v->swap[k] = who;
        if (who != VIEW_SLOT_FREE)
            v->swap_used += 16;
    }
    for (uint32_t i = 0; v->heat && i < v->n_frames; i++) {
        uint64_t age = (UINT64_C(1) << (18 + random_below(&r, 17))) +
                       random_below(&r, 1000);

        v->heat[i] = (struct view_heat){0, 0, 0};
        if (v->frames[i].owner == VIEW_FREE || age >= v->time)
            continue;
        v->heat[i].read = v->time - age;
        if (random_below(&r, 3) == 0)
            v->heat[i].write = v->time - age;
        if (v->frames[i].owner == VIEW_FILE_CLEAN && random_below(&r, 2))
            v->heat[i].exec = v->time - age;
    }
    sample_slabs(v, &r);
    sample_types(v, &r);
}

void view_sample_history(struct history *h, const struct view_snapshot *v,
                         uint64_t seed)
{
    struct view_counters c = {0};
    struct random r;
    uint64_t wave = 0, start = v->time / 2;

    random_seed(&r, seed);
    history_init(h, 1000000);
    for (c.time = start; c.time <= v->time; c.time += v->time / 6000) {
        bool busy = (c.time - start) / (v->time / 12) % 2 == 0;

        wave = (wave + 1) % 60;
        for (unsigned z = 0; z < v->n_zones; z++)
            c.free[z] = v->zones[z].low +
                        (wave < 30 ? wave : 60 - wave) * v->zones[z].min / 60 +
                        random_below(&r, 8);
        c.minor += 3 + random_below(&r, busy ? 20 : 8);
        c.major += busy ? random_below(&r, 6) : 0;
        c.swap_in += random_below(&r, busy ? 20 : 4);
        c.swap_out += wave < 20 ? random_below(&r, 16) : 0;
        c.tlb_lookups += 10000;
        c.tlb_misses += 80 + wave + random_below(&r, 20);
        c.l1d_lookups += 5000;
        c.l1d_misses += 200 + 2 * wave;
        c.l2_lookups += 500;
        c.l2_misses += 2 + random_below(&r, 3);
        history_add(h, &c);
    }
}

static void random_bytes(void *to, size_t size, struct random *r)
{
    uint8_t *bytes = to;

    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)random_next(r);
}

/* Zones and processes of random bytes, but for strings, bools and indexes. */
static void random_tables(struct view_snapshot *v, struct random *r)
{
    random_bytes(v->zones, sizeof v->zones, r);
    random_bytes(v->processes, sizeof v->processes, r);
    for (unsigned i = 0; i < VIEW_ZONES; i++) {
        v->zones[i].name[sizeof v->zones[i].name - 1] = 0;
        memset(&v->zones[i].kswapd_runs, i & 1, 1);
    }
    for (unsigned i = 0; i < VIEW_PROCESSES; i++) {
        v->processes[i].comm[sizeof v->processes[i].comm - 1] = 0;
        v->processes[i].slot &= 15;
        memset(&v->processes[i].is_kernel, i & 1, 1);
    }
    for (unsigned i = 0; i < v->n_vmas; i++) {
        v->vmas[i].start = random_next(r);
        v->vmas[i].end = random_next(r);
    }
}

static void random_models(struct view_snapshot *v, struct random *r)
{
    for (unsigned i = 0; i < v->tlb.n; i++) {
        v->tlb.slots[i].va = random_next(r);
        v->tlb.slots[i].pa = random_next(r);
        v->tlb.slots[i].level = (uint8_t)random_next(r);
    }
    for (unsigned i = 0; i < VIEW_LINES; i++)
        v->l1d.lines[i].pa = random_next(r);
    for (unsigned i = 0; i < VIEW_LINES; i++)
        v->l1d.set_misses[i] = random_next(r);
    v->l1d.ways = 1 + (unsigned)random_below(r, 64);
}

void view_sample_hostile(struct view_snapshot *v, uint64_t seed)
{
    struct random r;

    random_seed(&r, seed);
    view_sample(v, seed);
    v->time = random_next(&r);
    v->hz = random_next(&r);
    v->steps = random_next(&r);
    random_tables(v, &r);
    random_models(v, &r);
    for (uint32_t i = 0; i < v->n_frames; i++) {
        struct view_frame *f = &v->frames[i];

        random_bytes(f, sizeof *f, &r);
        f->owner = (uint8_t)random_below(&r, VIEW_OWNERS);
        f->order = (uint8_t)random_below(&r, VIEW_ORDERS);
        f->in_block = bit(random_next(&r), 3);
        f->zone = (uint8_t)random_below(&r, v->n_zones);
        f->process = (uint8_t)random_below(&r, v->n_processes);
        f->sharer = (uint8_t)random_below(&r, v->n_processes);
        f->slab = (uint8_t)random_below(&r, v->n_slabs);
        f->type = (uint8_t)random_below(&r, v->n_types);
    }
    random_bytes(v->slabs, sizeof v->slabs, &r);
    for (unsigned i = 0; i < VIEW_SLABS; i++)
        v->slabs[i].name[sizeof v->slabs[i].name - 1] = 0;
    if (v->heat)
        random_bytes(v->heat, v->n_frames * sizeof *v->heat, &r);
}
