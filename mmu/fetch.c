/*
 * Fetching: translation for the hart's decoder, and the count of each fetch.
 * A lookup in the modelled ITLB that hits is counted with its fetch, one that
 * misses or fails when it happens.
 */
#include <string.h>

#include "mmu/heat.h"
#include "mmu/internal.h"
#include "mmu/models.h"
#include "mmu/observe.h"

static bool uses_itlb(const struct mmu *m)
{
    return m->models && m->models->has_tlbs && m->fetch.scheme;
}

static uint64_t itlb_key(const struct mmu *m, uint64_t va)
{
    return tlb_key(va >> MMU_PAGE_SHIFT, satp_asid(m->fetch.scheme, m->satp));
}

/* One lookup of the ITLB that hits. */
static void count_lookup(struct mmu *m, uint64_t va)
{
    struct models *s = m->models;
    uint32_t slot = tlb_find(&s->itlb, itlb_key(m, va));

    s->itlb.stats.accesses++;
    if (slot != TLB_NO_SLOT)
        replace_touch(&s->itlb.order, slot, filter_tick(s->fetch));
}

static void check_stale(const struct mmu *m, uint64_t va, uint32_t slot)
{
    struct walk_request q = mmu_walk_request(m, &m->fetch, va, ACCESS_FETCH);

    stale_check(m, &q, &m->models->itlb, slot, itlb_key(m, va));
}

/* The ITLB's entry as it is, if it permits the fetch. */
static bool is_present(struct mmu *m, uint64_t va, struct translation *t)
{
    const struct tlb *itlb = &m->models->itlb;
    uint64_t key = itlb_key(m, va);
    uint32_t slot = tlb_find(&m->models->itlb, key);

    if (slot == TLB_NO_SLOT)
        return false;
    t->page_pa = tlb_page_pa(itlb, slot, key);
    t->leaf.bits = itlb->info[slot] & TLB_FLAGS;
    t->level = tlb_level(itlb, slot);
    t->slot = slot;
    if (!pte_permits(t->leaf, ACCESS_FETCH, &m->fetch.rights) ||
        !(t->leaf.bits & PTE_A))
        return false;
    if (m->stale.report)
        check_stale(m, va, slot);
    return true;
}

/* mmu_fetch beyond its inline part; the trace is not told of a refusal. */
static bool fetch_page(struct mmu *m, uint64_t va, struct fetch *out,
                       struct fault *f)
{
    struct translation t = {.slot = TLB_NO_SLOT};
    bool is_translated;

    m->fetch_line = FILTER_NO_TAG;
    m->attempt = (struct attempt){va, 2, ACCESS_FETCH, ATTEMPT_FETCH};
    is_translated = (uses_itlb(m) && is_present(m, va, &t)) ||
                    mmu_translate(m, &m->fetch, va, ACCESS_FETCH, &t, f);
    out->has_leaf = t.slot != TLB_NO_SLOT;
    out->level = t.level;
    out->is_global = t.leaf.bits & PTE_G;
    if (!is_translated)
        return false;
    out->pa = t.page_pa | (va & MMU_PAGE_MASK);
    out->host = bus_readable(m->bus, out->pa, 2);
    out->bytes = 2;
    if (!out->host ||
        !mmu_pmp_permits(m, out->pa, 2, ACCESS_FETCH, m->fetch.rights.priv)) {
        if (uses_itlb(m))
            count_lookup(m, va);
        mmu_fault_access(f, ACCESS_FETCH, va);
        return false;
    }
    heat_note(m->heat, HEAT_EXECUTE, out->pa, 2);
    if (mmu_fill_fetch(m, va, &t))
        out->bytes = (unsigned)(MMU_PAGE_SIZE - (va & MMU_PAGE_MASK));
    return true;
}

bool mmu_fetch_slow(struct mmu *m, uint64_t va, struct fetch *out,
                    struct fault *f)
{
    if (fetch_page(m, va, out, f))
        return true;
    observe_refused_fetch(m, va, out);
    return false;
}

/* The second half of an instruction in a page that PMP divides. */
static bool fetch_same_page(struct mmu *m, uint64_t va, struct fetch *out,
                            struct fault *f)
{
    if (!mmu_fetch(m, va, out, f))
        return false;
    out->pa += 2;
    out->host = bus_readable(m->bus, out->pa, 2);
    if (out->host &&
        mmu_pmp_permits(m, out->pa, 2, ACCESS_FETCH, m->fetch.rights.priv))
        return true;
    if (uses_itlb(m))
        count_lookup(m, va);
    observe_refused_fetch(m, va, out);
    mmu_fault_access(f, ACCESS_FETCH, va + 2);
    return false;
}

static bool fetch_second(struct mmu *m, uint64_t va, struct fetch *out,
                         struct fault *f)
{
    return m->sees_all ? fetch_page(m, va, out, f) : mmu_fetch(m, va, out, f);
}

bool mmu_fetch_next(struct mmu *m, uint64_t va, struct fetch *out,
                    struct fault *f)
{
    uint64_t next = (va + 2) & UINT64_C(0xffffffff);
    struct fetch first;

    if (next & MMU_PAGE_MASK)
        return fetch_same_page(m, va, out, f);
    if (!m->models)
        return mmu_fetch(m, next, out, f);
    if (!mmu_fetch(m, va, &first, f))
        return false;
    if (uses_itlb(m)) { /* the first page's lookup comes first */
        count_lookup(m, va);
        m->models->itlb.stats.accesses--;
    }
    if (!fetch_second(m, next, out, f)) {
        m->models->itlb.stats.accesses += uses_itlb(m);
        observe_refused_fetch(m, va, &first);
        observe_refused_fetch(m, next, out);
        return false;
    }
    m->models->crossing[0] = first;
    m->models->crossing[1] = *out;
    return true;
}

