/*
 * What an ELF file says about the program in it: symbols by name and by
 * address, and from DWARF the layout of its structures and the values of its
 * enumerators. So the host can read a guest kernel's data without the
 * guest's help. The file is hostile: what is wrong in it is not found, or an
 * error, never a crash or an endless loop.
 *
 * The whole file is read by symbols_open; later calls touch memory only.
 * Tables are built when first asked for.
 */
#ifndef QUIRE_MACHINE_SYMBOLS_H
#define QUIRE_MACHINE_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

struct symbols;
struct tracepoint;

/* A member of a structure, in bytes from the structure's start. An array has
 * `count` elements of `stride` bytes, in all dimensions together; else count
 * is 1 and stride == size. A bit-field has bit_size > 0 and starts at bit
 * bit_offset from `offset`, counted from the lowest. target is the size of
 * what a pointer (or each of an array of pointers) points to, else 0. */
struct symbol_member {
    uint32_t offset, size, stride, count;
    uint32_t bit_offset, bit_size;
    uint32_t target;
};

/* NULL if the file cannot be read or is no ELF file; then `error` says why.
 * A file without symbols or without DWARF opens; lookups find nothing. */
struct symbols *symbols_open(const char *path, char *error, size_t size);
/* The same from memory, which is copied. */
struct symbols *symbols_open_memory(const void *data, size_t len, char *error,
                                    size_t size);
void symbols_close(struct symbols *s); /* NULL is allowed */

/* Address and size (0 where the symbol has none) of a function, variable or
 * label. */
MUST_USE bool symbols_find(struct symbols *s, const char *name,
                           uint64_t *address, uint64_t *size);
/* The function or label of code at or before pc, NULL if there is none; the
 * distance goes to `offset`. The name lives as long as `s`. */
const char *symbols_nearest(struct symbols *s, uint64_t pc, uint64_t *offset);

/* Symbols of code in the order of their addresses, by number; NULL beyond the
 * last. */
const char *symbols_code(struct symbols *s, size_t i, uint64_t *address);
/* Where the file is loaded: the physical address of `va` by its segments. */
MUST_USE bool symbols_physical(const struct symbols *s, uint64_t va,
                               uint64_t *pa);
/* The tracepoints of the file, which live as long as `s`; false: its notes are
 * wrong. See machine/tracepoints.h. */
MUST_USE bool symbols_tracepoints(struct symbols *s,
                                  const struct tracepoint **list, size_t *n,
                                  char *error, size_t size);

/* `type` is the name of a struct, a union or a typedef of one, without the
 * keyword. `path` is a member, found in anonymous members too; "a.b" is
 * member b of member a (of an element, if a is an array). */
MUST_USE bool symbols_member(struct symbols *s, const char *type,
                             const char *path, struct symbol_member *m);
/* The type of a global variable, as a member at offset 0. */
MUST_USE bool symbols_variable(struct symbols *s, const char *name,
                               struct symbol_member *m);
MUST_USE bool symbols_type_size(struct symbols *s, const char *type,
                                uint32_t *size);
/* The value of an enumerator of any enumeration. */
MUST_USE bool symbols_enumerator(struct symbols *s, const char *name,
                                 int64_t *value);
/* The i-th parameter of a function, from 0, and the bytes of its type. */
MUST_USE bool symbols_parameter(struct symbols *s, const char *function,
                                unsigned i, const char **name, uint64_t *size);
/* Where the function around pc keeps the address to which it returns, there:
 * in memory at register `base` + offset; false: in ra. */
MUST_USE bool symbols_caller(struct symbols *s, uint64_t pc, unsigned *base,
                             int64_t *offset);

#endif
