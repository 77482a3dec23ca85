/* What the MMU keeps for an address space. */
#ifndef QUIRE_GUESTOS_ASM_MMU_H
#define QUIRE_GUESTOS_ASM_MMU_H

/* In struct mm_struct as `context`. */
struct mm_context {
    unsigned long id;   /* generation << 9 | ASID; 0: none yet */
    unsigned long vdso; /* where the signal trampoline is mapped */
};

#endif
