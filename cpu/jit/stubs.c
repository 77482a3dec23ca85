/*
 * What all superblocks share: the way in, the ways out, calls of helpers, and
 * the jump to another page.
 */
#include "cpu/jit/internal.h"

static const enum host_reg callee_saved[] = {RBX, RBP, R12, R13, R14, R15};

static struct operand guest_slot(unsigned reg)
{
    return hart_field(HART_FIELD(x) + 8 * (int32_t)reg);
}

/* Clobbers rax. */
static void spill(struct jit *j)
{
    struct code *c = &j->code;

    for (unsigned reg = 1; reg < 32; reg++) {
        if (j->pin[reg] == NO_REG)
            continue;
        x86_movsxd(c, RAX, in_reg(j->pin[reg]));
        x86_store64(c, guest_slot(reg), RAX);
    }
    if (j->has_models)
        x86_store64(c, FIELD(mmu.data_filter.now), CLOCK);
}

static void reload(struct jit *j)
{
    struct code *c = &j->code;

    for (unsigned reg = 1; reg < 32; reg++) {
        if (j->pin[reg] != NO_REG)
            x86_mov(c, j->pin[reg], guest_slot(reg));
    }
    if (j->has_models)
        x86_mov64(c, CLOCK, FIELD(mmu.data_filter.now));
    else
        x86_mov64(c, CELL_KEY, FIELD(mmu.cell_key));
}

static void load_steps(struct code *c)
{
    x86_mov64(c, STEPS, FIELD(steps));
    x86_alu64(c, ALU_SUB, STEPS, HERE(limit));
}

/* Clobbers rdx. */
static void store_steps(struct code *c)
{
    x86_mov64(c, RDX, in_reg(STEPS));
    x86_alu64(c, ALU_ADD, RDX, HERE(limit));
    x86_store64(c, FIELD(steps), RDX);
}

/* The frame keeps the stack aligned for calls from helpers' stubs. */
static void write_enter(struct jit *j)
{
    struct code *c = &j->code;
    const void *enter = jit_executable(j, c->at);

    for (unsigned i = 0; i < ARRAY_SIZE(callee_saved); i++)
        x86_push(c, callee_saved[i]);
    x86_alu_imm64(c, ALU_SUB, in_reg(RSP), 8);
    x86_lea64(c, HART, at(RDI, HART_BIAS));
    x86_mov64(c, RAX, in_reg(RSI));
    reload(j);
    load_steps(c);
    x86_jmp_reg(c, RAX);
    memcpy(&j->enter, &enter, sizeof j->enter);
}

static void write_return(struct jit *j, enum jit_exit why)
{
    struct code *c = &j->code;

    x86_mov_imm(c, RAX, why);
    x86_alu_imm64(c, ALU_ADD, in_reg(RSP), 8);
    for (unsigned i = ARRAY_SIZE(callee_saved); i-- > 0;)
        x86_pop(c, callee_saved[i]);
    x86_ret(c);
}

/* All registers are in the hart but h->pc, which is in eax. */
static uint8_t *write_exit(struct jit *j, enum jit_exit why)
{
    struct code *c = &j->code;
    uint8_t *start = c->at;

    x86_store64(c, FIELD(pc), RAX);
    store_steps(c);
    spill(j);
    write_return(j, why);
    return start;
}

/* Called, so that what follows the call says where to go. */
static uint8_t *write_exit_link(struct jit *j)
{
    struct code *c = &j->code;
    uint8_t *start = c->at;

    x86_pop(c, RAX);
    x86_store64(c, HERE(link), RAX);
    store_steps(c);
    spill(j);
    write_return(j, EXIT_LINK);
    return start;
}

#define FETCH_PAGE(field)                                                      \
    at_index(HART, RCX, 8,                                                     \
             HART_FIELD(mmu.fetch_pages) +                                     \
                 (int32_t)offsetof(struct fetch_page, field))

/* As mmu_fetch_page finds it: its offset in rcx. Clobbers rdx. */
static void write_find_fetch_page(struct code *c)
{
    x86_mov(c, RCX, in_reg(RAX));
    x86_shift(c, SHIFT_SHR, RCX, MMU_PAGE_SHIFT);
    /* The privilege is in the upper half of the key. */
    x86_mov(c, RDX, hart_field(HART_FIELD(mmu.fetch_key) + 4));
    x86_shift(c, SHIFT_SHR, RDX, MMU_KEY_PRIV_SHIFT - 32);
    x86_alu_imm(c, ALU_AND, in_reg(RDX), 3);
    x86_shift(c, SHIFT_SHL, RDX, 6);
    _Static_assert(FETCH_PAGES / 4 == 1 << 6, "a shift by 6");
    x86_alu(c, ALU_XOR, RCX, in_reg(RDX));
    x86_alu_imm(c, ALU_AND, in_reg(RCX), FETCH_PAGES - 1);
    x86_lea(c, RCX, at_index(RCX, RCX, 4, 0));
    _Static_assert(sizeof(struct fetch_page) == 40, "5 times 8");
}

