/*
 * What the files of cpu/ share and nobody else needs.
 */
#ifndef QUIRE_CPU_INTERNAL_H
#define QUIRE_CPU_INTERNAL_H

#include "cpu/hart.h"
#include "cpu/isa.h"

uint64_t isa_address_mask(const struct isa *isa);

extern const struct engine engine_interp, engine_jit;

/* Executes the instruction d at h->pc alone, its fetch counted already. It is
 * in the form of a block's; h->leave is set. */
void interp_single(struct hart *h, const struct insn *d);
/* LR, SC or an AMO. False: an exception, *fault. */
MUST_USE bool atomic_execute(struct hart *h, const struct insn *d,
                             struct fault *fault);

/* Steps done, the instruction in flight not included. */
static inline uint64_t hart_steps_now(const struct hart *h)
{
    return h->steps + (h->at ? h->at->index : 0);
}

/* The same in cycles: each step takes one, and stalls. */
static inline uint64_t hart_cycles_now(const struct hart *h)
{
    return hart_steps_now(h) + h->mmu.stalls;
}

/* mtime at this very step. */
uint64_t hart_mtime(const struct hart *h);

/* To be called after a change of stimecmp or menvcfg.STCE. */
void hart_timer_changed(struct hart *h);

/* Makes the engine return after the instruction in flight. */
static inline void hart_leave(struct hart *h)
{
    h->leave = true;
    h->run_until = 0;
}

/* To be called after a change of privilege or mstatus. */
void hart_push_mode(struct hart *h);
/* To be called after a change of anything that fetches depend on. */
void hart_translation_changed(struct hart *h);
/* To be called after a change of mip, mie, mideleg, mstatus or privilege:
 * leaves the engine if an interrupt must be taken before the next step. */
void hart_look_at_interrupts(struct hart *h);

/* cpu/trap.c. The interrupt to take now, or -1. */
int trap_pending(const struct hart *h);
void trap_interrupt(struct hart *h, unsigned number);
/* An exception of the instruction at epc; counts neither step nor failure. */
void trap_exception(struct hart *h, uint64_t epc, enum cause cause,
                    uint64_t tval);

/* cpu/system.c: executes an instruction of the privileged kind or a CSR
 * access; h->pc is its own address before, the next one after. False: an
 * exception, *fault. */
MUST_USE bool system_execute(struct hart *h, const struct insn *d,
                             struct fault *fault);

#endif
