/*
 * The commonest access that the filter misses: aligned, of DRAM, through an
 * entry of the first-level TLB or to a physical address, with nobody looking.
 * All that it needs is found once, before anything has an effect; what is
 * unlike it in any way is left to the general path of mmu/access.c, which this
 * repeats in short.
 */
#include "mmu/internal.h"
#include "mmu/models.h"

struct place {
    uint64_t pa;
    uint8_t *host;
    uint32_t slot; /* of the DTLB, or the filter's sink */
    bool may_load, may_store;
};

static bool is_watched(const struct mmu *m)
{
    return m->sees_all || m->heat;
}

/* The page, and what its translation permits. */
static ALWAYS_INLINE bool find_page(struct mmu *m, uint64_t va,
                                    struct place *at)
{
    const struct context *c = &m->data;
    const struct tlb *t = &m->models->dtlb;
    struct pte leaf;
    uint64_t key;

    at->slot = m->models->data->n_slots;
    at->pa = va;
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
    at->pa = tlb_page_pa(t, at->slot, key) | (va & MMU_PAGE_MASK);
    at->may_load = pte_permits(leaf, ACCESS_LOAD, &c->rights);
    at->may_store =
        leaf.bits & PTE_D && pte_permits(leaf, ACCESS_STORE, &c->rights);
    return leaf.bits & PTE_A;
}

/* The same with the PMP, of all of a line. */
static ALWAYS_INLINE bool check_line(struct mmu *m, uint64_t line_pa,
                                     uint64_t len, struct place *at)
{
    enum privilege priv = m->data.rights.priv;
    struct pmp_region *r = &m->regions[priv];

    if (!m->config.has_pmp)
        return true;
    if (UNLIKELY(line_pa < r->first || line_pa > r->last))
        pmp_region(&m->pmp, line_pa, priv, r);
    at->may_load &= (r->rights & PMP_R) != 0;
    at->may_store &= (r->rights & PMP_W) != 0;
    return line_pa + len - 1 <= r->last;
}

static ALWAYS_INLINE bool find_place(struct mmu *m, uint64_t va, unsigned size,
                                     struct place *at)
{
    uint64_t mask = m->models->data->line_mask;
    uint8_t *host;

    if (!m->models->has_caches || is_watched(m) || !is_aligned(va, size) ||
        !find_page(m, va, at))
        return false;
    host = bus_ram(m->bus, at->pa & ~mask, mask + 1);
    if (!host)
        return false;
    at->host = host + (at->pa & mask);
    PREFETCH(at->host); /* the models take their time */
    return check_line(m, at->pa & ~mask, mask + 1, at);
}

static ALWAYS_INLINE uint32_t touch(struct mmu *m, const struct place *at,
                                    unsigned size, bool is_write)
{
    struct models *s = m->models;

    if (at->slot < s->data->n_slots) {
        replace_touch(&s->dtlb.order, at->slot, filter_tick(s->data));
        s->dtlb.stats.accesses++;
    }
    return models_data(m, at->pa, size, is_write);
}

static ALWAYS_INLINE void fill(struct mmu *m, uint64_t va,
                               const struct place *at, uint32_t way)
{
    struct filter *f = m->models->data;
    uint64_t tag = filter_tag(f, va & ~f->line_mask, 1, m->data_key);
    bool may_store = at->may_store && m->models->l1d.is_dirty[way] &&
                     mmu_stores_unseen(m, at->pa);

    filter_set(f, va, at->may_load ? tag : FILTER_NO_TAG,
               may_store ? tag : FILTER_NO_TAG, (uintptr_t)at->host - va, way,
               at->slot);
}

bool mmu_load_line(struct mmu *m, uint64_t va, unsigned size, uint64_t *value)
{
    struct place at;
    uint32_t way;

    if (!find_place(m, va, size, &at) || !at.may_load)
        return false;
    way = touch(m, &at, size, false);
    *value = load_le(at.host, size);
    fill(m, va, &at, way);
    return true;
}

bool mmu_store_line(struct mmu *m, uint64_t va, unsigned size, uint64_t value)
{
    struct place at;
    uint32_t way;

    if (!find_place(m, va, size, &at) || !at.may_store)
        return false;
    way = touch(m, &at, size, true);
    store_le(at.host, size, value);
    if (UNLIKELY(!m->store_frames[mmu_frame(m, at.pa)]))
        mmu_written(m, at.pa, size);
    if (way != CACHE_NO_WAY)
        fill(m, va, &at, way);
    return true;
}
