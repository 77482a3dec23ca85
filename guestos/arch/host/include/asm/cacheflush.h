/* On the host nothing is executed from guest pages. */
#ifndef QUIRE_GUESTOS_ASM_CACHEFLUSH_H
#define QUIRE_GUESTOS_ASM_CACHEFLUSH_H

struct mm_struct;

static inline void flush_icache_mm(struct mm_struct *mm)
{
    (void)mm;
}

#endif
