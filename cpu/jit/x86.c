/*
 * Encodings of host instructions.
 */
#include "cpu/jit/x86.h"

#include <string.h>

void x86_byte(struct code *c, unsigned byte)
{
    *c->at++ = (uint8_t)byte;
}

void x86_word(struct code *c, uint32_t word)
{
    memcpy(c->at, &word, sizeof word);
    c->at += sizeof word;
}

static bool fits_byte(int32_t v)
{
    return v == (int8_t)v;
}

/* REX: W, and the fourth bits of reg, index and base. */
static void prefixes(struct code *c, unsigned flags, unsigned reg,
                     struct operand rm)
{
    unsigned rex = 0x40 | (reg >> 3 & 1) << 2 | (rm.base >> 3 & 1);
    bool is_needed;

    if (rm.index != NO_REG)
        rex |= (rm.index >> 3 & 1u) << 1;
    if (flags & X86_W)
        rex |= 8;
    is_needed = rex != 0x40 ||
                (flags & X86_8 && (reg >= RSP || (is_reg(rm) && rm.base >= RSP)));
    if (is_needed)
        x86_byte(c, rex);
}

static void displacement(struct code *c, unsigned mod, int32_t disp)
{
    if (mod == 1)
        x86_byte(c, (uint8_t)disp);
    else if (mod == 2)
        x86_word(c, (uint32_t)disp);
}

static void modrm(struct code *c, unsigned reg, struct operand rm)
{
    unsigned mod, base = rm.base & 7u, digit = (reg & 7u) << 3;

    if (is_reg(rm)) {
        x86_byte(c, 0xc0 | digit | base);
        return;
    }
    /* rbp and r13 as a base have no form without a displacement. */
    mod = !rm.disp && base != RBP ? 0 : fits_byte(rm.disp) ? 1 : 2;
    if (rm.index != NO_REG || base == RSP) {
        unsigned index = rm.index == NO_REG ? RSP : rm.index & 7u;
        unsigned log2 = rm.scale == 8 ? 3 : rm.scale >> 1;

        x86_byte(c, mod << 6 | digit | RSP);
        x86_byte(c, log2 << 6 | index << 3 | base);
    } else {
        x86_byte(c, mod << 6 | digit | base);
    }
    displacement(c, mod, rm.disp);
}

void x86_op(struct code *c, unsigned opcode, unsigned flags, unsigned reg,
            struct operand rm)
{
    if (flags & X86_16)
        x86_byte(c, 0x66);
    if (opcode > 0xffff)
        x86_byte(c, opcode >> 16);
    prefixes(c, flags, reg, rm);
    if (opcode > 0xff)
        x86_byte(c, opcode >> 8 & 0xff);
    x86_byte(c, opcode & 0xff);
    modrm(c, reg, rm);
}

void x86_alu(struct code *c, enum alu op, enum host_reg to, struct operand rm)
{
    x86_op(c, (unsigned)op << 3 | 3, 0, to, rm);
}

void x86_alu64(struct code *c, enum alu op, enum host_reg to,
               struct operand rm)
{
    x86_op(c, (unsigned)op << 3 | 3, X86_W, to, rm);
}

static void alu_imm(struct code *c, enum alu op, unsigned flags,
                    struct operand rm, int32_t imm)
{
    x86_op(c, fits_byte(imm) ? 0x83 : 0x81, flags, op, rm);
    if (fits_byte(imm))
        x86_byte(c, (uint8_t)imm);
    else
        x86_word(c, (uint32_t)imm);
}

void x86_alu_imm(struct code *c, enum alu op, struct operand rm, int32_t imm)
{
    alu_imm(c, op, 0, rm, imm);
}

void x86_alu_imm64(struct code *c, enum alu op, struct operand rm, int32_t imm)
{
    alu_imm(c, op, X86_W, rm, imm);
}

void x86_alu_store(struct code *c, enum alu op, struct operand rm,
                   enum host_reg from)
{
    x86_op(c, (unsigned)op << 3 | 1, 0, from, rm);
}

void x86_shift(struct code *c, enum shift op, enum host_reg reg, unsigned n)
{
    x86_op(c, 0xc1, 0, op, in_reg(reg));
    x86_byte(c, n);
}

void x86_shift64(struct code *c, enum shift op, enum host_reg reg, unsigned n)
{
    x86_op(c, 0xc1, X86_W, op, in_reg(reg));
    x86_byte(c, n);
}

void x86_shift_cl(struct code *c, enum shift op, enum host_reg reg)
{
    x86_op(c, 0xd3, 0, op, in_reg(reg));
}

void x86_mov(struct code *c, enum host_reg to, struct operand from)
{
    x86_op(c, 0x8b, 0, to, from);
}

void x86_mov64(struct code *c, enum host_reg to, struct operand from)
{
    x86_op(c, 0x8b, X86_W, to, from);
}

void x86_store(struct code *c, struct operand to, enum host_reg from)
{
    x86_op(c, 0x89, 0, from, to);
}

