/*
 * Fetches, where they are modelled: each change of line looks it up in the
 * filter of fetches and leaves its stamps; fetches within a line need nothing,
 * as they are counted by steps. What could take the line or its translation
 * away makes generated code return or look its page up anew, so no mark of
 * the current line is needed.
 */
#include "cpu/jit/internal.h"

static struct operand line_field(size_t field)
{
    return at_index(HART, RCX, 8,
                    HART_FIELD(mmu.fetch_filter.entry) + (int32_t)field);
}

static void stamp(struct superblock *t, size_t field)
{
    x86_mov64(t->code, RDX, line_field(field));
    x86_store64(t->code, at(RDX, 0), RAX);
}

/* The line `line` of the page, at the step of instruction i; returns the jump
 * for a miss. */
static uint8_t *touch_line(struct superblock *t, uint32_t line, unsigned i)
{
    struct code *c = t->code;
    const struct filter *f = &t->hart->mmu.fetch_filter;
    uint64_t offset = (uint64_t)line << f->line_shift;
    uint8_t *miss;

    x86_mov(c, RCX, HERE(index));
    if (filter_index(f, offset))
        x86_alu_imm(c, ALU_XOR, in_reg(RCX),
                    (int32_t)filter_index(f, offset));
    x86_lea(c, RCX, at_index(RCX, RCX, 4, 0));
    x86_mov64(c, RAX, HERE(tag));
    if (offset)
        x86_alu_imm64(c, ALU_OR, in_reg(RAX), (int32_t)offset);
    x86_alu64(c, ALU_CMP, RAX,
              line_field(offsetof(struct filter_entry, load_tag)));
    miss = x86_jcc(c, COND_NE);
    x86_mov64(c, RAX, HERE(bias));
    x86_lea64(c, RAX, at_index(RAX, STEPS, 1, 1 - steps_left(t, i)));
    stamp(t, offsetof(struct filter_entry, way_stamp));
    stamp(t, offsetof(struct filter_entry, slot_stamp));
    return miss;
}

void emit_fetch(struct superblock *t, unsigned i)
{
    const struct insn *d = &t->insns[i];
    unsigned shift = t->hart->mmu.fetch_filter.line_shift;
    uint32_t first = (uint32_t)d->offset >> shift;
    uint32_t last = (uint32_t)(d->offset + d->size - 1) >> shift;
    struct rare rare = {.kind = RARE_SLOW, .i = i, .helper = HELPER_FETCH};

    if (!t->jit->has_models)
        return;
    if (first != t->line)
        rare.field[0] = touch_line(t, first, i);
    t->body = t->code->at;
    if (last != first) {
        rare.field[1] = touch_line(t, last, i);
        x86_alu_imm64(t->code, ALU_ADD, HERE(straddles), 1);
    }
    t->line = last;
    if (!rare.field[0] && !rare.field[1])
        return;
    rare.back = t->code->at;
    add_rare(t, rare);
}
