/*
 * Octavo's memory, read through its own structures: found by symbols and
 * DWARF, checked at every step. What makes no sense leaves a badge in the
 * snapshot; nothing that the guest's memory holds can do more than that.
 */
#ifndef QUIRE_MACHINE_OCTAVO_VIEW_H
#define QUIRE_MACHINE_OCTAVO_VIEW_H

#include "base/compiler.h"
#include "machine/guest_memory.h"
#include "machine/symbols.h"
#include "machine/view.h"

struct octavo_view;
struct walk_scheme;

/* NULL if the symbols are not those of Octavo, or it was built without
 * DWARF; `error` says what is missing. Memory and symbols must outlive it. */
struct octavo_view *octavo_view_open(const struct guest_memory *memory,
                                     struct symbols *symbols, char *error,
                                     size_t size);
void octavo_view_close(struct octavo_view *o); /* NULL is allowed */

/* Fills an empty snapshot but for heat, time and the hardware's counters.
 * False: the kernel has not set up its memory map yet; nothing was filled.
 * `scheme` is that of the machine's page tables (never NULL); VMAs are those
 * of process `pid`, or of the largest if it is 0 or gone. */
MUST_USE bool octavo_view_fill(struct octavo_view *o, struct view_snapshot *v,
                               const struct walk_scheme *scheme, int32_t pid);
/* Free pages, faults and swap alone. */
void octavo_view_count(struct octavo_view *o, struct view_counters *c);

#endif
