/*
 * The static tracepoints of a program, from its ELF notes in SystemTap's
 * layout (SDT, version 3): a provider, a name, the address of a nop, and
 * where the arguments are when it is reached. The notes are hostile.
 */
#ifndef QUIRE_MACHINE_TRACEPOINTS_H
#define QUIRE_MACHINE_TRACEPOINTS_H

#include <libelf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

#define TRACE_ARGUMENTS 12

struct trace_operand {
    enum { OPERAND_CONSTANT, OPERAND_REGISTER, OPERAND_MEMORY } kind;
    unsigned size; /* in bytes: 1, 2, 4 or 8 */
    bool is_signed;
    unsigned reg;  /* x0 .. x31, or the base of OPERAND_MEMORY */
    int64_t value; /* the constant, or the offset of OPERAND_MEMORY */
};

struct tracepoint {
    const char *provider, *name;
    uint64_t va; /* as linked */
    struct trace_operand arguments[TRACE_ARGUMENTS];
    unsigned n_arguments;
};

/* A file's tracepoints, in the order of its notes. `elf` must outlive them. A
 * file without notes has none; false: a note is wrong, and `error` says how. */
MUST_USE bool tracepoints_read(Elf *elf, struct tracepoint **list, size_t *n,
                               char *error, size_t size);

/* Operands as gas prints them: "-4@a0 8@-16(s0) -4@7"; false: they are none. */
MUST_USE bool tracepoint_parse(const char *text, struct tracepoint *t);

#endif
