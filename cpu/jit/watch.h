/*
 * Who watches translation: what became of which instructions of the guest,
 * where on the host it lies, and how often it is entered. Being watched changes
 * nothing that the guest could notice; without a watcher it costs nothing.
 */
#ifndef QUIRE_CPU_JIT_WATCH_H
#define QUIRE_CPU_JIT_WATCH_H

#include <stddef.h>
#include <stdint.h>

#include "cpu/hart.h"

/* What a stretch of the host's code is for. */
enum jit_part {
    JIT_ENTRY,  /* the checks at the start of the superblock */
    JIT_STEP,   /* an instruction, along the likely path */
    JIT_END,    /* where the likely path leaves for another superblock */
    JIT_SLOW,   /* rare: a helper does a part of an instruction */
    JIT_EXIT,   /* rare: a branch that leaves the likely path */
    JIT_BUDGET, /* rare: fewer steps are left than it has */
    JIT_DATA,   /* no code: read by the engine */
};

/* It extends to the next one. */
struct jit_piece {
    enum jit_part part;
    unsigned step; /* of JIT_STEP, JIT_SLOW, JIT_EXIT: which instruction */
    size_t offset; /* in bytes from the superblock's first */
};

/* A superblock; all of it is valid during the call only. */
struct jit_translation {
    uint64_t va, pa; /* where it begins; va at this translation */
    enum privilege priv;
    const struct insn *insns; /* in order of execution, all in one page */
    unsigned n_insns;         /* each is a step */
    /* The host register that holds each guest register in the superblock's own
     * loop, if it is one, else as elsewhere; 16: none. */
    const uint8_t *pins;

    const uint8_t *bytes; /* of the host's code, to be read */
    const uint8_t *code;  /* where they are executed */
    size_t size;
    const struct jit_piece *pieces;
    size_t n_pieces;
};

struct jit_watch {
    /* A superblock is there, for the hart's pc. */
    void (*translated)(void *ctx, const struct hart *h,
                       const struct jit_translation *t);
    /* The superblocks of a frame are not entered any more, as it was written;
     * their host code stays until it is dropped. May be NULL. */
    void (*written)(void *ctx, const struct hart *h, uint64_t page_pa);
    /* All superblocks are gone: other code will lie there. What they share was
     * written anew, `size` bytes that are executed at `shared`. */
    void (*dropped)(void *ctx, const struct hart *h, const uint8_t *shared,
                    size_t size);
    /* Where the entries of the superblock at this physical address are counted
     * that is about to be translated, for h->priv: the watcher's, for as long
     * as it watches. NULL: they are not counted. */
    uint64_t *(*counter)(void *ctx, const struct hart *h, uint64_t pa);
    void *ctx;
};

/* Has h watched from now on, or no more with NULL; all code is translated anew.
 * The struct stays the caller's. False: this hart translates nothing. */
MUST_USE bool hart_set_jit_watch(struct hart *h, const struct jit_watch *watch);

/* The name of a piece of what superblocks share, or NULL. */
const char *jit_stub_name(const struct hart *h, const uint8_t *code);
/* Which guest register a host register (as x86 numbers them, 0 .. 15) holds
 * outside of loops; 0: none. */
unsigned jit_pinned_register(const struct hart *h, unsigned host_reg);
/* What generated code finds at this displacement from rbp, as a name for
 * readers: a register or "steps"; or NULL. */
const char *jit_field_name(int64_t disp);

#endif
