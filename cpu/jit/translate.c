/*
 * Superblocks: the instructions of one page from an entry on along the likely
 * path. Forward branches are taken for unlikely and become exits; a jump
 * within the page is followed; a branch backwards ends the superblock, as does
 * whatever leaves it for sure. Its instructions are decoded first, so that
 * their number is known where it begins: steps are counted there, and exits
 * take back what was not done.
 */
#include <assert.h>

#include "cpu/hook.h"
#include "cpu/jit/internal.h"

/* Bytes that the code of the longest superblock stays below, stubs of its rare
 * paths included. */
#define MAX_CODE (BLOCK_LIMIT * 768u)

/* Nothing behind it is executed next. */
static bool ends(const struct insn *d)
{
    switch ((enum op)d->op) {
    case OP_ILLEGAL:
    case OP_FENCE_I:
    case OP_JAL:
    case OP_JALR:
    case OP_ECALL:
    case OP_EBREAK:
    case OP_MRET:
    case OP_SRET:
    case OP_WFI:
    case OP_SFENCE_VMA:
        return true;
    default:
        return op_is_branch((enum op)d->op) && d->imm <= d->offset;
    }
}

/* The instruction at an offset of the page; false: it goes on in the next, or
 * somebody wants to be called before it. */
static bool decode(const struct superblock *t, unsigned offset,
                   struct insn *d)
{
    uint32_t bits;

    if (offset + 2 > MMU_PAGE_SIZE ||
        hook_is_at(t->hart->hooks, t->page->pa + offset))
        return false;
    bits = (uint32_t)load_le(t->host + offset, 2);
    if (isa_length(bits) == 4) {
        if (offset + 4 > MMU_PAGE_SIZE)
            return false;
        bits = (uint32_t)load_le(t->host + offset, 4);
    }
    *d = isa_decode(t->hart->isa, bits);
    d->offset = (uint16_t)offset;
    block_make_page_relative(d);
    return true;
}

static bool has_seen(const struct superblock *t, unsigned offset)
{
    for (unsigned i = 0; i < t->n; i++) {
        if (t->insns[i].offset == offset)
            return true;
    }
    return false;
}

/* Whether the superblock goes on where the jump leads. */
static bool follows(const struct superblock *t, const struct insn *d)
{
    return d->op == OP_JAL && d->imm >= 0 &&
           d->imm < (int32_t)MMU_PAGE_SIZE && t->n < t->hart->blocks->limit &&
           !has_seen(t, (unsigned)d->imm);
}

/* A loop back to the start is unrolled, so that steps are counted and looked at
 * once for several rounds. Where harts take turns of few steps, the last ones
 * of each turn, which a superblock is too long for, would cost more. */
#define UNROLLED_STEPS 32

static bool unrolls(const struct superblock *t, const struct insn *d)
{
    unsigned rounds = 1;

    for (unsigned i = 1; i < t->n; i++)
        rounds += t->insns[i].offset == t->insns[0].offset;
    return op_is_branch((enum op)d->op) && d->imm == t->insns[0].offset &&
           t->n + t->n / rounds <= UNROLLED_STEPS &&
           t->n + t->n / rounds <= t->hart->blocks->limit &&
           t->hart->mmu.n_harts == 1;
}

static void decode_all(struct superblock *t, unsigned offset)
{
    struct insn d;

    while (t->n < t->hart->blocks->limit && decode(t, offset, &d)) {
        t->insns[t->n++] = d;
        offset += d.size;
        if (!ends(&d))
            continue;
        if (!follows(t, &d) && !unrolls(t, &d))
            break;
        t->is_followed[t->n - 1] = true;
        offset = (unsigned)d.imm;
    }
    t->end = (int32_t)offset;
}

/* Writes to it must be heard of. */
static void mark(const struct superblock *t)
{
    for (unsigned i = 0, k; i < t->n; i = k) {
        unsigned from = t->insns[i].offset, to = from;

        for (k = i; k < t->n && t->insns[k].offset == to; k++)
            to += t->insns[k].size;
        mmu_mark_code(&t->hart->mmu, t->page->pa + from, to - from);
    }
}

/* Returns how many instructions are done, 0 if this one cannot be. */
static unsigned emit_some(struct superblock *t, unsigned i)
{
    unsigned n;

    if (i)
        emit_fetch(t, i);
    n = emit_group(t, i);
    if (n)
        return n;
    return emit_compute(t, i) || emit_access(t, i) || emit_flow(t, i) ||
           emit_control(t, i);
}

static bool jumps_away(const struct insn *d)
{
    return d->op == OP_JAL || d->op == OP_JALR;
}

static bool emit(struct superblock *t)
{
    choose_registers(t);
    emit_entry(t);
    for (unsigned i = 0, n; i < t->n; i += n) {
        jit_note(t, JIT_STEP, i);
        n = emit_some(t, i);
        if (!n)
            return false;
    }
    jit_note(t, JIT_END, t->n - 1);
    if (!t->is_loop &&
        (!jumps_away(&t->insns[t->n - 1]) || t->is_followed[t->n - 1]))
        emit_exit(t, t->end);
    emit_rare(t);
    return true;
}

static bool has_room(const struct jit *j)
{
    return j->code.at + MAX_CODE <= j->cells &&
           j->n_insns + BLOCK_LIMIT <= j->end_insns;
}

uint32_t jit_translate(struct hart *h, struct jit_page *page,
                       const uint8_t *host)
{
    struct jit *j = h->jit;
    unsigned offset = h->pc & MMU_PAGE_MASK;
    struct superblock t = {.jit = j, .hart = h, .code = &j->code,
                            .page = page, .host = host,
                            .first_byte = j->code.at};
    uint8_t *cells = j->cells;

    if (!has_room(j))
        return JIT_FULL;
    t.insns = j->insns + j->n_insns;
    t.first = (uint32_t)j->n_insns;
    j->n_pieces = 0;
    decode_all(&t, offset);
    if (!t.n || !emit(&t)) {
        j->code.at = t.first_byte;
        j->cells = cells;
        return JIT_NO_CODE;
    }
    assert(j->code.at <= t.first_byte + MAX_CODE);
    j->n_insns += t.n;
    mark(&t);
    page->parts |= 1u << j->part;
    jit_tell_translated(&t);
    page->entries[offset / 2] = (uint32_t)(t.start - j->rw);
    return page->entries[offset / 2];
}