/* To the pc in eax, if its page is known and has code there. */
static uint8_t *write_go_far(struct jit *j)
{
    struct code *c = &j->code;
    uint8_t *start = c->at;
    int32_t page_mask = (int32_t)~MMU_PAGE_MASK;

    write_find_fetch_page(c);
    x86_mov(c, RDX, in_reg(RAX));
    x86_alu_imm(c, ALU_AND, in_reg(RDX), page_mask);
    x86_alu64(c, ALU_OR, RDX, FIELD(mmu.fetch_key));
    x86_alu64(c, ALU_CMP, RDX, FETCH_PAGE(tag));
    x86_patch(x86_jcc(c, COND_NE), j->exit_pc);
    x86_mov(c, RDX, in_reg(RAX));
    x86_alu_imm(c, ALU_AND, in_reg(RDX), page_mask);
    x86_store64(c, HERE(page_va), RDX);
    if (j->has_models) {
        x86_mov64(c, RDX, FETCH_PAGE(slot_stamp));
        x86_store64(c, HERE(slot_stamp), RDX);
    }
    x86_mov64(c, RDX, FETCH_PAGE(code));
    x86_store64(c, HERE(entries), RDX);
    x86_mov(c, RCX, in_reg(RAX));
    x86_alu_imm(c, ALU_AND, in_reg(RCX), MMU_PAGE_MASK);
    x86_mov(c, RCX, at_index(RDX, RCX, 2, 0));
    x86_alu64(c, ALU_ADD, RCX, HERE(code));
    x86_jmp_reg(c, RCX);
    return start;
}

/* ecx: the number of the instruction; edx: how many steps of its superblock
 * are not done, itself included. */
static uint8_t *write_helper(struct jit *j, jit_helper *helper)
{
    struct code *c = &j->code;
    uint8_t *start = c->at, *other;

    spill(j);
    x86_mov64(c, RAX, in_reg(STEPS));
    x86_alu64(c, ALU_SUB, RAX, in_reg(RDX));
    x86_alu64(c, ALU_ADD, RAX, HERE(limit));
    x86_store64(c, FIELD(steps), RAX);
    x86_lea64(c, RDI, at(HART, -HART_BIAS));
    x86_shift64(c, SHIFT_SHL, RCX, 4);
    _Static_assert(sizeof(struct insn) == 16, "a shift by 4");
    x86_alu64(c, ALU_ADD, RCX, HERE(insns));
    x86_mov64(c, RSI, in_reg(RCX));
    x86_alu_imm64(c, ALU_SUB, in_reg(RSP), 8);
    x86_mov_imm64(c, RAX, (uint64_t)(uintptr_t)helper);
    x86_call_reg(c, RAX);
    x86_alu_imm64(c, ALU_ADD, in_reg(RSP), 8);
    reload(j);
    x86_test(c, RAX, RAX);
    other = x86_jcc(c, COND_NE);
    x86_ret(c);

    x86_patch(other, c->at);
    x86_alu_imm64(c, ALU_ADD, in_reg(RSP), 8); /* nobody returns there */
    x86_alu_imm(c, ALU_CMP, in_reg(RAX), HELPER_GO);
    other = x86_jcc(c, COND_NE);
    load_steps(c);
    x86_mov(c, RAX, FIELD(pc));
    x86_jmp_to(c, j->go_far);
    x86_patch(other, c->at);
    write_return(j, EXIT_LEFT);
    return start;
}

void jit_write_stubs(struct hart *h)
{
    static jit_helper *const helpers[N_HELPERS] = {
        [HELPER_LOAD] = jit_load,       [HELPER_STORE] = jit_store,
        [HELPER_ATOMIC] = jit_atomic,   [HELPER_SYSTEM] = jit_system,
        [HELPER_FENCE_I] = jit_fence_i, [HELPER_FAULT] = jit_fault,
        [HELPER_COMPUTE] = jit_compute, [HELPER_FETCH] = jit_fetch,
    };
    struct jit *j = h->jit;

    j->code.at = j->rw + 64; /* no entry point is at offset 0 */
    write_enter(j);
    j->exit_pc = write_exit(j, EXIT_PC);
    j->exit_budget = write_exit(j, EXIT_BUDGET);
    j->exit_link = write_exit_link(j);
    j->go_far = write_go_far(j);
    for (unsigned i = 0; i < N_HELPERS; i++)
        j->helpers[i] = write_helper(j, helpers[i]);
    j->stubs_end = j->code.at;
}
