/*
 * Loads, stores and atomics that the inline paths leave over. Every access is
 * first translated and checked as a whole, page by page, and only then
 * touches anything: caches, memory, devices.
 */
#include "mmu/heat.h"
#include "mmu/internal.h"
#include "mmu/models.h"
#include "mmu/observe.h"

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

static bool fault_misaligned(struct fault *f, enum access access, uint64_t va)
{
    f->cause =
        access == ACCESS_LOAD ? CAUSE_LOAD_MISALIGNED : CAUSE_STORE_MISALIGNED;
    f->tval = va;
    return false;
}

bool mmu_pmp_permits(const struct mmu *m, uint64_t pa, uint64_t len,
                     enum access access, enum privilege priv)
{
    return !m->config.has_pmp || pmp_permits(&m->pmp, pa, len, access, priv);
}

static void split(uint64_t va, unsigned size, struct span *s)
{
    unsigned room = (unsigned)(MMU_PAGE_SIZE - (va & MMU_PAGE_MASK));

    s->n = 1;
    s->part[0].va = va;
    s->part[0].len = size;
    if (size <= room)
        return;
    s->n = 2;
    s->part[0].len = room;
    s->part[1].va = (va + room) & UINT64_C(0xffffffff);
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

/* The first n parts were looked up for an access that does not happen. */
static bool refuse(const struct mmu *m, const struct span *s, unsigned n,
                   enum access access)
{
    for (unsigned i = 0; i < n; i++)
        observe_refused(m, access, s->part[i].va, &s->part[i].t);
    return false;
}

static bool refuse_at(const struct mmu *m, const struct span *s,
                      enum access access, uint64_t va, struct fault *f)
{
    mmu_fault_access(f, access, va);
    return refuse(m, s, s->n, access);
}

/* Translates and checks all of an access. */
static bool locate(struct mmu *m, uint64_t va, unsigned size,
                   enum access access, enum attempt_kind kind, struct span *s,
                   struct fault *f)
{
    bool is_single = is_aligned(va, size);

    m->attempt = (struct attempt){va, size, access, kind};
    split(va, size, s);
    for (unsigned i = 0; i < s->n; i++) {
        struct part *p = &s->part[i];

        if (!mmu_translate(m, &m->data, p->va, access, &p->t, f))
            return refuse(m, s, i + 1, access);
    }
    for (unsigned i = 0; i < s->n; i++) {
        if (!check_part(m, &s->part[i], access, is_single))
            return refuse_at(m, s, access, s->part[i].va, f);
    }
    if (!check_whole(m, s, access))
        return refuse_at(m, s, access, va, f);
    return true;
}

/* The lines of an access that is about to happen. */
static void trace_parts(const struct mmu *m, const struct span *s,
                        bool is_write)
{
    for (unsigned i = 0; i < s->n; i++) {
        const struct part *p = &s->part[i];

        observe_data(m, is_write ? 'w' : 'r', p->va, p->pa, p->len, &p->t);
    }
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

static bool load_device(struct mmu *m, const struct span *s, uint64_t *value)
{
    const struct part *p = &s->part[0];
    bool ok;

    if (m->trace && bus_accepts(m->bus, p->pa, p->len))
        trace_parts(m, s, false);
    before_device(m);
    ok = bus_read(m->bus, p->pa, p->len, value);
    if (ok && !m->is_switched_off)
        mmu_stall(m, STALL_DEVICE);
    after_device(m);
    return ok;
}

static bool store_device(struct mmu *m, const struct span *s, uint64_t value)
{
    const struct part *p = &s->part[0];
    bool ok;

    if (m->trace && bus_accepts(m->bus, p->pa, p->len))
        trace_parts(m, s, true);
    before_device(m);
    ok = bus_write(m->bus, p->pa, p->len, value);
    if (ok && !m->is_switched_off)
        mmu_stall(m, STALL_DEVICE);
    after_device(m);
    return ok;
}

/* The access of the caches, and of the visualiser. Returns the way of L1D if
 * all of it is in one line, else CACHE_NO_WAY. */
static uint32_t touch(struct mmu *m, const struct span *s, bool is_write)
{
    bool is_cached = m->models && m->models->has_caches;
    uint32_t way = CACHE_NO_WAY;

    if (m->trace)
        trace_parts(m, s, is_write);
    for (unsigned i = 0; i < s->n; i++) {
        const struct part *p = &s->part[i];

        if (!p->host)
            continue;
        heat_note(m->heat, is_write ? HEAT_WRITE : HEAT_READ, p->pa, p->len);
        if (is_cached)
            way = models_data_span(m, p->pa, p->len, is_write);
    }
    return s->n == 1 ? way : CACHE_NO_WAY;
}

static uint64_t gather(const struct mmu *m, const struct span *s)
{
    uint64_t value = 0;
    unsigned shift = 0;

    for (unsigned i = 0; i < s->n; i++) {
        const struct part *p = &s->part[i];

        const uint8_t *host =
            p->host ? p->host : bus_readable(m->bus, p->pa, p->len);

        value |= load_le(host, p->len) << shift;
        shift += 8 * p->len;
    }
    return value;
}

static void scatter(struct mmu *m, const struct span *s, uint64_t value)
{
    for (unsigned i = 0; i < s->n; i++) {
        store_le(s->part[i].host, s->part[i].len, value);
        value >>= 8 * (s->part[i].len & 7);
    }
    for (unsigned i = 0; i < s->n; i++)
        mmu_written(m, s->part[i].pa, s->part[i].len);
}

static void store_dram(struct mmu *m, uint64_t va, const struct span *s,
                       uint64_t value)
{
    uint32_t way = touch(m, s, true);

    scatter(m, s, value);
    if (s->n == 1)
        mmu_fill_data(m, va, &s->part[0].t, way);
}

static struct filter_entry *filtered(struct mmu *m, uint64_t va)
{
    return filter_at(m->models->data, va);
}

/* Hits in the filter of the models: see mmu/filter.h. */
static ALWAYS_INLINE struct filter_entry *
filter_load(struct mmu *m, uint64_t va, unsigned size)
{
    struct filter_entry *e = filtered(m, va);
    struct filter *f = m->models->data;

    if (e->load_tag != filter_tag(f, va, size, m->data_key))
        return NULL;
    filter_touch(f, e);
    return e;
}

static ALWAYS_INLINE struct filter_entry *
filter_store(struct mmu *m, uint64_t va, unsigned size)
{
    struct filter_entry *e = filtered(m, va);
    struct filter *f = m->models->data;

    if (e->store_tag != filter_tag(f, va, size, m->data_key))
        return NULL;
    filter_touch(f, e);
    return e;
}

bool mmu_load_general(struct mmu *m, uint64_t va, unsigned size,
                      uint64_t *value, struct fault *f)
{
    struct span s;
    uint32_t way;

    if (m->config.traps_misaligned && !is_aligned(va, size))
        return fault_misaligned(f, ACCESS_LOAD, va);
    if (!locate(m, va, size, ACCESS_LOAD, ATTEMPT_PLAIN, &s, f))
        return false;
    if (m->models && mmu_load_translated(m, va, size, &s.part[0].t, value))
        return true;
    if (!s.part[0].host && !bus_readable(m->bus, s.part[0].pa, 1)) {
        if (load_device(m, &s, value))
            return true;
        return refuse_at(m, &s, ACCESS_LOAD, va, f);
    }
    way = touch(m, &s, false);
    *value = gather(m, &s);
    if (s.n == 1)
        mmu_fill_data(m, va, &s.part[0].t, way);
    return true;
}

bool mmu_store_general(struct mmu *m, uint64_t va, unsigned size,
                       uint64_t value, struct fault *f)
{
    struct span s;

    if (m->config.traps_misaligned && !is_aligned(va, size))
        return fault_misaligned(f, ACCESS_STORE, va);
    if (!locate(m, va, size, ACCESS_STORE, ATTEMPT_PLAIN, &s, f))
        return false;
    if (m->models && mmu_store_translated(m, va, size, &s.part[0].t, value))
        return true;
    if (!s.part[0].host) {
        if (store_device(m, &s, value))
            return true;
        return refuse_at(m, &s, ACCESS_STORE, va, f);
    }
    store_dram(m, va, &s, value);
    return true;
}

bool mmu_load_slow(struct mmu *m, uint64_t va, unsigned size, uint64_t *value,
                   struct fault *f)
{
    const struct filter_entry *e;

    if (!m->models)
        return mmu_load_general(m, va, size, value, f);
    e = filter_load(m, va, size);
    if (!e)
        return mmu_load_line(m, va, size, value) ||
               mmu_load_general(m, va, size, value, f);
    *value = load_le((const void *)(e->addend + va), size);
    return true;
}

bool mmu_store_slow(struct mmu *m, uint64_t va, unsigned size, uint64_t value,
                    struct fault *f)
{
    const struct filter_entry *e;

    if (!m->models)
        return mmu_store_general(m, va, size, value, f);
    e = filter_store(m, va, size);
    if (!e)
        return mmu_store_line(m, va, size, value) ||
               mmu_store_general(m, va, size, value, f);
    store_le((void *)(e->addend + va), size, value);
    return true;
}

/* AMO, LR and SC: naturally aligned, DRAM only. */
static bool locate_atomic(struct mmu *m, uint64_t va, unsigned size,
                          enum access access, enum attempt_kind kind,
                          struct span *s, struct fault *f)
{
    if (!is_aligned(va, size))
        return fault_misaligned(f, access, va);
    if (!locate(m, va, size, access, kind, s, f))
        return false;
    return s->part[0].host || refuse_at(m, s, access, va, f);
}

/* Where an AMO may read and write without asking, or NULL. */
static uint8_t *amo_host(struct mmu *m, uint64_t va, unsigned size)
{
    const struct host_page *page = mmu_page(m, va);
    const struct filter_entry *e;

    if (page->store_tag == mmu_tag(va, size, m->data_key) &&
        page->load_tag == page->store_tag)
        return (uint8_t *)(page->addend + va);
    if (!m->models || filtered(m, va)->load_tag != filtered(m, va)->store_tag)
        return NULL;
    e = filter_store(m, va, size);
    if (!e)
        return NULL;
    m->models->l1d.stats.accesses++; /* the read; the write is the filter's */
    return (uint8_t *)(e->addend + va);
}

static bool amo_miss(struct mmu *m, uint64_t va, unsigned size,
                     uint64_t (*op)(uint64_t old, uint64_t arg), uint64_t arg,
                     uint64_t *old, struct fault *f)
{
    struct span s;

    if (!locate_atomic(m, va, size, ACCESS_STORE, ATTEMPT_AMO, &s, f))
        return false;
    if (!mmu_pmp_permits(m, s.part[0].pa, size, ACCESS_LOAD,
                         m->data.rights.priv))
        return refuse_at(m, &s, ACCESS_STORE, va, f);
    touch(m, &s, false);
    *old = load_le(s.part[0].host, size);
    store_dram(m, va, &s, op(*old, arg));
    return true;
}

bool mmu_amo(struct mmu *m, uint64_t va, unsigned size,
             uint64_t (*op)(uint64_t old, uint64_t arg), uint64_t arg,
             uint64_t *old, struct fault *f)
{
    uint8_t *host = amo_host(m, va, size);

    if (!host)
        return amo_miss(m, va, size, op, arg, old, f);
    *old = load_le(host, size);
    store_le(host, size, op(*old, arg));
    return true;
}

bool mmu_load_reserved(struct mmu *m, uint64_t va, unsigned size,
                       uint64_t *value, struct fault *f)
{
    struct span s;
    uint32_t way;

    if (!locate_atomic(m, va, size, ACCESS_LOAD, ATTEMPT_ATOMIC, &s, f))
        return false;
    way = touch(m, &s, false);
    *value = load_le(s.part[0].host, size);
    m->is_reserved = true;
    m->reserved_pa = s.part[0].pa;
    m->reserved_size = (uint8_t)size;
    for (unsigned i = 0; i < m->n_harts; i++) {
        if (m->harts[i] != m)
            mmu_kill_stores(m->harts[i], m->reserved_pa);
    }
    mmu_fill_data(m, va, &s.part[0].t, way);
    return true;
}

/* Whether an SC there would store, if it did not trap. It looks without an
 * effect: an SC that fails counts nothing. */
static bool is_reserved_at(const struct mmu *m, uint64_t va, unsigned size)
{
    uint64_t pa;

    return m->is_reserved &&
           (!mmu_peek_context(m, &m->data, va, ACCESS_STORE, &pa) ||
            (pa == m->reserved_pa && size == m->reserved_size));
}

bool mmu_store_conditional(struct mmu *m, uint64_t va, unsigned size,
                           uint64_t value, bool *stored, struct fault *f)
{
    struct span s;

    if (!is_aligned(va, size))
        return fault_misaligned(f, ACCESS_STORE, va);
    *stored = is_reserved_at(m, va, size);
    if (*stored) {
        if (!locate_atomic(m, va, size, ACCESS_STORE, ATTEMPT_ATOMIC, &s, f))
            return false;
        store_dram(m, va, &s, value);
    }
    m->is_reserved = false;
    return true;
}
