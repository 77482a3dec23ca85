/*
 * What dwarf.c and dwarf_code.c share.
 */
#ifndef QUIRE_MACHINE_DWARF_INTERNAL_H
#define QUIRE_MACHINE_DWARF_INTERNAL_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "machine/dwarf.h"

/* Goes on to the entry's next sibling; a circle has none. */
MUST_USE bool dwarf_next_sibling(Dwarf_Die *die);
/* The size of the type that an entry refers to, behind typedefs. */
MUST_USE bool dwarf_size_of_type(Dwarf_Die *die, uint64_t *size);
/* The i-th function of that name; false: there are no more. */
MUST_USE bool dwarf_types_function(const struct dwarf_types *t,
                                   const char *name, size_t i, Dwarf_Die *die);
/* NULL without DWARF. */
Dwarf *dwarf_types_handle(const struct dwarf_types *t);

#endif
