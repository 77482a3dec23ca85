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
        x86_lea(c, RAX, at(t->pin[d->rs1], d->imm));
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

/*
 * Which entry an address has is a function of the address, and finding it
 * takes instructions that the load of the entry waits for. Where an entry is a
 * page, each access therefore remembers in context.predicted where it was last,
 * and only where the tag there is another computes it: the tag alone decides.
 * Lines change too often for that.
 */

/* The field of the entry whose offset, in units of `scale`, is in rcx. */
static struct operand entry_field(const struct superblock *t, size_t field)
{
    if (t->jit->has_models)
        return at_index(HART, RCX, 8,
                        HART_FIELD(mmu.data_filter.entry) + (int32_t)field);
    return at_index(HART, RCX, 1, HART_FIELD(mmu.pages) + (int32_t)field);
}

/* rcx = the entry of the address in eax. */
static void compute_page(struct superblock *t)
{
    x86_mov(t->code, RCX, in_reg(RAX));
    x86_shift(t->code, SHIFT_SHR, RCX, MMU_PAGE_SHIFT - 5);
    x86_alu_imm(t->code, ALU_AND, in_reg(RCX), (HOST_PAGES - 1) << 5);
    _Static_assert(sizeof(struct host_page) == 32, "a shift by 5");
}

static void compute_line(struct superblock *t)
{
    struct code *c = t->code;

    x86_mov(c, RCX, in_reg(RAX));
    x86_shift(c, SHIFT_SHR, RCX, FILTER_FOLD);
    x86_alu(c, ALU_XOR, RCX, in_reg(RAX));
    x86_shift(c, SHIFT_SHR, RCX, t->hart->mmu.data_filter.line_shift);
    x86_alu_imm(c, ALU_AND, in_reg(RCX), FILTER_ENTRIES - 1);
    x86_lea(c, RCX, at_index(RCX, RCX, 4, 0));
    _Static_assert(sizeof(struct filter_entry) == 40, "5 times 8");
}

static struct operand prediction(const struct rare *r)
{
    return hart_field(JIT_FIELD(predicted) + 4 * (int32_t)r->prediction);
}

static size_t tag_field(const struct superblock *t, bool is_store)
{
    if (t->jit->has_models)
        return is_store ? offsetof(struct filter_entry, store_tag)
                        : offsetof(struct filter_entry, load_tag);
    return is_store ? offsetof(struct host_page, store_tag)
                    : offsetof(struct host_page, load_tag);
}

static void stamp(struct superblock *t, size_t field)
{
    x86_mov64(t->code, RDX, entry_field(t, field));
    x86_store64(t->code, at(RDX, 0), CLOCK);
}

/* rax = the host's address of the one in eax, from its entry. */
static void reach(struct superblock *t)
{
    if (!t->jit->has_models) {
        x86_alu64(t->code, ALU_ADD, RAX,
                  entry_field(t, offsetof(struct host_page, addend)));
        return;
    }
    x86_alu64(t->code, ALU_ADD, RAX,
              entry_field(t, offsetof(struct filter_entry, addend)));
    x86_alu_imm64(t->code, ALU_ADD, in_reg(CLOCK), 1);
    stamp(t, offsetof(struct filter_entry, way_stamp));
    stamp(t, offsetof(struct filter_entry, slot_stamp));
}

static void predict(struct superblock *t, struct rare *r)
{
    if (t->jit->has_models) {
        compute_line(t);
        return;
    }
    r->prediction = t->jit->n_predictions++ % JIT_PREDICTIONS;
    x86_mov(t->code, RCX, prediction(r));
}

/* rax = the host's address of the access that insn i makes; what is queued
 * becomes complete when its `back` is set. */
static struct rare *find(struct superblock *t, unsigned i, bool is_store)
{
    const struct insn *d = &t->insns[i];
    struct jit *j = t->jit;
    uint64_t unit_mask =
        j->has_models ? t->hart->mmu.data_filter.line_mask : MMU_PAGE_MASK;
    struct rare *r = add_rare(
        t, (struct rare){.kind = RARE_ACCESS, .i = i, .is_store = is_store});

    r->helper = is_store ? HELPER_STORE : HELPER_LOAD;
    address(t, d);
    predict(t, r);
    tag(t, unit_mask, size_of((enum op)d->op));
    x86_alu64(t->code, ALU_CMP, RDX, entry_field(t, tag_field(t, is_store)));
    r->field[0] = x86_jcc(t->code, COND_NE);
    r->found = t->code->at;
    reach(t);
    return r;
}

/* The prediction was wrong. */
void emit_other_entry(struct superblock *t, const struct rare *r)
{
    uint8_t *miss;

    if (t->jit->has_models)
        return;
    compute_page(t);
    x86_alu64(t->code, ALU_CMP, RDX,
              entry_field(t, tag_field(t, r->is_store)));
    miss = x86_jcc(t->code, COND_NE);
    x86_store(t->code, prediction(r), RCX);
    x86_jmp_to(t->code, r->found);
    x86_patch(miss, t->code->at);
}

static void load(struct superblock *t, unsigned i)
{
    static const uint16_t opcodes[N_OPS] = {
        [OP_LB] = 0x0fbe, [OP_LBU] = 0x0fb6, [OP_LH] = 0x0fbf,
        [OP_LHU] = 0x0fb7, [OP_LW] = 0x8b,
    };
    const struct insn *d = &t->insns[i];
    struct rare *r = find(t, i, false);
    enum host_reg to = result(t, d->rd, RAX);

    x86_op(t->code, opcodes[d->op], 0, to, at(RAX, 0));
    put(t, d->rd, to);
    r->back = t->code->at;
}

static void store(struct superblock *t, unsigned i)
{
    const struct insn *d = &t->insns[i];
    unsigned size = size_of((enum op)d->op);
    struct rare *r = find(t, i, true);
    enum host_reg value = get(t, d->rs2, RCX);

    if (size == 1)
        x86_op(t->code, 0x88, X86_8, value, at(RAX, 0));
    else
        x86_op(t->code, 0x89, size == 2 ? X86_16 : 0, value, at(RAX, 0));
    r->back = t->code->at;
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
