/*
 * What the files of cpu/ share and nobody else needs.
 */
#ifndef QUIRE_CPU_INTERNAL_H
#define QUIRE_CPU_INTERNAL_H

#include "cpu/hart.h"
#include "cpu/isa.h"

enum isa_field { FIELD_RD, FIELD_RS1, FIELD_RS2, FIELD_IMM, N_FIELDS };

/* `width` bits of an instruction that belong to a field. */
struct isa_slice {
    uint8_t from;  /* lowest bit in the instruction */
    uint8_t width; /* bits */
    uint8_t to;    /* lowest bit in the field */
    uint8_t field; /* enum isa_field */
};

#define ISA_MAX_SLICES 10

/* An encoding column, parsed. */
struct isa_pattern {
    uint32_t mask, match; /* the fixed bits */
    uint8_t size;         /* bytes */
    uint8_t n_slices;
    uint8_t imm_width; /* sign bit + 1, or 0 if unsigned */
    bool imm_not_zero;
    uint8_t base[N_FIELDS];       /* implied registers; 8 for rd' and its kin */
    uint32_t excluded[FIELD_IMM]; /* by register: a bit for each value */
    struct isa_slice slices[ISA_MAX_SLICES];
};

/* Parses one row; false if its notation is wrong, which a test rules out. */
bool isa_parse(const struct isa_row *row, struct isa_pattern *pattern);

uint64_t isa_address_mask(const struct isa *isa);

extern const struct engine engine_interp;

/* Steps done, the instruction in flight not included. */
static inline uint64_t hart_steps_now(const struct hart *h)
{
    return h->steps + (h->at ? h->at->index : 0);
}

/* mtime at this very step. */
uint64_t hart_mtime(const struct hart *h);

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
