/*
 * The reference of the memory hierarchy. Nothing here is meant to be fast.
 */
#include "tests/ref_hierarchy.h"

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

static void free_cache(struct ref_cache *c)
{
    free(c->choice.bits);
    free(c->lines);
}

static void free_tlb(struct ref_tlb *t)
{
    free(t->choice.bits);
    free(t->entries);
}

void ref_free(struct ref *r)
{
    for (unsigned i = 0; i < r->n_harts; i++) {
        struct ref_hart *h = &r->hart[i];

        free_tlb(&h->itlb);
        free_tlb(&h->dtlb);
        free_tlb(&h->l2tlb);
        free_cache(&h->l1i);
        free_cache(&h->l1d);
    }
    free_cache(&r->l2);
    free(r->ram);
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

static struct ref_line *cache_lookup(struct ref_cache *c, uint64_t pa)
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

static void cache_hit(struct ref_cache *c, struct ref_line *l)
{
    unsigned at = (unsigned)(l - c->lines);

    if (c->choice.policy == 'l')
        cache_young(c, l);
    touch(&c->choice, at / c->ways, at % c->ways);
}

static struct ref_line *cache_oldest(struct ref_cache *c, uint64_t pa)
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

static void cache_remove(struct ref_cache *c, struct ref_line *l)
{
    struct ref_line *set = cache_set(c, l->number);

    for (unsigned i = 0; i < c->ways; i++) {
        if (set[i].is_valid && set[i].age > l->age)
            set[i].age--;
    }
    memset(l, 0, sizeof *l);
}

static void cache_put(struct ref_cache *c, struct ref_line *l, uint64_t pa)
{
    l->is_valid = true;
    l->number = pa / c->line_bytes;
    l->age = c->ways;
    cache_young(c, l);
    cache_hit(c, l);
}

static void l2_one(struct ref *r, uint64_t pa, bool is_write)
{
    struct ref_line *l = cache_lookup(&r->l2, pa);

    r->l2.accesses++;
    r->l2.misses += !l;
    if (!l && is_write && r->l2.is_no_allocate) {
        r->l2.writethroughs++;
        return;
    }
    if (!l) {
        l = cache_oldest(&r->l2, pa);
        if (l->is_valid) {
            r->l2.writebacks += l->is_dirty;
            cache_remove(&r->l2, l);
        }
        cache_put(&r->l2, l, pa);
    }
    cache_hit(&r->l2, l);
    if (is_write && r->l2.is_through)
        r->l2.writethroughs++;
    else if (is_write)
        l->is_dirty = true;
}

static void l2(struct ref *r, uint64_t pa, unsigned len, bool is_write)
{
    if (!r->l2.sets)
        return;
    for (uint64_t at = pa / r->l2.line_bytes * r->l2.line_bytes; at < pa + len;
         at += r->l2.line_bytes)
        l2_one(r, at, is_write);
}

static void clean(struct ref *r, struct ref_cache *c, struct ref_line *l)
{
    if (!l->is_dirty)
        return;
    c->writebacks++;
    l->is_dirty = false;
    l2(r, l->number * c->line_bytes, c->line_bytes, true);
}

/* One access of one line by one hart: `len` bytes of it. */
static void l1(struct ref *r, unsigned hart, struct ref_cache *c, uint64_t pa,
               unsigned len, bool is_write)
{
    bool is_data = c == &r->hart[hart].l1d;
    struct ref_line *l = cache_lookup(c, pa);
    uint64_t missed;

    c->accesses++;
    c->misses += !l;
    for (unsigned i = 0; i < r->n_harts && is_data; i++) {
        struct ref_cache *other = &r->hart[i].l1d;
        struct ref_line *theirs = i == hart ? NULL : cache_lookup(other, pa);

        if (theirs)
            clean(r, other, theirs);
        if (theirs && is_write)
            cache_remove(other, theirs);
    }
    if (is_write && !l && c->is_no_allocate) {
        c->writethroughs++;
        l2(r, pa, len, true);
        return;
    }
    if (!l) {
        l = cache_oldest(c, pa);
        if (l->is_valid) {
            clean(r, c, l);
            cache_remove(c, l);
        }
        missed = r->l2.misses;
        l2(r, pa / c->line_bytes * c->line_bytes, c->line_bytes, false);
        r->hart[hart].stalls += !r->l2.sets || r->l2.misses > missed ? 110 : 10;
        cache_put(c, l, pa);
    }
    cache_hit(c, l);
    if (is_write && c->is_through) {
        c->writethroughs++;
        l2(r, pa, len, true);
    } else if (is_write) {
        l->is_dirty = true;
    }
}

static bool in_ram(const struct ref *r, uint64_t pa)
{
    return pa >= r->base_pa && pa < r->base_pa + r->size;
}

static void cached(struct ref *r, unsigned hart, struct ref_cache *c,
                   uint64_t pa, unsigned len, bool is_write)
{
    if (!r->has_caches || !in_ram(r, pa))
        return;
    for (uint64_t end = pa + len, next; pa < end; pa = next) {
        next = (pa / c->line_bytes + 1) * c->line_bytes;
        if (next > end)
            next = end;
        l1(r, hart, c, pa, (unsigned)(next - pa), is_write);
    }
}

/* TLBs. */

static uint64_t span_of(unsigned level)
{
    return level ? 1024 : 1; /* pages */
}

static bool entry_covers(const struct ref_entry *e, uint64_t vpn, uint64_t asid)
{
    if (!e->is_valid || (!e->is_global && e->asid != asid))
        return false;
    return e->is_whole ? vpn / span_of(e->level) == e->vpn / span_of(e->level)
                       : vpn == e->vpn;
}

static struct ref_entry *tlb_set_of(struct ref_tlb *t, uint64_t vpn)
{
    return &t->entries[vpn % t->sets * t->ways];
}

static struct ref_entry *tlb_lookup(struct ref_tlb *t, uint64_t vpn,
                                    uint64_t asid)
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

static void tlb_hit(struct ref_tlb *t, struct ref_entry *e)
{
    unsigned at = (unsigned)(e - t->entries);

    if (t->choice.policy == 'l')
        tlb_young(t, &t->entries[at / t->ways * t->ways], e);
    touch(&t->choice, at / t->ways, at % t->ways);
}

static void tlb_remove(struct ref_tlb *t, struct ref_entry *e)
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

static struct ref_entry *tlb_put(struct ref_tlb *t, uint64_t vpn,
                                 const struct ref_entry *what)
{
    struct ref_entry *set = tlb_set_of(t, vpn), *e = tlb_victim_of(t, vpn);

    if (e->is_valid)
        tlb_remove(t, e);
    *e = *what;
    e->is_valid = true;
    e->is_whole = what->is_whole && t->sets == 1;
    if (!e->is_whole) {
        e->frame += what->is_whole ? vpn % span_of(e->level) : 0;
        e->vpn = vpn;
    } else {
        e->vpn = vpn / span_of(e->level) * span_of(e->level);
    }
    e->age = t->ways;
    tlb_young(t, set, e);
    tlb_hit(t, e);
    return e;
}

/* Translation. */

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

        if (!in_ram(r, pa))
            return ACCESS;
        if (!is_peek && r->has_tlbs) {
            h->stalls++;
            cached(r, hart, &h->l1d, pa, 4, false);
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
        if ((v & wanted) != wanted && !is_peek &&
            will_happen(r, hart, kind)) {
            v |= wanted;
            memcpy(at, &v, 4);
            if (r->has_tlbs)
                cached(r, hart, &h->l1d, pa, 4, true);
        }
        describe(e, v, level);
        return OK;
    }
    return PAGE;
}