void x86_store64(struct code *c, struct operand to, enum host_reg from)
{
    x86_op(c, 0x89, X86_W, from, to);
}

void x86_mov_imm(struct code *c, enum host_reg to, uint32_t imm)
{
    if (!imm) {
        x86_alu(c, ALU_XOR, to, in_reg(to));
        return;
    }
    if (to >= R8)
        x86_byte(c, 0x41);
    x86_byte(c, 0xb8 | (to & 7));
    x86_word(c, imm);
}

void x86_mov_imm64(struct code *c, enum host_reg to, uint64_t imm)
{
    x86_byte(c, to >= R8 ? 0x49 : 0x48);
    x86_byte(c, 0xb8 | (to & 7));
    x86_word(c, (uint32_t)imm);
    x86_word(c, (uint32_t)(imm >> 32));
}

void x86_store_imm64(struct code *c, struct operand to, int32_t imm)
{
    x86_op(c, 0xc7, X86_W, 0, to);
    x86_word(c, (uint32_t)imm);
}

void x86_movsxd(struct code *c, enum host_reg to, struct operand from)
{
    x86_op(c, 0x63, X86_W, to, from);
}

void x86_lea(struct code *c, enum host_reg to, struct operand from)
{
    x86_op(c, 0x8d, 0, to, from);
}

void x86_lea64(struct code *c, enum host_reg to, struct operand from)
{
    x86_op(c, 0x8d, X86_W, to, from);
}

/* rbp without a displacement stands for rip with one. */
static void near_op(struct code *c, unsigned opcode, enum host_reg to,
                    const void *place)
{
    prefixes(c, X86_W, to, in_reg(RBP));
    x86_byte(c, opcode);
    x86_byte(c, (to & 7u) << 3 | RBP);
    x86_word(c, (uint32_t)((const uint8_t *)place - (c->at + 4)));
}

void x86_mov64_near(struct code *c, enum host_reg to, const void *from)
{
    near_op(c, 0x8b, to, from);
}

void x86_lea64_near(struct code *c, enum host_reg to, const void *of)
{
    near_op(c, 0x8d, to, of);
}

void x86_test(struct code *c, enum host_reg a, enum host_reg b)
{
    x86_op(c, 0x85, 0, a, in_reg(b));
}

void x86_test_imm(struct code *c, enum host_reg a, uint32_t imm)
{
    x86_op(c, 0xf7, 0, 0, in_reg(a));
    x86_word(c, imm);
}

void x86_setcc(struct code *c, enum host_cond cond, enum host_reg to)
{
    x86_op(c, 0x0f90u | cond, X86_8, 0, in_reg(to));
}

void x86_cmov(struct code *c, enum host_cond cond, enum host_reg to,
              struct operand from)
{
    x86_op(c, 0x0f40u | cond, 0, to, from);
}

void x86_unary(struct code *c, enum unary op, struct operand rm)
{
    x86_op(c, 0xf7, 0, op, rm);
}

static uint8_t *field(struct code *c)
{
    uint8_t *at = c->at;

    x86_word(c, 0);
    return at;
}

uint8_t *x86_jmp(struct code *c)
{
    x86_byte(c, 0xe9);
    return field(c);
}

uint8_t *x86_jcc(struct code *c, enum host_cond cond)
{
    x86_byte(c, 0x0f);
    x86_byte(c, 0x80u | cond);
    return field(c);
}

uint8_t *x86_call(struct code *c)
{
    x86_byte(c, 0xe8);
    return field(c);
}

void x86_patch(uint8_t *field, const uint8_t *target)
{
    int32_t distance = (int32_t)(target - (field + 4));

    memcpy(field, &distance, sizeof distance);
}

uint8_t *x86_target(uint8_t *field)
{
    int32_t distance;

    memcpy(&distance, field, sizeof distance);
    return field + 4 + distance;
}

void x86_jmp_to(struct code *c, const uint8_t *target)
{
    x86_patch(x86_jmp(c), target);
}

void x86_call_to(struct code *c, const uint8_t *target)
{
    x86_patch(x86_call(c), target);
}

void x86_jmp_reg(struct code *c, enum host_reg reg)
{
    x86_op(c, 0xff, 0, 4, in_reg(reg));
}

void x86_call_reg(struct code *c, enum host_reg reg)
{
    x86_op(c, 0xff, 0, 2, in_reg(reg));
}

static void short_form(struct code *c, unsigned opcode, enum host_reg reg)
{
    if (reg >= R8)
        x86_byte(c, 0x41);
    x86_byte(c, opcode | (reg & 7));
}

void x86_push(struct code *c, enum host_reg reg)
{
    short_form(c, 0x50, reg);
}

void x86_pop(struct code *c, enum host_reg reg)
{
    short_form(c, 0x58, reg);
}

void x86_ret(struct code *c)
{
    x86_byte(c, 0xc3);
}
