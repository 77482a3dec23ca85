/* The device tree before drivers: opening it, and walking children. */
#ifndef QUIRE_GUESTOS_LIB_FDT_H
#define QUIRE_GUESTOS_LIB_FDT_H

#include "types.h"

size_t fdt_total_size(const void *fdt); /* bytes; 0: not a device tree */
int fdt_open(const void *fdt);          /* 0 or -EINVAL */
/* Entry of the memory reservation block; false at its end. */
bool fdt_reservation(unsigned index, u64 *base, u64 *size);
int fdt_next_child(int parent, int previous); /* previous -1: the first */
const char *fdt_name(int node);
/* First triple of "dma-ranges" of a bus node: parent's address and size. */
bool fdt_dma_range(int node, u64 *start, u64 *size);

#endif