/* Where the fetch that mmu_fetch has let through is. */
static uint64_t fetched_pa(struct mmu *m, uint64_t va)
{
    struct fetch out;
    struct fault f;

    return mmu_fetch(m, va, &out, &f) ? out.pa : UINT64_MAX;
}

/* A fetch in one line. */
static NOINLINE void count_line(struct mmu *m, uint64_t va, uint64_t pa)
{
    struct models *s = m->models;
    struct filter *f = s->fetch;
    uint64_t tag = filter_tag(f, va & ~f->line_mask, 1, m->fetch_key);
    uint32_t slot = f->n_slots, way = 0;

    models_settle(m);
    if (uses_itlb(m)) {
        count_lookup(m, va);
        slot = tlb_find(&s->itlb, itlb_key(m, va));
    }
    s->is_fetch_cached = s->has_caches && bus_ram(m->bus, pa, 1);
    if (s->is_fetch_cached)
        way = models_insn(m, pa);
    if (m->sees_all)
        return;
    m->fetch_line = tag;
    if (s->is_fetch_cached || !s->has_caches)
        filter_set(f, va, tag, FILTER_NO_TAG, 0, way, slot);
}

/* A fetch across lines, of one page or two: fills nothing. */
static NOINLINE void count_straddling(struct mmu *m, uint64_t va)
{
    struct models *s = m->models;
    uint64_t next = (va + 2) & UINT64_C(0xffffffff);
    uint64_t pa[2];

    m->fetch_line = FILTER_NO_TAG;
    if (next & MMU_PAGE_MASK) {
        pa[0] = fetched_pa(m, va);
        pa[1] = pa[0] + 2;
    } else {
        pa[0] = s->crossing[0].pa;
        pa[1] = s->crossing[1].pa;
    }
    if (uses_itlb(m))
        count_lookup(m, va);
    if (uses_itlb(m) && !(next & MMU_PAGE_MASK))
        count_lookup(m, next);
    for (unsigned i = 0; i < 2; i++) {
        s->is_fetch_cached = s->has_caches && bus_ram(m->bus, pa[i], 1);
        if (s->is_fetch_cached)
            models_insn(m, pa[i]);
    }
}

/* The lines of a fetch that counts. */
static void trace_fetch(struct mmu *m, uint64_t va, unsigned size)
{
    unsigned room = (unsigned)(MMU_PAGE_SIZE - (va & MMU_PAGE_MASK));
    uint64_t next = (va + room) & UINT64_C(0xffffffff);
    struct fetch at[2];
    struct fault f;

    if (size <= room) {
        if (mmu_fetch(m, va, &at[0], &f))
            observe_fetch(m, va, size, &at[0]);
        return;
    }
    if (m->models)
        memcpy(at, m->models->crossing, sizeof at);
    else if (!mmu_fetch(m, va, &at[0], &f) || !mmu_fetch(m, next, &at[1], &f))
        return;
    observe_fetch(m, va, room, &at[0]);
    observe_fetch(m, next, size - room, &at[1]);
}

static void count_fetch(struct mmu *m, uint64_t va, unsigned size)
{
    struct filter *f = m->models->fetch;
    struct filter_entry *e = filter_at(f, va);
    bool is_one_line = (va & f->line_mask) + size <= f->line_mask + 1;
    uint64_t tag = filter_tag(f, va & ~f->line_mask, 1, m->fetch_key);

    if (!is_one_line) {
        models_settle(m);
        count_straddling(m, va);
        return;
    }
    if (e->load_tag != tag) {
        count_line(m, va, fetched_pa(m, va));
        return;
    }
    if (UNLIKELY(m->models->is_fetch_cached != m->models->has_caches)) {
        models_settle(m);
        m->models->is_fetch_cached = m->models->has_caches;
    }
    filter_touch(f, e);
    m->fetch_line = tag;
}

void mmu_count_fetch_slow(struct mmu *m, uint64_t va, unsigned size)
{
    if (m->trace)
        trace_fetch(m, va, size);
    if (m->models)
        count_fetch(m, va, size);
}

void mmu_own_fetches(struct mmu *m)
{
    struct models *s = m->models;

    if (s->is_fetch_cached == s->has_caches)
        return;
    models_settle(m);
    s->is_fetch_cached = s->has_caches;
}

void mmu_count_fetches(struct mmu *m, uint64_t fetches, uint64_t second_lines,
                       uint64_t now)
{
    struct filter *f = m->models->fetch;

    m->repeat_fetches += fetches;
    m->models->l1i.stats.accesses += second_lines;
    f->settled += now - f->now;
    f->now = now;
    m->fetch_line = FILTER_NO_TAG;
}

bool mmu_has_l1i(const struct mmu *m)
{
    return m->models && m->models->has_caches;
}

bool mmu_find_in_l1i(struct mmu *m, uint64_t number, const uint64_t **line,
                     uint64_t **touched)
{
    struct cache *c = &m->models->l1i;
    uint32_t way = cache_find(c, number);

    if (way == CACHE_NO_WAY)
        return false;
    *line = &c->line[way];
    *touched = &c->order.touched[way];
    return true;
}
