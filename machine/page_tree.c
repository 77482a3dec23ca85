/*
 * The visitor of page-table trees.
 */
#include "machine/page_tree.h"

#include "base/bits.h"
#include "mmu/pte.h"

#define TABLE_BYTES 4096
#define PAGE_SHIFT 12
#define PPN_SHIFT 10
#define PTE_LEAF_BITS UINT64_C(0xe) /* R, W or X */

uint64_t page_tree_pa(const struct walk_scheme *scheme, uint64_t pte)
{
    uint64_t ppn = pte >> PPN_SHIFT & ((UINT64_C(1) << scheme->ppn_bits) - 1);

    return ppn << PAGE_SHIFT;
}

/* Virtual addresses of half the space and more are sign-extended. */
static uint64_t canonical(const struct walk_scheme *scheme, uint64_t va)
{
    if (scheme->va_bits == 32)
        return va;
    return (uint64_t)sign_extend(va, scheme->va_bits);
}

static bool visit(const struct page_tree *t, uint64_t table_pa, uint64_t va,
                  unsigned level)
{
    const struct walk_scheme *s = t->scheme;
    unsigned shift = PAGE_SHIFT + level * s->index_bits;
    uint8_t bytes[TABLE_BYTES];
    bool ok = true;

    if (!*t->budget || !guest_peek(t->memory, table_pa, bytes, sizeof bytes))
        return false;
    --*t->budget;
    if (t->table)
        t->table(t->ctx, table_pa);
    for (uint64_t i = 0; i < TABLE_BYTES / s->pte_bytes && ok; i++) {
        uint64_t pte = load_le(bytes + i * s->pte_bytes, s->pte_bytes);
        uint64_t entry_va = canonical(s, va + (i << shift));

        if (!pte || entry_va >= t->va_end)
            continue;
        if (level && pte & PTE_V && !(pte & PTE_LEAF_BITS))
            ok = visit(t, page_tree_pa(s, pte), va + (i << shift), level - 1);
        else
            t->entry(t->ctx, entry_va, pte, level);
    }
    return ok;
}

bool page_tree_visit(const struct page_tree *t, uint64_t root_pa)
{
    return visit(t, root_pa, 0, t->scheme->levels - 1);
}

uint64_t page_tree_lookup(const struct guest_memory *memory,
                          const struct walk_scheme *scheme, uint64_t root_pa,
                          uint64_t va, unsigned *level)
{
    uint64_t table = root_pa, pte = 0;

    for (*level = scheme->levels - 1;; --*level) {
        unsigned shift = PAGE_SHIFT + *level * scheme->index_bits;
        uint64_t index =
            va >> shift & ((UINT64_C(1) << scheme->index_bits) - 1);

        pte = 0;
        if (!guest_peek(memory, table + index * scheme->pte_bytes, &pte,
                        scheme->pte_bytes) ||
            !*level || !(pte & PTE_V) || pte & PTE_LEAF_BITS)
            return pte;
        table = page_tree_pa(scheme, pte);
    }
}
