/*
 * Loads and stores. What is known to be in DRAM, present and permitted is done
 * here, the rest and atomics by helpers:
 *
 *  - without models, each access has a cell (struct access_cell), which knows
 *    the page where it was last. Comparing is four instructions, and the load
 *    does not wait for it. Where the page is another, rare code looks it up in
 *    the table of host pages and refills the cell;
 *  - with models, the line is looked up in the filter (mmu/filter.h), and a hit
 *    leaves its time there.
 */
#include <assert.h>

#include "cpu/jit/internal.h"

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

static bool is_load(const struct insn *d)
{
    return op_is_load((enum op)d->op);
}

static bool is_store(const struct insn *d)
{
    return op_is_store((enum op)d->op);
}

/* The offset in what an entry stands for: a page, or with models a line. */
static uint64_t unit_mask(const struct superblock *t)
{
    return t->jit->has_models ? t->hart->mmu.data_filter.line_mask
                              : MMU_PAGE_MASK;
}

/* What an address and its entry must have in common: the page or line, and
 * that it is aligned. */
static int32_t tag_mask(const struct superblock *t, const struct insn *d)
{
    unsigned size = op_access_bytes((enum op)d->op);

    return (int32_t)(uint32_t)(~unit_mask(t) | (size - 1));
}

/* rdx = the tag of the address in eax in the context `key`. */
static void tag(struct superblock *t, const struct insn *d, struct operand key)
{
    x86_mov(t->code, RDX, in_reg(RAX));
    x86_alu_imm(t->code, ALU_AND, in_reg(RDX), tag_mask(t, d));
    x86_alu64(t->code, ALU_OR, RDX, key);
}

/* The access itself, at host address `to`; a store clobbers edx. */
static void transfer(struct superblock *t, const struct insn *d,
                     struct operand to)
{
    static const uint16_t loads[N_OPS] = {
        [OP_LB] = 0x0fbe,  [OP_LBU] = 0x0fb6, [OP_LH] = 0x0fbf,
        [OP_LHU] = 0x0fb7, [OP_LW] = 0x8b,
    };
    unsigned size = op_access_bytes((enum op)d->op);
    enum host_reg value;

    if (loads[d->op]) {
        value = result(t, d->rd, RAX);
        x86_op(t->code, loads[d->op], 0, value, to);
        put(t, d->rd, value);
        return;
    }
    value = get(t, d->rs2, RDX);
    if (size == 1)
        x86_op(t->code, 0x88, X86_8, value, to);
    else
        x86_op(t->code, 0x89, size == 2 ? X86_16 : 0, value, to);
}

/* ---- without models ---- */

static struct operand cell_field(const struct rare *r, size_t field)
{
    return hart_field(
        HART_FIELD(mmu.cells) +
        (int32_t)(r->cell * sizeof(struct access_cell) + field));
}

/* Loads and stores never share one: they ask for different rights. Cell 0 is
 * none. */
static unsigned new_cell(struct superblock *t, bool is_store)
{
    unsigned n = 1 + t->jit->n_cells++ % (MMU_CELLS / 2 - 1);

    return 2 * n + is_store;
}

#define CELL(name) cell_field(r, offsetof(struct access_cell, name))

/* rcx = what to add to an address, base + imm, whose page the cell knows;
 * returns the jump where it knows another. */
static uint8_t *look_in_cell(struct superblock *t, const struct insn *d,
                             const struct rare *r, enum host_reg base,
                             int32_t imm)
{
    struct code *c = t->code;
    uint8_t *other;

    x86_lea64(c, RDX, at_index(CELL_KEY, base, 1, imm));
    x86_alu_imm64(c, ALU_AND, in_reg(RDX), tag_mask(t, d));
    x86_alu64(c, ALU_CMP, RDX, CELL(tag));
    other = x86_jcc(c, COND_NE);
    x86_mov64(c, RCX, CELL(addend));
    return other;
}

/* The address is added in 64 bits, here and in the access: where that is not
 * the same as in 32, bits 33:32 of the tag are not 0, and it matches none. */
static void access_page(struct superblock *t, const struct insn *d,
                        struct rare *r)
{
    enum host_reg base = get(t, d->rs1, RAX);

    r->cell = t->given_cell ? t->given_cell
                            : new_cell(t, r->helper == HELPER_STORE);
    r->field[0] = look_in_cell(t, d, r, base, d->imm);
    transfer(t, d, at_index(RCX, base, 1, d->imm));
}

static struct operand page_field(size_t field)
{
    return at_index(HART, RCX, 1, HART_FIELD(mmu.pages) + (int32_t)field);
}

