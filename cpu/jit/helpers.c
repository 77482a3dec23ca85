/*
 * What generated code leaves to C: one instruction each, with the meaning that
 * it has in cpu/interp.c.
 */
#include "cpu/bitmanip.h"
#include "cpu/arith.h"
#include "cpu/jit/internal.h"

/* Fetches up to `steps` become counts; their stamps stay behind the clock. */
static void count_fetches(struct hart *h, uint64_t steps)
{
    struct jit_context *here = &h->context;

    mmu_count_fetches(&h->mmu, steps - here->counted_steps, here->straddles,
                      2 * h->steps + here->bias + 2);
    here->counted_steps = steps;
    here->straddles = 0;
}

/* Later stamps are later than those that C has set meanwhile. */
static void keep_stamps_behind(struct hart *h)
{
    h->context.bias = h->mmu.fetch_filter.now - 2 * h->steps;
    h->context.near_bias = h->context.bias + 2 * h->context.limit;
}

void jit_begin_counting(struct hart *h)
{
    h->context.limit = h->run_until;
    if (!h->mmu.models)
        return;
    mmu_own_fetches(&h->mmu);
    h->context.counted_steps = h->steps;
    keep_stamps_behind(h);
}

void jit_stop_counting(struct hart *h)
{
    if (h->mmu.models)
        count_fetches(h, h->steps);
}

/* Devices, traps and counters see the state before the instruction. */
static void begin(struct hart *h, const struct insn *d)
{
    h->pc = h->context.page_va + d->offset;
    h->in_flight.offset = d->offset;
    h->at = &h->in_flight;
    h->is_translation_changed = false;
    if (h->mmu.models)
        count_fetches(h, h->steps + 1);
}

static enum helper_answer done(struct hart *h, const struct insn *d)
{
    h->at = NULL;
    if (h->mmu.models)
        keep_stamps_behind(h);
    if (LIKELY(h->run_until == h->context.limit))
        return HELPER_DONE;
    h->steps++;
    h->pc = (h->pc + d->size) & isa_address_mask(h->isa);
    return HELPER_LEFT;
}

/* The hart is elsewhere, or where it is has changed. */
static enum helper_answer gone(struct hart *h)
{
    h->at = NULL;
    if (h->mmu.models)
        keep_stamps_behind(h);
    return h->run_until == h->context.limit ? HELPER_GO : HELPER_LEFT;
}

static enum helper_answer trap(struct hart *h, const struct fault *fault)
{
    h->at = NULL;
    h->failed++;
    h->steps++;
    trap_exception(h, h->pc, fault->cause, fault->tval);
    return gone(h);
}

static uint64_t address(const struct hart *h, const struct insn *d)
{
    return (h->x[d->rs1] + (uint64_t)(int64_t)d->imm) &
           isa_address_mask(h->isa);
}

static uint64_t extend(enum op op, uint64_t value)
{
    switch (op) {
    case OP_LB:
        return (uint64_t)sign_extend(value, 8);
    case OP_LH:
        return (uint64_t)sign_extend(value, 16);
    case OP_LW:
        return arith_word(value);
    default:
        return value;
    }
}

/* With models most accesses that come here are of DRAM, where nobody looks at
 * the hart meanwhile; that they stalled is all that they can leave behind. */
static enum helper_answer done_unseen(struct hart *h, const struct insn *d)
{
    if (LIKELY(h->run_until == h->context.limit))
        return HELPER_DONE;
    begin(h, d);
    return done(h, d);
}

enum helper_answer jit_load(struct hart *h, const struct insn *d)
{
    enum op op = (enum op)d->op;
    unsigned size = op_access_bytes(op);
    uint64_t va = address(h, d), value;
    struct fault fault;

    if (h->mmu.models && mmu_load_line(&h->mmu, va, size, &value)) {
        h->x[d->rd] = extend(op, value);
        return done_unseen(h, d);
    }
    begin(h, d);
    if (UNLIKELY(!mmu_load_general(&h->mmu, va, size, &value, &fault)))
        return trap(h, &fault);
    h->x[d->rd] = extend(op, value);
    return done(h, d);
}

enum helper_answer jit_store(struct hart *h, const struct insn *d)
{
    struct fault fault;
    unsigned size = op_access_bytes((enum op)d->op);
    uint64_t va = address(h, d), value = h->x[d->rs2];

    if (h->mmu.models && mmu_store_line(&h->mmu, va, size, value))
        return done_unseen(h, d);
    begin(h, d);
    if (UNLIKELY(!mmu_store_general(&h->mmu, va, size, value, &fault)))
        return trap(h, &fault);
    return done(h, d);
}

enum helper_answer jit_atomic(struct hart *h, const struct insn *d)
{
    struct fault fault;

    begin(h, d);
    if (UNLIKELY(!atomic_execute(h, d, &fault)))
        return trap(h, &fault);
    return done(h, d);
}

enum helper_answer jit_system(struct hart *h, const struct insn *d)
{
    struct fault fault;
    uint64_t next;

    begin(h, d);
    next = (h->pc + d->size) & isa_address_mask(h->isa);
    if (UNLIKELY(!system_execute(h, d, &fault)))
        return trap(h, &fault);
    if (h->is_translation_changed || h->pc != next ||
        h->run_until != h->context.limit) {
        h->steps++;
        return gone(h);
    }
    h->at = NULL;
    if (h->mmu.models)
        keep_stamps_behind(h);
    return HELPER_DONE;
}

enum helper_answer jit_fence_i(struct hart *h, const struct insn *d)
{
    begin(h, d);
    mmu_fence_i(&h->mmu);
    h->steps++;
    h->pc = (h->pc + d->size) & isa_address_mask(h->isa);
    return gone(h);
}

enum helper_answer jit_fault(struct hart *h, const struct insn *d)
{
    struct fault fault;

    begin(h, d);
    switch ((enum op)d->op) {
    case OP_ECALL:
        fault = (struct fault){0, CAUSE_ECALL_U + h->priv};
        break;
    case OP_EBREAK:
        fault = (struct fault){h->pc, CAUSE_BREAKPOINT};
        break;
    default:
        fault = (struct fault){d->bits, CAUSE_ILLEGAL};
        break;
    }
    return trap(h, &fault);
}

enum helper_answer jit_compute(struct hart *h, const struct insn *d)
{
    h->x[d->rd] = bitmanip(d, h->x[d->rs1], h->x[d->rs2]);
    return HELPER_DONE;
}

/* Where the lines of the fetch are now. */
static void refresh_cells(struct hart *h)
{
    struct jit *j = h->jit;
    uint8_t *at = j->rw + (h->context.cell - j->rx);
    struct line_cell *cell = (struct line_cell *)(void *)at;

    for (unsigned n = 1u + cell->has_second; n--; cell--)
        (void)!mmu_find_in_l1i(&h->mmu, cell->number, &cell->line,
                               &cell->touched);
}

/* Counts the fetch of d itself; the instruction is still to come. With timing,
 * what it stalled may have brought the end of the stretch before it: it is
 * executed all the same, and the engine then looks. */
enum helper_answer jit_fetch(struct hart *h, const struct insn *d)
{
    uint64_t va = h->context.page_va + d->offset;

    h->pc = va;
    count_fetches(h, h->steps);
    mmu_count_fetch_slow(&h->mmu, va, d->size);
    h->context.counted_steps = h->steps + 1;
    keep_stamps_behind(h);
    refresh_cells(h);
    if (LIKELY(h->run_until == h->context.limit))
        return HELPER_DONE;
    hart_leave(h);
    interp_single(h, d);
    return HELPER_LEFT;
}
