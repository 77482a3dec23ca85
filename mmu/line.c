/*
 * The commonest access that the filter misses: aligned, of DRAM, through an
 * entry of the first-level TLB or to a physical address, while nobody has to
 * see every access, or to hear of a store. All that it needs is found once,
 * before anything has an effect; what is unlike it in any way is left to the
 * general path of mmu/access.c, which this repeats in short. That path comes
 * back with a translation that it had to make, for the rest of the access.
 */
#include "mmu/heat.h"
#include "mmu/hierarchy.h"
#include "mmu/internal.h"

struct place {
    uint64_t line_pa;
    uint8_t *line; /* host address */
    uint32_t slot; /* of the DTLB, or the filter's sink */
    bool may_load, may_store;
};

/* The translation of a page, if that is in the DTLB and needs no walk. */
static ALWAYS_INLINE bool find_page(const struct mmu *m, uint64_t va,
                                    struct translation *t)
{
    const struct context *c = &m->data;
    const struct tlb *tlb = &m->models->dtlb;
    uint64_t key;

    if (!m->models->has_tlbs)
        return false;
    key = tlb_key(va >> MMU_PAGE_SHIFT, satp_asid(c->scheme, m->satp));
    t->slot = tlb_find_quickly(tlb, key);
    if (t->slot == TLB_NO_SLOT)
        return false;
    t->leaf.bits = tlb->info[t->slot] & TLB_FLAGS;
    t->page_pa = tlb_page_pa(tlb, t->slot, key);
    return t->leaf.bits & PTE_A;
}

static ALWAYS_INLINE void apply(const struct mmu *m,
                                const struct translation *t, struct place *at)
{
    const struct rights *rights = &m->data.rights;

    at->slot =
        t->slot < m->data_filter.n_slots ? t->slot : m->data_filter.n_slots;
    at->may_load = pte_permits(t->leaf, ACCESS_LOAD, rights);
    at->may_store =
        t->leaf.bits & PTE_D && pte_permits(t->leaf, ACCESS_STORE, rights);
}

/* The same with the PMP, of all of the line. */
static ALWAYS_INLINE bool check_line(struct mmu *m, uint64_t line_mask,
                                     struct place *at)
{
    const struct pmp_region *r;

    if (!m->config.has_pmp)
        return true;
    r = pmp_look(&m->pmp, at->line_pa, m->data.rights.priv);
    at->may_load &= (r->rights & PMP_R) != 0;
    at->may_store &= (r->rights & PMP_W) != 0;
    return at->line_pa + line_mask <= r->last;
}

/* The line of an access; known: its translation, or NULL. */
static ALWAYS_INLINE bool find_place(struct mmu *m, uint64_t va, unsigned size,
                                     const struct translation *known,
                                     struct place *at)
{
    uint64_t line_mask = m->data_filter.line_mask, pa = va;
    struct translation t;

    if (UNLIKELY(!m->models->has_caches || m->sees_all) ||
        !is_aligned(va, size))
        return false;
    at->slot = m->data_filter.n_slots;
    at->may_load = at->may_store = true;
    if (m->data.scheme) {
        if (!known && !find_page(m, va, &t))
            return false;
        known = known ? known : &t;
        apply(m, known, at);
        pa = known->page_pa | (va & MMU_PAGE_MASK);
    }
    at->line_pa = pa & ~line_mask;
    at->line = bus_ram(m->bus, at->line_pa, line_mask + 1);
    if (!at->line)
        return false;
    return check_line(m, line_mask, at);
}

/* The visualiser wants to hear of each kind of access once an epoch. */
static ALWAYS_INLINE void note_heat(struct mmu *m, struct place *at,
                                    bool is_write)
{
    struct heat_known known = heat_note_frame(
        m->heat, is_write ? HEAT_WRITE : HEAT_READ, at->line_pa);

    at->may_load &= known.load;
    at->may_store &= known.store;
}

/* Counts the access, and enters the line into the filter. */
static ALWAYS_INLINE void touch(struct mmu *m, uint64_t va, struct place *at,
                                unsigned size, bool is_write)
{
    struct models *s = m->models;
    struct filter *f = &m->data_filter;
    uint64_t line_va = va & ~f->line_mask, tag = line_va | m->data_key;
    bool may_store;
    uint32_t way =
        hierarchy_data(m, at->line_pa | (va & f->line_mask), size, is_write);

    if (UNLIKELY(m->heat != NULL))
        note_heat(m, at, is_write);
    if (UNLIKELY(way == CACHE_NO_WAY))
        return;
    may_store = at->may_store && s->l1d.is_dirty[way] &&
                (is_write || mmu_stores_unseen(m, at->line_pa));
    filter_set(f, va, at->may_load ? tag : FILTER_NO_TAG,
               may_store ? tag : FILTER_NO_TAG, (uintptr_t)at->line - line_va,
               way, at->slot);
}

/* The lookup that found the page in the DTLB. */
static ALWAYS_INLINE void touch_slot(struct mmu *m, const struct place *at)
{
    struct models *s = m->models;

    if (at->slot >= m->data_filter.n_slots)
        return;
    replace_touch(&s->dtlb.order, at->slot, filter_tick(&m->data_filter));
    s->dtlb.stats.accesses++;
}

static ALWAYS_INLINE bool load(struct mmu *m, uint64_t va, unsigned size,
                               const struct translation *known, uint64_t *value)
{
    struct place at;

    if (!find_place(m, va, size, known, &at) || !at.may_load)
        return false;
    *value = load_le(at.line + (va & m->data_filter.line_mask), size);
    if (!known)
        touch_slot(m, &at);
    touch(m, va, &at, size, false);
    return true;
}

static ALWAYS_INLINE bool store(struct mmu *m, uint64_t va, unsigned size,
                                const struct translation *known, uint64_t value)
{
    struct place at;

    if (!find_place(m, va, size, known, &at) || !at.may_store ||
        !mmu_stores_unseen(m, at.line_pa))
        return false;
    store_le(at.line + (va & m->data_filter.line_mask), size, value);
    if (!known)
        touch_slot(m, &at);
    touch(m, va, &at, size, true);
    return true;
}

bool mmu_load_line(struct mmu *m, uint64_t va, unsigned size, uint64_t *value)
{
    return load(m, va, size, NULL, value);
}

bool mmu_store_line(struct mmu *m, uint64_t va, unsigned size, uint64_t value)
{
    return store(m, va, size, NULL, value);
}

bool mmu_load_translated(struct mmu *m, uint64_t va, unsigned size,
                         const struct translation *t, uint64_t *value)
{
    return load(m, va, size, t, value);
}

bool mmu_store_translated(struct mmu *m, uint64_t va, unsigned size,
                          const struct translation *t, uint64_t value)
{
    return store(m, va, size, t, value);
}
