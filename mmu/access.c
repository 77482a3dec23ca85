/*
 * Loads, stores, atomics and fetches that the inline paths leave over. Every
 * access is first translated and checked as a whole, page by page, and only
 * then touches anything.
 */
#include <string.h>

#include "mmu/internal.h"

/* The part of an access that lies in one page. */
struct part {
    uint64_t va, pa;
    unsigned len;
    uint8_t *host; /* DRAM; else a device, or the boot ROM */
    struct translation t;
};

struct span {
    struct part part[2];
    unsigned n;
};

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

static bool fault_misaligned(struct fault *f, enum access access, uint64_t va)
{
    f->cause = access == ACCESS_LOAD ? CAUSE_LOAD_MISALIGNED
                                     : CAUSE_STORE_MISALIGNED;
    f->tval = va;
    return false;
}

bool mmu_pmp_permits(const struct mmu *m, uint64_t pa, uint64_t len,
                     enum access access, enum privilege priv)
{
    return !m->config.has_pmp ||
           pmp_permits(&m->pmp, pa, len, access, priv);
}

static struct walk_request request(const struct mmu *m,
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
        .is_svade = m->config.is_svade,
    };

    return q;
}

static void translate_bare(uint64_t va, struct translation *t)
{
    t->page_pa = va & ~MMU_PAGE_MASK;
    t->leaf.bits = PTE_D;
    t->level = 0;
}

bool mmu_translate(struct mmu *m, const struct context *c, uint64_t va,
                   enum access access, struct translation *t, struct fault *f)
{
    struct walk_request q;
    struct walk w;

    if (!c->scheme) {
        translate_bare(va, t);
        return true;
    }
    q = request(m, c, va, access);
    switch (walk(&q, &w)) {
    case WALK_OK:
        t->page_pa = w.page_pa;
        t->leaf = w.leaf;
        t->level = w.level;
        return true;
    case WALK_PAGE_FAULT:
        mmu_fault_page(f, access, va);
        return false;
    case WALK_ACCESS_FAULT:
        break;
    }
    mmu_fault_access(f, access, va);
    return false;
}

static void split(const struct mmu *m, uint64_t va, unsigned size,
                  struct span *s)
{
    unsigned room = (unsigned)(MMU_PAGE_SIZE - (va & MMU_PAGE_MASK));
    uint64_t mask = UINT64_C(0xffffffff);

    (void)m;
    s->n = 1;
    s->part[0].va = va;
    s->part[0].len = size;
    if (size <= room)
        return;
    s->n = 2;
    s->part[0].len = room;
    s->part[1].va = (va + room) & mask;
    s->part[1].len = size - room;
}

/* PMP and the memory map for a part; devices only where they are allowed. */
static bool check_part(const struct mmu *m, struct part *p, enum access access,
                       bool may_be_device)
{
    p->pa = p->t.page_pa | (p->va & MMU_PAGE_MASK);
    if (!mmu_pmp_permits(m, p->pa, p->len, access, m->data.rights.priv))
        return false;
    p->host = bus_ram(m->bus, p->pa, p->len);
    if (p->host || may_be_device)
        return true;
    return access == ACCESS_LOAD && bus_readable(m->bus, p->pa, p->len);
}

/* Physical addresses: one entry of the PMP must match a page-crossing access
 * as a whole too. */
static bool check_whole(const struct mmu *m, const struct span *s,
                        enum access access)
{
    return m->data.scheme || s->n == 1 ||
           mmu_pmp_permits(m, s->part[0].pa, s->part[0].len + s->part[1].len,
                           access, m->data.rights.priv);
}

/* Translates and checks all of an access. */
static bool locate(struct mmu *m, uint64_t va, unsigned size,
                   enum access access, struct span *s, struct fault *f)
{
    bool is_single = is_aligned(va, size);

    split(m, va, size, s);
    for (unsigned i = 0; i < s->n; i++) {
        struct part *p = &s->part[i];

        if (!mmu_translate(m, &m->data, p->va, access, &p->t, f))
            return false;
    }
    for (unsigned i = 0; i < s->n; i++) {
        if (!check_part(m, &s->part[i], access, is_single)) {
            mmu_fault_access(f, access, s->part[i].va);
            return false;
        }
    }
    if (!check_whole(m, s, access)) {
        mmu_fault_access(f, access, va);
        return false;
    }
    return true;
}

