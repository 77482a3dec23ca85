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
 *     63        51 50   38 37 36   35    34  33 32 31        12 11        0
 *    [ generation | epoch | priv | SUM | MXR | 0 0 | virtual pn | alignment ]
 *
 * Bits 33:32 are 0, so that an address that was computed in more than 32 bits
 * matches nothing. The generation is 0 but in the cells of generated code: it
 * is new whenever a page alone is forgotten, as nobody knows which of them it
 * is in.
 */
#include "mmu/mmu.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "mmu/heat.h"
#include "mmu/internal.h"
#include "mmu/models.h"
#include "mmu/observe.h"

#define EPOCH_SHIFT 38
#define GENERATION_SHIFT 51
#define EPOCH_MAX ((UINT64_C(1) << (GENERATION_SHIFT - EPOCH_SHIFT)) - 1)
#define GENERATION_MAX ((UINT64_C(1) << (64 - GENERATION_SHIFT)) - 1)
#define VA_MASK UINT64_C(0xffffffff)

void mmu_forget_fetch(struct mmu *m, uint64_t va, bool all)
{
    /* One page has a place for each privilege. */
    uint64_t step = all ? 1 : FETCH_PAGES / 4;

    for (uint64_t i = 0; i < FETCH_PAGES; i += step)
        m->fetch_pages[((va >> MMU_PAGE_SHIFT) + i) & (FETCH_PAGES - 1)].tag =
            HOST_TAG_NONE;
    m->fetch_line = FILTER_NO_TAG;
}

static void set_cell_key(struct mmu *m)
{
    m->cell_key = m->data_key | m->generation << GENERATION_SHIFT;
}

static void forget_cells(struct mmu *m)
{
    for (unsigned i = 0; i < MMU_CELLS; i++)
        m->cells[i].tag = HOST_TAG_NONE;
    m->generation = 0;
    set_cell_key(m);
}

void mmu_new_generation(struct mmu *m)
{
    if (m->generation == GENERATION_MAX) {
        forget_cells(m);
        return;
    }
    m->generation++;
    set_cell_key(m);
}

void mmu_forget_all(struct mmu *m)
{
    for (unsigned i = 0; i < HOST_PAGES; i++) {
        m->pages[i].load_tag = HOST_TAG_NONE;
        m->pages[i].store_tag = HOST_TAG_NONE;
    }
    forget_cells(m);
    mmu_forget_fetch(m, 0, true);
    if (m->models) {
        filter_kill_all(m->models->data);
        filter_kill_all(m->models->fetch);
    }
}

static uint64_t new_epoch(struct mmu *m)
{
    return ++m->last_epoch;
}

/* Where the numbers soon run out: nothing is cached under any, and they start
 * again. Due before any that are drawn; 2 * MMU_SPACES are left after it. */
