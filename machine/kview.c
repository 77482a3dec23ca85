/*
 * From a machine to snapshots of it.
 */
#include "machine/kview.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "machine/hardware_view.h"
#include "machine/octavo_view.h"
#include "machine/page_tree.h"
#include "machine/symbols.h"
#include "mmu/cache.h"
#include "mmu/heat.h"
#include "mmu/pte.h"
#include "mmu/tlb.h"
#include "mmu/walk.h"

/* Farther from a symbol, a pc is not in its function. */
#define FUNCTION_BYTES_MAX 65536

struct kview {
    struct machine *machine;
    bool has_heat;
    struct heat heat;
    struct guest_memory memory;
    struct symbols *symbols;    /* NULL without */
    struct octavo_view *octavo; /* NULL: the hardware view */
    char why[120];              /* it is the hardware view, or empty */
};

static bool peek(const void *ctx, uint64_t pa, void *to, size_t len)
{
    return machine_peek(ctx, pa, to, len);
}

struct kview *kview_open(struct machine *m, const char *elf)
{
    struct kview *k = alloc_zeroed(1, sizeof *k);
    char error[100];

    k->machine = m;
    k->memory =
        (struct guest_memory){peek, m, m->bus.ram_base_pa, m->bus.ram_size};
    if (!elf)
        return k;
    k->symbols = symbols_open(elf, error, sizeof error);
    if (k->symbols)
        k->octavo =
            octavo_view_open(&k->memory, k->symbols, error, sizeof error);
    return k;
}

static void set_heat(struct kview *k, struct heat *heat)
{
    for (unsigned i = 0; i < k->machine->n_harts; i++)
        mmu_set_heat(&k->machine->harts[i].mmu, heat);
}

void kview_watch_heat(struct kview *k)
{
    k->has_heat = true;
    heat_init(&k->heat, &k->machine->bus);
    set_heat(k, &k->heat);
}

void kview_close(struct kview *k)
{
    if (!k)
        return;
    if (k->has_heat) {
        set_heat(k, NULL);
        heat_free(&k->heat);
    }
    octavo_view_close(k->octavo);
    symbols_close(k->symbols);
    free(k);
}

void kview_init_snapshot(const struct kview *k, struct view_snapshot *v)
{
    view_init(v, k->memory.ram_base_pa,
              (uint32_t)(k->memory.ram_size >> VIEW_PAGE_SHIFT), k->has_heat);
}

/* The page tables' form: that of the first hart which uses one. */
static const struct walk_scheme *current_scheme(const struct machine *m)
{
    for (unsigned i = 0; i < m->n_harts; i++)
        if (m->harts[i].mmu.scheme)
            return m->harts[i].mmu.scheme;
    return NULL;
}

static void name_machine(const struct kview *k, struct view_snapshot *v)
{
    const struct machine *m = k->machine;
    const struct walk_scheme *scheme = current_scheme(m);
    char name[16];

    snprintf(name, sizeof name, "%s", scheme ? scheme->name : "bare");
    if (scheme)
        name[0] = 'S'; /* Sv32, as the manual writes it */
    snprintf(v->machine, sizeof v->machine, "quire%u  %llu MiB  %s  %s",
             m->harts[0].xlen, (unsigned long long)(m->bus.ram_size >> 20),
             name, m->harts[0].engine->name);
}

static void fill_hardware(struct kview *k, struct view_snapshot *v)
{
    const struct machine *m = k->machine;

    hardware_view_contents(&k->memory, v);
    for (unsigned i = 0; i < m->n_harts; i++) {
        const struct mmu *mmu = &m->harts[i].mmu;

        if (mmu->scheme)
            hardware_view_space(
                &k->memory, mmu->scheme,
                satp_ppn(mmu->scheme, mmu->satp) << VIEW_PAGE_SHIFT, v);
    }
}

static void count_hardware(struct machine *m, struct view_counters *c)
{
    c->steps = machine_steps(m);
    c->time = m->clock.now;
    for (unsigned i = 0; i < m->n_harts; i++) {
        struct mmu_counts counts;

        mmu_count(&m->harts[i].mmu, &counts);
        c->tlb_lookups += counts.itlb.accesses + counts.dtlb.accesses;
        c->tlb_misses += counts.itlb.misses + counts.dtlb.misses;
        c->l1d_lookups += counts.l1d.accesses;
        c->l1d_misses += counts.l1d.misses;
    }
    if (m->l2) {
        c->l2_lookups = m->l2->stats.accesses;
        c->l2_misses = m->l2->stats.misses;
    }
}

static void fill_harts(struct kview *k, struct view_snapshot *v)
{
    const struct machine *m = k->machine;

    for (unsigned i = 0; i < m->n_harts && i < VIEW_HARTS; i++) {
        const struct hart *h = &m->harts[i];
        struct view_hart *to = &v->harts[v->n_harts++];
        const char *name = NULL;
        uint64_t offset;

        *to = (struct view_hart){.pc = h->pc,
                                 .satp = h->csr.satp,
                                 .mode = "US?M"[h->priv],
                                 .is_waiting = hart_is_waiting(h)};
        /* A user program has other symbols than the kernel. */
        if (k->symbols && h->priv != PRIV_U)
            name = symbols_nearest(k->symbols, h->pc, &offset);
        if (name && offset < FUNCTION_BYTES_MAX)
            snprintf(to->where, sizeof to->where, "%.36s+0x%x", name,
                     (unsigned)offset);
    }
}

