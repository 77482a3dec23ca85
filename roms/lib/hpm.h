/*
 * Event counters for ROMs: what the modelled TLBs and caches did between two
 * points, as the guest itself can read it.
 */
#ifndef QUIRE_ROMS_LIB_HPM_H
#define QUIRE_ROMS_LIB_HPM_H

#include "abi/hpm.h"
#include "roms/lib/rom.h"

#define HPM_COUNTERS 6

/* Has mhpmcounter3 and the following, n <= HPM_COUNTERS of them, count these
 * events from now on, and lets all modes read them. */
void hpm_begin(const uint32_t *events, unsigned n);
/* How often event number i has happened since. */
uint32_t hpm_since(unsigned i);

#endif