static void spare_epochs(struct mmu *m)
{
    if (m->last_epoch <= EPOCH_MAX - 2 * MMU_SPACES)
        return;
    mmu_forget_all(m);
    m->last_epoch = 0;
    m->bare_epoch = new_epoch(m);
    for (unsigned i = 0; i < MMU_SPACES; i++)
        m->spaces[i].epoch = 0;
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

bool mmu_is_tag_live(const struct mmu *m, uint64_t tag)
{
    uint64_t epoch = tag >> EPOCH_SHIFT;

    if (!epoch || epoch == m->bare_epoch)
        return epoch;
    for (unsigned i = 0; i < MMU_SPACES; i++) {
        if (m->spaces[i].epoch == epoch)
            return true;
    }
    return false;
}

static uint64_t key_of(const struct mmu *m, const struct context *c)
{
    uint64_t epoch = c->scheme ? m->satp_epoch : m->bare_epoch;

    return epoch << EPOCH_SHIFT |
           (uint64_t)c->rights.priv << MMU_KEY_PRIV_SHIFT |
           (uint64_t)c->rights.sum << 35 | (uint64_t)c->rights.mxr << 34;
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
    if (m->models)
        models_settle(m);
    set_context(m, &m->fetch, m->priv);
    m->fetch.rights.sum = m->fetch.rights.mxr = false; /* of no concern there */
    set_context(m, &m->data, m->mprv ? m->mpp : m->priv);
    m->fetch_key = key_of(m, &m->fetch);
    m->data_key = key_of(m, &m->data);
    set_cell_key(m);
}

/* Forgets translations: all, or those of the spaces with this ASID. */
static void forget(struct mmu *m, bool has_asid, uint64_t asid)
{
    spare_epochs(m);
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

    memset(m, 0, sizeof *m);
    m->config = *config;
    m->is_svade = config->is_svade;
    m->bus = bus;
    m->harts[0] = m;
    m->n_harts = 1;
    m->code_lines = alloc_zeroed(frames + 1, sizeof *m->code_lines);
    m->store_frames = alloc_zeroed(frames + 1, sizeof *m->store_frames);
    m->kept = m->models = models_new(m, l2);
    m->fetch_line_mask = m->models ? m->models->fetch->line_mask : 63;
    mmu_forget_all(m);
    mmu_reset(m);
}

void mmu_free(struct mmu *m)
{
    free(m->code_lines);
    free(m->store_frames);
    models_delete(m->kept);
    stale_free(m);
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
    if (m->models)
        models_clear(m);
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
    if (m->trace)
        trace_satp(m->trace, m->number, satp);
    m->satp = satp;
    m->scheme = walk_scheme_of(satp, 32);
    if (m->scheme) {
        spare_epochs(m);
        m->satp_epoch = space_epoch(m);
    }
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

void mmu_set_svade(struct mmu *m, bool is_svade)
{
    if (m->is_svade == is_svade)
        return;
    m->is_svade = is_svade;
    forget(m, false, 0);
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

static void forget_page(struct mmu *m, uint64_t va)
{
    struct host_page *p = mmu_page(m, va);

    p->load_tag = p->store_tag = HOST_TAG_NONE;
    mmu_new_generation(m);
    mmu_forget_fetch(m, va, false);
}

void mmu_sfence(struct mmu *m, bool has_va, uint64_t va, bool has_asid,
                uint64_t asid)
{
    bool has_tlbs = m->models && m->models->has_tlbs;

    va &= VA_MASK;
    asid &= (1u << walk_schemes32[0].asid_bits) - 1;
    if (m->trace)
        trace_sfence(m->trace, m->number, has_va, va, has_asid, asid);
    if (m->models)
        models_sfence(m, has_va, va, has_asid, asid);
    /* An address drops all of a superpage, which may be here in pieces. */
    if (!has_va || (m->models && !has_tlbs) || m->has_pieces[va >> 22 & 1023])
        forget(m, has_asid && !has_va, asid);
    else if (!has_tlbs)
        forget_page(m, va);
}

void mmu_fence_i(struct mmu *m)
{
    if (m->trace)
        trace_fence_i(m->trace, m->number);
    if (m->models && m->models->has_caches)
        models_drop_l1i(m);
}

void mmu_count(struct mmu *m, struct mmu_counts *counts)
{
    memset(counts, 0, sizeof *counts);
    if (m->kept)
        models_count(m, counts);
}

void mmu_switch_models(struct mmu *m, bool on)
{
    m->is_switched_off = !on;
    if (!m->kept || on == (m->models != NULL))
        return;
    if (!on)
        models_settle(m);
    m->models = m->kept;
    models_clear(m);
    mmu_forget_all(m);
    if (!on)
        m->models = NULL;
    forget(m, false, 0);
}

void mmu_set_heat(struct mmu *m, struct heat *heat)
{
    m->heat = heat;
    forget(m, false, 0);
}

void mmu_heat_epoch(struct mmu *m, uint64_t now)
{
    m->heat->now = now;
    m->bare_epoch = new_epoch(m);
    forget(m, false, 0);
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
    archive_check(a,
                  !m->is_reserved ||
                      (m->reserved_size == 4 && is_aligned(m->reserved_pa, 4) &&
                       bus_ram(m->bus, m->reserved_pa, 4)),
                  "reserved_pa");
    archive_u64(a, "stalls", &m->stalls);
    archive_pmp(m, a);
    if (archive_is_loading(a)) {
        pmp_set(&m->pmp, 0, m->pmp.cfg[0], m->pmp.addr[0]);
        forget_rights(m);
        mmu_forget_stores(m);
    }
    if (m->kept)
        models_archive(m, a);
}
