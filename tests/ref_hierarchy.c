/*
 * Translation and whole accesses of the reference. Nothing here is meant to be
 * fast.
 */
#include "tests/ref_hierarchy.h"

#include <stdlib.h>
#include <string.h>

void ref_free(struct ref *r)
{
    for (unsigned i = 0; i < r->n_harts; i++) {
        struct ref_hart *h = &r->hart[i];

        ref_free_tlb(&h->itlb);
        ref_free_tlb(&h->dtlb);
        ref_free_tlb(&h->l2tlb);
        ref_free_cache(&h->l1i);
        ref_free_cache(&h->l1d);
    }
    ref_free_cache(&r->l2);
    free(r->ram);
}

static bool allows(unsigned flags, char kind, const struct ref_hart *h)
{
    bool user_page = flags & 0x10;
    bool can = kind == 'i'   ? flags & 8
               : kind == 'w' ? flags & 4
                             : (flags & 2) || (h->mxr && (flags & 8));

    if (!can)
        return false;
    if (h->is_user)
        return user_page;
    return !user_page || (kind != 'i' && h->sum);
}

enum { OK, PAGE, ACCESS };

static void describe(struct ref_entry *e, uint32_t leaf, int level)
{
    e->flags = leaf & 0xff;
    if (e->is_global)
        e->flags |= 0x20;
    e->level = (unsigned)level;
    e->is_whole = level > 0;
    e->frame = leaf >> 10;
}

/* Whether the access that is being translated will happen. */
static bool will_happen(struct ref *r, unsigned hart, char kind);

static int ref_walk(struct ref *r, unsigned hart, char kind, uint64_t va,
                    bool is_peek, struct ref_entry *e)
{
    struct ref_hart *h = &r->hart[hart];
    uint64_t table = h->root_pa;

    memset(e, 0, sizeof *e);
    for (int level = 1; level >= 0; level--) {
        uint64_t pa = table + (va >> (12 + 10 * level) & 1023) * 4;
        uint32_t v, wanted = kind == 'w' ? 0xc0 : 0x40;
        uint8_t *at = r->ram + (pa - r->base_pa);

        if (!ref_in_ram(r, pa))
            return ACCESS;
        if (!is_peek && r->has_tlbs) {
            h->stalls++;
            ref_cached(r, hart, &h->l1d, pa, 4, false);
        }
        memcpy(&v, at, 4);
        if (!(v & 1) || (v & 6) == 4)
            return PAGE;
        e->is_global |= v >> 5 & 1;
        if (!(v & 14)) {
            if (v & 0xd0)
                return PAGE;
            table = (uint64_t)(v >> 10) << 12;
            continue;
        }
        if (!allows(v, kind, h) || (level && (v >> 10 & 1023)))
            return PAGE;
        if ((v & wanted) != wanted && r->is_svade)
            return PAGE;
        if ((v & wanted) != wanted && !is_peek && will_happen(r, hart, kind)) {
            v |= wanted;
            memcpy(at, &v, 4);
            if (r->has_tlbs)
                ref_cached(r, hart, &h->l1d, pa, 4, true);
        }
        describe(e, v, level);
        return OK;
    }
    return PAGE;
}

static uint64_t entry_pa(const struct ref_entry *e, uint64_t va)
{
    uint64_t within = e->is_whole ? (va >> 12) % ref_span(e->level) : 0;

    return (e->frame + within) << 12 | (va & 0xfff);
}

static int fill_by_walk(struct ref *r, unsigned hart, char kind, uint64_t va,
                        uint64_t *pa)
{
    struct ref_hart *h = &r->hart[hart];
    struct ref_entry e;
    int status = ref_walk(r, hart, kind, va, false, &e);

    if (status != OK)
        return status;
    *pa = entry_pa(&e, va);
    if (!r->has_tlbs)
        return OK;
    e.asid = h->asid;
    if (h->l2tlb.sets)
        ref_tlb_put(&h->l2tlb, va >> 12, &e);
    ref_tlb_put(kind == 'i' ? &h->itlb : &h->dtlb, va >> 12, &e);
    return OK;
}

/* Without another walk. */
static bool serves(const struct ref_entry *e, char kind)
{
    return e->flags & 0x40 && (kind != 'w' || e->flags & 0x80);
}

static int translate(struct ref *r, unsigned hart, char kind, uint64_t va,
                     uint64_t *pa)
{
    struct ref_hart *h = &r->hart[hart];
    struct ref_tlb *t = kind == 'i' ? &h->itlb : &h->dtlb;
    uint64_t vpn = va >> 12;
    struct ref_entry *e;

    *pa = va;
    if (!h->is_translated)
        return OK;
    if (!r->has_tlbs)
        return fill_by_walk(r, hart, kind, va, pa);
    t->accesses++;
    e = ref_tlb_lookup(t, vpn, h->asid);
    t->misses += !e;
    if (e) {
        ref_tlb_hit(t, e);
    } else if (h->l2tlb.sets) {
        struct ref_entry *second = ref_tlb_lookup(&h->l2tlb, vpn, h->asid);

        h->stalls += 4;
        h->l2tlb.accesses++;
        h->l2tlb.misses += !second;
        if (second) {
            ref_tlb_hit(&h->l2tlb, second);
            e = ref_tlb_put(t, vpn, second);
        }
    }
    if (!e)
        return fill_by_walk(r, hart, kind, va, pa);
    if (!allows(e->flags, kind, h))
        return PAGE;
    if (!serves(e, kind)) {
        while ((e = ref_tlb_lookup(t, vpn, h->asid)))
            ref_tlb_remove(t, e);
        while (h->l2tlb.sets && (e = ref_tlb_lookup(&h->l2tlb, vpn, h->asid)))
            ref_tlb_remove(&h->l2tlb, e);
        return fill_by_walk(r, hart, kind, va, pa);
    }
    *pa = entry_pa(e, va);
    return OK;
}

