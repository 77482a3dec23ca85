/*
 * From virtual to physical: through the modelled TLBs where there are any,
 * else by a walk for each page that the host-side cache does not know.
 */
#include <string.h>

#include "mmu/internal.h"
#include "mmu/models.h"
#include "mmu/observe.h"

void mmu_fault_page(struct fault *f, enum access access, uint64_t va)
{
    static const enum cause causes[] = {
        [ACCESS_FETCH] = CAUSE_FETCH_PAGE,
        [ACCESS_LOAD] = CAUSE_LOAD_PAGE,
        [ACCESS_STORE] = CAUSE_STORE_PAGE,
    };

    f->cause = causes[access];
    f->tval = va;
}

void mmu_fault_access(struct fault *f, enum access access, uint64_t va)
{
    static const enum cause causes[] = {
        [ACCESS_FETCH] = CAUSE_FETCH_ACCESS,
        [ACCESS_LOAD] = CAUSE_LOAD_ACCESS,
        [ACCESS_STORE] = CAUSE_STORE_ACCESS,
    };

    f->cause = causes[access];
    f->tval = va;
}

struct walk_request mmu_walk_request(const struct mmu *m,
                                     const struct context *c, uint64_t va,
                                     enum access access)
{
    struct walk_request q = {
        .scheme = c->scheme,
        .bus = m->bus,
        .pmp = m->config.has_pmp ? &m->pmp : NULL,
        .root_ppn = satp_ppn(c->scheme, m->satp),
        .va = va,
        .access = access,
        .rights = c->rights,
        .is_svade = m->is_svade,
        .will_happen = mmu_attempt_succeeds,
        .ctx = m,
    };

    return q;
}

static bool fault_of(enum walk_status status, enum access access, uint64_t va,
                     struct fault *f)
{
    if (status == WALK_PAGE_FAULT)
        mmu_fault_page(f, access, va);
    else
        mmu_fault_access(f, access, va);
    return false;
}

bool mmu_translate(struct mmu *m, const struct context *c, uint64_t va,
                   enum access access, struct translation *t, struct fault *f)
{
    struct walk_request q;
    struct walk w;
    enum walk_status status;

    t->slot = TLB_NO_SLOT;
    if (!c->scheme) {
        t->page_pa = va & ~MMU_PAGE_MASK;
        t->leaf.bits = PTE_D;
        t->level = 0;
        return true;
    }
    if (models_have_tlbs(m))
        return models_translate(m, c, va, access, t, f);
    q = mmu_walk_request(m, c, va, access);
    status = walk(&q, &w);
    mmu_walked(m, &w);
    if (status != WALK_OK)
        return fault_of(status, access, va, f);
    t->page_pa = w.page_pa;
    t->leaf.bits = w.leaf.bits | (w.is_global ? PTE_G : 0);
    t->level = w.level;
    return true;
}

/* The first-level TLB of an access, and the filter that relies on it. */
struct side {
    struct tlb *tlb;
    struct filter *filter;
    bool is_fetch;
};

static struct side side_of(struct models *s, enum access access)
{
    struct side data = {&s->dtlb, s->data, false};
    struct side fetch = {&s->itlb, s->fetch, true};

    return access == ACCESS_FETCH ? fetch : data;
}

/* The entry's translation is about to go, or to be hidden by another. */
static void forget_slot(struct mmu *m, const struct side *side, uint32_t slot)
{
    uint64_t vpn = side->tlb->key[slot] >> TLB_ASID_BITS;

    filter_kill_slot(side->filter, slot);
    if (side->is_fetch)
        mmu_forget_fetch(m, vpn << MMU_PAGE_SHIFT,
                         side->tlb->info[slot] & TLB_WHOLE);
}

static void drop_slot(struct mmu *m, const struct side *side, uint32_t slot)
{
    forget_slot(m, side, slot);
    tlb_drop(side->tlb, slot);
}

