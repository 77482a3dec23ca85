/*
 * Octavo's address space on RV32, as guestos/arch/riscv/include/asm/page.h
 * lays it out.
 */
#ifndef QUIRE_MACHINE_OCTAVO_LAYOUT_H
#define QUIRE_MACHINE_OCTAVO_LAYOUT_H

#include <stdint.h>

#define DIRECT_MAP_VA UINT64_C(0xc0000000)
#define DIRECT_MAP_END_VA UINT64_C(0xf8000000)

#endif
