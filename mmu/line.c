/*
 * The commonest access that the filter misses: aligned, of DRAM, through an
 * entry of the first-level TLB or to a physical address, with nobody looking,
 * at stores either. All that it needs is found once, before anything has an
 * effect; what is unlike it in any way is left to the general path of
 * mmu/access.c, which this repeats in short.
 */
#include "mmu/hierarchy.h"
#include "mmu/internal.h"

struct place {
    uint64_t line_pa;
    uint8_t *line; /* host address */
    uint32_t slot; /* of the DTLB, or the filter's sink */
    bool may_load, may_store;
};

/* The page's address, and what its translation permits. */
static ALWAYS_INLINE bool find_page(struct mmu *m, uint64_t va, uint64_t *pa,
                                    struct place *at)
{
    const struct context *c = &m->data;
    const struct tlb *t = &m->models->dtlb;
    struct pte leaf;
    uint64_t key;

    *pa = va;
    at->slot = m->data_filter.n_slots;
    at->may_load = at->may_store = true;
    if (!c->scheme)
        return true;
    if (!m->models->has_tlbs)
        return false;
    key = tlb_key(va >> MMU_PAGE_SHIFT, satp_asid(c->scheme, m->satp));
    at->slot = tlb_find_quickly(t, key);
    if (at->slot == TLB_NO_SLOT)
        return false;
    leaf.bits = t->info[at->slot] & TLB_FLAGS;
    *pa = tlb_page_pa(t, at->slot, key) | (va & MMU_PAGE_MASK);
    at->may_load = pte_permits(leaf, ACCESS_LOAD, &c->rights);
    at->may_store =
        leaf.bits & PTE_D && pte_permits(leaf, ACCESS_STORE, &c->rights);
    return leaf.bits & PTE_A;
}

/* The same with the PMP, of all of the line. */
static ALWAYS_INLINE bool check_line(struct mmu *m, uint64_t line_mask,
                                     struct place *at)
{
    enum privilege priv = m->data.rights.priv;
    struct pmp_region *r = &m->regions[priv];

    if (!m->config.has_pmp)
        return true;
    if (UNLIKELY(at->line_pa < r->first || at->line_pa > r->last))
        pmp_region(&m->pmp, at->line_pa, priv, r);
    at->may_load &= (r->rights & PMP_R) != 0;
    at->may_store &= (r->rights & PMP_W) != 0;
    return at->line_pa + line_mask <= r->last;
}

static ALWAYS_INLINE bool find_place(struct mmu *m, uint64_t va, unsigned size,
                                     struct place *at)
{
    uint64_t line_mask = m->data_filter.line_mask, pa;

    if (UNLIKELY(!m->models->has_caches || m->sees_all || m->heat) ||
        !is_aligned(va, size) || !find_page(m, va, &pa, at))
        return false;
    at->line_pa = pa & ~line_mask;
    at->line = bus_ram(m->bus, at->line_pa, line_mask + 1);
    if (!at->line)
        return false;
    PREFETCH(at->line); /* the models take their time */
    return check_line(m, line_mask, at);
}

/* Counts the access, and enters the line into the filter. */
static ALWAYS_INLINE void touch(struct mmu *m, uint64_t va,
                                const struct place *at, unsigned size,
                                bool is_write)
{
    struct models *s = m->models;
    struct filter *f = &m->data_filter;
    uint64_t line_va = va & ~f->line_mask, tag = line_va | m->data_key;
    bool may_store;
    uint32_t way;

    if (at->slot < f->n_slots) {
        replace_touch(&s->dtlb.order, at->slot, filter_tick(f));
        s->dtlb.stats.accesses++;
    }
    way = hierarchy_data(m, at->line_pa | (va & f->line_mask), size, is_write);
    if (UNLIKELY(way == CACHE_NO_WAY))
        return;
    may_store = at->may_store && s->l1d.is_dirty[way] &&
                (is_write || mmu_stores_unseen(m, at->line_pa));
    filter_set(f, va, at->may_load ? tag : FILTER_NO_TAG,
               may_store ? tag : FILTER_NO_TAG, (uintptr_t)at->line - line_va,
               way, at->slot);
}

bool mmu_load_line(struct mmu *m, uint64_t va, unsigned size, uint64_t *value)
{
    struct place at;

    if (!find_place(m, va, size, &at) || !at.may_load)
        return false;
    *value = load_le(at.line + (va & m->data_filter.line_mask), size);
    touch(m, va, &at, size, false);
    return true;
}

bool mmu_store_line(struct mmu *m, uint64_t va, unsigned size, uint64_t value)
{
    struct place at;

    if (!find_place(m, va, size, &at) || !at.may_store ||
        !mmu_stores_unseen(m, at.line_pa))
        return false;
    store_le(at.line + (va & m->data_filter.line_mask), size, value);
    touch(m, va, &at, size, true);
    return true;
}