/* An entry that matches more than one page of one ASID can now be found, or
 * be missed, in the place of others. */
static void forget_overlaps(struct mmu *m, const struct side *side,
                            uint32_t slot)
{
    const struct tlb *t = side->tlb;
    uint32_t first = slot / t->geometry.ways * t->geometry.ways;

    if (t->mask[slot] == ~UINT64_C(0))
        return;
    for (uint32_t i = first; i < first + t->geometry.ways; i++) {
        uint64_t mask = t->mask[slot] & t->mask[i];

        if (i != slot && tlb_is_valid(t, i) &&
            !((t->key[slot] ^ t->key[i]) & mask))
            forget_slot(m, side, i);
    }
}

/* The entry of a first level that a fill takes. With lru a stamp that lacks the
 * latest uses is too early: the one that goes first is settled, until it is
 * still the first then. */
static uint32_t first_victim(const struct side *side, uint64_t key)
{
    struct tlb *t = side->tlb;
    uint32_t slot, first;

    if (t->geometry.replacement == REPLACE_PLRU) {
        first = tlb_first_of_set(t, key);
        for (slot = first; slot < first + t->geometry.ways; slot++)
            (void)filter_settle_slot(side->filter, slot);
    }
    slot = tlb_victim(t, key);
    while (t->geometry.replacement == REPLACE_LRU && tlb_is_valid(t, slot) &&
           filter_settle_slot(side->filter, slot))
        slot = tlb_victim(t, key);
    return slot;
}

static uint32_t fill_first(struct mmu *m, const struct side *side,
                           const struct tlb_fill *fill)
{
    uint32_t slot = first_victim(side, fill->key);

    if (tlb_is_valid(side->tlb, slot))
        drop_slot(m, side, slot);
    tlb_set(side->tlb, slot, fill);
    forget_overlaps(m, side, slot);
    replace_fill(&side->tlb->order, slot, filter_tick(side->filter));
    return slot;
}

static void fill_second(struct tlb *t, const struct tlb_fill *fill)
{
    uint32_t slot;

    if (!t->geometry.entries)
        return;
    slot = tlb_victim(t, fill->key);
    if (tlb_is_valid(t, slot))
        tlb_drop(t, slot);
    tlb_set(t, slot, fill);
    replace_fill(&t->order, slot, ++t->now);
}

/* The second level; its entry goes to the first as it is: whole or a piece. */
static uint32_t find_second(struct mmu *m, const struct side *side,
                            uint64_t key)
{
    struct tlb *t = &m->models->l2tlb;
    struct tlb_fill fill;
    uint32_t slot;

    if (!t->geometry.entries)
        return TLB_NO_SLOT;
    t->stats.accesses++;
    mmu_stall(m, STALL_L2TLB);
    slot = tlb_find(t, key);
    if (slot == TLB_NO_SLOT) {
        t->stats.misses++;
        return TLB_NO_SLOT;
    }
    replace_touch(&t->order, slot, ++t->now);
    fill.key = key;
    fill.page_pa = tlb_page_pa(t, slot, key);
    fill.flags = t->info[slot] & TLB_FLAGS;
    fill.level = tlb_level(t, slot);
    fill.is_piece = !(t->info[slot] & TLB_WHOLE);
    return fill_first(m, side, &fill);
}

static uint32_t find(struct mmu *m, const struct side *side, uint64_t key)
{
    uint32_t slot = tlb_find(side->tlb, key);

    if (slot == TLB_NO_SLOT) {
        side->tlb->stats.misses++;
        return find_second(m, side, key);
    }
    replace_touch(&side->tlb->order, slot, filter_tick(side->filter));
    return slot;
}

static void from_slot(const struct tlb *t, uint32_t slot, uint64_t key,
                      struct translation *out)
{
    out->page_pa = tlb_page_pa(t, slot, key);
    out->leaf.bits = t->info[slot] & TLB_FLAGS;
    out->level = tlb_level(t, slot);
    out->slot = slot;
}

