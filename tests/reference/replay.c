/*
 * The lines of the trace in order: each is checked for what a trace cannot
 * say, and goes to the TLBs and caches. Lookups are in lookup.c.
 */
#include "tests/reference/replay.h"

#include <string.h>

#include "tests/reference/lookup.h"

#define MOST_COMPLAINTS 20

void replay_make(struct replay *r, const struct geometry *g, FILE *complaints)
{
    memset(r, 0, sizeof(*r));
    r->geometry = *g;
    r->complaints = complaints;
    caches_make(&r->caches, g);
    for (unsigned i = 0; i < g->harts; i++)
        tlbs_make(&r->hart[i].tlbs, g, i);
}

void replay_free(struct replay *r)
{
    caches_free(&r->caches);
    for (unsigned i = 0; i < r->geometry.harts; i++)
        tlbs_free(&r->hart[i].tlbs);
}

void replay_complain(struct replay *r, uint64_t line, const char *what)
{
    r->violations++;
    if (r->violations <= MOST_COMPLAINTS)
        fprintf(r->complaints, "hierarchy: line %llu: %s\n",
                (unsigned long long)line, what);
    if (r->violations == MOST_COMPLAINTS)
        fputs("hierarchy: further lines are only counted\n", r->complaints);
}

/* Lines that must belong to something that comes later. */
static void check_nothing_pending(struct replay *r, struct replay_hart *h,
                                  uint64_t line)
{
    if (h->pending_count)
        replay_complain(r, line, "p lines before are for no access");
    if (h->is_in_amo)
        replay_complain(r, line, "an AMO's w line is missing");
    h->pending_count = 0;
    h->is_in_amo = false;
}

/* `m on` while they are on is a reset of the machine: the harts' own structures
 * start anew, the L2 stays. */
static void switch_models(struct replay *r, const struct event *e)
{
    bool was_on = r->has_started && r->is_on;

    r->has_started = true;
    r->is_on = !strcmp(e->word, "on");
    for (unsigned i = 0; i < r->geometry.harts; i++) {
        check_nothing_pending(r, &r->hart[i], e->line);
        r->hart[i].is_satp_known = false;
        tlbs_reset(&r->hart[i].tlbs);
        caches_reset_hart(&r->caches, i);
    }
    if (!was_on || !r->is_on)
        caches_reset_shared(&r->caches);
}

static void walk_line(struct replay *r, struct replay_hart *h,
                      const struct event *e)
{
    const char *wrong = lookup_walk_line(h, e);

    if (wrong)
        replay_complain(r, e->line, wrong);
    if (e->kind == 'p')
        caches_load(&r->caches, e->hart, e->pa, 4);
    else
        caches_store(&r->caches, e->hart, e->pa, 4);
}

/* The other page of a crossing access may still have its p lines to come. */
static bool is_other_page(const struct event *e, const struct event *next)
{
    return next && next->kind == e->kind && next->access == e->access &&
           next->hart == e->hart && next->has_va &&
           next->va == (e->va | 0xfff) + 1;
}

static void look_up(struct replay *r, struct replay_hart *h,
                    const struct event *e, const struct event *next,
                    bool is_store)
{
    const char *wrong = lookup_access(h, e, is_store);

    if (wrong)
        replay_complain(r, e->line, wrong);
    if (h->pending_count &&
        (!is_other_page(e, next) || h->pending[0].va != next->va))
        check_nothing_pending(r, h, e->line);
}

/* An r line directly before a w line of the same hart is an AMO's. */
static bool starts_amo(const struct event *e, const struct event *next)
{
    return next && next->kind == 'w' && next->hart == e->hart;
}

static void access_line(struct replay *r, struct replay_hart *h,
                        const struct event *e, const struct event *next)
{
    bool is_amo = e->kind == 'r' && starts_amo(e, next);

    if (h->is_in_amo) {
        const char *wrong = lookup_amo_write(&h->amo, e);

        h->is_in_amo = false;
        if (wrong)
            replay_complain(r, e->line, wrong);
    } else {
        look_up(r, h, e, next, is_amo || e->kind == 'w');
    }
    if (is_amo) {
        h->is_in_amo = true;
        h->amo = *e;
    }
    if (e->kind == 'i')
        caches_fetch(&r->caches, e->hart, e->pa, e->size);
    else if (e->kind == 'r')
        caches_load(&r->caches, e->hart, e->pa, e->size);
    else
        caches_store(&r->caches, e->hart, e->pa, e->size);
}

static void cbo_line(struct replay *r, const struct event *e)
{
    enum upkeep what = e->word[0] == 'c'   ? UPKEEP_CLEAN
                       : e->word[0] == 'f' ? UPKEEP_FLUSH
                                           : UPKEEP_INVAL;

    if (e->pa % 64)
        replay_complain(r, e->line, "the block of a cbo is not aligned");
    caches_upkeep(&r->caches, what, e->pa - e->pa % 64, 64);
}

static void hart_line(struct replay *r, const struct event *e,
                      const struct event *next)
{
    struct replay_hart *h = &r->hart[e->hart];

    if (strchr("fIsz", e->kind))
        check_nothing_pending(r, h, e->line);
    switch (e->kind) {
    case 'p':
    case 'P':
        walk_line(r, h, e);
        return;
    case 'x':
        look_up(r, h, e, next, e->access == 'w');
        return;
    case 'f':
        tlbs_fence(&h->tlbs, e->has_va ? &e->va : NULL,
                   e->has_asid ? &e->asid : NULL);
        return;
    case 'I':
        caches_empty_l1i(&r->caches, e->hart);
        return;
    case 's':
        h->is_satp_known = true;
        h->satp = (uint32_t)e->pa;
        return;
    case 'z':
        cbo_line(r, e);
        return;
    default:
        access_line(r, h, e, next);
    }
}

void replay_event(struct replay *r, const struct event *e,
                  const struct event *next)
{
    if (e->kind == 'm') {
        switch_models(r, e);
        return;
    }
    if (!r->has_started) {
        replay_complain(r, e->line, "the trace must start with an m line");
        r->has_started = true;
        r->is_on = true;
    }
    if (!r->is_on) {
        if (strchr("pPx", e->kind))
            replay_complain(r, e->line, "a walk, or a lookup, of no model");
        return;
    }
    if (e->kind == 'd' || e->kind == 'D')
        caches_upkeep(&r->caches,
                      e->kind == 'd' ? UPKEEP_DMA_READ : UPKEEP_DMA_WRITE,
                      e->pa, e->size);
    else if (e->hart >= r->geometry.harts)
        replay_complain(r, e->line, "there is no such hart (-smp)");
    else
        hart_line(r, e, next);
}

void replay_end(struct replay *r, uint64_t line)
{
    for (unsigned i = 0; i < r->geometry.harts; i++)
        check_nothing_pending(r, &r->hart[i], line);
}
