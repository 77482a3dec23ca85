/* The flattened device tree that the firmware handed over. */
#ifndef QUIRE_GUESTOS_OF_H
#define QUIRE_GUESTOS_OF_H

#include "types.h"

/* The next node after `node` (-1: from the start) whose "compatible" list has
 * that string; negative at the end. */
int fdt_next_compatible(int node, const char *compatible);
/* Node of an absolute path; negative when there is none. */
int fdt_path(const char *path);
/* A property's bytes (big-endian cells) and their length, or NULL. */
const void *fdt_prop(int node, const char *name, size_t *len);
const char *fdt_prop_string(int node, const char *name); /* or NULL */
/* Cell `index` of a property; false when it is not there. */
bool fdt_prop_u32(int node, const char *name, unsigned index, u32 *value);
/* Pair `index` of "reg" by the parent's #address-cells and #size-cells. */
bool fdt_reg(int node, unsigned index, phys_addr_t *pa, u64 *size);
int fdt_parent(int node);
/* First interrupt of the node, 0 when there is none. */
unsigned fdt_irq(int node);

#endif
