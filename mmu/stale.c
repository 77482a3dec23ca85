/*
 * The watch for stale TLB entries: at each use of an entry of a first-level
 * TLB, a walk without effects says what would happen without it. What is
 * reported once is noted until a walk fills an entry like it again, so that
 * the entry that comes back from the second level is not reported anew.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "mmu/models.h"
#include "mmu/observe.h"

#define NOTES 4096 /* a power of two; more make room by forgetting others */

struct note {
    uint64_t key; /* the entry's; TLB_INVALID_KEY: no note */
    bool is_fetch;
    uint64_t info; /* the entry's */
    uint64_t leaf; /* what a walk found, or WALK_FAILED */
};

#define WALK_FAILED UINT64_MAX

struct stale_notes {
    struct note note[NOTES];
};

void stale_prepare(struct mmu *m)
{
    if (m->stale.notes)
        return;
    m->stale.notes = alloc_zeroed(1, sizeof *m->stale.notes);
    for (unsigned i = 0; i < NOTES; i++)
        m->stale.notes->note[i].key = TLB_INVALID_KEY;
}

void stale_free(struct mmu *m)
{
    free(m->stale.notes);
}

static struct note *note_of(const struct mmu *m, uint64_t key, bool is_fetch)
{
    uint64_t hash = (key + is_fetch) * UINT64_C(0x9e3779b97f4a7c15) >> 32;

    return &m->stale.notes->note[hash & (NOTES - 1)];
}

void stale_forget(const struct mmu *m, uint64_t key, bool is_fetch)
{
    struct note *n = note_of(m, key, is_fetch);

    if (n->key == key && n->is_fetch == is_fetch)
        n->key = TLB_INVALID_KEY;
}

/* Whether all is as it was when it was reported; else notes it. */
static bool is_known(const struct mmu *m, const struct note *now)
{
    struct note *n = note_of(m, now->key, now->is_fetch);

    if (n->key == now->key && n->is_fetch == now->is_fetch &&
        n->info == now->info && n->leaf == now->leaf)
        return true;
    *n = *now;
    return false;
}

/* What decides about an access; A and D do not. */
#define RIGHTS (PTE_R | PTE_W | PTE_X | PTE_U)

static uint64_t without_ad(uint64_t bits)
{
    return bits & ~(uint64_t)(PTE_A | PTE_D);
}

/* Whether the access goes the same way with the entry as with a walk. */
static bool agrees(const struct mmu_stale_use *use)
{
    if (use->is_refused)
        return use->walk != WALK_OK;
    return use->walk == WALK_OK && use->walk_pa == use->entry_pa;
}

void stale_check(const struct mmu *m, const struct walk_request *q,
                 const struct tlb *t, uint32_t slot, uint64_t key)
{
    struct walk_request peek = *q;
    struct pte entry = {t->info[slot] & TLB_FLAGS};
    struct note note = {t->key[slot], q->access == ACCESS_FETCH,
                        without_ad(t->info[slot]), WALK_FAILED};
    struct mmu_stale_use use = {
        .va = q->va,
        .access = q->access,
        .entry_pa = tlb_page_pa(t, slot, key) | (q->va & MMU_PAGE_MASK),
        .entry_bits = entry.bits & RIGHTS,
        .is_refused = !pte_permits(entry, q->access, &q->rights),
    };
    struct walk w;

    peek.is_peek = true;
    use.walk = walk(&peek, &w);
    if (use.walk == WALK_OK) {
        use.walk_pa = w.page_pa | (q->va & MMU_PAGE_MASK);
        use.walk_bits = w.leaf.bits & RIGHTS;
        note.leaf = without_ad(w.leaf.bits);
    }
    if (!agrees(&use) && !is_known(m, &note))
        m->stale.report(m->stale.ctx, &use);
}