static bool peek(struct ref *r, unsigned hart, char kind, uint64_t va,
                 uint64_t *pa)
{
    struct ref_hart *h = &r->hart[hart];
    struct ref_tlb *t = kind == 'i' ? &h->itlb : &h->dtlb;
    struct ref_entry *e = NULL, walked;

    *pa = va;
    if (!h->is_translated)
        return true;
    if (r->has_tlbs)
        e = ref_tlb_lookup(t, va >> 12, h->asid);
    if (!e && r->has_tlbs && h->l2tlb.sets)
        e = ref_tlb_lookup(&h->l2tlb, va >> 12, h->asid);
    if (e && !allows(e->flags, kind, h))
        return false;
    if (!e || !serves(e, kind)) {
        e = &walked;
        if (ref_walk(r, hart, kind, va, true, e) != OK)
            return false;
    }
    *pa = entry_pa(e, va);
    return true;
}

bool ref_peek_store(struct ref *r, unsigned hart, uint64_t va, uint64_t *pa)
{
    return peek(r, hart, 'w', va, pa);
}

static unsigned cause_of(int status, char kind)
{
    unsigned access = kind == 'i' ? 1 : kind == 'r' ? 5 : 7;
    unsigned page = kind == 'i' ? 12 : kind == 'r' ? 13 : 15;

    return status == PAGE ? page : access;
}

static void split(struct ref_result *res, uint64_t va, unsigned size,
                  uint64_t at[2])
{
    at[0] = va;
    at[1] = ((va | 0xfff) + 1) & 0xffffffff;
    res->n = 1;
    res->len[0] = size;
    if ((va & 0xfff) + size <= 0x1000)
        return;
    res->n = 2;
    res->len[0] = 0x1000 - (va & 0xfff);
    res->len[1] = size - res->len[0];
}

static bool will_happen(struct ref *r, unsigned hart, char kind)
{
    struct ref_result parts;
    uint64_t at[2], pa;

    split(&parts, r->attempt_va, r->attempt_size, at);
    for (unsigned i = 0; i < parts.n; i++)
        if (!peek(r, hart, kind, at[i], &pa) || !ref_in_ram(r, pa))
            return false;
    return true;
}

static struct ref_result bad(int status, char kind, uint64_t tval)
{
    struct ref_result res = {
        .is_good = false, .cause = cause_of(status, kind), .tval = tval};

    return res;
}

struct ref_result ref_access(struct ref *r, unsigned hart, char kind,
                             uint64_t va, unsigned size, bool is_amo)
{
    struct ref_cache *c = kind == 'i' ? &r->hart[hart].l1i : &r->hart[hart].l1d;
    struct ref_result res = {.is_good = true};
    uint64_t at[2];

    split(&res, va, size, at);
    for (unsigned i = 0; i < res.n; i++) {
        int status;

        /* The halves of an instruction are fetched one after the other. */
        r->attempt_va = kind == 'i' ? at[i] : va;
        r->attempt_size = kind == 'i' ? 2 : size;
        status = translate(r, hart, kind, at[i], &res.pa[i]);
        if (status != OK)
            return bad(status, kind, at[i]);
        if (kind == 'i' && !ref_in_ram(r, res.pa[i]))
            return bad(ACCESS, kind, at[i]);
    }
    for (unsigned i = 0; i < res.n; i++) {
        if (!ref_in_ram(r, res.pa[i]))
            return bad(ACCESS, kind, at[i]);
    }
    if (is_amo)
        ref_cached(r, hart, c, res.pa[0], res.len[0], false);
    for (unsigned i = 0; i < res.n; i++)
        ref_cached(r, hart, c, res.pa[i], res.len[i], kind == 'w');
    return res;
}

void ref_sfence(struct ref *r, unsigned hart, bool has_va, uint64_t va,
                bool has_asid, uint64_t asid)
{
    struct ref_hart *h = &r->hart[hart];
    struct ref_tlb *all[] = {&h->itlb, &h->dtlb, &h->l2tlb};

    for (unsigned i = 0; i < 3; i++) {
        struct ref_tlb *t = all[i];

        for (unsigned j = 0; j < t->sets * t->ways; j++) {
            struct ref_entry *e = &t->entries[j];
            uint64_t span = ref_span(e->level);

            if (!e->is_valid ||
                (has_va && (va >> 12) / span != e->vpn / span) ||
                (has_asid && (e->is_global || e->asid != asid)))
                continue;
            ref_tlb_remove(t, e);
        }
    }
}
