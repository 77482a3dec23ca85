/*
 * The disassembler: prints a row's operand column with the fields that the
 * decoder gathered, as GNU objdump does with -M no-aliases.
 */
#include "cpu/isa.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/bits.h"
#include "base/compiler.h"
#include "cpu/csr.h"
#include "cpu/internal.h"

struct text {
    char *at;
    size_t left;
    uint64_t address_mask;
};

PRINTF_LIKE(2, 3) static void put(struct text *t, const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(t->at, t->left, format, args);
    va_end(args);
    if (n < 0 || !t->left)
        return;
    if ((size_t)n >= t->left)
        n = (int)t->left - 1;
    t->at += n;
    t->left -= (size_t)n;
}

const char *isa_register_name(unsigned reg)
{
    static const char names[32][5] = {
        "zero", "ra", "sp", "gp", "tp",  "t0",  "t1", "t2", "s0", "s1", "a0",
        "a1",   "a2", "a3", "a4", "a5",  "a6",  "a7", "s2", "s3", "s4", "s5",
        "s6",   "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6"};

    return names[reg & 31];
}

static void put_fence_set(struct text *t, unsigned set)
{
    if (!set) {
        put(t, "unknown");
        return;
    }
    for (unsigned i = 0; i < 4; i++)
        if (bit(set, 3 - i))
            put(t, "%c", "iorw"[i]);
}

static void put_csr(struct text *t, unsigned number)
{
    char name[16];

    if (csr_name(number, name))
        put(t, "%s", name);
    else
        put(t, "0x%x", number);
}

static void put_operand(struct text *t, const char *word, size_t length,
                        const struct insn *d, uint64_t pc)
{
    uint32_t imm = (uint32_t)d->imm;

    if (!strncmp(word, "rd", length))
        put(t, "%s", isa_register_name(d->rd == REG_SINK ? 0 : d->rd));
    else if (!strncmp(word, "rs1", length))
        put(t, "%s", isa_register_name(d->rs1));
    else if (!strncmp(word, "rs2", length))
        put(t, "%s", isa_register_name(d->rs2));
    else if (!strncmp(word, "imm", length))
        put(t, "%" PRId32, d->imm);
    else if (!strncmp(word, "upper", length))
        put(t, "0x%" PRIx32, imm >> 12);
    else if (!strncmp(word, "shamt", length))
        put(t, "0x%" PRIx32, imm);
    else if (!strncmp(word, "target", length))
        put(t, "0x%" PRIx64,
            t->address_mask & (pc + (uint64_t)(int64_t)d->imm));
    else if (!strncmp(word, "zimm", length))
        put(t, "%u", d->rs1);
    else if (!strncmp(word, "csr", length))
        put_csr(t, imm);
    else if (!strncmp(word, "pred", length))
        put_fence_set(t, imm >> 4 & 15);
    else if (!strncmp(word, "succ", length))
        put_fence_set(t, imm & 15);
}

static void put_operands(struct text *t, const char *s, const struct insn *d,
                         uint64_t pc)
{
    while (*s) {
        size_t length = 0;

        while (isalnum((unsigned char)s[length]))
            length++;
        if (length)
            put_operand(t, s, length, d, pc);
        else if (*s != ' ')
            put(t, "%c", *s);
        s += length ? length : 1;
    }
}

void isa_disassemble(const struct isa *isa, char *text, size_t size,
                     uint32_t bits, uint64_t pc)
{
    static const char *const ordering[] = {"", ".rl", ".aq", ".aqrl"};
    const struct isa_row *row = isa_find(isa, bits);
    struct insn d = isa_decode(isa, bits);
    struct text t = {text, size, isa_address_mask(isa)};

    if (!row) {
        put(&t, d.size == 2 ? ".2byte\t0x%04" PRIx32 : ".4byte\t0x%08" PRIx32,
            d.bits);
        return;
    }
    put(&t, "%s%s", row->name,
        row->extension == 'A' ? ordering[d.imm & 3] : "");
    if (*row->operands)
        put(&t, "\t");
    put_operands(&t, row->operands, &d, pc);
}