static uint64_t entry_pa(const struct ref_entry *e, uint64_t va)
{
    uint64_t within = e->is_whole ? (va >> 12) % span_of(e->level) : 0;

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
        tlb_put(&h->l2tlb, va >> 12, &e);
    tlb_put(kind == 'i' ? &h->itlb : &h->dtlb, va >> 12, &e);
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
    e = tlb_lookup(t, vpn, h->asid);
    t->misses += !e;
    if (e) {
        tlb_hit(t, e);
    } else if (h->l2tlb.sets) {
        struct ref_entry *second = tlb_lookup(&h->l2tlb, vpn, h->asid);

        h->stalls += 4;
        h->l2tlb.accesses++;
        h->l2tlb.misses += !second;
        if (second) {
            tlb_hit(&h->l2tlb, second);
            e = tlb_put(t, vpn, second);
        }
    }
    if (!e)
        return fill_by_walk(r, hart, kind, va, pa);
    if (!allows(e->flags, kind, h))
        return PAGE;
    if (!serves(e, kind)) {
        while ((e = tlb_lookup(t, vpn, h->asid)))
            tlb_remove(t, e);
        while (h->l2tlb.sets && (e = tlb_lookup(&h->l2tlb, vpn, h->asid)))
            tlb_remove(&h->l2tlb, e);
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
        e = tlb_lookup(t, va >> 12, h->asid);
    if (!e && r->has_tlbs && h->l2tlb.sets)
        e = tlb_lookup(&h->l2tlb, va >> 12, h->asid);
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
        if (!peek(r, hart, kind, at[i], &pa) || !in_ram(r, pa))
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
        if (kind == 'i' && !in_ram(r, res.pa[i]))
            return bad(ACCESS, kind, at[i]);
    }
    for (unsigned i = 0; i < res.n; i++) {
        if (!in_ram(r, res.pa[i]))
            return bad(ACCESS, kind, at[i]);
    }
    if (is_amo)
        cached(r, hart, c, res.pa[0], res.len[0], false);
    for (unsigned i = 0; i < res.n; i++)
        cached(r, hart, c, res.pa[i], res.len[i], kind == 'w');
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
            uint64_t span = span_of(e->level);

            if (!e->is_valid ||
                (has_va && (va >> 12) / span != e->vpn / span) ||
                (has_asid && (e->is_global || e->asid != asid)))
                continue;
            tlb_remove(t, e);
        }
    }
}

