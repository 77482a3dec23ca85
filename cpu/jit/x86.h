/*
 * Host instructions, one function a shape: what the translator emits goes
 * through here (Intel SDM volume 2). Operands of 32 bits unless a flag says
 * otherwise; writing a 32-bit register clears its upper half.
 */
#ifndef QUIRE_CPU_JIT_X86_H
#define QUIRE_CPU_JIT_X86_H

#include <stdbool.h>
#include <stdint.h>

enum host_reg {
    RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI,
    R8, R9, R10, R11, R12, R13, R14, R15,
    NO_REG,
};

/* Conditions, as jcc, setcc and cmovcc number them. */
enum host_cond {
    COND_B = 2, COND_AE, COND_E, COND_NE, COND_BE, COND_A,
    COND_L = 12, COND_GE, COND_LE, COND_G,
};

static inline enum host_cond cond_not(enum host_cond c)
{
    return (enum host_cond)(c ^ 1);
}

/* Where code is being written: through the writable mapping. There is room,
 * as the caller has made sure. */
struct code {
    uint8_t *at;
};

/* A register, or memory at base + index * scale + disp. */
struct operand {
    uint8_t base, index, scale; /* NO_REG: no index; scale 0: a register */
    int32_t disp;
};

static inline struct operand in_reg(enum host_reg reg)
{
    return (struct operand){(uint8_t)reg, NO_REG, 0, 0};
}

static inline struct operand at(enum host_reg base, int32_t disp)
{
    return (struct operand){(uint8_t)base, NO_REG, 1, disp};
}

/* scale 1, 2, 4 or 8 */
static inline struct operand at_index(enum host_reg base, enum host_reg index,
                                      unsigned scale, int32_t disp)
{
    return (struct operand){(uint8_t)base, (uint8_t)index, (uint8_t)scale,
                            disp};
}

static inline bool is_reg(struct operand o)
{
    return !o.scale;
}

/* Flags of x86_op. */
enum {
    X86_W = 1,  /* operands of 64 bits */
    X86_16 = 2, /* of 16 */
    X86_8 = 4,  /* the register is of 8 bits: needs a prefix to be sil, dil */
};

/* An instruction with a ModRM byte. `opcode` is one byte, or two after 0x0f
 * (0x0fb6), or with a mandatory prefix (0xf30fbd); `reg` a register or the
 * digit that extends the opcode. */
void x86_op(struct code *c, unsigned opcode, unsigned flags, unsigned reg,
            struct operand rm);

/* The group of add and its kin, by its digit. */
enum alu { ALU_ADD, ALU_OR, ALU_AND = 4, ALU_SUB, ALU_XOR, ALU_CMP };
void x86_alu(struct code *c, enum alu op, enum host_reg to, struct operand rm);
void x86_alu64(struct code *c, enum alu op, enum host_reg to,
               struct operand rm);
void x86_alu_imm(struct code *c, enum alu op, struct operand rm, int32_t imm);
void x86_alu_imm64(struct code *c, enum alu op, struct operand rm,
                   int32_t imm);
/* To memory. */
void x86_alu_store(struct code *c, enum alu op, struct operand rm,
                   enum host_reg from);

enum shift { SHIFT_ROL, SHIFT_ROR, SHIFT_SHL = 4, SHIFT_SHR, SHIFT_SAR = 7 };
void x86_shift(struct code *c, enum shift op, enum host_reg reg, unsigned n);
void x86_shift64(struct code *c, enum shift op, enum host_reg reg, unsigned n);
void x86_shift_cl(struct code *c, enum shift op, enum host_reg reg);

void x86_mov(struct code *c, enum host_reg to, struct operand from);
void x86_mov64(struct code *c, enum host_reg to, struct operand from);
void x86_store(struct code *c, struct operand to, enum host_reg from);
void x86_store64(struct code *c, struct operand to, enum host_reg from);
void x86_mov_imm(struct code *c, enum host_reg to, uint32_t imm);
void x86_mov_imm64(struct code *c, enum host_reg to, uint64_t imm);
/* A sign-extended immediate to a memory operand of 64 bits. */
void x86_store_imm64(struct code *c, struct operand to, int32_t imm);
void x86_movsxd(struct code *c, enum host_reg to, struct operand from);
void x86_lea(struct code *c, enum host_reg to, struct operand from);
void x86_lea64(struct code *c, enum host_reg to, struct operand from);
/* From, and the address of, a place near the code. */
void x86_mov64_near(struct code *c, enum host_reg to, const void *from);
void x86_lea64_near(struct code *c, enum host_reg to, const void *of);
void x86_test(struct code *c, enum host_reg a, enum host_reg b);
void x86_test_imm(struct code *c, enum host_reg a, uint32_t imm);
void x86_setcc(struct code *c, enum host_cond cond, enum host_reg to);
void x86_cmov(struct code *c, enum host_cond cond, enum host_reg to,
              struct operand from);
/* mul, imul (edx:eax = eax * rm), div, idiv by rm; neg, not of rm. */
enum unary { UNARY_NOT = 2, UNARY_NEG, UNARY_MUL, UNARY_IMUL, UNARY_DIV,
             UNARY_IDIV };
void x86_unary(struct code *c, enum unary op, struct operand rm);

/* Jumps forward or to places not known yet: the field to x86_patch. */
uint8_t *x86_jmp(struct code *c);
uint8_t *x86_jcc(struct code *c, enum host_cond cond);
uint8_t *x86_call(struct code *c);
/* Makes the jump whose 32-bit field this is go to `target`. */
void x86_patch(uint8_t *field, const uint8_t *target);
/* Where it goes now. */
uint8_t *x86_target(uint8_t *field);

void x86_jmp_to(struct code *c, const uint8_t *target);
void x86_call_to(struct code *c, const uint8_t *target);
void x86_jmp_reg(struct code *c, enum host_reg reg);
void x86_call_reg(struct code *c, enum host_reg reg);
void x86_push(struct code *c, enum host_reg reg);
void x86_pop(struct code *c, enum host_reg reg);
void x86_ret(struct code *c);
void x86_byte(struct code *c, unsigned byte);
void x86_word(struct code *c, uint32_t word);

#endif
