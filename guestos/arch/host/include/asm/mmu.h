/* What the MMU keeps for an address space: as on the machine. */
#include "guestos/arch/riscv/include/asm/mmu.h"
