/*
 * The structures of the reference, set by set. Nothing here is meant to be
 * fast.
 */
#include "tests/ref_sets.h"

#include <stdlib.h>
#include <string.h>

static void make_choice(struct ref_choice *c, unsigned sets, unsigned ways,
                        char policy, uint32_t x)
{
    c->policy = policy;
    c->ways = ways;
    c->bits = calloc((size_t)sets * ways, sizeof *c->bits);
    c->x = x;
}

void ref_make_cache(struct ref_cache *c, unsigned size, unsigned ways,
                    unsigned line_bytes, char policy, uint32_t x)
{
    memset(c, 0, sizeof *c);
    if (!size)
        return;
    c->ways = ways;
    c->line_bytes = line_bytes;
    c->sets = size / ways / line_bytes;
    c->lines = calloc((size_t)c->sets * ways, sizeof *c->lines);
    make_choice(&c->choice, c->sets, ways, policy, x);
}

void ref_make_tlb(struct ref_tlb *t, unsigned entries, unsigned ways,
                  char policy, uint32_t x)
{
    memset(t, 0, sizeof *t);
    if (!entries)
        return;
    t->ways = ways;
    t->sets = entries / ways;
    t->entries = calloc(entries, sizeof *t->entries);
    make_choice(&t->choice, t->sets, ways, policy, x);
}

void ref_free_cache(struct ref_cache *c)
{
    free(c->choice.bits);
    free(c->lines);
}

void ref_free_tlb(struct ref_tlb *t)
{
    free(t->choice.bits);
    free(t->entries);
}

/* Replacement. */

static void touch(struct ref_choice *c, unsigned set, unsigned way)
{
    bool *bits = &c->bits[(size_t)set * c->ways];
    unsigned node = 1, low = 0;

    for (unsigned half = c->ways / 2; c->policy == 'p' && half; half /= 2) {
        bool is_lower = way < low + half;

        bits[node] = is_lower;
        node = 2 * node + !is_lower;
        low += is_lower ? 0 : half;
    }
}

static uint32_t xorshift(uint32_t x)
{
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return x;
}

/* The victim of plru or random in a full set. */
static unsigned choose(struct ref_choice *c, unsigned set)
{
    const bool *bits = &c->bits[(size_t)set * c->ways];
    unsigned node = 1;

    if (c->policy == 'r') {
        c->x = xorshift(c->x);
        return c->x % c->ways;
    }
    while (node < c->ways)
        node = 2 * node + bits[node];
    return node - c->ways;
}

unsigned ref_rank(const struct ref_choice *c, unsigned set, unsigned way,
                  unsigned age, unsigned n_valid)
{
    const bool *bits = &c->bits[(size_t)set * c->ways];
    unsigned rank = 0, weight = 1;

    if (c->policy == 'r')
        return xorshift(c->x) % c->ways != way;
    if (c->policy != 'p')
        return n_valid - 1 - age;
    for (unsigned node = c->ways + way; node > 1; node /= 2) {
        rank += weight * (bits[node / 2] != (node & 1));
        weight *= 2;
    }
    return rank;
}

/* Caches. */

static struct ref_line *cache_set(struct ref_cache *c, uint64_t number)
{
    return &c->lines[number % c->sets * c->ways];
}

struct ref_line *ref_cache_lookup(struct ref_cache *c, uint64_t pa)
{
    uint64_t number = pa / c->line_bytes;
    struct ref_line *set = cache_set(c, number);

    for (unsigned i = 0; i < c->ways; i++) {
        if (set[i].is_valid && set[i].number == number)
            return &set[i];
    }
    return NULL;
}

static void cache_young(struct ref_cache *c, struct ref_line *l)
{
    struct ref_line *set = cache_set(c, l->number);

    for (unsigned i = 0; i < c->ways; i++) {
        if (set[i].is_valid && set[i].age < l->age)
            set[i].age++;
    }
    l->age = 0;
}

void ref_cache_hit(struct ref_cache *c, struct ref_line *l)
{
    unsigned at = (unsigned)(l - c->lines);

    if (c->choice.policy == 'l')
        cache_young(c, l);
    touch(&c->choice, at / c->ways, at % c->ways);
}

struct ref_line *ref_cache_victim(struct ref_cache *c, uint64_t pa)
{
    struct ref_line *set = cache_set(c, pa / c->line_bytes), *oldest = set;

