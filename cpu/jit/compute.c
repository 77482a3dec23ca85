/*
 * Integer operations: registers to a register, no exceptions.
 */
#include "cpu/jit/internal.h"

static void move(struct superblock *t, unsigned rd, unsigned rs)
{
    enum host_reg to = result(t, rd, RAX);

    get_into(t, rs, to);
    put(t, rd, to);
}

/* rd = rs1 op rs2. */
static void binary(struct superblock *t, enum alu op, const struct insn *d)
{
    unsigned a = d->rs1, b = d->rs2;
    enum host_reg to = result(t, d->rd, RAX), acc = to;

    if (op != ALU_SUB && (!a || (is_pinned(t, b) && t->pin[b] == to))) {
        a = d->rs2;
        b = d->rs1;
    }
    if (!b) {
        if (op == ALU_AND)
            put_imm(t, d->rd, 0);
        else
            move(t, d->rd, a);
        return;
    }
    if (is_pinned(t, b) && t->pin[b] == to && a != b)
        acc = RAX;
    get_into(t, a, acc);
    x86_alu(t->code, op, acc, guest(t, b));
    put(t, d->rd, acc);
}

static void add(struct superblock *t, const struct insn *d)
{
    unsigned rd = d->rd, a = d->rs1, b = d->rs2;

    if (is_pinned(t, rd) && is_pinned(t, a) && is_pinned(t, b) && rd != a &&
        rd != b)
        x86_lea(t->code, t->pin[rd],
                at_index(t->pin[a], t->pin[b], 1, 0));
    else
        binary(t, ALU_ADD, d);
}

static void binary_imm(struct superblock *t, enum alu op, unsigned rd,
                       unsigned rs1, int32_t imm)
{
    enum host_reg to = result(t, rd, RAX);

    get_into(t, rs1, to);
    x86_alu_imm(t->code, op, in_reg(to), imm);
    put(t, rd, to);
}

static void add_imm(struct superblock *t, const struct insn *d)
{
    if (!d->rs1) {
        put_imm(t, d->rd, d->imm);
    } else if (!d->imm) {
        move(t, d->rd, d->rs1);
    } else if (is_pinned(t, d->rs1) && is_pinned(t, d->rd) &&
               d->rs1 != d->rd) {
        x86_lea(t->code, t->pin[d->rd],
                at(t->pin[d->rs1], d->imm));
    } else {
        binary_imm(t, ALU_ADD, d->rd, d->rs1, d->imm);
    }
}

/* rd = rs1 op ~rs2 */
static void binary_not(struct superblock *t, enum alu op,
                       const struct insn *d)
{
    get_into(t, d->rs2, RCX);
    x86_unary(t->code, UNARY_NOT, in_reg(RCX));
    get_into(t, d->rs1, RAX);
    x86_alu(t->code, op, RAX, in_reg(RCX));
    put(t, d->rd, RAX);
}

static void shift_imm(struct superblock *t, enum shift op,
                      const struct insn *d)
{
    enum host_reg to = result(t, d->rd, RAX);

    get_into(t, d->rs1, to);
    if (d->imm & 31)
        x86_shift(t->code, op, to, d->imm & 31);
    put(t, d->rd, to);
}

static void shift(struct superblock *t, enum shift op, const struct insn *d)
{
    enum host_reg to = result(t, d->rd, RAX);

    get_into(t, d->rs2, RCX);
    get_into(t, d->rs1, to);
    x86_shift_cl(t->code, op, to);
    put(t, d->rd, to);
}

static void set_if(struct superblock *t, unsigned rd, enum host_cond cond)
{
    x86_setcc(t->code, cond, RAX);
    x86_op(t->code, 0x0fb6, X86_8, RAX, in_reg(RAX)); /* movzx eax, al */
    put(t, rd, RAX);
}

static void set_less(struct superblock *t, enum host_cond cond,
                     const struct insn *d)
{
    enum host_reg a = get(t, d->rs1, RAX);

    if (d->rs2)
        x86_alu(t->code, ALU_CMP, a, guest(t, d->rs2));
    else
        x86_alu_imm(t->code, ALU_CMP, in_reg(a), 0);
    set_if(t, d->rd, cond);
}

static void set_less_imm(struct superblock *t, enum host_cond cond,
                         const struct insn *d)
{
    enum host_reg a = get(t, d->rs1, RAX);

    x86_alu_imm(t->code, ALU_CMP, in_reg(a), d->imm);
    set_if(t, d->rd, cond);
}

