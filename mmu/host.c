/*
 * The host-side cache: which pages the host may reach directly, and for
 * what; and who must hear of a write to DRAM.
 */
#include <assert.h>
#include <string.h>

#include "mmu/heat.h"
#include "mmu/internal.h"
#include "mmu/models.h"
#include "mmu/trace.h"

/* Bytes that may be reached without asking, and how. */
struct reach {
    uint64_t pa, len;
    const uint8_t *host;
    bool may_load, may_store;
};

static bool permits(const struct mmu *m, const struct context *c,
                    const struct translation *t, const struct reach *r,
                    enum access access)
{
    return (!c->scheme || pte_permits(t->leaf, access, &c->rights)) &&
           mmu_pmp_permits(m, r->pa, r->len, access, c->rights.priv);
}

static bool overlaps_watch(const struct mmu *m, uint64_t pa, uint64_t len)
{
    for (unsigned i = 0; i < m->n_watches; i++)
        if (pa < m->watches[i] + MMU_WATCH_BYTES && m->watches[i] < pa + len)
            return true;
    return false;
}

/* Stores that somebody must hear of go the slow way: those to frames with
 * decoded code or a watched word, and those to frames that another hart has
 * reserved. */
static bool is_watched(const struct mmu *m, uint64_t page_pa)
{
    if (overlaps_watch(m, page_pa, MMU_PAGE_SIZE))
        return true;
    for (unsigned i = 0; i < m->n_harts; i++) {
        const struct mmu *h = m->harts[i];

        if (h->code_lines[mmu_frame(m, page_pa)])
            return true;
        if (h != m && h->is_reserved &&
            h->reserved_pa >> MMU_PAGE_SHIFT == page_pa >> MMU_PAGE_SHIFT)
            return true;
    }
    return false;
}

bool mmu_may_be_unseen(struct mmu *m, uint64_t pa)
{
    uint8_t *is_unseen = &m->store_frames[mmu_frame(m, pa)];

    *is_unseen =
        bus_is_marked(m->bus, pa) && !is_watched(m, pa & ~MMU_PAGE_MASK);
    return *is_unseen;
}

/* With the visualiser looking, only a kind of access that it has seen in this
 * epoch is let through unseen. For the digest of DRAM, only a store to a frame
 * that is marked already. */
static void find_reach(struct mmu *m, const struct translation *t,
                       struct reach *r)
{
    const struct context *c = &m->data;
    bool is_dram = bus_ram(m->bus, r->pa, r->len);

    r->host = bus_readable(m->bus, r->pa, r->len);
    r->may_load = r->host && heat_has(m->heat, HEAT_READ, r->pa) &&
                  permits(m, c, t, r, ACCESS_LOAD);
    r->may_store = is_dram && t->leaf.bits & PTE_D &&
                   heat_has(m->heat, HEAT_WRITE, r->pa) &&
                   permits(m, c, t, r, ACCESS_STORE) &&
                   mmu_stores_unseen(m, t->page_pa);
}

/* A cell that still knew a page which another has displaced would save a walk:
 * what the guest sees would depend on who executes it. */
static void replace_tag(struct mmu *m, uint64_t *tag, uint64_t by)
{
    if (*tag != by && mmu_is_tag_live(m, *tag))
        mmu_new_generation(m);
    *tag = by;
}

static void fill_page(struct mmu *m, uint64_t va, const struct translation *t)
{
    struct reach r = {.pa = t->page_pa, .len = MMU_PAGE_SIZE};
    uint64_t page_va = va & ~MMU_PAGE_MASK;
    uint64_t tag = mmu_tag(page_va, 1, m->data_key);
    struct host_page *p = mmu_page(m, va);

    find_reach(m, t, &r);
    if (!r.host)
        return;
    replace_tag(m, &p->load_tag, r.may_load ? tag : HOST_TAG_NONE);
    replace_tag(m, &p->store_tag, r.may_store ? tag : HOST_TAG_NONE);
    p->addend = (uintptr_t)r.host - page_va;
    if (t->level)
        m->has_pieces[va >> 22 & 1023] = true;
}

