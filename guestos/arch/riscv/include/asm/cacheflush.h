/* Instructions were written: the instruction fetch must see them. */
#ifndef QUIRE_GUESTOS_ASM_CACHEFLUSH_H
#define QUIRE_GUESTOS_ASM_CACHEFLUSH_H

static inline void flush_icache_all(void)
{
    __asm__ volatile("fence.i" ::: "memory");
}

#endif