static void before_device(struct mmu *m)
{
    if (m->port.before_device)
        m->port.before_device(m->port.ctx);
}

static void after_device(struct mmu *m)
{
    if (m->port.after_device)
        m->port.after_device(m->port.ctx);
}

static bool load_device(struct mmu *m, const struct part *p, uint64_t *value)
{
    bool ok;

    before_device(m);
    ok = bus_read(m->bus, p->pa, p->len, value);
    after_device(m);
    return ok;
}

static bool store_device(struct mmu *m, const struct part *p, uint64_t value)
{
    bool ok;

    before_device(m);
    ok = bus_write(m->bus, p->pa, p->len, value);
    after_device(m);
    return ok;
}

static uint64_t gather(const struct mmu *m, const struct span *s)
{
    uint64_t value = 0;
    unsigned shift = 0;

    for (unsigned i = 0; i < s->n; i++) {
        const struct part *p = &s->part[i];

        value |= load_le(bus_readable(m->bus, p->pa, p->len), p->len)
                 << shift;
        shift += 8 * p->len;
    }
    return value;
}

static void scatter(struct mmu *m, const struct span *s, uint64_t value)
{
    for (unsigned i = 0; i < s->n; i++) {
        const struct part *p = &s->part[i];

        store_le(p->host, p->len, value);
        value >>= 8 * (p->len & 7);
        mmu_written(m, p->pa, p->len);
    }
}

bool mmu_load_slow(struct mmu *m, uint64_t va, unsigned size, uint64_t *value,
                   struct fault *f)
{
    struct span s;

    if (m->config.traps_misaligned && !is_aligned(va, size))
        return fault_misaligned(f, ACCESS_LOAD, va);
    if (!locate(m, va, size, ACCESS_LOAD, &s, f))
        return false;
    if (!bus_readable(m->bus, s.part[0].pa, 1)) {
        if (load_device(m, &s.part[0], value))
            return true;
        mmu_fault_access(f, ACCESS_LOAD, va);
        return false;
    }
    *value = gather(m, &s);
    mmu_fill_data(m, va, &s.part[0].t, ACCESS_LOAD);
    return true;
}

bool mmu_store_slow(struct mmu *m, uint64_t va, unsigned size, uint64_t value,
                    struct fault *f)
{
    struct span s;

    if (m->config.traps_misaligned && !is_aligned(va, size))
        return fault_misaligned(f, ACCESS_STORE, va);
    if (!locate(m, va, size, ACCESS_STORE, &s, f))
        return false;
    if (!s.part[0].host) {
        if (store_device(m, &s.part[0], value))
            return true;
        mmu_fault_access(f, ACCESS_STORE, va);
        return false;
    }
    scatter(m, &s, value);
    mmu_fill_data(m, va, &s.part[0].t, ACCESS_STORE);
    return true;
}

/* AMO, LR and SC: naturally aligned, DRAM only. */
static bool locate_atomic(struct mmu *m, uint64_t va, unsigned size,
                          enum access access, struct span *s, struct fault *f)
{
    if (!is_aligned(va, size))
        return fault_misaligned(f, access, va);
    if (!locate(m, va, size, access, s, f))
        return false;
    if (s->part[0].host)
        return true;
    mmu_fault_access(f, access, va);
    return false;
}

bool mmu_amo(struct mmu *m, uint64_t va, unsigned size,
             uint64_t (*op)(uint64_t old, uint64_t arg), uint64_t arg,
             uint64_t *old, struct fault *f)
{
    const struct host_page *page = mmu_page(m, va);
    struct span s;
    uint8_t *host;

    if (page->store_tag == mmu_tag(va, size, m->data_key) &&
        page->load_tag == page->store_tag) {
        host = (uint8_t *)(page->addend + va);
        *old = load_le(host, size);
        store_le(host, size, op(*old, arg));
        return true;
    }
    if (!locate_atomic(m, va, size, ACCESS_STORE, &s, f))
        return false;
    if (!mmu_pmp_permits(m, s.part[0].pa, size, ACCESS_LOAD,
                         m->data.rights.priv)) {
        mmu_fault_access(f, ACCESS_STORE, va);
        return false;
    }
    *old = load_le(s.part[0].host, size);
    scatter(m, &s, op(*old, arg));
    mmu_fill_data(m, va, &s.part[0].t, ACCESS_STORE);
    return true;
}

