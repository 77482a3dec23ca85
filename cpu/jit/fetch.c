/*
 * Fetches, where they are modelled. Within a line they need nothing, as they
 * are counted by steps. At each change of line generated code looks whether L1I
 * still has the line in the way where it was last (a struct line_cell, in the
 * code cache) and stamps that way; otherwise C makes the fetch.
 *
 * The ITLB's slot of a page is stamped where a superblock is entered from
 * elsewhere than its own page: until code of another page executes, no other
 * slot is touched. Whatever takes the page's translation away, or the line that
 * executes, makes generated code return or look its page up anew.
 */
#include "cpu/jit/internal.h"

static unsigned line_shift(const struct superblock *t)
{
    return t->hart->mmu.fetch_filter.line_shift;
}

bool has_lines(const struct superblock *t)
{
    return mmu_has_l1i(&t->hart->mmu);
}

uint32_t line_of(const struct superblock *t, unsigned offset)
{
    return has_lines(t) ? offset >> line_shift(t) : 0;
}

/* Cells grow downwards from the end of the code cache. */
static struct line_cell *add_cell(struct superblock *t, uint32_t line)
{
    static const uint64_t no_line = CACHE_NO_LINE;
    struct jit *j = t->jit;
    struct line_cell *cell = (struct line_cell *)(void *)j->cells - 1;

    *cell = (struct line_cell){
        .line = &no_line,
        .touched = &j->no_stamp,
        .number = (t->page->pa >> line_shift(t)) + line,
    };
    j->cells = (uint8_t *)cell;
    return cell;
}

void emit_fetch_stamp(struct superblock *t, unsigned i, int32_t more)
{
    x86_mov64(t->code, RAX, HERE(near_bias));
    x86_lea64(t->code, RAX,
              at_index(RAX, STEPS, 2, 1 + more - 2 * steps_left(t, i)));
}

/* A line at the stamp in rax; returns the jump for a miss. */
static uint8_t *touch_line(struct superblock *t, const struct line_cell *cell)
{
    struct code *c = t->code;
    uint8_t *miss;

    x86_mov64_near(c, RCX, &cell->line);
    x86_alu_imm64(c, ALU_CMP, at(RCX, 0), (int32_t)cell->number);
    miss = x86_jcc(c, COND_NE);
    x86_mov64_near(c, RCX, &cell->touched);
    x86_store64(c, at(RCX, 0), RAX);
    return miss;
}

/* The lines of instruction i, the first of them if `needs_first`; its stamp is
 * in rax then. */
void emit_lines(struct superblock *t, unsigned i, bool needs_first)
{
    const struct insn *d = &t->insns[i];
    uint32_t first = line_of(t, d->offset);
    uint32_t last = line_of(t, d->offset + d->size - 1u);
    struct rare rare = {.kind = RARE_FETCH, .i = i, .helper = HELPER_FETCH};

    if (needs_first) {
        rare.cell_at = add_cell(t, first);
        rare.field[0] = touch_line(t, rare.cell_at);
    }
    t->body = t->code->at;
    if (last != first) {
        struct line_cell *cell = add_cell(t, last);

        if (needs_first)
            rare.cell_at->has_second = true;
        else
            rare.cell_at = cell;
        emit_fetch_stamp(t, i, 1);
        rare.field[1] = touch_line(t, cell);
        x86_alu_imm64(t->code, ALU_ADD, HERE(straddles), 1);
    }
    t->line = last;
    rare.back = t->code->at;
    if (rare.cell_at)
        add_rare(t, rare);
}

void emit_fetch(struct superblock *t, unsigned i)
{
    const struct insn *d = &t->insns[i];
    bool needs_first = line_of(t, d->offset) != t->line;

    if (!has_lines(t))
        return;
    if (needs_first)
        emit_fetch_stamp(t, i, 0);
    emit_lines(t, i, needs_first);
}

/* Tells jit_fetch which cells to bring up to date. */
void emit_fetch_cell(struct superblock *t, const struct rare *r)
{
    x86_lea64_near(t->code, RAX, r->cell_at);
    x86_store64(t->code, HERE(cell), RAX);
}
