/*
 * LR, SC and the AMOs. The operations take the old value in memory and rs2,
 * both sign-extended words.
 */
#include "cpu/arith.h"
#include "cpu/internal.h"

static uint64_t swap(uint64_t old, uint64_t arg)
{
    (void)old;
    return arg;
}

static uint64_t add(uint64_t old, uint64_t arg)
{
    return old + arg;
}

static uint64_t xor_(uint64_t old, uint64_t arg)
{
    return old ^ arg;
}

static uint64_t and_(uint64_t old, uint64_t arg)
{
    return old & arg;
}

static uint64_t or_(uint64_t old, uint64_t arg)
{
    return old | arg;
}

static uint64_t min(uint64_t old, uint64_t arg)
{
    return (int32_t)old < (int32_t)arg ? old : arg;
}

static uint64_t max(uint64_t old, uint64_t arg)
{
    return (int32_t)old > (int32_t)arg ? old : arg;
}

static uint64_t minu(uint64_t old, uint64_t arg)
{
    return (uint32_t)old < (uint32_t)arg ? old : arg;
}

static uint64_t maxu(uint64_t old, uint64_t arg)
{
    return (uint32_t)old > (uint32_t)arg ? old : arg;
}

bool atomic_execute(struct hart *h, const struct insn *d, struct fault *fault)
{
    static uint64_t (*const ops[N_OPS])(uint64_t old, uint64_t arg) = {
        [OP_AMOSWAP_W] = swap, [OP_AMOADD_W] = add,   [OP_AMOXOR_W] = xor_,
        [OP_AMOAND_W] = and_,  [OP_AMOOR_W] = or_,    [OP_AMOMIN_W] = min,
        [OP_AMOMAX_W] = max,   [OP_AMOMINU_W] = minu, [OP_AMOMAXU_W] = maxu,
    };
    uint64_t va = h->x[d->rs1] & isa_address_mask(h->isa), value = 0;
    bool stored, ok;

    if (d->op == OP_LR_W) {
        ok = mmu_load_reserved(&h->mmu, va, 4, &value, fault);
    } else if (d->op == OP_SC_W) {
        ok =
            mmu_store_conditional(&h->mmu, va, 4, h->x[d->rs2], &stored, fault);
        value = ok && !stored;
    } else {
        ok = mmu_amo(&h->mmu, va, 4, ops[d->op], h->x[d->rs2], &value, fault);
    }
    if (ok)
        h->x[d->rd] = arith_word(value);
    return ok;
}