/* rd = cond(rs1, rs2) ? rs1 : rs2 */
static void select(struct superblock *t, enum host_cond cond,
                   const struct insn *d)
{
    get_into(t, d->rs1, RAX);
    get_into(t, d->rs2, RCX);
    x86_alu(t->code, ALU_CMP, RAX, in_reg(RCX));
    x86_cmov(t->code, cond_not(cond), RAX, in_reg(RCX));
    put(t, d->rd, RAX);
}

static void shift_add(struct superblock *t, unsigned n, const struct insn *d)
{
    get_into(t, d->rs1, RAX);
    get_into(t, d->rs2, RCX);
    x86_lea(t->code, RAX, at_index(RCX, RAX, 1u << n, 0));
    put(t, d->rd, RAX);
}

static void multiply(struct superblock *t, const struct insn *d)
{
    enum host_reg to = result(t, d->rd, RAX);

    if (is_pinned(t, d->rs2) && t->pin[d->rs2] == to &&
        d->rs1 != d->rs2)
        to = RAX;
    get_into(t, d->rs1, to);
    if (d->rs2)
        x86_op(t->code, 0x0faf, 0, to, guest(t, d->rs2));
    else
        x86_mov_imm(t->code, to, 0);
    put(t, d->rd, to);
}

static void multiply_high(struct superblock *t, enum unary op,
                          const struct insn *d)
{
    get_into(t, d->rs1, RAX);
    get_into(t, d->rs2, RCX);
    x86_unary(t->code, op, in_reg(RCX));
    put(t, d->rd, RDX);
}

static void multiply_high_mixed(struct superblock *t, const struct insn *d)
{
    get_into(t, d->rs1, RAX);
    get_into(t, d->rs2, RCX);
    x86_movsxd(t->code, RAX, in_reg(RAX));
    x86_op(t->code, 0x0faf, X86_W, RAX, in_reg(RCX));
    x86_shift64(t->code, SHIFT_SHR, RAX, 32);
    put(t, d->rd, RAX);
}

/* By zero: all ones, and the dividend (unpriv, M). */
static void divide_unsigned(struct superblock *t, const struct insn *d,
                            bool is_remainder)
{
    struct code *c = t->code;
    uint8_t *by_zero, *done;

    get_into(t, d->rs2, RCX);
    get_into(t, d->rs1, RAX);
    x86_mov_imm(c, RDX, 0);
    x86_test(c, RCX, RCX);
    by_zero = x86_jcc(c, COND_E);
    x86_unary(c, UNARY_DIV, in_reg(RCX));
    done = x86_jmp(c);
    x86_patch(by_zero, c->at);
    x86_mov(c, RDX, in_reg(RAX));
    x86_mov_imm(c, RAX, UINT32_MAX);
    x86_patch(done, c->at);
    put(t, d->rd, is_remainder ? RDX : RAX);
}

/* The one overflow, and all others by -1: the negative, and 0. */
static void divide_signed(struct superblock *t, const struct insn *d,
                          bool is_remainder)
{
    struct code *c = t->code;
    uint8_t *by_zero, *by_minus, *done, *done2;

    get_into(t, d->rs2, RCX);
    get_into(t, d->rs1, RAX);
    x86_test(c, RCX, RCX);
    by_zero = x86_jcc(c, COND_E);
    x86_alu_imm(c, ALU_CMP, in_reg(RCX), -1);
    by_minus = x86_jcc(c, COND_E);
    x86_byte(c, 0x99); /* cdq */
    x86_unary(c, UNARY_IDIV, in_reg(RCX));
    done = x86_jmp(c);
    x86_patch(by_zero, c->at);
    x86_mov(c, RDX, in_reg(RAX));
    x86_mov_imm(c, RAX, UINT32_MAX);
    done2 = x86_jmp(c);
    x86_patch(by_minus, c->at);
    x86_unary(c, UNARY_NEG, in_reg(RAX));
    x86_mov_imm(c, RDX, 0);
    x86_patch(done, c->at);
    x86_patch(done2, c->at);
    put(t, d->rd, is_remainder ? RDX : RAX);
}

static void pc_relative(struct superblock *t, const struct insn *d)
{
    enum host_reg to = result(t, d->rd, RAX);

    x86_mov(t->code, to, HERE(page_va));
    x86_alu_imm(t->code, ALU_ADD, in_reg(to), d->imm);
    put(t, d->rd, to);
}

