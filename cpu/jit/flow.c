/*
 * Where a superblock goes on: to the head of its own loop, to others of its
 * page, by links made when they are first used, and to other pages, by the
 * table of pages for fetches.
 *
 * A link is `jmp next; next: call exit_link; .short target, line`. Taken for
 * the first time it returns to C, which finds what is at `target` (an offset in
 * the page) and makes the jump lead there. All superblocks of a page are
 * dropped at once, so links need no undoing. `line` is the one that was fetched
 * from last: see jit/rare.c for what it saves.
 */
#include "cpu/jit/internal.h"

static bool is_in_page(int32_t target)
{
    return target >= 0 && target < (int32_t)MMU_PAGE_SIZE;
}

static void short_word(struct code *c, unsigned v)
{
    x86_byte(c, v & 0xff);
    x86_byte(c, v >> 8);
}

static void link_to(struct superblock *t, int32_t target)
{
    struct code *c = t->code;

    x86_jmp_to(c, c->at + 5);
    x86_call_to(c, t->jit->exit_link);
    jit_note(t, JIT_DATA, 0);
    short_word(c, (unsigned)target);
    short_word(c, t->line);
}

void emit_exit(struct superblock *t, int32_t target)
{
    emit_swap_out(t);
    if (is_in_page(target)) {
        link_to(t, target);
        return;
    }
    x86_mov(t->code, RAX, HERE(page_va));
    x86_alu_imm(t->code, ALU_ADD, in_reg(RAX), target);
    x86_jmp_to(t->code, t->jit->go_far);
}

/* To the pc in eax. */
static void emit_indirect(struct superblock *t)
{
    struct code *c = t->code;

    x86_mov(c, RCX, in_reg(RAX));
    x86_alu(c, ALU_SUB, RCX, HERE(page_va));
    x86_alu_imm(c, ALU_CMP, in_reg(RCX), MMU_PAGE_SIZE);
    x86_patch(x86_jcc(c, COND_AE), t->jit->go_far);
    x86_mov64(c, RDX, HERE(entries));
    x86_mov(c, RCX, at_index(RDX, RCX, 2, 0));
    x86_alu64(c, ALU_ADD, RCX, HERE(code));
    x86_jmp_reg(c, RCX);
}

/* rd = the address of the next instruction; leaves eax alone. */
static void put_return(struct superblock *t, const struct insn *d)
{
    enum host_reg to = result(t, d->rd, RCX);

    if (d->rd == REG_SINK)
        return;
    x86_mov(t->code, to, HERE(page_va));
    x86_alu_imm(t->code, ALU_ADD, in_reg(to), d->offset + d->size);
    put(t, d->rd, to);
}

static void jump_register(struct superblock *t, const struct insn *d)
{
    struct code *c = t->code;

    get_into(t, d->rs1, RAX);
    if (d->imm)
        x86_alu_imm(c, ALU_ADD, in_reg(RAX), d->imm);
    x86_alu_imm(c, ALU_AND, in_reg(RAX), -2);
    put_return(t, d);
    emit_indirect(t);
}

static void compare(struct superblock *t, const struct insn *d)
{
    enum host_reg a = get(t, d->rs1, RAX);

    if (!d->rs2)
        x86_test(t->code, a, a);
    else
        x86_alu(t->code, ALU_CMP, a, guest(t, d->rs2));
}

static const uint8_t conditions[N_OPS] = {
    [OP_BEQ] = COND_E,  [OP_BNE] = COND_NE,  [OP_BLT] = COND_L,
    [OP_BGE] = COND_GE, [OP_BLTU] = COND_B, [OP_BGEU] = COND_AE,
};

static void branch(struct superblock *t, unsigned i)
{
    const struct insn *d = &t->insns[i];
    enum host_cond cond = (enum host_cond)conditions[d->op];
    int32_t target = d->imm; /* from the start of the page */

    compare(t, d);
    if (t->is_followed[i] || (t->is_loop && steps_left(t, i) == 1)) {
        target = d->offset + d->size;
        cond = cond_not(cond);
    }
    add_rare(t, (struct rare){.kind = RARE_EXIT,
                              .field = {x86_jcc(t->code, cond)},
                              .i = i,
                              .line = t->line,
                              .target = target});
    if (t->is_loop && steps_left(t, i) == 1)
        emit_back_edge(t);
}

static void jump(struct superblock *t, unsigned i)
{
    const struct insn *d = &t->insns[i];

    put_return(t, d);
    if (t->is_followed[i])
        return;
    if (t->is_loop)
        emit_back_edge(t);
    else
        emit_exit(t, d->imm);
}

bool emit_flow(struct superblock *t, unsigned i)
{
    const struct insn *d = &t->insns[i];

    if (d->op == OP_JAL)
        jump(t, i);
    else if (d->op == OP_JALR)
        jump_register(t, d);
    else if (op_is_branch((enum op)d->op))
        branch(t, i);
    else
        return false;
    return true;
}