#define PTE_BYTES 4 /* of Sv32 */

static void count_walk(struct mmu *m, const struct walk_request *q,
                       const struct walk *w)
{
    struct models *s = m->models;

    s->walks.walks++;
    s->walks.reads += w->n_reads;
    s->walks.updates += w->was_updated;
    mmu_stall(m, w->n_reads * STALL_WALK_READ);
    observe_walk(m, q, w);
    if (!s->has_caches)
        return;
    for (unsigned i = 0; i < w->n_reads; i++)
        models_data(m, w->read_pa[i], PTE_BYTES, false);
    if (w->was_updated)
        models_data(m, w->read_pa[w->n_reads - 1], PTE_BYTES, true);
}

static bool walk_and_fill(struct mmu *m, const struct side *side, uint64_t key,
                          const struct context *c, uint64_t va,
                          enum access access, struct translation *t,
                          struct fault *f)
{
    struct walk_request q = mmu_walk_request(m, c, va, access);
    struct tlb_fill fill = {.key = key};
    struct walk w;
    enum walk_status status = walk(&q, &w);

    count_walk(m, &q, &w);
    mmu_walked(m, &w);
    if (status != WALK_OK)
        return fault_of(status, access, va, f);
    fill.page_pa = w.page_pa;
    fill.flags = (w.leaf.bits & TLB_FLAGS) | (w.is_global ? PTE_G : 0);
    fill.level = w.level;
    fill_second(&m->models->l2tlb, &fill);
    from_slot(side->tlb, fill_first(m, side, &fill), key, t);
    if (m->stale.report)
        stale_forget(m, side->tlb->key[t->slot], side->is_fetch);
    return true;
}

/* Whether the entry serves such an access without another walk. */
static bool has_flags(struct pte leaf, enum access access)
{
    return leaf.bits & PTE_A && (access != ACCESS_STORE || leaf.bits & PTE_D);
}

static void drop_both(struct mmu *m, const struct side *side, uint32_t slot,
                      uint64_t key)
{
    struct tlb *l2 = &m->models->l2tlb;

    for (; slot != TLB_NO_SLOT; slot = tlb_find(side->tlb, key))
        drop_slot(m, side, slot);
    if (!l2->geometry.entries)
        return;
    while ((slot = tlb_find(l2, key)) != TLB_NO_SLOT)
        tlb_drop(l2, slot);
}

static bool look_up(struct mmu *m, const struct context *c, uint64_t va,
                    enum access access, struct translation *t, struct fault *f)
{
    struct side side = side_of(m->models, access);
    uint64_t key = tlb_key(va >> MMU_PAGE_SHIFT, satp_asid(c->scheme, m->satp));
    uint32_t slot = find(m, &side, key);

    if (slot == TLB_NO_SLOT)
        return walk_and_fill(m, &side, key, c, va, access, t, f);
    from_slot(side.tlb, slot, key, t);
    if (m->stale.report) {
        struct walk_request q = mmu_walk_request(m, c, va, access);

        stale_check(m, &q, side.tlb, slot, key);
    }
    if (!pte_permits(t->leaf, access, &c->rights)) {
        mmu_fault_page(f, access, va);
        return false;
    }
    if (has_flags(t->leaf, access))
        return true;
    drop_both(m, &side, slot, key);
    t->slot = TLB_NO_SLOT;
    return walk_and_fill(m, &side, key, c, va, access, t, f);
}

bool models_translate(struct mmu *m, const struct context *c, uint64_t va,
                      enum access access, struct translation *t,
                      struct fault *f)
{
    struct models *s = m->models;
    bool ok = look_up(m, c, va, access, t, f);

    if (access != ACCESS_FETCH)
        s->dtlb.stats.accesses++;
    else if (!ok)
        s->itlb.stats.accesses++;
    return ok;
}

