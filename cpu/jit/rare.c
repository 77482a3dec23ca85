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

void emit_helper(struct superblock *t, unsigned i, enum helper_kind kind)
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

/* Takes all steps of the superblock, if there are so many left. */
static void take_steps(struct superblock *t)
{
    x86_alu_imm64(t->code, ALU_ADD, in_reg(STEPS), (int32_t)t->n);
    add_rare(t, (struct rare){.kind = RARE_BUDGET,
                              .field = {x86_jcc(t->code, COND_G)}});
    jit_count_entry(t);
}

/*
 * With models a superblock has three entries: `start` for whoever comes from
 * elsewhere; `linked` for code of the page, which need not stamp its
 * slot; and `again` for code of the line where it begins, which need not look
 * at that either. Before `start` stands, for who links, the line, and how far
 * away the other two are.
 */
struct entries {
    uint8_t *again;
    uint8_t *from_again, *from_start; /* their jumps */
};

static void write_again(struct superblock *t, struct entries *e)
{
    e->again = t->code->at;
    take_steps(t);
    e->from_again = x86_jmp(t->code);
}

static void write_start(struct superblock *t, struct entries *e)
{
    struct code *c = t->code;

    t->start = c->at;
    take_steps(t);
    emit_fetch_stamp(t, 0, 0);
    x86_mov64(c, RCX, HERE(slot_stamp));
    x86_store64(c, at(RCX, 0), RAX);
    e->from_start = x86_jmp(c);
}

/* `linked` comes next. */
static void write_header(const struct superblock *t, uint8_t *header,
                         const struct entries *e)
{
    uint32_t line = line_of(t, t->insns[0].offset);

    memcpy(header, &line, sizeof line);
    header[LINK_AGAIN] = (uint8_t)(t->start - e->again);
    header[LINK_LINKED] = (uint8_t)(t->code->at - t->start);
}

static void emit_entries(struct superblock *t)
{
    struct entries e;
    uint8_t *header;

    write_again(t, &e);
    header = t->code->at;
    jit_note(t, JIT_DATA, 0);
    t->code->at += LINK_HEADER;
    jit_note(t, JIT_ENTRY, 0);
    write_start(t, &e);
    write_header(t, header, &e);
    take_steps(t);
    if (has_lines(t))
        emit_fetch_stamp(t, 0, 0);
    x86_patch(e.from_start, t->code->at);
    t->body = t->code->at;
    if (has_lines(t))
        emit_lines(t, 0, true);
    x86_patch(e.from_again, t->body);
}

void emit_entry(struct superblock *t)
{
    t->line = NO_LINE;
    jit_note(t, JIT_ENTRY, 0);
    if (t->jit->has_models) {
        emit_entries(t);
    } else {
        t->start = t->code->at;
        take_steps(t);
    }
    if (!t->is_loop)
        return;
    emit_swap_in(t);
    t->loop = t->code->at;
}

/* From the end of a loop to its start: the checks again. */
void emit_back_edge(struct superblock *t)
{
    bool is_new_line =
        has_lines(t) && (line_of(t, t->insns[0].offset) != t->line ||
                         line_of(t, t->insns[0].offset + 3u) != t->line);

    if (is_new_line || t->jit->watch) {
        take_steps(t);
        if (is_new_line)
            emit_fetch(t, 0);
        x86_jmp_to(t->code, t->loop);
        return;
    }
    x86_alu_imm64(t->code, ALU_ADD, in_reg(STEPS), (int32_t)t->n);
    x86_patch(x86_jcc(t->code, COND_LE), t->loop);
    add_rare(t, (struct rare){.kind = RARE_BUDGET,
                              .field = {x86_jmp(t->code)}});
}

static void write_one(struct superblock *t, const struct rare *r)
{
    static const enum jit_part parts[] = {[RARE_FETCH] = JIT_SLOW,
                                          [RARE_ACCESS] = JIT_SLOW,
                                          [RARE_GROUP] = JIT_SLOW,
                                          [RARE_EXIT] = JIT_EXIT,
                                          [RARE_BUDGET] = JIT_BUDGET};
    struct code *c = t->code;

    jit_note(t, parts[r->kind], r->i);
    t->is_swapped = r->is_swapped;
    for (unsigned k = 0; k < ARRAY_SIZE(r->field); k++) {
        if (r->field[k])
            x86_patch(r->field[k], c->at);
    }
    switch (r->kind) {
    case RARE_ACCESS:
        emit_access_elsewhere(t, r);
        emit_helper(t, r->i, r->helper);
        x86_jmp_to(c, r->back);
        break;
    case RARE_GROUP:
        emit_ungrouped(t, r);
        x86_jmp_to(c, r->back);
        break;
    case RARE_FETCH:
        emit_fetch_cell(t, r);
        emit_helper(t, r->i, r->helper);
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
    /* A group adds to them. */
    for (unsigned i = 0; i < t->n_rare; i++)
        write_one(t, &t->rare[i]);
}
