/*
 * Registers of loops. A superblock that jumps back to its own start lends the
 * host registers of guest registers that it uses less to those that it uses
 * more: they are exchanged on the way in and on each way out, and the loop
 * itself goes round between.
 */
#include "cpu/jit/internal.h"

static bool reads_rs2(enum op op)
{
    return op_is_branch(op) || op_is_store(op) ||
           (op >= OP_SC_W && op <= OP_AMOMAXU_W) ||
           (op >= OP_ADD && op <= OP_BEXTIW);
}

/* How often the superblock names each register; immediates in their places
 * count a little too much, which does no harm. */
static void count_uses(const struct superblock *t, unsigned uses[33])
{
    memset(uses, 0, 33 * sizeof *uses);
    for (unsigned i = 0; i < t->n; i++) {
        const struct insn *d = &t->insns[i];

        uses[d->rd]++;
        uses[d->rs1]++;
        if (reads_rs2((enum op)d->op))
            uses[d->rs2]++;
    }
    uses[0] = uses[REG_SINK] = 0;
}

static bool is_own_loop(const struct superblock *t)
{
    const struct insn *last = &t->insns[t->n - 1];
    bool is_jump = last->op == OP_JAL || op_is_branch((enum op)last->op);

    return is_jump && !t->is_followed[t->n - 1] &&
           last->imm == t->insns[0].offset;
}

/* The register with the most, or the least, uses among those that are pinned
 * or not; 0: there is none. */
static unsigned find_register(const struct superblock *t,
                              const unsigned uses[33], bool pinned, bool most)
{
    unsigned best = 0;

    for (unsigned reg = 1; reg < 32; reg++) {
        if (is_pinned(t, reg) == pinned &&
            (!best || (most ? uses[reg] > uses[best] : uses[reg] < uses[best])))
            best = reg;
    }
    return best;
}

void choose_registers(struct superblock *t)
{
    unsigned uses[33];

    memcpy(t->pin, t->jit->pin, sizeof t->pin);
    t->is_loop = is_own_loop(t);
    if (!t->is_loop)
        return;
    count_uses(t, uses);
    while (t->n_swaps < MAX_SWAPS) {
        unsigned in = find_register(t, uses, false, true);
        unsigned out = find_register(t, uses, true, false);
        struct swap *s = &t->swaps[t->n_swaps];

        if (!in || uses[in] < uses[out] + 2)
            return;
        *s = (struct swap){(uint8_t)in, (uint8_t)out, t->pin[out]};
        t->pin[in] = s->host;
        t->pin[out] = NO_REG;
        t->n_swaps++;
    }
}

static void exchange(struct superblock *t, enum host_reg host, unsigned from,
                     unsigned to)
{
    const int32_t x = HART_FIELD(x);

    x86_movsxd(t->code, RAX, in_reg(host));
    x86_store64(t->code, hart_field(x + 8 * (int32_t)from), RAX);
    x86_mov(t->code, host, hart_field(x + 8 * (int32_t)to));
}

void emit_swap_in(struct superblock *t)
{
    for (unsigned i = 0; i < t->n_swaps; i++)
        exchange(t, t->swaps[i].host, t->swaps[i].out, t->swaps[i].in);
    t->is_swapped = true;
}

void emit_swap_out(struct superblock *t)
{
    if (!t->is_swapped)
        return;
    for (unsigned i = 0; i < t->n_swaps; i++)
        exchange(t, t->swaps[i].host, t->swaps[i].in, t->swaps[i].out);
    t->is_swapped = false;
}
