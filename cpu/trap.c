/*
 * Traps: the one place where an exception or interrupt changes the hart
 * (priv 1.12, 3.1.6 to 3.1.9 and 4.1).
 */
#include <assert.h>

#include "cpu/csr.h"
#include "cpu/hart.h"
#include "cpu/internal.h"

/* What a trap leaves behind, to see whether anything changed at all. */
struct trace {
    uint64_t pc, epc, cause, tval, status;
    enum privilege priv;
};

static struct trace trace_of(const struct hart *h, bool in_s)
{
    const struct csrs *c = &h->csr;

    return (struct trace){.pc = h->pc,
                          .epc = in_s ? c->sepc : c->mepc,
                          .cause = in_s ? c->scause : c->mcause,
                          .tval = in_s ? c->stval : c->mtval,
                          .status = c->mstatus,
                          .priv = h->priv};
}

static bool is_same(const struct trace *a, const struct trace *b)
{
    return a->pc == b->pc && a->epc == b->epc && a->cause == b->cause &&
           a->tval == b->tval && a->status == b->status && a->priv == b->priv;
}

static void stack_m(struct csrs *c, enum privilege from)
{
    uint64_t s = c->mstatus & ~(uint64_t)(MSTATUS_MPIE | MSTATUS_MPP);

    if (s & MSTATUS_MIE)
        s |= MSTATUS_MPIE;
    s |= (uint64_t)from << MSTATUS_MPP_SHIFT;
    c->mstatus = s & ~(uint64_t)MSTATUS_MIE;
}

static void stack_s(struct csrs *c, enum privilege from)
{
    uint64_t s = c->mstatus & ~(uint64_t)(MSTATUS_SPIE | MSTATUS_SPP);

    if (s & MSTATUS_SIE)
        s |= MSTATUS_SPIE;
    if (from == PRIV_S)
        s |= MSTATUS_SPP;
    c->mstatus = s & ~(uint64_t)MSTATUS_SIE;
}

static uint64_t vector(uint64_t tvec, bool is_interrupt, unsigned number)
{
    bool is_vectored = tvec & 1;

    return (tvec & ~UINT64_C(3)) +
           (is_interrupt && is_vectored ? 4 * number : 0);
}

static void enter(struct hart *h, bool in_s, bool is_interrupt, unsigned number,
                  uint64_t epc, uint64_t tval)
{
    struct csrs *c = &h->csr;
    uint64_t cause = number | (is_interrupt ? UINT64_C(1) << (h->xlen - 1) : 0);

    if (in_s) {
        stack_s(c, h->priv);
        c->sepc = epc;
        c->scause = cause;
        c->stval = tval;
        h->priv = PRIV_S;
        h->pc = vector(c->stvec, is_interrupt, number);
    } else {
        stack_m(c, h->priv);
        c->mepc = epc;
        c->mcause = cause;
        c->mtval = tval;
        h->priv = PRIV_M;
        h->pc = vector(c->mtvec, is_interrupt, number);
    }
    hart_push_mode(h);
    hart_translation_changed(h);
    if (h->watch.trap)
        h->watch.trap(h->watch.ctx, h, is_interrupt, number, epc, tval);
}

/* Interrupts that the guest's next trap cannot mask: those of a higher mode
 * are taken whatever xIE says. */
static bool can_be_interrupted(const struct hart *h)
{
    return h->priv < PRIV_M && h->csr.mie & ~h->csr.mideleg;
}

void trap_exception(struct hart *h, uint64_t epc, enum cause cause,
                    uint64_t tval)
{
    bool in_s = h->priv < PRIV_M && h->csr.medeleg >> cause & 1;
    struct trace before, after;

    h->pc = epc;
    before = trace_of(h, in_s);
    enter(h, in_s, false, cause, epc, tval);
    after = trace_of(h, in_s);
    h->stats.exceptions[cause]++;
    hart_look_at_interrupts(h);
    if (is_same(&before, &after) && !can_be_interrupted(h)) {
        h->is_stuck = true;
        hart_leave(h);
    }
}

int trap_pending(const struct hart *h)
{
    /* By priority, priv 1.12, 3.1.9. */
    static const uint8_t order[] = {IRQ_MEI, IRQ_MSI, IRQ_MTI,
                                    IRQ_SEI, IRQ_SSI, IRQ_STI};
    const struct csrs *c = &h->csr;
    uint64_t ready = (c->mip | c->wires) & c->mie;
    uint64_t for_m, for_s;
    bool m_on = h->priv < PRIV_M || c->mstatus & MSTATUS_MIE;
    bool s_on =
        h->priv < PRIV_S || (h->priv == PRIV_S && c->mstatus & MSTATUS_SIE);

    if (!ready)
        return -1;
    for_m = m_on ? ready & ~c->mideleg : 0;
    for_s = s_on ? ready & c->mideleg : 0;
    ready = for_m ? for_m : for_s;
    for (unsigned i = 0; i < sizeof order; i++)
        if (ready >> order[i] & 1)
            return order[i];
    return -1;
}

void trap_interrupt(struct hart *h, unsigned number)
{
    bool in_s = h->priv < PRIV_M && h->csr.mideleg >> number & 1;

    enter(h, in_s, true, number, h->pc, 0);
    h->stats.interrupts[number]++;
    h->is_stuck = false;
}
