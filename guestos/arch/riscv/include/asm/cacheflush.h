/* Instructions were written: the instruction fetch must see them. */
#ifndef QUIRE_GUESTOS_ASM_CACHEFLUSH_H
#define QUIRE_GUESTOS_ASM_CACHEFLUSH_H

struct mm_struct;

static inline void local_flush_icache_all(void)
{
    __asm__ volatile("fence.i" ::: "memory");
}

/* On every CPU before it runs code of `mm` again. */
void flush_icache_mm(struct mm_struct *mm);

#endif
