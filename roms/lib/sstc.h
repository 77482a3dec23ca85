/*
 * Sstc for ROMs: stimecmp by its numbers, which assemblers need not know.
 */
#ifndef QUIRE_ROMS_LIB_SSTC_H
#define QUIRE_ROMS_LIB_SSTC_H

#include "roms/lib/rom.h"

#define STCE (1u << 31) /* of menvcfgh */
#define STIP (1u << IRQ_S_TIMER)

static inline void set_stce(bool on)
{
    csr_write(0x31a, on ? STCE : 0);
}

/* The halves by way of a time that never comes. */
static inline void set_stimecmp(uint64_t when)
{
    csr_write(0x15d, ~0u);
    csr_write(0x14d, (uint32_t)when);
    csr_write(0x15d, (uint32_t)(when >> 32));
}

#endif
