/*
 * What the guest's code at an address is called.
 */
#ifndef QUIRE_FRONTEND_CODE_NAMES_H
#define QUIRE_FRONTEND_CODE_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include "machine/symbols.h"
#include "mmu/fault.h"

#define CODE_NAME_MAX 128

/* `function+0x1c` by the kernel's symbols where they apply: not in U-mode, nor
 * without symbols (NULL); else the address, as `U 00010094`. */
void code_name(struct symbols *symbols, enum privilege priv, uint64_t va,
               char text[CODE_NAME_MAX]);

#endif
