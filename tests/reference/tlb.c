/*
 * TLBs of entries that are pages, superpages or pieces of superpages.
 */
#include "tests/reference/tlb.h"

#include <string.h>

#include "tests/reference/memory.h"

#define VPNS_A_SUPERPAGE 1024U

static void tlb_make(struct tlb *t, const struct tlb_shape *shape,
                     uint32_t random)
{
    if (!shape->entries)
        return;
    t->entry = memory_zeroed(shape->entries, sizeof(*t->entry));
    sets_make(&t->sets, shape->entries / shape->ways, shape->ways,
              shape->policy, random);
}

void tlbs_make(struct tlbs *t, const struct geometry *g, unsigned hart)
{
    memset(t, 0, sizeof(*t));
    for (unsigned i = 0; i < TLBS; i++)
        tlb_make(&t->level[i], &g->tlb[i],
                 sets_seed(g->seed, 8 * hart + 3 + i));
}

void tlbs_free(struct tlbs *t)
{
    for (unsigned i = 0; i < TLBS; i++) {
        memory_free(t->level[i].entry);
        sets_free(&t->level[i].sets);
    }
}

void tlbs_reset(struct tlbs *t)
{
    for (unsigned i = 0; i < TLBS; i++)
        sets_reset(&t->level[i].sets);
}

bool tlbs_modelled(const struct tlbs *t)
{
    return t->level[ITLB].sets.count;
}

static uint32_t in_leaf(const struct entry *e, uint32_t va)
{
    return va & (e->level ? 0x3fffff : 0xfff);
}

uint64_t entry_pa(const struct entry *e, uint32_t va)
{
    return e->leaf_pa + in_leaf(e, va);
}

void entry_learn_pa(struct entry *e, uint32_t va, uint64_t pa)
{
    e->is_pa_known = true;
    e->leaf_pa = pa - in_leaf(e, va);
}

static bool covers(const struct entry *e, uint32_t va)
{
    if (e->is_whole)
        return e->vpn / VPNS_A_SUPERPAGE == (va >> 12) / VPNS_A_SUPERPAGE;
    return e->vpn == va >> 12;
}

static bool matches(const struct entry *e, uint32_t va, unsigned asid)
{
    return covers(e, va) && (e->is_global || e->asid == asid);
}

static unsigned set_of(const struct tlb *t, uint32_t va)
{
    return (va >> 12) % t->sets.count;
}

static struct entry *find(struct tlb *t, uint32_t va, unsigned asid)
{
    unsigned set = set_of(t, va);

    for (unsigned way = 0; way < t->sets.ways; way++) {
        struct entry *e = &t->entry[set * t->sets.ways + way];

        if (sets_valid(&t->sets, set, way) && matches(e, va, asid))
            return e;
    }
    return NULL;
}

static struct entry *look_up(struct tlb *t, uint32_t va, unsigned asid)
{
    struct entry *e = find(t, va, asid);
    unsigned set = set_of(t, va);

    t->accesses++;
    if (!e) {
        t->misses++;
        return NULL;
    }
    t->hits++;
    sets_touch(&t->sets, set, (unsigned)(e - &t->entry[set * t->sets.ways]));
    return e;
}

/* A fully associative TLB takes a superpage whole, if it gets it whole; another
 * takes the piece that va lies in. */
static struct entry *fill(struct tlb *t, const struct entry *from, uint32_t va)
{
    unsigned set = set_of(t, va);
    unsigned way = sets_choose(&t->sets, set);
    struct entry *e = &t->entry[set * t->sets.ways + way];

    sets_fill(&t->sets, set, way);
    *e = *from;
    e->is_whole = from->is_whole && t->sets.count == 1;
    e->vpn = va >> 12;
    if (e->is_whole)
        e->vpn -= e->vpn % VPNS_A_SUPERPAGE;
    return e;
}

struct entry *tlbs_look_up(struct tlbs *t, unsigned first, uint32_t va,
                           unsigned asid)
{
    struct entry *e = look_up(&t->level[first], va, asid);

    if (e || !t->level[L2TLB].sets.count)
        return e;
    e = look_up(&t->level[L2TLB], va, asid);
    return e ? fill(&t->level[first], e, va) : NULL;
}

void tlbs_fill(struct tlbs *t, unsigned first, const struct entry *found)
{
    uint32_t va = found->vpn << 12;

    fill(&t->level[first], found, va);
    if (t->level[L2TLB].sets.count)
        fill(&t->level[L2TLB], found, va);
}

static void forget(struct tlb *t, uint32_t va, unsigned asid)
{
    struct entry *e;

    while (t->sets.count && (e = find(t, va, asid))) {
        unsigned set = set_of(t, va);

        sets_drop(&t->sets, set, (unsigned)(e - &t->entry[set * t->sets.ways]));
    }
}

void tlbs_forget(struct tlbs *t, unsigned first, uint32_t va, unsigned asid)
{
    forget(&t->level[first], va, asid);
    forget(&t->level[L2TLB], va, asid);
}

static bool is_fenced(const struct entry *e, const uint32_t *va,
                      const unsigned *asid)
{
    if (asid && (e->is_global || e->asid != *asid))
        return false;
    if (!va)
        return true;
    if (e->level)
        return e->vpn / VPNS_A_SUPERPAGE == (*va >> 12) / VPNS_A_SUPERPAGE;
    return e->vpn == *va >> 12;
}

void tlbs_fence(struct tlbs *t, const uint32_t *va, const unsigned *asid)
{
    for (unsigned i = 0; i < TLBS; i++) {
        struct sets *s = &t->level[i].sets;

        for (unsigned at = 0; at < s->count * s->ways; at++) {
            if (s->is_valid[at] && is_fenced(&t->level[i].entry[at], va, asid))
                sets_drop(s, at / s->ways, at % s->ways);
        }
    }
}
