/* On the host nothing is executed from guest pages: it is only counted. */
#ifndef QUIRE_GUESTOS_ASM_CACHEFLUSH_H
#define QUIRE_GUESTOS_ASM_CACHEFLUSH_H

struct mm_struct;

extern unsigned long host_icache_flushes;

static inline void flush_icache_mm(struct mm_struct *mm)
{
    (void)mm;
    host_icache_flushes++;
}

#endif