static void fill_line(struct mmu *m, uint64_t va, const struct translation *t,
                      uint32_t way)
{
    struct models *s = m->models;
    struct filter *f = s->data;
    uint64_t line_va = va & ~f->line_mask;
    uint64_t tag = filter_tag(f, line_va, 1, m->data_key);
    uint32_t slot = t->slot < f->n_slots ? t->slot : f->n_slots;
    struct reach r = {
        .pa = t->page_pa | (line_va & MMU_PAGE_MASK),
        .len = f->line_mask + 1,
    };

    if (way == CACHE_NO_WAY && s->has_caches)
        return;
    find_reach(m, t, &r);
    if (!r.host)
        return;
    if (!s->has_caches)
        way = 0;
    else if (!s->l1d.is_dirty[way])
        r.may_store = false;
    filter_set(f, va, r.may_load ? tag : FILTER_NO_TAG,
               r.may_store ? tag : FILTER_NO_TAG, (uintptr_t)r.host - line_va,
               way, slot);
}

void mmu_fill_data(struct mmu *m, uint64_t va, const struct translation *t,
                   uint32_t way)
{
    if (m->sees_all)
        return;
    if (m->models)
        fill_line(m, va, t, way);
    else
        fill_page(m, va, t);
}

bool mmu_fill_fetch(struct mmu *m, uint64_t va, const struct translation *t)
{
    struct reach r = {.pa = t->page_pa, .len = MMU_PAGE_SIZE};
    uint64_t page_va = va & ~MMU_PAGE_MASK;
    struct fetch_page *p = mmu_fetch_page(m, va);

    r.host = bus_readable(m->bus, r.pa, r.len);
    if (!r.host || !permits(m, &m->fetch, t, &r, ACCESS_FETCH))
        return false;
    if (m->sees_all)
        return true;
    p->tag = mmu_tag(page_va, 1, m->fetch_key);
    p->page_pa = t->page_pa;
    p->addend = (uintptr_t)r.host - page_va;
    p->code = m->no_code;
    if (m->models) {
        struct filter *f = m->models->fetch;
        uint32_t slot = t->slot < f->n_slots ? t->slot : f->n_slots;

        p->slot_stamp = &f->slot_stamp[slot];
    }
    if (t->level && t->slot == TLB_NO_SLOT)
        m->has_pieces[va >> 22 & 1023] = true;
    return true;
}

void mmu_kill_stores(struct mmu *m, uint64_t pa)
{
    uint64_t page_pa = pa & ~MMU_PAGE_MASK;
    uintptr_t host = (uintptr_t)bus_ram(m->bus, page_pa, MMU_PAGE_SIZE);

    if (!m->store_frames[mmu_frame(m, pa)])
        return;
    m->store_frames[mmu_frame(m, pa)] = false;
    mmu_new_generation(m);
    if (m->models)
        filter_kill_stores(m->models->data, host);
    for (unsigned i = 0; i < HOST_PAGES; i++) {
        struct host_page *p = &m->pages[i];
        uint64_t page_va = p->store_tag & UINT64_C(0xfffff000);

        if (p->addend + page_va == host)
            p->store_tag = HOST_TAG_NONE;
    }
}

void mmu_forget_stores(struct mmu *m)
{
    mmu_new_generation(m);
    memset(m->store_frames, 0, m->bus->ram_size >> MMU_PAGE_SHIFT);
    if (m->models) {
        filter_forget_stores(m->models->data);
        return; /* and so no page is in the table */
    }
    for (unsigned i = 0; i < HOST_PAGES; i++)
        m->pages[i].store_tag = HOST_TAG_NONE;
}

/* The bits of the 64-byte lines that [pa, pa + len) has in pa's frame. */
static uint64_t line_mask(uint64_t pa, uint64_t len)
{
    unsigned first = pa >> 6 & 63;
    uint64_t last = (pa & MMU_PAGE_MASK) + len - 1;

    return bits(~UINT64_C(0), last > MMU_PAGE_MASK ? 63 : (unsigned)last >> 6,
                first)
           << first;
}