static void fence_first(struct mmu *m, enum access access,
                        const struct tlb_fence *fence)
{
    struct side side = side_of(m->models, access);
    uint32_t slot = tlb_next_fenced(side.tlb, 0, fence);

    while (slot != TLB_NO_SLOT) {
        drop_slot(m, &side, slot);
        slot = tlb_next_fenced(side.tlb, slot + 1, fence);
    }
}

static void fence_second(struct tlb *t, const struct tlb_fence *fence)
{
    uint32_t slot;

    if (!t->geometry.entries)
        return;
    slot = tlb_next_fenced(t, 0, fence);
    while (slot != TLB_NO_SLOT) {
        tlb_drop(t, slot);
        slot = tlb_next_fenced(t, slot + 1, fence);
    }
}

void models_sfence(struct mmu *m, bool has_va, uint64_t va, bool has_asid,
                   uint64_t asid)
{
    struct tlb_fence fence = {
        .has_vpn = has_va,
        .has_asid = has_asid,
        .vpn = va >> MMU_PAGE_SHIFT,
        .asid = asid,
    };

    if (!m->models->has_tlbs)
        return;
    fence_first(m, ACCESS_LOAD, &fence);
    fence_first(m, ACCESS_FETCH, &fence);
    fence_second(&m->models->l2tlb, &fence);
}

enum peeked { PEEK_ABSENT, PEEK_PERMITTED, PEEK_REFUSED, PEEK_WALKS };

static enum peeked peek_tlb(const struct tlb *t, const struct context *c,
                            uint64_t key, enum access access, uint64_t *page_pa)
{
    uint32_t slot = t->geometry.entries ? tlb_peek(t, key) : TLB_NO_SLOT;
    struct pte leaf;

    if (slot == TLB_NO_SLOT)
        return PEEK_ABSENT;
    leaf.bits = t->info[slot] & TLB_FLAGS;
    *page_pa = tlb_page_pa(t, slot, key);
    if (!pte_permits(leaf, access, &c->rights))
        return PEEK_REFUSED;
    if (!has_flags(leaf, access))
        return PEEK_WALKS;
    return PEEK_PERMITTED;
}

static enum peeked peek_models(const struct mmu *m, const struct context *c,
                               uint64_t va, enum access access,
                               uint64_t *page_pa)
{
    const struct models *s = m->models;
    uint64_t key = tlb_key(va >> MMU_PAGE_SHIFT, satp_asid(c->scheme, m->satp));
    const struct tlb *first;
    enum peeked said;

    if (!s || !s->has_tlbs)
        return PEEK_WALKS;
    first = access == ACCESS_FETCH ? &s->itlb : &s->dtlb;
    said = peek_tlb(first, c, key, access, page_pa);
    if (said != PEEK_ABSENT)
        return said;
    return peek_tlb(&s->l2tlb, c, key, access, page_pa);
}

bool mmu_peek_context(const struct mmu *m, const struct context *c, uint64_t va,
                      enum access access, uint64_t *pa)
{
    struct walk_request q;
    enum peeked said;
    struct walk w;

    *pa = va;
    if (!c->scheme)
        return true;
    said = peek_models(m, c, va, access, pa);
    if (said == PEEK_REFUSED)
        return false;
    if (said != PEEK_PERMITTED) {
        q = mmu_walk_request(m, c, va, access);
        q.is_peek = true;
        if (walk(&q, &w) != WALK_OK)
            return false;
        *pa = w.page_pa;
    }
    *pa |= va & MMU_PAGE_MASK;
    return true;
}

bool mmu_peek_translate(const struct mmu *m, uint64_t va, enum access access,
                        enum privilege priv, uint64_t *pa)
{
    struct context c = {
        .rights = {.priv = priv, .sum = m->sum, .mxr = m->mxr},
        .scheme = priv == PRIV_M ? NULL : m->scheme,
    };

    return mmu_peek_context(m, &c, va, access, pa);
}
