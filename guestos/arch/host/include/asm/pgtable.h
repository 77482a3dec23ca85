/* Page tables on the host are the machine's own, in the arena. */
#include "guestos/arch/riscv/include/asm/pgtable.h"
