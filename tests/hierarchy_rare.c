/*
 * What happens between accesses: other contexts, fences, page tables and code
 * that change, hashes, models that are switched.
 */
#include "tests/hierarchy_rig.h"

#include <string.h>

void hierarchy_switch_context(void)
{
    struct ref_hart *h = &rig.ref.hart[rig.at];
    unsigned space = (unsigned)below(SPACES);
    /* Two spaces share an ASID, if the TLB is there to say what is seen. */
    unsigned asid = rig.shape->dtlb.entries ? space / 2 : space;
    enum privilege priv = one_in(4) ? PRIV_M : one_in(3) ? PRIV_U : PRIV_S;

    h->is_translated = priv != PRIV_M;
    h->is_user = priv == PRIV_U;
    h->sum = one_in(2);
    h->mxr = one_in(3);
    h->root_pa = hierarchy_root_of(space);
    h->asid = asid;
    if (one_in(2)) {
        mmu_set_satp(&rig.mmu[rig.at],
                     1u << 31 | asid << 22 | h->root_pa >> 12);
        mmu_set_mode(&rig.mmu[rig.at], priv, false, PRIV_U, h->sum, h->mxr);
    } else {
        mmu_set_mode(&rig.mmu[rig.at], priv, false, PRIV_U, h->sum, h->mxr);
        mmu_set_satp(&rig.mmu[rig.at],
                     1u << 31 | asid << 22 | h->root_pa >> 12);
    }
}

static void fence(void)
{
    bool has_va = !one_in(4), has_asid = one_in(2);
    uint64_t va = hierarchy_any_va(), asid = below(2);

    ref_sfence(&rig.ref, rig.at, has_va, va, has_asid, asid);
    mmu_sfence(&rig.mmu[rig.at], has_va, va, has_asid, asid);
}

static void fence_all(void)
{
    for (unsigned i = 0; i < rig.shape->n_harts; i++) {
        ref_sfence(&rig.ref, i, false, 0, false, 0);
        mmu_sfence(&rig.mmu[i], false, 0, false, 0);
    }
}

static void mark(void)
{
    uint64_t pa = hierarchy_any_pa(), frame = (pa - RAM) >> 12;

    if (one_in(3)) {
        rig.marks[rig.at][frame] = 0;
        mmu_unmark_code(&rig.mmu[rig.at], pa);
    } else {
        uint64_t line = below(64);

        rig.marks[rig.at][frame] |= UINT64_C(1) << line;
        mmu_mark_code(&rig.mmu[rig.at],
                      RAM + (frame << 12) + line * 64 + below(64), 1);
    }
}

/* Neither a hash nor a snapshot may change what follows. */
static void hash(void)
{
    struct archive *a = one_in(2) ? archive_new_hash() : archive_new_save();

    mmu_archive(&rig.mmu[rig.at], a);
    if (rig.l2)
        cache_archive(rig.l2, a);
    archive_free(a);
}

/* Empty caches and TLBs, policies as at first; counts stay. */
static void restart_cache(struct ref_cache *c, unsigned k)
{
    size_t n = (size_t)c->sets * c->ways;

    if (!c->sets)
        return;
    memset(c->lines, 0, n * sizeof *c->lines);
    memset(c->choice.bits, 0, n * sizeof *c->choice.bits);
    c->choice.x = hierarchy_first_random(k);
}

static void restart_tlb(struct ref_tlb *t, unsigned k)
{
    size_t n = (size_t)t->sets * t->ways;

    if (!t->sets)
        return;
    memset(t->entries, 0, n * sizeof *t->entries);
    memset(t->choice.bits, 0, n * sizeof *t->choice.bits);
    t->choice.x = hierarchy_first_random(k);
}

static void restart_hart(struct ref_hart *h, unsigned i)
{
    restart_tlb(&h->itlb, 8 * i + 3);
    restart_tlb(&h->dtlb, 8 * i + 4);
    restart_tlb(&h->l2tlb, 8 * i + 5);
    restart_cache(&h->l1i, 8 * i);
    restart_cache(&h->l1d, 8 * i + 1);
}

/* Some accesses between, of which nothing may be seen afterwards but what
 * they did to A, D and memory. */
static void switch_off_and_on(void)
{
    bool tlbs = rig.ref.has_tlbs, caches = rig.ref.has_caches;

    if (!one_in(4))
        return;
    for (unsigned i = 0; i < rig.shape->n_harts; i++)
        mmu_switch_models(&rig.mmu[i], false);
    rig.ref.has_tlbs = rig.ref.has_caches = false;
    for (unsigned i = 0; i < 20; i++)
        hierarchy_step_off();
    rig.ref.has_tlbs = tlbs;
    rig.ref.has_caches = caches;
    for (unsigned i = 0; i < rig.shape->n_harts; i++) {
        mmu_switch_models(&rig.mmu[i], true);
        restart_hart(&rig.ref.hart[i], i);
    }
    if (rig.l2)
        cache_clear(rig.l2);
    restart_cache(&rig.ref.l2, 2);
}

void hierarchy_step_rare(void)
{
    rig.at = (unsigned)below(rig.shape->n_harts);
    switch (below(13)) {
    case 12:
        switch_off_and_on();
        break;
    case 0:
    case 1:
    case 2:
        hierarchy_switch_context();
        break;
    case 3:
    case 4:
        fence();
        break;
    case 5:
    case 6:
    case 7:
        hierarchy_remap();
        if (!rig.shape->dtlb.entries)
            fence_all();
        break;
    case 8:
        hierarchy_dma();
        break;
    case 9:
        ref_fence_i(&rig.ref, rig.at);
        mmu_fence_i(&rig.mmu[rig.at]);
        break;
    case 10:
        mark();
        break;
    case 11:
        hash();
        for (unsigned i = 0; i < rig.shape->n_harts && rig.shape->has_heat; i++)
            mmu_heat_epoch(&rig.mmu[i], rig.heat.now + 1);
    }
}
