/*
 * The decoder: finds the row of an instruction and gathers its fields.
 */
#include "cpu/isa_pattern.h"

#include <assert.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/bits.h"
#include "base/compiler.h"
#include "cpu/extension.h"
#include "cpu/internal.h"

/* Rows are sorted into buckets by bits that every row fixes: the major opcode
 * of a 32-bit instruction, or quadrant and funct3 of a 16-bit one. */
#define N_BUCKETS (32 + 24)

struct entry {
    struct isa_pattern pattern;
    const struct isa_row *row;
};

struct isa {
    struct entry *entries; /* by bucket, the more specific ones first */
    uint16_t start[N_BUCKETS + 1];
    unsigned xlen;
};

static unsigned bucket_of(uint32_t insn)
{
    if ((insn & 3) == 3)
        return insn >> 2 & 31;
    return 32 + (insn & 3) * 8 + (insn >> 13 & 7);
}

static int count_ones(uint32_t v)
{
    int n = 0;

    for (; v; v &= v - 1)
        n++;
    return n;
}

static int by_bucket_then_specific(const void *a, const void *b)
{
    const struct isa_pattern *p = &((const struct entry *)a)->pattern;
    const struct isa_pattern *q = &((const struct entry *)b)->pattern;
    int bucket = (int)bucket_of(p->match) - (int)bucket_of(q->match);

    if (bucket)
        return bucket;
    return count_ones(q->mask) - count_ones(p->mask);
}

struct isa *isa_new_with(unsigned xlen, unsigned extensions)
{
    struct isa *isa = alloc_zeroed(1, sizeof *isa);
    unsigned wanted = xlen == 32 ? RV32 : RV64, n = 0, at = 0;

    isa->xlen = xlen;
    isa->entries = alloc_zeroed(isa_table_rows, sizeof *isa->entries);
    for (size_t i = 0; i < isa_table_rows; i++) {
        struct entry *e = &isa->entries[n];
        bool ok;

        if (!(isa_table[i].xlens & wanted) ||
            !extension_has_letter(extensions, isa_table[i].extension))
            continue;
        ok = isa_parse(&isa_table[i], &e->pattern);
        assert(ok);
        (void)ok;
        e->row = &isa_table[i];
        n++;
    }
    qsort(isa->entries, n, sizeof *isa->entries, by_bucket_then_specific);
    for (unsigned b = 0; b < N_BUCKETS; b++) {
        isa->start[b] = (uint16_t)at;
        while (at < n && bucket_of(isa->entries[at].pattern.match) == b)
            at++;
    }
    isa->start[N_BUCKETS] = (uint16_t)n;
    return isa;
}

struct isa *isa_new(unsigned xlen)
{
    return isa_new_with(xlen, ~0u);
}

void isa_free(struct isa *isa)
{
    if (!isa)
        return;
    free(isa->entries);
    free(isa);
}

static bool gather(const struct isa_pattern *p, uint32_t insn,
                   int32_t field[N_FIELDS])
{
    for (unsigned i = 0; i < N_FIELDS; i++)
        field[i] = p->base[i];
    for (unsigned i = 0; i < p->n_slices; i++) {
        const struct isa_slice *s = &p->slices[i];
        uint64_t piece = bits(insn, s->from + s->width - 1u, s->from);

        field[s->field] |= (int32_t)(piece << s->to);
    }
    if (p->imm_width)
        field[FIELD_IMM] =
            (int32_t)sign_extend((uint32_t)field[FIELD_IMM], p->imm_width);
    if (p->imm_not_zero && !field[FIELD_IMM])
        return false;
    for (unsigned i = 0; i < FIELD_IMM; i++)
        if (p->excluded[i] >> (field[i] & 31) & 1)
            return false;
    return true;
}

static const struct entry *find(const struct isa *isa, uint32_t insn,
                                int32_t field[N_FIELDS])
{
    unsigned bucket = bucket_of(insn);

    for (unsigned i = isa->start[bucket]; i < isa->start[bucket + 1]; i++) {
        const struct entry *e = &isa->entries[i];

        if ((insn & e->pattern.mask) == e->pattern.match &&
            gather(&e->pattern, insn, field))
            return e;
    }
    return NULL;
}

/* Operations on XLEN bits, and what they are on RV32. */
static enum op narrow(enum op op)
{
    static const uint8_t narrowed[N_OPS] = {
        [OP_ADD] = OP_ADDW,     [OP_ADDI] = OP_ADDIW, [OP_SUB] = OP_SUBW,
        [OP_SLL] = OP_SLLW,     [OP_SLLI] = OP_SLLIW, [OP_SRL] = OP_SRLW,
        [OP_SRLI] = OP_SRLIW,   [OP_SRA] = OP_SRAW,   [OP_SRAI] = OP_SRAIW,
        [OP_MUL] = OP_MULW,     [OP_MULH] = OP_MULHW, [OP_MULHSU] = OP_MULHSUW,
        [OP_MULHU] = OP_MULHUW, [OP_DIV] = OP_DIVW,   [OP_DIVU] = OP_DIVUW,
        [OP_REM] = OP_REMW,     [OP_REMU] = OP_REMUW,
    };

    return narrowed[op] ? (enum op)narrowed[op] : op;
}

static uint32_t own_bits(uint32_t insn)
{
    return isa_length(insn) == 2 ? insn & 0xffff : insn;
}

struct insn isa_decode(const struct isa *isa, uint32_t bits)
{
    uint32_t word = own_bits(bits);
    int32_t field[N_FIELDS];
    const struct entry *e = find(isa, word, field);
    struct insn insn = {.op = OP_ILLEGAL,
                        .rd = REG_SINK,
                        .size = (uint8_t)isa_length(word),
                        .bits = word};

    if (!e)
        return insn;
    insn.op = (uint8_t)(isa->xlen == 32 ? narrow(e->row->op) : e->row->op);
    insn.rd = (uint8_t)(field[FIELD_RD] ? field[FIELD_RD] : REG_SINK);
    insn.rs1 = (uint8_t)field[FIELD_RS1];
    insn.rs2 = (uint8_t)field[FIELD_RS2];
    insn.imm = field[FIELD_IMM];
    return insn;
}

const struct isa_row *isa_find(const struct isa *isa, uint32_t bits)
{
    int32_t field[N_FIELDS];
    const struct entry *e = find(isa, own_bits(bits), field);

    return e ? e->row : NULL;
}

uint64_t isa_address_mask(const struct isa *isa)
{
    return isa->xlen == 32 ? UINT32_MAX : UINT64_MAX;
}
