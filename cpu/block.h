/*
 * Decoded code. A block is a run of instructions of one page that is left
 * only at its end (or by a trap); it is keyed by its physical address alone,
 * so that fences, new page tables and other modes cost it nothing.
 *
 *   virtual pc --(page: the page of the last fetch)--> pa --(link or hash)-->
 *   block, whose links predict the blocks that follow it
 *
 * A link is a guess: it holds only while the block it names has the physical
 * address that is wanted. A dropped block has none, so nothing needs to be
 * unlinked, and its memory stays until all blocks are dropped together.
 */
#ifndef QUIRE_CPU_BLOCK_H
#define QUIRE_CPU_BLOCK_H

#include "cpu/hart.h"
#include "cpu/isa.h"

#define BLOCK_LIMIT 64 /* instructions a block, at most */
#define BLOCK_DEAD UINT64_MAX

/*
 * In a block the immediates of auipc, jal and the branches count from the
 * start of the page, not from the instruction. OP_END closes a block that
 * just runs on; where fetches are counted OP_FETCH stands before each
 * instruction that begins a run of `imm` instructions in one line (a straddling
 * one: 1).
 */
struct block {
    uint64_t pa; /* of its first instruction, or BLOCK_DEAD */
    const struct insn *insns;
    uint32_t steps;        /* instructions in it */
    uint32_t length;       /* of insns, with OP_FETCH and OP_END */
    struct block *link[2]; /* where it went last: fell through, jumped */
    struct block *next_in_bucket, *next_on_page;
};

/* The page that instructions were fetched from last. */
struct exec_page {
    uint64_t va; /* page-aligned, or 1: none */
    uint64_t pa;
    const uint8_t *host;
};

struct blocks {
    struct exec_page page;
    uint64_t line_mask;
    bool counts_fetches;
    unsigned limit; /* instructions a block */

    struct block *pool;
    struct insn *insns;
    size_t n_blocks, n_insns; /* in use */
    struct block **buckets, **pages;

    struct block none;    /* what links name at first */
    struct block partial; /* part of a block, or one that is not kept */
    struct insn partial_insns[2 * BLOCK_LIMIT + 2];
};

/* Brings a decoded instruction, whose offset is set, into that form. */
void block_make_page_relative(struct insn *d);

struct blocks *blocks_new(const struct mmu *mmu, unsigned limit);
void blocks_free(struct blocks *blocks);
/* Has all code decoded anew, with its fetches counted as mmu wants them. */
void blocks_count_for(struct blocks *blocks, const struct mmu *mmu);

/* The block at h->pc, decoded if need be; NULL: the fetch failed, *fault. */
struct block *block_at(struct hart *h, struct fault *fault);

/* The first `steps` steps of a block, valid until the next call. */
struct block *block_part(struct blocks *blocks, const struct block *b,
                         unsigned steps);

/* The instruction d of a block alone, its fetch counted; likewise. */
struct block *block_single(struct blocks *blocks, const struct insn *d);

/* Drops what was decoded from the pages of [pa, pa + len), or everything. */
void blocks_drop(struct hart *h, uint64_t pa, uint64_t len);
void blocks_drop_all(struct blocks *blocks);

/* Invariants, for tests: every block is found again, under its own address,
 * and ends as it should. */
bool blocks_check(const struct blocks *blocks);

#endif
