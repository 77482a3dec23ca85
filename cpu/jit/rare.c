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

/*
 * With models a superblock has three entries: `start` for whoever comes from
 * elsewhere; `linked` for code of the page, which need not stamp its slot; and
 * `again` for code of the line where it begins, which need not look at that
 * either. Before the start stands, for who links, the line, and how far back
 * the other two are.
 */
struct entries {
    uint8_t *again, *linked;
    uint8_t *from_again, *from_linked; /* their jumps */
};

static void write_other_entries(struct superblock *t, struct entries *e)
{
    struct code *c = t->code;
    uint8_t *start;

    e->again = c->at;
    take_steps(t);
    e->from_again = x86_jmp(c);
    e->linked = c->at;
    take_steps(t);
    if (has_lines(t))
        emit_fetch_stamp(t, 0, 0);
    e->from_linked = x86_jmp(c);
    start = c->at + LINK_HEADER;
    x86_word(c, line_of(t, t->insns[0].offset));
    x86_byte(c, (unsigned)(start - e->again));
    x86_byte(c, (unsigned)(start - e->linked));
}

static void write_start(struct superblock *t)
{
    struct code *c = t->code;

    t->start = c->at;
    take_steps(t);
    if (!t->jit->has_models)
        return;
    emit_fetch_stamp(t, 0, 0);
    x86_mov64(c, RCX, HERE(slot_stamp));
    x86_store64(c, at(RCX, 0), RAX);
}

void emit_entry(struct superblock *t)
{
    struct entries e = {0};

    t->line = NO_LINE;
    if (t->jit->has_models)
        write_other_entries(t, &e);
    write_start(t);
    if (e.from_linked)
        x86_patch(e.from_linked, t->code->at);
    t->body = t->code->at;
    if (has_lines(t))
        emit_lines(t, 0, true);
    if (e.from_again)
        x86_patch(e.from_again, t->body);
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
    case RARE_FETCH:
        emit_fetch_cell(t, r);
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
