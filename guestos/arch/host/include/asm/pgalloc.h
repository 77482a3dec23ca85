/* Root tables: as on the machine. */
#include "guestos/arch/riscv/include/asm/pgalloc.h"