void mmu_mark_code(struct mmu *m, uint64_t pa, uint64_t len)
{
    while (len) {
        uint64_t here = MMU_PAGE_SIZE - (pa & MMU_PAGE_MASK);
        uint64_t part = here < len ? here : len;

        if (bus_ram(m->bus, pa, part)) {
            uint64_t *lines = &m->code_lines[mmu_frame(m, pa)];

            for (unsigned i = 0; !*lines && i < m->n_harts; i++)
                mmu_kill_stores(m->harts[i], pa);
            *lines |= line_mask(pa, part);
        }
        pa += part;
        len -= part;
    }
}

void mmu_unmark_code(struct mmu *m, uint64_t pa)
{
    if (bus_ram(m->bus, pa, 1))
        m->code_lines[mmu_frame(m, pa)] = 0;
}

static void code_written(struct mmu *h, uint64_t pa, uint64_t len)
{
    while (len) {
        uint64_t here = MMU_PAGE_SIZE - (pa & MMU_PAGE_MASK);
        uint64_t part = here < len ? here : len;

        if (h->code_lines[mmu_frame(h, pa)] & line_mask(pa, part) &&
            h->port.code_written)
            h->port.code_written(h->port.ctx, pa, part);
        pa += part;
        len -= part;
    }
}

static void break_reservation(struct mmu *h, uint64_t pa, uint64_t len)
{
    if (h->is_reserved && h->reserved_pa < pa + len &&
        pa < h->reserved_pa + h->reserved_size)
        h->is_reserved = false;
}

void mmu_written(struct mmu *m, uint64_t pa, uint64_t len)
{
    bus_mark_written(m->bus, pa, len);
    for (unsigned i = 0; i < m->n_harts; i++) {
        if (m->harts[i] != m)
            break_reservation(m->harts[i], pa, len);
        code_written(m->harts[i], pa, len);
    }
    if (overlaps_watch(m, pa, len) && m->port.watched_written)
        m->port.watched_written(m->port.ctx, pa, len);
}

void mmu_watch_stores(struct mmu *m, uint64_t pa)
{
    assert(m->n_watches < MMU_MAX_WATCHES);
    m->watches[m->n_watches++] = pa;
    mmu_kill_stores(m, pa);
    mmu_kill_stores(m, pa + MMU_WATCH_BYTES - 1);
}

/* Its own blocks never stand where it walks: a hart that executes its page
 * table needs FENCE.I for what the walk wrote. */
void mmu_walked(struct mmu *m, const struct walk *w)
{
    uint64_t pa;

    if (!w->was_updated)
        return;
    pa = w->read_pa[w->n_reads - 1];
    bus_mark_written(m->bus, pa, sizeof(uint32_t));
    for (unsigned i = 0; i < m->n_harts; i++) {
        if (m->harts[i] == m)
            continue;
        break_reservation(m->harts[i], pa, sizeof(uint32_t));
        code_written(m->harts[i], pa, sizeof(uint32_t));
    }
}

void mmu_snoop_dma_read(struct mmu *m, uint64_t pa, uint64_t len)
{
    if (!len)
        return;
    if (m->trace)
        trace_dma(m->trace, false, pa, len);
    heat_note(m->heat, HEAT_READ, pa, len);
    if (m->models && m->models->has_caches)
        models_dma_read(m, pa, len);
}

void mmu_snoop_dma_write(struct mmu *m, uint64_t pa, uint64_t len)
{
    if (!len)
        return;
    if (m->trace)
        trace_dma(m->trace, true, pa, len);
    heat_note(m->heat, HEAT_WRITE, pa, len);
    if (m->models && m->models->has_caches)
        models_dma_write(m, pa, len);
    for (unsigned i = 0; i < m->n_harts; i++) {
        break_reservation(m->harts[i], pa, len);
        code_written(m->harts[i], pa, len);
    }
}