    for (unsigned i = 0; i < c->ways; i++) {
        if (!set[i].is_valid)
            return &set[i];
        if (set[i].age > oldest->age)
            oldest = &set[i];
    }
    if (c->choice.policy == 'p' || c->choice.policy == 'r')
        return set + choose(&c->choice, (unsigned)(set - c->lines) / c->ways);
    return oldest;
}

void ref_cache_remove(struct ref_cache *c, struct ref_line *l)
{
    struct ref_line *set = cache_set(c, l->number);

    for (unsigned i = 0; i < c->ways; i++) {
        if (set[i].is_valid && set[i].age > l->age)
            set[i].age--;
    }
    memset(l, 0, sizeof *l);
}

void ref_cache_put(struct ref_cache *c, struct ref_line *l, uint64_t pa)
{
    l->is_valid = true;
    l->number = pa / c->line_bytes;
    l->age = c->ways;
    cache_young(c, l);
    ref_cache_hit(c, l);
}

/* TLBs. */

uint64_t ref_span(unsigned level)
{
    return level ? 1024 : 1; /* pages */
}

static bool entry_covers(const struct ref_entry *e, uint64_t vpn, uint64_t asid)
{
    if (!e->is_valid || (!e->is_global && e->asid != asid))
        return false;
    return e->is_whole ? vpn / ref_span(e->level) == e->vpn / ref_span(e->level)
                       : vpn == e->vpn;
}

static struct ref_entry *tlb_set_of(struct ref_tlb *t, uint64_t vpn)
{
    return &t->entries[vpn % t->sets * t->ways];
}

struct ref_entry *ref_tlb_lookup(struct ref_tlb *t, uint64_t vpn, uint64_t asid)
{
    struct ref_entry *set = tlb_set_of(t, vpn);

    for (unsigned i = 0; i < t->ways; i++) {
        if (entry_covers(&set[i], vpn, asid))
            return &set[i];
    }
    return NULL;
}

static void tlb_young(struct ref_tlb *t, struct ref_entry *set,
                      struct ref_entry *e)
{
    for (unsigned i = 0; i < t->ways; i++) {
        if (set[i].is_valid && set[i].age < e->age)
            set[i].age++;
    }
    e->age = 0;
}

void ref_tlb_hit(struct ref_tlb *t, struct ref_entry *e)
{
    unsigned at = (unsigned)(e - t->entries);

    if (t->choice.policy == 'l')
        tlb_young(t, &t->entries[at / t->ways * t->ways], e);
    touch(&t->choice, at / t->ways, at % t->ways);
}

void ref_tlb_remove(struct ref_tlb *t, struct ref_entry *e)
{
    struct ref_entry *set =
        &t->entries[(unsigned)(e - t->entries) / t->ways * t->ways];

    for (unsigned i = 0; i < t->ways; i++) {
        if (set[i].is_valid && set[i].age > e->age)
            set[i].age--;
    }
    memset(e, 0, sizeof *e);
}

static struct ref_entry *tlb_victim_of(struct ref_tlb *t, uint64_t vpn)
{
    struct ref_entry *set = tlb_set_of(t, vpn), *e = &set[0];

    for (unsigned i = 0; i < t->ways; i++) {
        if (!set[i].is_valid)
            return &set[i];
        if (set[i].age > e->age)
            e = &set[i];
    }
    if (t->choice.policy == 'p' || t->choice.policy == 'r')
        return set + choose(&t->choice, (unsigned)(vpn % t->sets));
    return e;
}

struct ref_entry *ref_tlb_put(struct ref_tlb *t, uint64_t vpn,
                              const struct ref_entry *what)
{
    struct ref_entry *set = tlb_set_of(t, vpn), *e = tlb_victim_of(t, vpn);

    if (e->is_valid)
        ref_tlb_remove(t, e);
    *e = *what;
    e->is_valid = true;
    e->is_whole = what->is_whole && t->sets == 1;
    if (!e->is_whole) {
        e->frame += what->is_whole ? vpn % ref_span(e->level) : 0;
        e->vpn = vpn;
    } else {
        e->vpn = vpn / ref_span(e->level) * ref_span(e->level);
    }
    e->age = t->ways;
    tlb_young(t, set, e);
    ref_tlb_hit(t, e);
    return e;
}