/* Whether an entry of the running address space says what its PTE no longer
 * says. A and D may lag behind. */
static bool is_stale(const struct kview *k, const struct mmu *mmu,
                     const struct tlb_view *e)
{
    const uint64_t rights = PTE_V | PTE_R | PTE_W | PTE_X | PTE_U;
    const struct walk_scheme *s = mmu->scheme;
    uint64_t size = UINT64_C(1) << VIEW_PAGE_SHIFT, pte, offset;
    unsigned level;

    if (!s || (!e->is_global && e->asid != satp_asid(s, mmu->satp)))
        return false;
    pte = page_tree_lookup(&k->memory, s,
                           satp_ppn(s, mmu->satp) << VIEW_PAGE_SHIFT, e->va,
                           &level);
    size <<= level * s->index_bits;
    offset = e->va & (size - 1);
    return (pte & rights) != (e->flags & rights) ||
           page_tree_pa(s, pte) + offset != e->pa;
}

static void fill_tlb(const struct kview *k, struct view_tlb *to)
{
    struct mmu *mmu = &k->machine->harts[0].mmu;
    struct mmu_counts counts;
    struct tlb_view e;

    to->entries = mmu_tlb_entries(mmu, MMU_DTLB, &to->ways);
    to->n = to->entries < VIEW_TLB_ENTRIES ? to->entries : VIEW_TLB_ENTRIES;
    mmu_count(mmu, &counts);
    to->accesses = counts.dtlb.accesses;
    to->misses = counts.dtlb.misses;
    for (unsigned i = 0; i < to->n; i++) {
        struct view_tlb_entry *slot = &to->slots[i];

        *slot = (struct view_tlb_entry){0};
        mmu_tlb_look(mmu, MMU_DTLB, i, &e);
        if (!e.is_valid)
            continue;
        *slot = (struct view_tlb_entry){.va = e.va,
                                        .pa = e.pa,
                                        .asid = (uint32_t)e.asid,
                                        .level = (uint8_t)e.level,
                                        .flags = (uint8_t)e.flags,
                                        .is_valid = true,
                                        .is_global = e.is_global,
                                        .is_stale = is_stale(k, mmu, &e)};
    }
}

static void fill_l1d(const struct kview *k, struct view_cache *to)
{
    struct mmu *mmu = &k->machine->harts[0].mmu;
    unsigned n = mmu_cache_lines(mmu, MMU_L1D, &to->ways, &to->line_bytes);
    struct mmu_counts counts;
    struct cache_view line;

    to->sets = to->ways && n <= VIEW_LINES ? n / to->ways : 0;
    mmu_count(mmu, &counts);
    to->accesses = counts.l1d.accesses;
    to->misses = counts.l1d.misses;
    for (unsigned set = 0; set < to->sets; set++)
        to->set_misses[set] = mmu_cache_set_misses(mmu, MMU_L1D, set);
    for (unsigned i = 0; i < to->sets * to->ways; i++) {
        mmu_cache_look(mmu, MMU_L1D, i, &line);
        to->lines[i] = (struct view_line){line.pa, (uint16_t)line.rank,
                                          line.is_valid, line.is_dirty};
    }
}

static void fill_heat(const struct kview *k, struct view_snapshot *v)
{
    const struct heat *h = &k->heat;

    for (uint32_t i = 0; v->heat && i < v->n_frames; i++)
        v->heat[i] =
            (struct view_heat){h->last[HEAT_READ][i], h->last[HEAT_WRITE][i],
                               h->last[HEAT_EXECUTE][i]};
}

void kview_epoch(struct kview *k)
{
    for (unsigned i = 0; i < k->machine->n_harts; i++)
        mmu_heat_epoch(&k->machine->harts[i].mmu, k->machine->clock.now + 1);
}

void kview_fill(struct kview *k, struct view_snapshot *v, int32_t pid)
{
    struct machine *m = k->machine;
    const struct walk_scheme *scheme = current_scheme(m);

    view_clear(v);
    v->steps = machine_steps(m);
    v->time = m->clock.now;
    v->hz = m->clock.hz;
    name_machine(k, v);
    if (!k->octavo || !scheme || !octavo_view_fill(k->octavo, v, scheme, pid))
        fill_hardware(k, v);
    fill_harts(k, v);
    fill_tlb(k, &v->tlb);
    fill_l1d(k, &v->l1d);
    fill_heat(k, v);
    count_hardware(m, &v->counters);
}

void kview_count(struct kview *k, struct view_counters *c)
{
    *c = (struct view_counters){0};
    if (k->octavo)
        octavo_view_count(k->octavo, c);
    count_hardware(k->machine, c);
}