/* Another page than last time. */
static void access_other_page(struct superblock *t, const struct insn *d,
                              const struct rare *r)
{
    struct code *c = t->code;
    size_t field = r->helper == HELPER_STORE
                       ? offsetof(struct host_page, store_tag)
                       : offsetof(struct host_page, load_tag);
    uint8_t *miss;

    address(t, d);
    x86_mov(c, RCX, in_reg(RAX));
    x86_shift(c, SHIFT_SHR, RCX, MMU_PAGE_SHIFT - 5);
    x86_alu_imm(c, ALU_AND, in_reg(RCX), (HOST_PAGES - 1) << 5);
    _Static_assert(sizeof(struct host_page) == 32, "a shift by 5");
    tag(t, d, FIELD(mmu.data_key));
    x86_alu64(c, ALU_CMP, RDX, page_field(field));
    miss = x86_jcc(c, COND_NE);
    tag(t, d, in_reg(CELL_KEY));
    x86_store64(c, CELL(tag), RDX);
    x86_mov64(c, RCX, page_field(offsetof(struct host_page, addend)));
    x86_store64(c, CELL(addend), RCX);
    transfer(t, d, at_index(RCX, RAX, 1, 0));
    x86_jmp_to(c, r->back);
    x86_patch(miss, c->at);
}

/* ---- with models ---- */

static struct operand line_field(size_t field)
{
    return at_index(HART, RCX, 1,
                    HART_FIELD(mmu.data_filter.entry) + (int32_t)field);
}

#define ENTRY_SHIFT 6
_Static_assert(sizeof(struct filter_entry) == 1u << ENTRY_SHIFT, "a shift");

#define LINE(name) line_field(offsetof(struct filter_entry, name))

/* rcx = the offset of the entry for the address in eax. */
static void find_line(struct superblock *t)
{
    struct code *c = t->code;
    unsigned shift = t->hart->mmu.data_filter.line_shift;

    x86_mov(c, RCX, in_reg(RAX));
    x86_shift(c, SHIFT_SHR, RCX, FILTER_FOLD);
    x86_alu(c, ALU_XOR, RCX, in_reg(RAX));
    if (shift > ENTRY_SHIFT)
        x86_shift(c, SHIFT_SHR, RCX, shift - ENTRY_SHIFT);
    else if (shift < ENTRY_SHIFT)
        x86_shift(c, SHIFT_SHL, RCX, ENTRY_SHIFT - shift);
    x86_alu_imm(c, ALU_AND, in_reg(RCX), (FILTER_ENTRIES - 1) << ENTRY_SHIFT);
}

/* rcx = what to add to the address in eax, whose line the filter knows, for
 * `n` accesses; returns the jump where it does not. */
static uint8_t *look_in_filter(struct superblock *t, const struct insn *d,
                               unsigned n)
{
    struct code *c = t->code;
    uint8_t *miss;

    find_line(t);
    tag(t, d, FIELD(mmu.data_key));
    x86_alu64(c, ALU_CMP, RDX, is_store(d) ? LINE(store_tag) : LINE(load_tag));
    miss = x86_jcc(c, COND_NE);
    x86_alu_imm64(c, ALU_ADD, in_reg(CLOCK), (int32_t)n);
    x86_store64(c, LINE(last), CLOCK);
    x86_mov64(c, RCX, LINE(addend));
    return miss;
}

static void access_line(struct superblock *t, const struct insn *d,
                        struct rare *r)
{
    address(t, d);
    r->field[0] = look_in_filter(t, d, 1);
    transfer(t, d, at_index(RCX, RAX, 1, 0));
}

/* ---- both ---- */

static void access(struct superblock *t, unsigned i, enum helper_kind helper)
{
    const struct insn *d = &t->insns[i];
    struct rare *r = add_rare(
        t, (struct rare){.kind = RARE_ACCESS, .i = i, .helper = helper});

    if (t->jit->has_models)
        access_line(t, d, r);
    else
        access_page(t, d, r);
    r->back = t->code->at;
}

void emit_access_elsewhere(struct superblock *t, const struct rare *r)
{
    if (!t->jit->has_models)
        access_other_page(t, &t->insns[r->i], r);
}

bool emit_access(struct superblock *t, unsigned i)
{
    enum op op = (enum op)t->insns[i].op;

    if (op_is_load(op))
        access(t, i, HELPER_LOAD);
    else if (op_is_store(op))
        access(t, i, HELPER_STORE);
    else if (op >= OP_LR_W && op <= OP_AMOMAXU_W)
        emit_helper(t, i, HELPER_ATOMIC);
    else
        return false;
    return true;
}

/* ---- several at once ---- */

/*
 * Accesses that follow each other, all loads or all stores, from one base:
 * copies, and the registers that functions save. If the first and the last byte
 * are in one page or line, one question answers for all. Where the answer is
 * no, mostly as nobody was there lately, rare code makes the first alone, which
 * tells where that is, and asks again for the rest; where it is still no, as
 * they are in two, it makes them one by one.
 */
