/*
 * The life of an mmu, its contexts, and the host-side translation cache:
 * what enters it and what makes it forget.
 *
 * A cached page is keyed by its virtual page number and a context: an epoch
 * (a number drawn once for each satp value and again at each fence over it),
 * the effective privilege, SUM and MXR. So a trap, an xRET or a write of satp
 * changes the key and forgets nothing, a fence over everything is a new
 * number, and a fence over one page kills one entry.
 *
 *     63      36 35 34   33    32  31        12 11        0
 *    [  epoch  | priv | SUM | MXR | virtual pn | alignment ]
 */
#include "mmu/mmu.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "mmu/internal.h"

#define EPOCH_SHIFT 36
#define EPOCH_MAX ((UINT64_C(1) << (64 - EPOCH_SHIFT)) - 1)
#define VA_MASK UINT64_C(0xffffffff)

static void wipe(struct mmu *m)
{
    for (unsigned i = 0; i < HOST_PAGES; i++) {
        m->pages[i].load_tag = HOST_TAG_NONE;
        m->pages[i].store_tag = HOST_TAG_NONE;
    }
    for (unsigned i = 0; i < FETCH_PAGES; i++)
        m->fetch_pages[i].tag = HOST_TAG_NONE;
}

static uint64_t new_epoch(struct mmu *m)
{
    return ++m->last_epoch;
}

/* The epoch of the current satp; an address space not seen lately gets a new
 * one, in the place of the one that came longest ago. */
static uint64_t space_epoch(struct mmu *m)
{
    struct space *s;

    for (unsigned i = 0; i < MMU_SPACES; i++) {
        s = &m->spaces[i];
        if (s->epoch && s->satp == m->satp)
            return s->epoch;
    }
    s = &m->spaces[m->next_space++ % MMU_SPACES];
    s->satp = m->satp;
    s->epoch = new_epoch(m);
    return s->epoch;
}

static uint64_t key_of(const struct mmu *m, const struct context *c)
{
    uint64_t epoch = c->scheme ? m->satp_epoch : m->bare_epoch;

    return epoch << EPOCH_SHIFT | (uint64_t)c->rights.priv << 34 |
           (uint64_t)c->rights.sum << 33 | (uint64_t)c->rights.mxr << 32;
}

static void set_context(const struct mmu *m, struct context *c,
                        enum privilege priv)
{
    c->scheme = priv == PRIV_M ? NULL : m->scheme;
    c->rights.priv = priv;
    c->rights.sum = c->scheme && priv == PRIV_S && m->sum;
    c->rights.mxr = c->scheme && m->mxr;
}

static void update_contexts(struct mmu *m)
{
    set_context(m, &m->fetch, m->priv);
    set_context(m, &m->data, m->mprv ? m->mpp : m->priv);
    m->fetch_key = key_of(m, &m->fetch);
    m->data_key = key_of(m, &m->data);
}

/* Forgets translations: all, or those of the spaces with this ASID. */
static void forget(struct mmu *m, bool has_asid, uint64_t asid)
{
    if (m->last_epoch > EPOCH_MAX - 2 * MMU_SPACES) {
        wipe(m);
        m->last_epoch = 0;
        m->bare_epoch = new_epoch(m);
        has_asid = false;
    }
    for (unsigned i = 0; i < MMU_SPACES; i++) {
        struct space *s = &m->spaces[i];
        const struct walk_scheme *scheme = walk_scheme_of(s->satp, 32);

        if (!has_asid || !scheme || satp_asid(scheme, s->satp) == asid)
            s->epoch = 0;
    }
    if (!has_asid)
        memset(m->has_pieces, 0, sizeof m->has_pieces);
    m->satp_epoch = space_epoch(m);
    update_contexts(m);
}

/* PMP changed: what was permitted may not be, physical addresses too. */
static void forget_rights(struct mmu *m)
{
    m->bare_epoch = new_epoch(m);
    forget(m, false, 0);
}

void mmu_init(struct mmu *m, const struct mmu_config *config, struct bus *bus,
              struct cache *l2)
{
    uint64_t frames = bus->ram_size >> MMU_PAGE_SHIFT;

    (void)l2;
    memset(m, 0, sizeof *m);
    m->config = *config;
    m->bus = bus;
    m->harts[0] = m;
    m->n_harts = 1;
    m->pages = alloc_zeroed(HOST_PAGES, sizeof *m->pages);
    m->fetch_pages = alloc_zeroed(FETCH_PAGES, sizeof *m->fetch_pages);
    m->code_lines = alloc_zeroed(frames + 1, sizeof *m->code_lines);
    m->store_frames = alloc_zeroed(frames + 1, sizeof *m->store_frames);
    wipe(m);
    mmu_reset(m);
}

