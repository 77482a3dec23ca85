/* What the MMU keeps for an address space. */
#ifndef QUIRE_GUESTOS_ASM_MMU_H
#define QUIRE_GUESTOS_ASM_MMU_H

#include "cpumask.h"

/* In struct mm_struct as `context`; see arch/riscv/mm/tlbflush.c. Changed by
 * atomic operations. */
struct mm_context {
    struct cpumask cpumask; /* who uses it: flushes reach them */
    struct cpumask lazy;    /* whose satp it is though they do not use it */
    unsigned long flushes_begun, flushes_done; /* counts */
    /* CPUs that must fence.i before they run its code: pages of code have
     * come while they did not use it. */
    struct cpumask icache_stale;
};

/* For fork: the child's code is the parent's. */
static inline void dup_mm_context(struct mm_context *context,
                                  const struct mm_context *old)
{
    context->icache_stale.bits = cpumask_bits(&old->icache_stale);
}

#endif
