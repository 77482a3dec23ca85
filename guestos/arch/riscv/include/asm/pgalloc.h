/* Page tables as frames: root tables; tables of leaves are mm/'s. */
#ifndef QUIRE_GUESTOS_ASM_PGALLOC_H
#define QUIRE_GUESTOS_ASM_PGALLOC_H

#include "asm/pgtable.h"

struct mm_struct;

/* An empty user half with the kernel's half in place; NULL: no memory. */
struct pgd *pgd_alloc(struct mm_struct *mm);
void pgd_free(struct mm_struct *mm, struct pgd *pgd);

#endif
