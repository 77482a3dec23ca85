/*
 * The instructions that control the hart itself: CSR accesses, returns from
 * traps, wfi, fences of translations.
 */
#include "base/bits.h"
#include "cpu/csr.h"
#include "cpu/envcfg.h"
#include "cpu/hart.h"
#include "cpu/internal.h"

static bool csr_op(struct hart *h, const struct insn *d)
{
    bool is_immediate = d->op >= OP_CSRRWI;
    uint64_t operand = is_immediate ? d->rs1 : h->x[d->rs1];
    enum csr_change change = CSR_REPLACE;
    uint64_t old;

    if (d->op == OP_CSRRS || d->op == OP_CSRRSI)
        change = d->rs1 ? CSR_SET : CSR_KEEP;
    else if (d->op == OP_CSRRC || d->op == OP_CSRRCI)
        change = d->rs1 ? CSR_CLEAR : CSR_KEEP;
    if (!csr_access(h, (unsigned)d->imm, change, operand, &old))
        return false;
    h->x[d->rd] = old;
    return true;
}

/* Returns from a trap. A reservation does not survive that (unpriv 9.2 lets
 * us choose), so that no handler need clear it for the code it switches to. */
static void go_to(struct hart *h, enum privilege priv, uint64_t pc)
{
    h->priv = priv;
    h->pc = pc;
    h->mmu.is_reserved = false;
    if (priv != PRIV_M)
        h->csr.mstatus &= ~(uint64_t)MSTATUS_MPRV;
    hart_push_mode(h);
    hart_translation_changed(h);
    hart_look_at_interrupts(h);
}

static bool mret(struct hart *h)
{
    struct csrs *c = &h->csr;
    uint64_t old = c->mstatus;

    if (h->priv < PRIV_M)
        return false;
    c->mstatus = (old & ~(uint64_t)(MSTATUS_MIE | MSTATUS_MPP)) | MSTATUS_MPIE;
    if (old & MSTATUS_MPIE)
        c->mstatus |= MSTATUS_MIE;
    go_to(h, (enum privilege)(old >> MSTATUS_MPP_SHIFT & 3), c->mepc);
    return true;
}

static bool sret(struct hart *h)
{
    struct csrs *c = &h->csr;
    uint64_t old = c->mstatus;

    if (h->priv < PRIV_S || (h->priv == PRIV_S && old & MSTATUS_TSR))
        return false;
    c->mstatus = (old & ~(uint64_t)(MSTATUS_SIE | MSTATUS_SPP)) | MSTATUS_SPIE;
    if (old & MSTATUS_SPIE)
        c->mstatus |= MSTATUS_SIE;
    go_to(h, old & MSTATUS_SPP ? PRIV_S : PRIV_U, c->sepc);
    return true;
}

/* wfi ends when an interrupt is pending and enabled in mie, whatever mstatus
 * says. In U-mode it is illegal. */
static bool wfi(struct hart *h)
{
    if (h->priv == PRIV_U || (h->priv == PRIV_S && h->csr.mstatus & MSTATUS_TW))
        return false;
    if (!((h->csr.mip | h->csr.wires) & h->csr.mie)) {
        h->in_wfi = true;
        hart_leave(h);
    }
    return true;
}

static bool sfence_vma(struct hart *h, const struct insn *d)
{
    uint64_t mask = isa_address_mask(h->isa);

    if (h->priv == PRIV_U ||
        (h->priv == PRIV_S && h->csr.mstatus & MSTATUS_TVM))
        return false;
    mmu_sfence(&h->mmu, d->rs1 != 0, h->x[d->rs1] & mask, d->rs2 != 0,
               h->x[d->rs2]);
    hart_translation_changed(h);
    return true;
}

static bool sfence_inval(const struct hart *h)
{
    return h->priv > PRIV_U;
}

static bool cbo(struct hart *h, const struct insn *d, struct fault *fault)
{
    uint64_t va = h->x[d->rs1] & isa_address_mask(h->isa);
    enum op does;

    if (!envcfg_permits_cbo(h, (enum op)d->op, &does))
        return false;
    switch (does) {
    case OP_CBO_CLEAN:
        return mmu_cbo(&h->mmu, va, MMU_CBO_CLEAN, fault);
    case OP_CBO_FLUSH:
        return mmu_cbo(&h->mmu, va, MMU_CBO_FLUSH, fault);
    case OP_CBO_INVAL:
        return mmu_cbo(&h->mmu, va, MMU_CBO_INVAL, fault);
    default:
        return mmu_cbo_zero(&h->mmu, va, fault);
    }
}

/* *fault is an illegal instruction unless it says otherwise. */
static bool execute(struct hart *h, const struct insn *d, struct fault *fault)
{
    switch ((enum op)d->op) {
    case OP_MRET:
        return mret(h);
    case OP_SRET:
        return sret(h);
    case OP_WFI:
        return wfi(h);
    case OP_SFENCE_VMA:
        return sfence_vma(h, d);
    case OP_SFENCE_INVAL:
        return sfence_inval(h);
    case OP_CBO_INVAL:
    case OP_CBO_CLEAN:
    case OP_CBO_FLUSH:
    case OP_CBO_ZERO:
        return cbo(h, d, fault);
    default:
        return csr_op(h, d);
    }
}

bool system_execute(struct hart *h, const struct insn *d, struct fault *fault)
{
    uint64_t pc = h->pc;

    h->pc = (pc + d->size) & isa_address_mask(h->isa);
    *fault = (struct fault){d->bits, CAUSE_ILLEGAL};
    if (execute(h, d, fault))
        return true;
    h->pc = pc;
    return false;
}
