/*
 * Instructions that control the hart. CSRs that are plain fields are read and
 * written here; what has an effect besides is left to helpers.
 */
#include "cpu/csr.h"
#include "cpu/jit/internal.h"

/* eax = what the instruction brings along. */
static void operand(struct superblock *t, const struct insn *d)
{
    if (d->op >= OP_CSRRWI)
        x86_mov_imm(t->code, RAX, d->rs1);
    else
        get_into(t, d->rs1, RAX);
}

/* The field = (old & ~writable) | (eax & writable), old in ecx. */
static void replace(struct superblock *t, uint32_t writable)
{
    struct code *c = t->code;

    if (writable == UINT32_MAX)
        return;
    x86_alu_imm(c, ALU_AND, in_reg(RAX), (int32_t)writable);
    x86_mov(c, RDX, in_reg(RCX));
    x86_alu_imm(c, ALU_AND, in_reg(RDX), (int32_t)~writable);
    x86_alu(c, ALU_OR, RAX, in_reg(RDX));
}

static void change(struct superblock *t, const struct insn *d,
                   struct operand field, uint32_t writable)
{
    struct code *c = t->code;

    operand(t, d);
    switch ((enum op)d->op) {
    case OP_CSRRS:
    case OP_CSRRSI:
        x86_alu_imm(c, ALU_AND, in_reg(RAX), (int32_t)writable);
        x86_alu(c, ALU_OR, RAX, in_reg(RCX));
        break;
    case OP_CSRRC:
    case OP_CSRRCI:
        x86_alu_imm(c, ALU_AND, in_reg(RAX), (int32_t)writable);
        x86_unary(c, UNARY_NOT, in_reg(RAX));
        x86_alu(c, ALU_AND, RAX, in_reg(RCX));
        break;
    default:
        replace(t, writable);
        break;
    }
    x86_store(c, field, RAX);
}

static bool is_read(const struct insn *d)
{
    return d->op != OP_CSRRW && d->op != OP_CSRRWI && !d->rs1;
}

static void csr(struct superblock *t, unsigned i)
{
    const struct insn *d = &t->insns[i];
    size_t offset;
    uint64_t writable;
    struct operand field;

    if (!csr_is_plain(t->hart, (unsigned)d->imm, !is_read(d), &offset,
                      &writable)) {
        emit_helper(t, i, HELPER_SYSTEM);
        return;
    }
    field = hart_field(HART_FIELD(csr) + (int32_t)offset);
    x86_mov(t->code, RCX, field);
    if (!is_read(d))
        change(t, d, field, (uint32_t)writable);
    put(t, d->rd, RCX);
}

bool emit_control(struct superblock *t, unsigned i)
{
    switch ((enum op)t->insns[i].op) {
    case OP_FENCE:
        return true;
    case OP_CSRRW:
    case OP_CSRRS:
    case OP_CSRRC:
    case OP_CSRRWI:
    case OP_CSRRSI:
    case OP_CSRRCI:
        csr(t, i);
        return true;
    case OP_MRET:
    case OP_SRET:
    case OP_WFI:
    case OP_SFENCE_VMA:
    case OP_SFENCE_INVAL:
    case OP_CBO_INVAL:
    case OP_CBO_CLEAN:
    case OP_CBO_FLUSH:
    case OP_CBO_ZERO:
        emit_helper(t, i, HELPER_SYSTEM);
        return true;
    case OP_FENCE_I:
        emit_helper(t, i, HELPER_FENCE_I);
        return true;
    case OP_ILLEGAL:
    case OP_ECALL:
    case OP_EBREAK:
        emit_helper(t, i, HELPER_FAULT);
        return true;
    default:
        return false;
    }
}
