/*
 * The page-table walk. Entries are read from DRAM only: anything else, a
 * device's register above all, is an access fault without a side effect.
 */
#include "mmu/walk.h"

#include "base/bits.h"
#include "base/compiler.h"

#define PAGE_SHIFT 12

// clang-format off
const struct walk_scheme walk_schemes32[1] = {
    /* name   va levels index pte ppn  mode lo  asid lo bits */
    { "sv32", 32, 2,    10,   4,  22,  1,   31, 22,     9 },
};
// clang-format on

const struct walk_scheme *walk_scheme_of(uint64_t satp, unsigned xlen)
{
    if (xlen != 32)
        return NULL;
    for (unsigned i = 0; i < ARRAY_SIZE(walk_schemes32); i++) {
        if (bits(satp, 31, walk_schemes32[i].mode_lo) == walk_schemes32[i].mode)
            return &walk_schemes32[i];
    }
    return NULL;
}

static uint64_t entry_pa(const struct walk_request *q, uint64_t table_ppn,
                         unsigned level)
{
    const struct walk_scheme *s = q->scheme;
    unsigned lo = PAGE_SHIFT + s->index_bits * level;
    uint64_t index = bits(q->va, lo + s->index_bits - 1, lo);

    return (table_ppn << PAGE_SHIFT) + index * s->pte_bytes;
}

/* Host memory of an entry, if the walk (always as S-mode) may access it. */
static uint8_t *entry_host(const struct walk_request *q, uint64_t pa,
                           enum access access)
{
    unsigned size = q->scheme->pte_bytes;

    if (q->pmp && !pmp_permits(q->pmp, pa, size, access, PRIV_S))
        return NULL;
    return bus_ram(q->bus, pa, size);
}

static uint64_t pte_ppn(const struct walk_scheme *s, struct pte p)
{
    return p.bits >> PTE_PPN_SHIFT & ((UINT64_C(1) << s->ppn_bits) - 1);
}

/* Sets A, and D for a store, unless they are there (4.3.2 step 7). */
static enum walk_status update(const struct walk_request *q, struct walk *w,
                               uint64_t pa)
{
    uint64_t wanted = q->access == ACCESS_STORE ? PTE_A | PTE_D : PTE_A;
    uint8_t *host;

    if ((w->leaf.bits & wanted) == wanted)
        return WALK_OK;
    if (q->is_svade)
        return WALK_PAGE_FAULT;
    host = entry_host(q, pa, ACCESS_STORE);
    if (!host)
        return WALK_ACCESS_FAULT;
    if (!q->is_peek && q->will_happen && !q->will_happen(q->ctx))
        return WALK_OK;
    w->leaf.bits |= wanted;
    if (q->is_peek)
        return WALK_OK;
    store_le(host, q->scheme->pte_bytes, w->leaf.bits);
    w->was_updated = true;
    return WALK_OK;
}

static enum walk_status finish(const struct walk_request *q, struct walk *w,
                               uint64_t pa)
{
    uint64_t ppn = pte_ppn(q->scheme, w->leaf);
    uint64_t within = (UINT64_C(1) << w->level * q->scheme->index_bits) - 1;

    if (!pte_permits(w->leaf, q->access, &q->rights))
        return WALK_PAGE_FAULT;
    if (ppn & within) /* a misaligned superpage */
        return WALK_PAGE_FAULT;
    w->page_pa = (ppn | (q->va >> PAGE_SHIFT & within)) << PAGE_SHIFT;
    return update(q, w, pa);
}

enum walk_status walk(const struct walk_request *q, struct walk *w)
{
    uint64_t table_ppn = q->root_ppn;

    w->n_reads = 0;
    w->was_updated = w->is_global = false;
    for (unsigned level = q->scheme->levels; level-- > 0;) {
        uint64_t pa = entry_pa(q, table_ppn, level);
        const uint8_t *host = entry_host(q, pa, ACCESS_LOAD);

        if (!host)
            return WALK_ACCESS_FAULT;
        w->read_pa[w->n_reads++] = pa;
        w->leaf.bits = load_le(host, q->scheme->pte_bytes);
        if (!pte_is_valid(w->leaf))
            return WALK_PAGE_FAULT;
        w->is_global |= (w->leaf.bits & PTE_G) != 0;
        w->level = level;
        if (pte_is_leaf(w->leaf))
            return finish(q, w, pa);
        /* A, D and U of a pointer are reserved and must be 0. */
        if (w->leaf.bits & (PTE_A | PTE_D | PTE_U))
            return WALK_PAGE_FAULT;
        table_ppn = pte_ppn(q->scheme, w->leaf);
    }
    return WALK_PAGE_FAULT;
}
