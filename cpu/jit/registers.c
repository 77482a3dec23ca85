/*
 * Guest registers in generated code: pinned ones in registers of the host,
 * the others in the hart.
 */
#include "cpu/jit/internal.h"

bool is_pinned(const struct superblock *t, unsigned reg)
{
    return t->pin[reg] != NO_REG;
}

struct operand guest(const struct superblock *t, unsigned reg)
{
    if (is_pinned(t, reg))
        return in_reg(t->pin[reg]);
    return hart_field(HART_FIELD(x) + 8 * (int32_t)reg);
}

void get_into(struct superblock *t, unsigned reg, enum host_reg to)
{
    if (!reg)
        x86_mov_imm(t->code, to, 0);
    else if (t->pin[reg] != to)
        x86_mov(t->code, to, guest(t, reg));
}

enum host_reg get(struct superblock *t, unsigned reg, enum host_reg scratch)
{
    if (is_pinned(t, reg))
        return t->pin[reg];
    get_into(t, reg, scratch);
    return scratch;
}

enum host_reg result(const struct superblock *t, unsigned rd,
                     enum host_reg scratch)
{
    return is_pinned(t, rd) ? t->pin[rd] : scratch;
}

void put(struct superblock *t, unsigned rd, enum host_reg from)
{
    if (rd == REG_SINK)
        return;
    if (is_pinned(t, rd)) {
        if (t->pin[rd] != from)
            x86_mov(t->code, t->pin[rd], in_reg(from));
        return;
    }
    x86_movsxd(t->code, from, in_reg(from));
    x86_store64(t->code, guest(t, rd), from);
}

void put_imm(struct superblock *t, unsigned rd, int32_t imm)
{
    if (rd == REG_SINK)
        return;
    if (is_pinned(t, rd))
        x86_mov_imm(t->code, t->pin[rd], (uint32_t)imm);
    else
        x86_store_imm64(t->code, guest(t, rd), imm);
}

/* The registers that compressed instructions can name, and the stack's, are
 * the ones that compilers use most. */
void jit_pin_registers(struct jit *j)
{
    static const struct {
        uint8_t guest, host;
    } pins[] = {
        {2, R13}, {8, RBX},  {9, R12},  {10, RDI}, {11, RSI},
        {12, R8}, {13, R9}, {14, R10}, {15, R11},
    };

    memset(j->pin, NO_REG, sizeof j->pin);
    for (unsigned i = 0; i < ARRAY_SIZE(pins); i++)
        j->pin[pins[i].guest] = pins[i].host;
}
