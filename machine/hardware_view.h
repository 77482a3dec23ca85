/*
 * What the hardware alone shows of a guest's memory: which frames hold
 * something, which are page tables, and what the current address spaces map.
 */
#ifndef QUIRE_MACHINE_HARDWARE_VIEW_H
#define QUIRE_MACHINE_HARDWARE_VIEW_H

#include <stdint.h>

#include "machine/guest_memory.h"
#include "machine/view.h"

struct walk_scheme;

/* Sorts the frames of an empty snapshot by their contents. */
void hardware_view_contents(const struct guest_memory *memory,
                            struct view_snapshot *v);
/* Adds an address space: its page tables and the frames that it maps. */
void hardware_view_space(const struct guest_memory *memory,
                         const struct walk_scheme *scheme, uint64_t root_pa,
                         struct view_snapshot *v);

#endif
