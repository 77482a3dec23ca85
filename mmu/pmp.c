/*
 * Physical memory protection: registers, and the decision.
 */
#include "mmu/pmp.h"

#include <string.h>

#include "base/bits.h"

static const struct pmp_range nothing = {1, 0};

static struct pmp_range napot(uint64_t addr)
{
    /* The lowest 0 bit and the ones below it give the size: at least 8. */
    uint64_t within = (addr ^ (addr + 1)) << 2 | 3;
    struct pmp_range r;

    r.first = addr << 2 & ~within;
    r.last = r.first | within;
    return r;
}

static struct pmp_range tor(uint64_t below, uint64_t addr)
{
    struct pmp_range r = {below << 2, (addr << 2) - 1};

    return below < addr ? r : nothing;
}

static struct pmp_range range_of(const struct pmp *p, unsigned i)
{
    struct pmp_range na4 = {p->addr[i] << 2, p->addr[i] << 2 | 3};

    switch (p->cfg[i] & PMP_A) {
    case PMP_TOR:
        return tor(i ? p->addr[i - 1] : 0, p->addr[i]);
    case PMP_NA4:
        return na4;
    case PMP_NAPOT:
        return napot(p->addr[i]);
    }
    return nothing;
}

static void forget_regions(struct pmp *p)
{
    for (unsigned i = 0; i < ARRAY_SIZE(p->region); i++)
        p->region[i] = (struct pmp_region){1, 0, 0};
}

void pmp_reset(struct pmp *p)
{
    memset(p, 0, sizeof *p);
    for (unsigned i = 0; i < PMP_ENTRIES; i++)
        p->range[i] = nothing;
    forget_regions(p);
}

void pmp_set(struct pmp *p, unsigned i, uint8_t cfg, uint64_t addr)
{
    p->cfg[i] = cfg;
    p->addr[i] = addr;
    p->n_active = 0;
    forget_regions(p);
    for (unsigned n = 0; n < PMP_ENTRIES; n++) {
        p->range[n] = range_of(p, n);
        if (p->cfg[n] & PMP_A)
            p->n_active = n + 1;
    }
}

void pmp_write_cfg(struct pmp *p, unsigned i, uint8_t cfg)
{
    cfg &= PMP_R | PMP_W | PMP_X | PMP_A | PMP_L;
    if (p->cfg[i] & PMP_L || (cfg & (PMP_R | PMP_W)) == PMP_W)
        return;
    pmp_set(p, i, cfg, p->addr[i]);
}

void pmp_write_addr(struct pmp *p, unsigned i, uint64_t addr)
{
    const uint8_t tor_lock = PMP_L | PMP_TOR;

    if (p->cfg[i] & PMP_L)
        return;
    if (i + 1 < PMP_ENTRIES && (p->cfg[i + 1] & (PMP_L | PMP_A)) == tor_lock)
        return;
    pmp_set(p, i, p->cfg[i], addr);
}

bool pmp_decide(const struct pmp *p, uint64_t pa, uint64_t len,
                enum access access, enum privilege priv)
{
    uint64_t last = pa + len - 1;

    for (unsigned i = 0; i < p->n_active; i++) {
        const struct pmp_range *r = &p->range[i];

        if (r->first > last || pa > r->last || r->first > r->last)
            continue;
        if (pa < r->first || last > r->last)
            return false; /* 3.7.1: all bytes must match */
        if (priv == PRIV_M && !(p->cfg[i] & PMP_L))
            return true;
        return p->cfg[i] & pmp_needed(access);
    }
    return priv == PRIV_M;
}

void pmp_region(const struct pmp *p, uint64_t pa, enum privilege priv,
                struct pmp_region *region)
{
    const unsigned all = PMP_R | PMP_W | PMP_X;

    *region = (struct pmp_region){0, UINT64_MAX, priv == PRIV_M ? all : 0};
    for (unsigned i = 0; i < p->n_active; i++) {
        const struct pmp_range *r = &p->range[i];
        bool is_in = r->first <= pa && pa <= r->last;

        if (r->first > r->last)
            continue;
        if (pa < r->first)
            region->last =
                r->first - 1 < region->last ? r->first - 1 : region->last;
        if (pa > r->last)
            region->first =
                r->last + 1 > region->first ? r->last + 1 : region->first;
        if (!is_in)
            continue;
        region->first = r->first > region->first ? r->first : region->first;
        region->last = r->last < region->last ? r->last : region->last;
        region->rights =
            priv == PRIV_M && !(p->cfg[i] & PMP_L) ? all : p->cfg[i] & all;
        return;
    }
}
