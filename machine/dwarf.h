/*
 * The types of a program from its DWARF, for machine/symbols. One pass over
 * the top-level entries makes an index; members are looked up when asked.
 */
#ifndef QUIRE_MACHINE_DWARF_H
#define QUIRE_MACHINE_DWARF_H

#include <libelf.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "machine/symbols.h"

struct dwarf_types;

/* Never NULL; without DWARF nothing is found. `elf` must outlive it. */
struct dwarf_types *dwarf_types_open(Elf *elf);
void dwarf_types_close(struct dwarf_types *t); /* NULL is allowed */

/* As symbols_member and its kin. */
MUST_USE bool dwarf_types_member(struct dwarf_types *t, const char *type,
                                 const char *path, struct symbol_member *m);
MUST_USE bool dwarf_types_variable(struct dwarf_types *t, const char *name,
                                   struct symbol_member *m);
MUST_USE bool dwarf_types_size(struct dwarf_types *t, const char *type,
                               uint32_t *size);
MUST_USE bool dwarf_types_enumerator(struct dwarf_types *t, const char *name,
                                     int64_t *value);
/* The i-th parameter of a function and the bytes of its type. */
MUST_USE bool dwarf_types_parameter(struct dwarf_types *t, const char *function,
                                    unsigned i, const char **name,
                                    uint64_t *size);
MUST_USE bool dwarf_types_caller(struct dwarf_types *t, uint64_t pc,
                                 unsigned *base, int64_t *offset);

#endif