void mmu_free(struct mmu *m)
{
    free(m->pages);
    free(m->fetch_pages);
    free(m->code_lines);
    free(m->store_frames);
    memset(m, 0, sizeof *m);
}

void mmu_reset(struct mmu *m)
{
    m->satp = 0;
    m->scheme = NULL;
    m->priv = m->mpp = PRIV_M;
    m->mprv = m->sum = m->mxr = false;
    m->is_reserved = false;
    m->reserved_pa = 0;
    m->reserved_size = 0;
    pmp_reset(&m->pmp);
    forget_rights(m);
}

void mmu_set_port(struct mmu *m, const struct mmu_port *port)
{
    m->port = *port;
}

void mmu_join(struct mmu *const *harts, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        memcpy(harts[i]->harts, harts, n * sizeof *harts);
        harts[i]->n_harts = n;
    }
}

void mmu_set_satp(struct mmu *m, uint64_t satp)
{
    m->satp = satp;
    m->scheme = walk_scheme_of(satp, 32);
    if (m->scheme)
        m->satp_epoch = space_epoch(m);
    update_contexts(m);
}

void mmu_set_mode(struct mmu *m, enum privilege priv, bool mprv,
                  enum privilege mpp, bool sum, bool mxr)
{
    m->priv = priv;
    m->mprv = mprv;
    m->mpp = mpp;
    m->sum = sum;
    m->mxr = mxr;
    update_contexts(m);
}

void mmu_set_pmp(struct mmu *m, unsigned i, uint8_t cfg, uint64_t addr)
{
    pmp_set(&m->pmp, i, cfg, addr);
    forget_rights(m);
}

void mmu_write_pmpcfg(struct mmu *m, unsigned i, uint8_t cfg)
{
    pmp_write_cfg(&m->pmp, i, cfg);
    forget_rights(m);
}

void mmu_write_pmpaddr(struct mmu *m, unsigned i, uint64_t addr)
{
    pmp_write_addr(&m->pmp, i, addr);
    forget_rights(m);
}

static bool *piece_bit(struct mmu *m, uint64_t va)
{
    return &m->has_pieces[va >> 22 & 1023];
}

static void forget_page(struct mmu *m, uint64_t va)
{
    struct host_page *p = mmu_page(m, va);

    p->load_tag = p->store_tag = HOST_TAG_NONE;
    m->fetch_pages[va >> MMU_PAGE_SHIFT & (FETCH_PAGES - 1)].tag =
        HOST_TAG_NONE;
}

void mmu_sfence(struct mmu *m, bool has_va, uint64_t va, bool has_asid,
                uint64_t asid)
{
    /* An address drops all of a superpage, which may be here in pieces. */
    if (!has_va || *piece_bit(m, va))
        forget(m, has_asid && !has_va, asid);
    else
        forget_page(m, va);
}

void mmu_fence_i(struct mmu *m)
{
    (void)m;
}

static bool permits(const struct mmu *m, const struct context *c,
                    const struct translation *t, enum access access)
{
    return (!c->scheme || pte_permits(t->leaf, access, &c->rights)) &&
           mmu_pmp_permits(m, t->page_pa, MMU_PAGE_SIZE, access,
                           c->rights.priv);
}

static uint64_t frame_of(const struct mmu *m, uint64_t pa)
{
    return (pa - m->bus->ram_base_pa) >> MMU_PAGE_SHIFT;
}

/* Stores that somebody must hear of go the slow way: those to frames with
 * decoded code, and those to frames that another hart has reserved. */
static bool is_watched(const struct mmu *m, uint64_t page_pa)
{
    for (unsigned i = 0; i < m->n_harts; i++) {
        const struct mmu *h = m->harts[i];

        if (h->code_lines[frame_of(m, page_pa)])
            return true;
        if (h != m && h->is_reserved &&
            h->reserved_pa >> MMU_PAGE_SHIFT == page_pa >> MMU_PAGE_SHIFT)
            return true;
    }
    return false;
}

void mmu_fill_data(struct mmu *m, uint64_t va, const struct translation *t,
                   enum access access)
{
    const struct context *c = &m->data;
    const uint8_t *host = bus_readable(m->bus, t->page_pa, MMU_PAGE_SIZE);
    uint64_t tag = mmu_tag(va & ~MMU_PAGE_MASK, 1, m->data_key);
    struct host_page *p = mmu_page(m, va);
    bool has_dirty = access == ACCESS_STORE || (t->leaf.bits & PTE_D);