static bool arithmetic(struct superblock *t, const struct insn *d)
{
    switch ((enum op)d->op) {
    case OP_LUI:
        put_imm(t, d->rd, d->imm);
        return true;
    case OP_AUIPC:
        pc_relative(t, d);
        return true;
    case OP_ADDW:
        add(t, d);
        return true;
    case OP_ADDIW:
        add_imm(t, d);
        return true;
    case OP_SUBW:
        binary(t, ALU_SUB, d);
        return true;
    case OP_AND:
        binary(t, ALU_AND, d);
        return true;
    case OP_ANDI:
        binary_imm(t, ALU_AND, d->rd, d->rs1, d->imm);
        return true;
    case OP_OR:
        binary(t, ALU_OR, d);
        return true;
    case OP_ORI:
        binary_imm(t, ALU_OR, d->rd, d->rs1, d->imm);
        return true;
    case OP_XOR:
        binary(t, ALU_XOR, d);
        return true;
    case OP_XORI:
        binary_imm(t, ALU_XOR, d->rd, d->rs1, d->imm);
        return true;
    case OP_SLT:
        set_less(t, COND_L, d);
        return true;
    case OP_SLTU:
        set_less(t, COND_B, d);
        return true;
    case OP_SLTI:
        set_less_imm(t, COND_L, d);
        return true;
    case OP_SLTIU:
        set_less_imm(t, COND_B, d);
        return true;
    default:
        return false;
    }
}

static bool shifts(struct superblock *t, const struct insn *d)
{
    switch ((enum op)d->op) {
    case OP_SLLW:
        shift(t, SHIFT_SHL, d);
        return true;
    case OP_SRLW:
        shift(t, SHIFT_SHR, d);
        return true;
    case OP_SRAW:
        shift(t, SHIFT_SAR, d);
        return true;
    case OP_ROLW:
        shift(t, SHIFT_ROL, d);
        return true;
    case OP_RORW:
        shift(t, SHIFT_ROR, d);
        return true;
    case OP_SLLIW:
        shift_imm(t, SHIFT_SHL, d);
        return true;
    case OP_SRLIW:
        shift_imm(t, SHIFT_SHR, d);
        return true;
    case OP_SRAIW:
        shift_imm(t, SHIFT_SAR, d);
        return true;
    case OP_RORIW:
        shift_imm(t, SHIFT_ROR, d);
        return true;
    default:
        return false;
    }
}

static bool products(struct superblock *t, const struct insn *d)
{
    switch ((enum op)d->op) {
    case OP_MULW:
        multiply(t, d);
        return true;
    case OP_MULHW:
        multiply_high(t, UNARY_IMUL, d);
        return true;
    case OP_MULHUW:
        multiply_high(t, UNARY_MUL, d);
        return true;
    case OP_MULHSUW:
        multiply_high_mixed(t, d);
        return true;
    case OP_DIVW:
        divide_signed(t, d, false);
        return true;
    case OP_DIVUW:
        divide_unsigned(t, d, false);
        return true;
    case OP_REMW:
        divide_signed(t, d, true);
        return true;
    case OP_REMUW:
        divide_unsigned(t, d, true);
        return true;
    default:
        return false;
    }
}

static bool bitmanip(struct superblock *t, const struct insn *d)
{
    switch ((enum op)d->op) {
    case OP_SH1ADDW:
        shift_add(t, 1, d);
        return true;
    case OP_SH2ADDW:
        shift_add(t, 2, d);
        return true;
    case OP_SH3ADDW:
        shift_add(t, 3, d);
        return true;
    case OP_ANDN:
        binary_not(t, ALU_AND, d);
        return true;
    case OP_ORN:
        binary_not(t, ALU_OR, d);
        return true;
    case OP_XNOR:
        binary_not(t, ALU_XOR, d);
        return true;
    case OP_MIN:
        select(t, COND_L, d);
        return true;
    case OP_MINU:
        select(t, COND_B, d);
        return true;
    case OP_MAX:
        select(t, COND_G, d);
        return true;
    case OP_MAXU:
        select(t, COND_A, d);
        return true;
    default:
        return false;
    }
}

/* The rest of Zbb and Zbs is left to C. */
static bool is_left_to_c(enum op op)
{
    return op >= OP_CLZW && op <= OP_BEXTIW;
}

bool emit_compute(struct superblock *t, unsigned i)
{
    const struct insn *d = &t->insns[i];
    enum op op = (enum op)d->op;
    bool is_computation = op >= OP_LUI && op <= OP_BEXTIW;

    if (!is_computation)
        return false;
    if (d->rd == REG_SINK)
        return true;
    if (arithmetic(t, d) || shifts(t, d) || products(t, d) || bitmanip(t, d))
        return true;
    if (!is_left_to_c(op))
        return false;
    emit_helper(t, i, HELPER_COMPUTE);
    return true;
}
