/*
 * What generated code keeps in its hart (cpu/hart.h) besides registers and the
 * MMU's tables: where it is, and what it hands to the C that it calls.
 */
#ifndef QUIRE_CPU_JIT_CONTEXT_H
#define QUIRE_CPU_JIT_CONTEXT_H

#include <stdint.h>

struct insn;

struct jit_context {
    /* The page that executes: its virtual address, the entry points of its code
     * by halfword, and, with models, the stamp of its slot in the ITLB. */
    uint64_t page_va;
    const uint32_t *entries;
    uint64_t *slot_stamp;

    uint64_t limit;           /* run_until, when it was entered */
    uint8_t *code;            /* entry points count from here */
    const struct insn *insns; /* of all translated code */

    /* Fetches are counted by steps: so many are in the models' counts. The
     * stamp of a fetch is twice its step plus `bias` and 1, or 2 for the second
     * line of an instruction; `near_bias` is the same for steps counted from
     * `limit`. `straddles` are accesses of L1I beyond one a
     * fetch. */
    uint64_t counted_steps;
    uint64_t bias, near_bias;
    uint64_t straddles;
    const uint8_t *cell; /* for jit_fetch */

    const uint8_t *link; /* the exit that was taken, see jit/flow.c */
};

#endif
