/*
 * The instruction set as one const table in the manual's notation
 * (cpu/isa_table.c), and what is made from it: the decoder, the disassembler
 * and docs/isa.md.
 */
#ifndef QUIRE_CPU_ISA_H
#define QUIRE_CPU_ISA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What an instruction does. Several spellings share an operation: addi, c.mv
 * and c.nop are all OP_ADDI. The names are RV64's: on RV32, whose registers
 * are kept sign-extended in 64 bits, decoding narrows an operation on XLEN
 * bits to its 32-bit form (OP_ADD to OP_ADDW), so that an operation means the
 * same on every machine.
 */
enum op {
    OP_ILLEGAL,
    /* No instructions, but marks in a block of decoded ones (cpu/block.h). */
    OP_END,
    OP_FETCH,
    /* Integers: the register and the immediate form of one thing are two
     * operations, so that executing them needs no choice. */
    OP_LUI,
    OP_AUIPC,
    OP_ADD,
    OP_ADDI,
    OP_ADDW,
    OP_ADDIW,
    OP_SUB,
    OP_SUBW,
    OP_AND,
    OP_ANDI,
    OP_OR,
    OP_ORI,
    OP_XOR,
    OP_XORI,
    OP_SLT,
    OP_SLTI,
    OP_SLTU,
    OP_SLTIU,
    OP_SLL,
    OP_SLLI,
    OP_SLLW,
    OP_SLLIW,
    OP_SRL,
    OP_SRLI,
    OP_SRLW,
    OP_SRLIW,
    OP_SRA,
    OP_SRAI,
    OP_SRAW,
    OP_SRAIW,
    OP_MUL,
    OP_MULW,
    OP_MULH,
    OP_MULHW,
    OP_MULHSU,
    OP_MULHSUW,
    OP_MULHU,
    OP_MULHUW,
    OP_DIV,
    OP_DIVW,
    OP_DIVU,
    OP_DIVUW,
    OP_REM,
    OP_REMW,
    OP_REMU,
    OP_REMUW,
    /* Bit manipulation. */
    OP_SH1ADDW,
    OP_SH2ADDW,
    OP_SH3ADDW,
    OP_ANDN,
    OP_ORN,
    OP_XNOR,
    OP_MIN,
    OP_MINU,
    OP_MAX,
    OP_MAXU,
    OP_CLZW,
    OP_CTZW,
    OP_CPOPW,
    OP_SEXT_B,
    OP_SEXT_H,
    OP_ZEXT_H,
    OP_ROLW,
    OP_RORW,
    OP_RORIW,
    OP_REV8W,
    OP_ORC_BW,
    OP_BSETW,
    OP_BSETIW,
    OP_BCLRW,
    OP_BCLRIW,
    OP_BINVW,
    OP_BINVIW,
    OP_BEXTW,
    OP_BEXTIW,
    /* Memory. */
    OP_LB,
    OP_LBU,
    OP_LH,
    OP_LHU,
    OP_LW,
    OP_SB,
    OP_SH,
    OP_SW,
    OP_LR_W,
    OP_SC_W,
    OP_AMOSWAP_W,
    OP_AMOADD_W,
    OP_AMOXOR_W,
    OP_AMOAND_W,
    OP_AMOOR_W,
    OP_AMOMIN_W,
    OP_AMOMAX_W,
    OP_AMOMINU_W,
    OP_AMOMAXU_W,
    OP_FENCE,
    /* From here on, each ends a block. */
    OP_FENCE_I,
    OP_JAL,
    OP_JALR,
    OP_BEQ,
    OP_BNE,
    OP_BLT,
    OP_BGE,
    OP_BLTU,
    OP_BGEU,
    OP_ECALL,
    OP_EBREAK,
    OP_MRET,
    OP_SRET,
    OP_WFI,
    OP_SFENCE_VMA,
    OP_SFENCE_INVAL,
    OP_CBO_INVAL,
    OP_CBO_CLEAN,
    OP_CBO_FLUSH,
    OP_CBO_ZERO,
    OP_CSRRW,
    OP_CSRRS,
    OP_CSRRC,
    OP_CSRRWI,
    OP_CSRRSI,
    OP_CSRRCI,
};
#define N_OPS (OP_CSRRCI + 1)

static inline bool op_is_load(enum op op)
{
    return op >= OP_LB && op <= OP_LW;
}

static inline bool op_is_store(enum op op)
{
    return op >= OP_SB && op <= OP_SW;
}

/* The size of a load or store in bytes. */
static inline unsigned op_access_bytes(enum op op)
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

static inline bool op_is_branch(enum op op)
{
    return op >= OP_BEQ && op <= OP_BGEU;
}

/* Where rd = x0 sends its result: a 33rd register that nobody reads. */
#define REG_SINK 32

/* One decoded instruction. */
struct insn {
    uint8_t op;      /* enum op */
    uint8_t rd;      /* 1..31, or REG_SINK */
    uint8_t rs1;     /* 0..31; the immediate of csrrwi and its kin */
    uint8_t rs2;     /* 0..31 */
    uint16_t offset; /* in bytes from the start of its page */
    uint8_t size;    /* 2 or 4 bytes */
    uint8_t index;   /* instructions before it in its block */
    int32_t imm;     /* sign-extended; the number of a CSR */
    uint32_t bits;   /* as fetched; 16 bits if compressed */
};

/* Widths on which a row exists. */
enum isa_xlen { RV32 = 1, RV64 = 2, RVALL = RV32 | RV64 };

/* A row of the table; its meaning is pseudo-code over rd, rs1, rs2, imm, pc. */
struct isa_row {
    const char *name;
    const char *encoding; /* "imm[12|10:5] rs2 rs1 000 imm[4:1|11] 1100011" */
    const char *operands; /* objdump's: "rs1, rs2, target" */
    enum isa_xlen xlens;
    char extension; /* extension_row.letter; 'P' privileged */
    enum op op;
    const char *meaning;
};

extern const struct isa_row isa_table[];
extern const size_t isa_table_rows;

/* The table made ready for decoding on machines of one width. */
struct isa;

/* xlen is 32 or 64, extensions a set (cpu/extension.h); isa_free releases it.
 * isa_new has all of them. */
struct isa *isa_new(unsigned xlen);
struct isa *isa_new_with(unsigned xlen, unsigned extensions);
void isa_free(struct isa *isa);

/* The length in bytes of the instruction that starts with these 16 bits: 2 or
 * 4. Longer formats do not exist here; they count as 4 and are illegal. */
static inline unsigned isa_length(uint32_t bits)
{
    return (bits & 3) == 3 ? 4 : 2;
}

/* Decodes one instruction; `bits` above its length are ignored. What does not
 * exist becomes OP_ILLEGAL. `offset` is left 0. */
struct insn isa_decode(const struct isa *isa, uint32_t bits);

/* The row that decodes these bits, or NULL. */
const struct isa_row *isa_find(const struct isa *isa, uint32_t bits);

/* Writes the instruction in objdump's syntax (-M no-aliases), name
 * and operands apart by a tab, NUL-terminated; what does not exist becomes
 * ".2byte 0x.." or ".4byte 0x..". 64 bytes suffice. */
void isa_disassemble(const struct isa *isa, char *text, size_t size,
                     uint32_t bits, uint64_t pc);

/* The name of register 0..31: "zero", "ra", .. */
const char *isa_register_name(unsigned reg);

#endif
