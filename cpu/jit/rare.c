/*
 * The start of a superblock, and what follows its likely path: slow paths,
 * exits of branches, the return when it is longer than the steps left.
 */
#include <assert.h>

#include "cpu/jit/internal.h"

struct rare *add_rare(struct superblock *t, struct rare r)
{
    assert(t->n_rare < MAX_RARE);
    r.is_swapped = t->is_swapped;
    t->rare[t->n_rare] = r;
    return &t->rare[t->n_rare++];
}

static void call_helper(struct superblock *t, unsigned i,
                        enum helper_kind kind)
{
    bool is_swapped = t->is_swapped;

    if (is_swapped)
        emit_swap_out(t);
    x86_mov_imm(t->code, RCX, t->first + i);
    x86_mov_imm(t->code, RDX, (uint32_t)steps_left(t, i));
    x86_call_to(t->code, t->jit->helpers[kind]);
    if (is_swapped)
        emit_swap_in(t);
}

void emit_helper(struct superblock *t, unsigned i, enum helper_kind kind)
{
    call_helper(t, i, kind);
}

/* Takes all steps of the superblock, if there are so many left. */
static void take_steps(struct superblock *t)
{
    x86_alu_imm64(t->code, ALU_ADD, in_reg(STEPS), (int32_t)t->n);
    x86_alu64(t->code, ALU_CMP, STEPS, FIELD(run_until));
    add_rare(t, (struct rare){.kind = RARE_BUDGET,
                              .field = {x86_jcc(t->code, COND_A)}});
}

/* Before the start, for who links: the line where it begins, and how far back
 * the entry without its fetch is. */
static void write_second_entry(struct superblock *t, uint8_t **to_body)
{
    struct code *c = t->code;
    unsigned shift = t->hart->mmu.fetch_filter.line_shift;
    unsigned line = t->insns[0].offset >> shift;
    unsigned length;

    t->again = c->at;
    take_steps(t);
    *to_body = x86_jmp(c);
    length = (unsigned)(c->at + 4 - t->again);
    x86_byte(c, line & 0xff);
    x86_byte(c, line >> 8);
    x86_byte(c, length & 0xff);
    x86_byte(c, length >> 8);
}

void emit_entry(struct superblock *t)
{
    uint8_t *to_body = NULL;

    t->line = NO_LINE;
    if (t->jit->has_models)
        write_second_entry(t, &to_body);
    t->start = t->code->at;
    if (!t->jit->has_models)
        t->again = t->start;
    take_steps(t);
    emit_fetch(t, 0);
    if (to_body)
        x86_patch(to_body, t->body);
    if (!t->is_loop)
        return;
    emit_swap_in(t);
    t->loop = t->code->at;
}

/* From the end of a loop to its start: the checks again. */
void emit_back_edge(struct superblock *t)
{
    take_steps(t);
    emit_fetch(t, 0);
    x86_jmp_to(t->code, t->loop);
}

static void write_one(struct superblock *t, const struct rare *r)
{
    struct code *c = t->code;

    t->is_swapped = r->is_swapped;
    for (unsigned k = 0; k < ARRAY_SIZE(r->field); k++) {
        if (r->field[k])
            x86_patch(r->field[k], c->at);
    }
    switch (r->kind) {
    case RARE_ACCESS:
        emit_access_elsewhere(t, r);
        call_helper(t, r->i, r->helper);
        x86_jmp_to(c, r->back);
        break;
    case RARE_SLOW:
        call_helper(t, r->i, r->helper);
        x86_jmp_to(c, r->back);
        break;
    case RARE_EXIT:
        if (steps_left(t, r->i) > 1)
            x86_alu_imm64(c, ALU_SUB, in_reg(STEPS),
                          steps_left(t, r->i) - 1);
        t->line = r->line;
        emit_exit(t, r->target);
        break;
    case RARE_BUDGET:
        emit_swap_out(t);
        x86_alu_imm64(c, ALU_SUB, in_reg(STEPS), (int32_t)t->n);
        x86_mov(c, RAX, HERE(page_va));
        x86_alu_imm(c, ALU_ADD, in_reg(RAX), t->insns[0].offset);
        x86_jmp_to(c, t->jit->exit_budget);
        break;
    }
}

void emit_rare(struct superblock *t)
{
    for (unsigned i = 0; i < t->n_rare; i++)
        write_one(t, &t->rare[i]);
}
