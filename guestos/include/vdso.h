/* The page of code that every process has at the top of its memory; it
 * starts with the return from signal handlers. */
#ifndef QUIRE_GUESTOS_VDSO_H
#define QUIRE_GUESTOS_VDSO_H

#include "asm/page.h"

#define VDSO_ADDRESS (TASK_SIZE - PAGE_SIZE)
#define STACK_TOP (TASK_SIZE - 4 * PAGE_SIZE)

int map_vdso(void); /* into the current address space: 0 or -errno */

#endif