    if (!host)
        return;
    p->load_tag = permits(m, c, t, ACCESS_LOAD) ? tag : HOST_TAG_NONE;
    p->store_tag = HOST_TAG_NONE;
    p->addend = (uintptr_t)host - (va & ~MMU_PAGE_MASK);
    if (has_dirty && bus_ram(m->bus, t->page_pa, MMU_PAGE_SIZE) &&
        permits(m, c, t, ACCESS_STORE) && !is_watched(m, t->page_pa)) {
        p->store_tag = tag;
        m->store_frames[frame_of(m, t->page_pa)] = true;
    }
    if (t->level)
        *piece_bit(m, va) = true;
}

bool mmu_fill_fetch(struct mmu *m, uint64_t va, const struct translation *t)
{
    const uint8_t *host = bus_readable(m->bus, t->page_pa, MMU_PAGE_SIZE);
    struct fetch_page *p =
        &m->fetch_pages[va >> MMU_PAGE_SHIFT & (FETCH_PAGES - 1)];

    if (!host || !permits(m, &m->fetch, t, ACCESS_FETCH))
        return false;
    p->tag = mmu_tag(va & ~MMU_PAGE_MASK, 1, m->fetch_key);
    p->page_pa = t->page_pa;
    p->addend = (uintptr_t)host - (va & ~MMU_PAGE_MASK);
    if (t->level)
        *piece_bit(m, va) = true;
    return true;
}

void mmu_kill_stores(struct mmu *m, uint64_t pa)
{
    uint64_t page_pa = pa & ~MMU_PAGE_MASK;
    uintptr_t host = (uintptr_t)bus_ram(m->bus, page_pa, MMU_PAGE_SIZE);

    if (!m->store_frames[frame_of(m, pa)])
        return;
    m->store_frames[frame_of(m, pa)] = false;
    for (unsigned i = 0; i < HOST_PAGES; i++) {
        struct host_page *p = &m->pages[i];

        if (p->addend + (p->store_tag & VA_MASK & ~MMU_PAGE_MASK) == host)
            p->store_tag = HOST_TAG_NONE;
    }
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
            uint64_t *lines = &m->code_lines[frame_of(m, pa)];

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
        m->code_lines[frame_of(m, pa)] = 0;
}

static void code_written(struct mmu *h, uint64_t pa, uint64_t len)
{
    while (len) {
        uint64_t here = MMU_PAGE_SIZE - (pa & MMU_PAGE_MASK);
        uint64_t part = here < len ? here : len;

        if (h->code_lines[frame_of(h, pa)] & line_mask(pa, part) &&
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
    for (unsigned i = 0; i < m->n_harts; i++) {
        if (m->harts[i] != m)
            break_reservation(m->harts[i], pa, len);
        code_written(m->harts[i], pa, len);
    }
}

void mmu_snoop_dma_read(struct mmu *m, uint64_t pa, uint64_t len)
{
    (void)m;
    (void)pa;
    (void)len;
}

void mmu_snoop_dma_write(struct mmu *m, uint64_t pa, uint64_t len)
{
    for (unsigned i = 0; i < m->n_harts; i++) {
        break_reservation(m->harts[i], pa, len);
        code_written(m->harts[i], pa, len);
    }
}

bool mmu_has_models(const struct mmu *m)
{
    (void)m;
    return false;
}

unsigned mmu_fetch_line_bytes(const struct mmu *m)
{
    (void)m;
    return 64;
}

static void archive_pmp(struct mmu *m, struct archive *a)
{
    for (unsigned i = 0; i < PMP_ENTRIES; i++) {
        archive_u8(a, "pmpcfg", &m->pmp.cfg[i]);
        archive_u64(a, "pmpaddr", &m->pmp.addr[i]);
    }
}

void mmu_archive(struct mmu *m, struct archive *a)
{
    archive_section(a, "mmu");
    archive_bool(a, "is_reserved", &m->is_reserved);
    archive_u64(a, "reserved_pa", &m->reserved_pa);
    archive_u8(a, "reserved_size", &m->reserved_size);
    archive_check(a, m->reserved_size <= 8, "reserved_size");
    archive_pmp(m, a);
    if (archive_is_loading(a)) {
        pmp_set(&m->pmp, 0, m->pmp.cfg[0], m->pmp.addr[0]);
        forget_rights(m);
    }
}