bool mmu_load_reserved(struct mmu *m, uint64_t va, unsigned size,
                       uint64_t *value, struct fault *f)
{
    struct span s;

    if (!locate_atomic(m, va, size, ACCESS_LOAD, &s, f))
        return false;
    *value = load_le(s.part[0].host, size);
    m->is_reserved = true;
    m->reserved_pa = s.part[0].pa;
    m->reserved_size = (uint8_t)size;
    for (unsigned i = 0; i < m->n_harts; i++) {
        if (m->harts[i] != m)
            mmu_kill_stores(m->harts[i], m->reserved_pa);
    }
    return true;
}

bool mmu_store_conditional(struct mmu *m, uint64_t va, unsigned size,
                           uint64_t value, bool *stored, struct fault *f)
{
    enum privilege priv = m->data.rights.priv;
    struct span s;
    uint64_t pa;

    if (!is_aligned(va, size))
        return fault_misaligned(f, ACCESS_STORE, va);
    *stored = false;
    if (!m->is_reserved)
        return true;
    if (mmu_peek_translate(m, va, ACCESS_STORE, priv, &pa) &&
        (pa != m->reserved_pa || size != m->reserved_size)) {
        m->is_reserved = false;
        return true;
    }
    if (!locate_atomic(m, va, size, ACCESS_STORE, &s, f))
        return false;
    m->is_reserved = false;
    scatter(m, &s, value);
    mmu_fill_data(m, va, &s.part[0].t, ACCESS_STORE);
    *stored = true;
    return true;
}

static bool fetch_page(struct mmu *m, uint64_t va, struct fetch *out,
                       struct translation *t, struct fault *f)
{
    if (!mmu_translate(m, &m->fetch, va, ACCESS_FETCH, t, f))
        return false;
    out->pa = t->page_pa | (va & MMU_PAGE_MASK);
    out->host = bus_readable(m->bus, out->pa, 2);
    out->bytes = 2;
    if (out->host && mmu_pmp_permits(m, out->pa, 2, ACCESS_FETCH,
                                     m->fetch.rights.priv))
        return true;
    mmu_fault_access(f, ACCESS_FETCH, va);
    return false;
}

bool mmu_fetch_slow(struct mmu *m, uint64_t va, struct fetch *out,
                    struct fault *f)
{
    struct translation t;

    if (!fetch_page(m, va, out, &t, f))
        return false;
    if (mmu_fill_fetch(m, va, &t))
        out->bytes = (unsigned)(MMU_PAGE_SIZE - (va & MMU_PAGE_MASK));
    return true;
}

bool mmu_fetch_next(struct mmu *m, uint64_t va, struct fetch *out,
                    struct fault *f)
{
    return mmu_fetch(m, (va + 2) & UINT64_C(0xffffffff), out, f);
}

void mmu_count_fetch(struct mmu *m, uint64_t va, unsigned size)
{
    (void)m;
    (void)va;
    (void)size;
}

bool mmu_peek_translate(const struct mmu *m, uint64_t va, enum access access,
                        enum privilege priv, uint64_t *pa)
{
    struct context c = {
        .rights = {.priv = priv, .sum = m->sum, .mxr = m->mxr},
        .scheme = priv == PRIV_M ? NULL : m->scheme,
    };
    struct walk_request q;
    struct walk w;

    *pa = va;
    if (!c.scheme)
        return true;
    q = request(m, &c, va, access);
    q.is_peek = true;
    if (walk(&q, &w) != WALK_OK)
        return false;
    *pa = w.page_pa | (va & MMU_PAGE_MASK);
    return true;
}
