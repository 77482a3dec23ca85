/*
 * Every count and the whole state of TLBs, caches, memory and heat, compared.
 */
#include "tests/hierarchy_rig.h"

#include <string.h>

static void compare_tlb(struct mmu *m, enum mmu_tlb which,
                        const struct ref_tlb *t)
{
    unsigned ways, n = mmu_tlb_entries(m, which, &ways);

    for (unsigned i = 0; i < n; i++) {
        const struct ref_entry *e = &t->entries[i];
        unsigned valid = 0;
        struct tlb_view v;

        mmu_tlb_look(m, which, i, &v);
        ck_assert_int_eq(v.is_valid, e->is_valid);
        for (unsigned j = i / ways * ways; j < i / ways * ways + ways; j++)
            valid += t->entries[j].is_valid;
        if (v.is_valid || t->choice.policy == 'p')
            ck_assert_uint_eq(v.rank, ref_rank(&t->choice, i / ways, i % ways,
                                               e->age, valid));
        if (!v.is_valid)
            continue;
        ck_assert_uint_eq(v.va, e->vpn << 12);
        ck_assert_uint_eq(v.pa, e->frame << 12);
        ck_assert_uint_eq(v.level, e->level);
        ck_assert_int_eq(v.is_whole, e->is_whole);
        ck_assert_int_eq(v.is_global, e->is_global);
        ck_assert_uint_eq(v.flags, e->flags);
        if (!v.is_global)
            ck_assert_uint_eq(v.asid, e->asid);
    }
}

static void compare_lines(struct mmu *m, enum mmu_cache which,
                          const struct ref_cache *c)
{
    unsigned ways, bytes, n = mmu_cache_lines(m, which, &ways, &bytes);

    for (unsigned i = 0; i < n; i++) {
        const struct ref_line *l = &c->lines[i];
        unsigned valid = 0;
        struct cache_view v;

        mmu_cache_look(m, which, i, &v);
        ck_assert_int_eq(v.is_valid, l->is_valid);
        for (unsigned j = i / ways * ways; j < i / ways * ways + ways; j++)
            valid += c->lines[j].is_valid;
        if (v.is_valid || c->choice.policy == 'p')
            ck_assert_uint_eq(v.rank, ref_rank(&c->choice, i / ways, i % ways,
                                               l->age, valid));
        if (!v.is_valid)
            continue;
        ck_assert_uint_eq(v.pa, l->number * bytes);
        ck_assert_int_eq(v.is_dirty, l->is_dirty);
    }
}

static void compare_counts(const struct mmu_counts *c, const struct ref_hart *h)
{
    ck_assert_uint_eq(c->itlb.accesses, h->itlb.accesses);
    ck_assert_uint_eq(c->itlb.misses, h->itlb.misses);
    ck_assert_uint_eq(c->dtlb.accesses, h->dtlb.accesses);
    ck_assert_uint_eq(c->dtlb.misses, h->dtlb.misses);
    ck_assert_uint_eq(c->l2tlb.accesses, h->l2tlb.accesses);
    ck_assert_uint_eq(c->l2tlb.misses, h->l2tlb.misses);
    ck_assert_uint_eq(c->l1i.accesses, h->l1i.accesses);
    ck_assert_uint_eq(c->l1i.misses, h->l1i.misses);
    ck_assert_uint_eq(c->l1d.accesses, h->l1d.accesses);
    ck_assert_uint_eq(c->l1d.misses, h->l1d.misses);
    ck_assert_uint_eq(c->l1d.writebacks, h->l1d.writebacks);
    ck_assert_uint_eq(c->l1d.writethroughs, h->l1d.writethroughs);
}

void hierarchy_compare(void)
{
    for (unsigned i = 0; i < rig.shape->n_harts; i++) {
        struct ref_hart *h = &rig.ref.hart[i];
        struct mmu_counts counts;

        mmu_count(&rig.mmu[i], &counts);
        compare_counts(&counts, h);
        ck_assert_uint_eq(rig.mmu[i].stalls, h->stalls);
        compare_tlb(&rig.mmu[i], MMU_ITLB, &h->itlb);
        compare_tlb(&rig.mmu[i], MMU_DTLB, &h->dtlb);
        compare_tlb(&rig.mmu[i], MMU_L2TLB, &h->l2tlb);
        compare_lines(&rig.mmu[i], MMU_L1I, &h->l1i);
        compare_lines(&rig.mmu[i], MMU_L1D, &h->l1d);
        ck_assert_uint_eq(rig.calls[i], rig.due[i]);
    }
    if (rig.l2) {
        compare_lines(&rig.mmu[0], MMU_L2, &rig.ref.l2);
        ck_assert_uint_eq(rig.l2->stats.accesses, rig.ref.l2.accesses);
        ck_assert_uint_eq(rig.l2->stats.misses, rig.ref.l2.misses);
        ck_assert_uint_eq(rig.l2->stats.writebacks, rig.ref.l2.writebacks);
        ck_assert_uint_eq(rig.l2->stats.writethroughs,
                          rig.ref.l2.writethroughs);
    }
    ck_assert_int_eq(memcmp(rig.bus.ram, rig.ref.ram, RAM_SIZE), 0);
    for (unsigned kind = 0; kind < HEAT_KINDS && rig.shape->has_heat; kind++)
        ck_assert_int_eq(memcmp(rig.heat.last[kind], rig.noted[kind],
                                sizeof rig.noted[kind]),
                         0);
}
