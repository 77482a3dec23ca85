/*
 * Writing RV32IMAC code: random numbers, encodings, and buffers of code that
 * stand at a known physical address.
 */
#ifndef QUIRE_TESTS_TORTURE_EMIT_H
#define QUIRE_TESTS_TORTURE_EMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/random.h"

/* Code grows from `at` to `limit`, both offsets from `host` and `pa`. */
struct code {
    uint8_t *host;
    uint32_t pa;
    uint32_t at, limit;
};

/* Major opcodes. */
enum {
    OPC_LOAD = 0x03,
    OPC_FENCE = 0x0f,
    OPC_IMM = 0x13,
    OPC_AUIPC = 0x17,
    OPC_STORE = 0x23,
    OPC_AMO = 0x2f,
    OPC_REG = 0x33,
    OPC_LUI = 0x37,
    OPC_BRANCH = 0x63,
    OPC_JALR = 0x67,
    OPC_JAL = 0x6f,
    OPC_SYSTEM = 0x73,
};

enum {
    INSN_NOP = 0x00000013,
    INSN_ECALL = 0x00000073,
    INSN_EBREAK = 0x00100073,
    INSN_SRET = 0x10200073,
    INSN_MRET = 0x30200073,
    INSN_FENCE_I = 0x0000100f,
    INSN_C_NOP = 0x0001,
    INSN_C_EBREAK = 0x9002,
};

static inline uint32_t pick(struct random *r, uint32_t bound)
{
    return (uint32_t)random_below(r, bound);
}

static inline bool chance(struct random *r, unsigned percent)
{
    return pick(r, 100) < percent;
}

static inline uint32_t word(struct random *r)
{
    return (uint32_t)(random_next(r) >> 32);
}

/* A register that is not x0. */
static inline unsigned some_reg(struct random *r)
{
    return 1 + pick(r, 31);
}

/* Values at which things happen. */
uint32_t interesting(struct random *r);

uint32_t enc_r(unsigned opcode, unsigned funct3, unsigned funct7, unsigned rd,
               unsigned rs1, unsigned rs2);
uint32_t enc_i(unsigned opcode, unsigned funct3, unsigned rd, unsigned rs1,
               uint32_t imm);
uint32_t enc_s(unsigned funct3, unsigned rs1, unsigned rs2, uint32_t imm);
uint32_t enc_b(unsigned funct3, unsigned rs1, unsigned rs2, uint32_t imm);
uint32_t enc_u(unsigned opcode, unsigned rd, uint32_t value);
uint32_t enc_j(unsigned rd, uint32_t imm);

void put16(struct code *c, uint32_t half);
void put32(struct code *c, uint32_t insn);
/* Either, by the length that the encoding says. */
void put_insn(struct code *c, uint32_t insn);
/* rd = value, in two instructions of 4 bytes. */
void put_li(struct code *c, unsigned rd, uint32_t value);

/* One instruction that only computes: neither memory, nor jumps, nor traps;
 * rd is not `keep`. */
uint32_t random_alu(struct random *r, unsigned keep);
uint32_t random_compressed(struct random *r, unsigned keep);
/* An encoding that no RV32IMAC machine executes. */
uint32_t random_illegal(struct random *r);

#endif
