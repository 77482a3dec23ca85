/*
 * Loads and stores: what hits in the MMU's host pages, or with models in the
 * filter (mmu/filter.h), is done here; the rest, and atomics, by helpers.
 */
#include "cpu/jit/internal.h"

static unsigned size_of(enum op op)
{
    switch (op) {
    case OP_LB:
    case OP_LBU:
    case OP_SB:
        return 1;
    case OP_LH:
    case OP_LHU:
    case OP_SH:
        return 2;
    default:
        return 4;
    }
}

/* eax = the virtual address. */
static void address(struct superblock *t, const struct insn *d)
{
    struct code *c = t->code;

    if (!d->rs1) {
        x86_mov_imm(c, RAX, (uint32_t)d->imm);
    } else if (is_pinned(t, d->rs1)) {
        x86_lea(c, RAX, at(t->jit->pin[d->rs1], d->imm));
    } else {
        get_into(t, d->rs1, RAX);
        if (d->imm)
            x86_alu_imm(c, ALU_ADD, in_reg(RAX), d->imm);
    }
}

/* rdx = the tag that an entry for the address in eax must have. */
static void tag(struct superblock *t, uint64_t unit_mask, unsigned size)
{
    struct code *c = t->code;

    x86_mov(c, RDX, in_reg(RAX));
    x86_alu_imm(c, ALU_AND, in_reg(RDX),
                (int32_t)(uint32_t)(~unit_mask | (size - 1)));
    x86_alu64(c, ALU_OR, RDX, FIELD(mmu.data_key));
}

/* The field of the entry whose offset, or a part of it, is in rcx. */
static struct operand page_field(size_t field)
{
    return at_index(HART, RCX, 1,
                    HART_FIELD(mmu.pages) + (int32_t)field);
}

static struct operand line_field(size_t field)
{
    return at_index(HART, RCX, 8,
                    HART_FIELD(mmu.data_filter.entry) + (int32_t)field);
}

/* rax = the host's address of the one in eax, which hits in the host's page;
 * returns the jump where it does not. */
static uint8_t *find_page(struct superblock *t, unsigned size, bool is_store)
{
    struct code *c = t->code;
    size_t field = is_store ? offsetof(struct host_page, store_tag)
                            : offsetof(struct host_page, load_tag);
    uint8_t *miss;

    x86_mov(c, RCX, in_reg(RAX));
    x86_shift(c, SHIFT_SHR, RCX, MMU_PAGE_SHIFT - 5);
    x86_alu_imm(c, ALU_AND, in_reg(RCX), (HOST_PAGES - 1) << 5);
    _Static_assert(sizeof(struct host_page) == 32, "a shift by 5");
    tag(t, MMU_PAGE_MASK, size);
    x86_alu64(c, ALU_CMP, RDX, page_field(field));
    miss = x86_jcc(c, COND_NE);
    x86_alu64(c, ALU_ADD, RAX,
              page_field(offsetof(struct host_page, addend)));
    return miss;
}

static void stamp(struct superblock *t, size_t field)
{
    x86_mov64(t->code, RDX, line_field(field));
    x86_store64(t->code, at(RDX, 0), CLOCK);
}

/* The same through the filter of the models; a hit leaves its stamps. */
static uint8_t *find_line(struct superblock *t, unsigned size, bool is_store)
{
    struct code *c = t->code;
    const struct filter *f = &t->hart->mmu.data_filter;
    size_t field = is_store ? offsetof(struct filter_entry, store_tag)
                            : offsetof(struct filter_entry, load_tag);
    uint8_t *miss;

    x86_mov(c, RCX, in_reg(RAX));
    x86_shift(c, SHIFT_SHR, RCX, FILTER_FOLD);
    x86_alu(c, ALU_XOR, RCX, in_reg(RAX));
    x86_shift(c, SHIFT_SHR, RCX, f->line_shift);
    x86_alu_imm(c, ALU_AND, in_reg(RCX), FILTER_ENTRIES - 1);
    x86_lea(c, RCX, at_index(RCX, RCX, 4, 0));
    _Static_assert(sizeof(struct filter_entry) == 40, "5 times 8");
    tag(t, f->line_mask, size);
    x86_alu64(c, ALU_CMP, RDX, line_field(field));
    miss = x86_jcc(c, COND_NE);
    x86_alu64(c, ALU_ADD, RAX,
              line_field(offsetof(struct filter_entry, addend)));
    x86_alu_imm64(c, ALU_ADD, in_reg(CLOCK), 1);
    stamp(t, offsetof(struct filter_entry, way_stamp));
    stamp(t, offsetof(struct filter_entry, slot_stamp));
    return miss;
}

static uint8_t *find(struct superblock *t, const struct insn *d,
                     bool is_store)
{
    unsigned size = size_of((enum op)d->op);

    address(t, d);
    return t->jit->has_models ? find_line(t, size, is_store)
                              : find_page(t, size, is_store);
}

static void load(struct superblock *t, unsigned i)
{
    static const uint16_t opcodes[N_OPS] = {
        [OP_LB] = 0x0fbe, [OP_LBU] = 0x0fb6, [OP_LH] = 0x0fbf,
        [OP_LHU] = 0x0fb7, [OP_LW] = 0x8b,
    };
    const struct insn *d = &t->insns[i];
    uint8_t *miss = find(t, d, false);
    enum host_reg to = result(t, d->rd, RAX);

    x86_op(t->code, opcodes[d->op], 0, to, at(RAX, 0));
    put(t, d->rd, to);
    add_rare(t, (struct rare){.kind = RARE_SLOW,
                              .field = {miss},
                              .back = t->code->at,
                              .i = i,
                              .helper = HELPER_LOAD});
}

static void store(struct superblock *t, unsigned i)
{
    const struct insn *d = &t->insns[i];
    unsigned size = size_of((enum op)d->op);
    uint8_t *miss = find(t, d, true);
    enum host_reg value = get(t, d->rs2, RCX);

    if (size == 1)
        x86_op(t->code, 0x88, X86_8, value, at(RAX, 0));
    else
        x86_op(t->code, 0x89, size == 2 ? X86_16 : 0, value, at(RAX, 0));
    add_rare(t, (struct rare){.kind = RARE_SLOW,
                              .field = {miss},
                              .back = t->code->at,
                              .i = i,
                              .helper = HELPER_STORE});
}

bool emit_access(struct superblock *t, unsigned i)
{
    enum op op = (enum op)t->insns[i].op;

    if (op >= OP_LB && op <= OP_LW)
        load(t, i);
    else if (op >= OP_SB && op <= OP_SW)
        store(t, i);
    else if (op >= OP_LR_W && op <= OP_AMOMAXU_W)
        emit_helper(t, i, HELPER_ATOMIC);
    else
        return false;
    return true;
}