void ref_fence_i(struct ref *r, unsigned hart)
{
    struct ref_cache *c = &r->hart[hart].l1i;

    if (c->sets)
        memset(c->lines, 0, (size_t)c->sets * c->ways * sizeof *c->lines);
}

static void drop(struct ref_cache *c, uint64_t pa)
{
    struct ref_line *l = c->sets ? cache_lookup(c, pa) : NULL;

    if (l)
        cache_remove(c, l);
}

static void dma_byte(struct ref *r, bool is_write, uint64_t pa)
{
    struct ref_line *l;

    for (unsigned i = 0; i < r->n_harts; i++) {
        struct ref_hart *h = &r->hart[i];

        if (is_write) {
            drop(&h->l1d, pa);
            drop(&h->l1i, pa);
        } else if ((l = cache_lookup(&h->l1d, pa))) {
            clean(r, &h->l1d, l);
        }
    }
    if (is_write) {
        drop(&r->l2, pa);
    } else if (r->l2.sets && (l = cache_lookup(&r->l2, pa)) && l->is_dirty) {
        l->is_dirty = false;
        r->l2.writebacks++;
    }
}

void ref_dma(struct ref *r, bool is_write, uint64_t pa, uint64_t len)
{
    for (unsigned i = 0; i < r->n_harts; i++) {
        struct ref_hart *h = &r->hart[i];

        if (is_write && h->is_reserved && h->reserved_pa < pa + len &&
            pa < h->reserved_pa + h->reserved_size)
            h->is_reserved = false;
    }
    for (uint64_t i = 0; i < len && r->has_caches; i++)
        dma_byte(r, is_write, pa + i);
}
