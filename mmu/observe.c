/*
 * From what the mmu knows of an access to the lines of the trace.
 */
#include "mmu/observe.h"

#include "mmu/models.h"

/* Whoever sees every access must not have any of them served without the
 * mmu; whoever stops looking must not have them come by for ever. */
static void see_all(struct mmu *m)
{
    m->sees_all = m->trace || m->stale.report;
    mmu_forget_all(m);
}

void mmu_set_trace(struct mmu *m, struct trace *trace, unsigned number)
{
    m->trace = trace;
    m->number = number;
    see_all(m);
}

void mmu_watch_stale(struct mmu *m,
                     void (*report)(void *ctx, const struct mmu_stale_use *use),
                     void *ctx)
{
    stale_prepare(m);
    m->stale.report = report;
    m->stale.ctx = ctx;
    see_all(m);
}

/* An access in the context c, as far as it is known before translation. */
static struct trace_access begin(const struct mmu *m, const struct context *c,
                                 uint64_t va)
{
    struct trace_access a = {
        .hart = m->number,
        .is_translated = c->scheme,
        .va = va,
        .asid = c->scheme ? satp_asid(c->scheme, m->satp) : 0,
    };

    return a;
}

void observe_data(const struct mmu *m, char kind, uint64_t va, uint64_t pa,
                  unsigned len, const struct translation *t)
{
    struct trace_access a = begin(m, &m->data, va);

    a.pa = pa;
    a.size = len;
    a.has_leaf = true;
    a.level = t->level;
    a.is_global = t->leaf.bits & PTE_G;
    trace_access(m->trace, kind, &a);
}

void observe_fetch(const struct mmu *m, uint64_t va, unsigned size,
                   const struct fetch *f)
{
    struct trace_access a = begin(m, &m->fetch, va);

    a.pa = f->pa;
    a.size = size;
    a.has_leaf = true;
    a.level = f->level;
    a.is_global = f->is_global;
    trace_access(m->trace, 'i', &a);
}

static bool looks_up(const struct mmu *m, const struct context *c)
{
    return m->trace && c->scheme && models_have_tlbs(m);
}

void observe_refused(const struct mmu *m, enum access access, uint64_t va,
                     const struct translation *t)
{
    struct trace_access a = begin(m, &m->data, va);

    if (!looks_up(m, &m->data))
        return;
    a.has_leaf = t->slot != TLB_NO_SLOT;
    a.level = t->level;
    a.is_global = t->leaf.bits & PTE_G;
    trace_refused(m->trace, access == ACCESS_STORE ? 'w' : 'r', &a);
}

void observe_refused_fetch(const struct mmu *m, uint64_t va,
                           const struct fetch *f)
{
    struct trace_access a = begin(m, &m->fetch, va);

    if (!looks_up(m, &m->fetch))
        return;
    a.has_leaf = f->has_leaf;
    a.level = f->level;
    a.is_global = f->is_global;
    trace_refused(m->trace, 'i', &a);
}

void observe_cbo(const struct mmu *m, enum mmu_cbo op, uint64_t va, uint64_t pa,
                 const struct translation *t)
{
    static const char *const names[] = {
        [MMU_CBO_CLEAN] = "clean",
        [MMU_CBO_FLUSH] = "flush",
        [MMU_CBO_INVAL] = "inval",
    };

    observe_refused(m, ACCESS_LOAD, va, t);
    if (m->trace)
        trace_cbo(m->trace, m->number, names[op], pa);
}

void observe_walk(const struct mmu *m, const struct walk_request *q,
                  const struct walk *w)
{
    struct trace_access a = {
        .hart = m->number,
        .va = q->va,
        .asid = satp_asid(q->scheme, m->satp),
        .size = q->scheme->pte_bytes,
        .level = q->scheme->levels - 1,
    };

    if (!m->trace)
        return;
    for (unsigned i = 0; i < w->n_reads; i++) {
        a.pa = w->read_pa[i];
        a.level = q->scheme->levels - 1 - i;
        trace_walk(m->trace, 'p', &a);
    }
    if (w->was_updated)
        trace_walk(m->trace, 'P', &a);
}
