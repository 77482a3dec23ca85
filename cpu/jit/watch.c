/*
 * Tells a watcher of superblocks. While one is translated its pieces are noted
 * as they are written.
 */
#include "cpu/jit/watch.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "cpu/jit/internal.h"

void jit_note(struct superblock *t, enum jit_part part, unsigned step)
{
    struct jit *j = t->jit;

    if (!j->pieces)
        return;
    j->pieces[j->n_pieces++] =
        (struct jit_piece){part, step, (size_t)(t->code->at - t->first_byte)};
}

void jit_count_entry(struct superblock *t)
{
    const struct jit_watch *watch = t->jit->watch;
    uint64_t *counter;

    if (!watch || !watch->counter)
        return;
    counter =
        watch->counter(watch->ctx, t->hart, t->page->pa + t->insns[0].offset);
    if (!counter)
        return;
    x86_mov_imm64(t->code, RAX, (uint64_t)(uintptr_t)counter);
    x86_alu_imm64(t->code, ALU_ADD, at(RAX, 0), 1);
}

void jit_tell_translated(const struct superblock *t)
{
    const struct jit *j = t->jit;
    struct jit_translation told = {
        .va = t->hart->pc,
        .pa = t->page->pa + t->insns[0].offset,
        .priv = t->page->priv,
        .insns = t->insns,
        .n_insns = t->n,
        .pins = t->pin,
        .bytes = t->first_byte,
        .code = jit_executable(j, t->first_byte),
        .size = (size_t)(t->code->at - t->first_byte),
        .pieces = j->pieces,
        .n_pieces = j->n_pieces,
    };

    if (j->watch)
        j->watch->translated(j->watch->ctx, t->hart, &told);
}

void jit_tell_written(const struct hart *h, uint64_t page_pa)
{
    const struct jit_watch *watch = h->jit->watch;

    if (watch && watch->written)
        watch->written(watch->ctx, h, page_pa);
}

void jit_tell_dropped(const struct hart *h)
{
    const struct jit *j = h->jit;

    if (j->watch)
        j->watch->dropped(j->watch->ctx, h, j->rx,
                          (size_t)(j->code.at - j->rw));
}

bool hart_set_jit_watch(struct hart *h, const struct jit_watch *watch)
{
    struct jit *j = h->jit;

    if (!j)
        return false;
    free(j->pieces);
    j->pieces = watch ? alloc_zeroed(JIT_MAX_PIECES, sizeof *j->pieces) : NULL;
    j->watch = watch;
    jit_drop_all(h);
    return true;
}

/* ---- names ---- */

const char *jit_stub_name(const struct hart *h, const uint8_t *code)
{
    static const char *const helpers[N_HELPERS] = {
        [HELPER_LOAD] = "load",       [HELPER_STORE] = "store",
        [HELPER_ATOMIC] = "atomic",   [HELPER_SYSTEM] = "system",
        [HELPER_FENCE_I] = "fence_i", [HELPER_FAULT] = "fault",
        [HELPER_COMPUTE] = "compute", [HELPER_FETCH] = "fetch",
    };
    const struct jit *j = h->jit;
    const struct {
        const uint8_t *at;
        const char *name;
    } exits[] = {
        {j->exit_pc, "exit_pc"},
        {j->exit_link, "exit_link"},
        {j->exit_budget, "exit_budget"},
        {j->go_far, "go_far"},
    };
    const uint8_t *rw = j->rw + (code - j->rx);

    for (size_t i = 0; i < ARRAY_SIZE(exits); i++)
        if (exits[i].at == rw)
            return exits[i].name;
    for (size_t i = 0; i < N_HELPERS; i++)
        if (j->helpers[i] == rw)
            return helpers[i];
    return NULL;
}

unsigned jit_pinned_register(const struct hart *h, unsigned host_reg)
{
    for (unsigned reg = 1; reg < 32; reg++)
        if (h->jit->pin[reg] == host_reg)
            return reg;
    return 0;
}

const char *jit_field_name(int64_t disp)
{
    static const struct {
        int32_t disp;
        const char *name;
    } fields[] = {
        {HART_FIELD(pc), "pc"},
        {HART_FIELD(steps), "steps"},
        {HART_FIELD(run_until), "run_until"},
        {HART_FIELD(mmu.data_key), "data_key"},
        {HART_FIELD(mmu.fetch_key), "fetch_key"},
        {HART_FIELD(mmu.cell_key), "cell_key"},
        {HART_FIELD(mmu.data_filter.now), "clock"},
        {JIT_FIELD(page_va), "page va"},
        {JIT_FIELD(entries), "entries"},
        {JIT_FIELD(slot_stamp), "slot_stamp"},
        {JIT_FIELD(cell), "fetch cell"},
        {JIT_FIELD(code), "code"},
        {JIT_FIELD(insns), "insns"},
        {JIT_FIELD(near_bias), "near_bias"},
        {JIT_FIELD(straddles), "straddles"},
        {JIT_FIELD(link), "link"},
    };
    int64_t reg = disp - HART_FIELD(x);
    int64_t cell = disp - HART_FIELD(mmu.cells);

    if (reg >= 0 && reg < 8 * 32 && reg % 8 == 0)
        return isa_register_name((unsigned)reg / 8);
    if (cell >= 0 && cell < (int64_t)sizeof((struct mmu *)0)->cells)
        return "cell";
    for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
        if (fields[i].disp == disp)
            return fields[i].name;
    return NULL;
}