struct group {
    unsigned n, size; /* instructions; bytes of each */
    int32_t low, high; /* displacements: of the first byte, behind the last */
};

/* Whether b, which follows a, may be one of its group. */
static bool goes_with(const struct superblock *t, const struct insn *a,
                      const struct insn *b)
{
    bool is_alike = is_load(a) ? is_load(b) : is_store(b);

    return is_alike && b->rs1 == a->rs1 && !(is_load(a) && a->rd == a->rs1) &&
           (!has_lines(t) ||
            line_of(t, b->offset + b->size - 1u) == t->line) &&
           (b->imm - a->imm) % (int32_t)op_access_bytes((enum op)a->op) == 0 &&
           op_access_bytes((enum op)b->op) == op_access_bytes((enum op)a->op) &&
           b->offset == a->offset + a->size;
}

/* Those n instructions as a group. */
static struct group measure(const struct superblock *t, unsigned i, unsigned n)
{
    const struct insn *d = &t->insns[i];
    struct group g = {n, op_access_bytes((enum op)d->op), d->imm, d->imm};

    for (unsigned k = 1; k < n; k++) {
        g.low = d[k].imm < g.low ? d[k].imm : g.low;
        g.high = d[k].imm > g.high ? d[k].imm : g.high;
    }
    g.high += (int32_t)g.size;
    return g;
}

static struct group find_group(const struct superblock *t, unsigned i)
{
    struct group g = measure(t, i, 1);

    while (i + g.n < t->n &&
           goes_with(t, &t->insns[i + g.n - 1], &t->insns[i + g.n])) {
        struct group more = measure(t, i, g.n + 1);

        if (more.high - more.low > (int32_t)unit_mask(t))
            break;
        g = more;
    }
    return g;
}

static void transfer_group(struct superblock *t, unsigned i,
                           const struct group *g, enum jit_part part)
{
    x86_alu64(t->code, ALU_ADD, RCX, in_reg(RAX));
    for (unsigned k = i; k < i + g->n; k++) {
        if (k > i)
            jit_note(t, part, k);
        transfer(t, &t->insns[k], at(RCX, t->insns[k].imm - g->low));
    }
}

/* eax = the lowest address; a jump where the highest is in another unit. */
static uint8_t *check_span(struct superblock *t, const struct group *g)
{
    struct code *c = t->code;

    x86_lea(c, RDX, at(RAX, g->high - g->low - 1));
    x86_alu(c, ALU_XOR, RDX, in_reg(RAX));
    x86_test_imm(c, RDX, (uint32_t)~unit_mask(t));
    return x86_jcc(c, COND_NE);
}

/* cell: without models, the group's. */
static void access_group(struct superblock *t, unsigned i,
                         const struct group *g, unsigned cell, bool is_rest)
{
    struct insn low = t->insns[i];
    struct rare *r = add_rare(t, (struct rare){.kind = RARE_GROUP,
                                               .i = i,
                                               .n = g->n,
                                               .cell = cell,
                                               .is_rest = is_rest});

    low.imm = g->low;
    address(t, &low);
    r->field[0] = check_span(t, g);
    r->field[1] = t->jit->has_models ? look_in_filter(t, &low, g->n)
                                     : look_in_cell(t, &low, r, RAX, 0);
    transfer_group(t, i, g, is_rest ? JIT_SLOW : JIT_STEP);
    r->back = t->code->at;
}

unsigned emit_group(struct superblock *t, unsigned i)
{
    const struct insn *d = &t->insns[i];
    struct group g;

    if (!is_load(d) && !is_store(d))
        return 0;
    g = find_group(t, i);
    if (g.n < 2)
        return 0;
    access_group(t, i, &g, t->jit->has_models ? 0 : new_cell(t, is_store(d)),
                 false);
    return g.n;
}

static void access_alone(struct superblock *t, unsigned i, unsigned cell)
{
    bool is_access;

    t->given_cell = cell;
    is_access = emit_access(t, i);
    t->given_cell = 0;
    assert(is_access);
    (void)is_access;
}

/* The first of a group brings its cell up to date. */
void emit_ungrouped(struct superblock *t, const struct rare *r)
{
    struct group rest = measure(t, r->i + 1, r->n - 1);

    access_alone(t, r->i, r->is_rest ? 0 : r->cell);
    if (rest.n > 1 && !r->is_rest) {
        access_group(t, r->i + 1, &rest, r->cell, true);
        return;
    }
    for (unsigned i = r->i + 1; i < r->i + r->n; i++)
        access_alone(t, i, 0);
}
