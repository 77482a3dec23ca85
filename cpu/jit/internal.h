/*
 * What the files of the translator share.
 *
 * Generated code runs with the host's registers in these roles:
 *
 *   rbp   the hart, biased so that guest registers have short displacements
 *   r15   what h->steps will be at the end of the superblock, less the limit of
 *         the stretch: beyond 0 there are not so many steps left
 *   r14   with models: the clock of the data filter; else mmu.cell_key
 *   rbx rsi rdi r8-r13   guest registers, pinned: zero-extended words
 *   rax rcx rdx          scratch
 *
 * Guest registers that are not pinned stay in h->x, sign-extended as always;
 * pinned ones are brought there, sign-extended, before any C that looks.
 */
#ifndef QUIRE_CPU_JIT_INTERNAL_H
#define QUIRE_CPU_JIT_INTERNAL_H

#include <stddef.h>
#include <string.h>

#include "base/bits.h"
#include "cpu/block.h"
#include "cpu/internal.h"
#include "cpu/jit/context.h"
#include "cpu/jit/watch.h"
#include "cpu/jit/x86.h"
#include "mmu/cache.h"

#define HART RBP
#define STEPS R15
#define CLOCK R14 /* with models */
#define CELL_KEY R14

#define HART_BIAS 128
#define HART_FIELD(name) ((int32_t)offsetof(struct hart, name) - HART_BIAS)
#define JIT_FIELD(name) HART_FIELD(context.name)

static inline struct operand hart_field(int32_t disp)
{
    return at(HART, disp);
}

#define FIELD(name) hart_field(HART_FIELD(name))
#define HERE(name) hart_field(JIT_FIELD(name))

/* How generated code returns to C. */
enum jit_exit {
    EXIT_PC,     /* no code for h->pc yet */
    EXIT_LINK,   /* the same, and context.link wants to know it */
    EXIT_BUDGET, /* the superblock at h->pc is longer than what is left */
    EXIT_LEFT,   /* a helper has done all: h->leave */
};

/* What a helper answers. */
enum helper_answer {
    HELPER_DONE, /* go on with the next instruction */
    HELPER_LEFT, /* return to C; h->pc and h->steps are right */
    HELPER_GO,   /* go on at h->pc, anywhere; h->steps is right */
};

/* Executes d, whose page is h->context's; h->steps counts those before it.
 * Registers are in h->x. */
typedef enum helper_answer jit_helper(struct hart *h, const struct insn *d);
jit_helper jit_load, jit_store, jit_atomic, jit_system, jit_fence_i, jit_fault,
    jit_compute, jit_fetch;

enum helper_kind {
    HELPER_LOAD,
    HELPER_STORE,
    HELPER_ATOMIC,
    HELPER_SYSTEM,
    HELPER_FENCE_I,
    HELPER_FAULT,
    HELPER_COMPUTE,
    HELPER_FETCH,
    N_HELPERS,
};

/* Between C and generated code: counts and stamps of fetches. */
void jit_begin_counting(struct hart *h);
void jit_stop_counting(struct hart *h);

/* Before a start, with models: see jit/rare.c. */
#define LINK_HEADER 6
#define LINK_AGAIN 4
#define LINK_LINKED 5

#define JIT_PAGE_ENTRIES (MMU_PAGE_SIZE / 2)

/* Translated code of one frame, for one privilege. */
struct jit_page {
    uint64_t pa;
    enum privilege priv;
    unsigned parts; /* set of those where it has code */
    struct jit_page *next_in_bucket;
    uint32_t entries[JIT_PAGE_ENTRIES]; /* offsets in the code cache */
};

#define JIT_BUCKETS 1024

/* The code cache is filled part by part, round and round; a part that is about
 * to be filled anew is emptied first. */
#define JIT_MAX_PARTS 4
#define JIT_MIN_PART_BYTES (64u << 10) /* room for the longest superblock */

struct jit {
    /* The code cache, mapped twice: to write and to execute. */
    uint8_t *rw, *rx;
    size_t bytes;
    struct code code;         /* the next superblock */
    unsigned part, n_parts;   /* where it goes */
    uint8_t *cells; /* the last struct line_cell; they grow down to the code */
    uint8_t *stubs_end;
    uint64_t no_stamp;
    struct insn *insns;       /* of all superblocks */
    size_t n_insns, end_insns; /* the next one's, and where its part ends */
    size_t max_insns;
    unsigned n_cells;         /* handed out, so far */

    struct jit_page *pool;
    size_t n_pages, max_pages;
    struct jit_page *buckets[JIT_BUCKETS];
    struct jit_page none; /* of pages without code */

    bool has_models;
    uint64_t drops; /* how often all code, or a part of it, was dropped */
    const struct jit_watch *watch; /* or NULL */
    struct jit_piece *pieces;      /* of the next superblock; NULL: unwatched */
    size_t n_pieces;
    uint8_t pin[33]; /* of guest registers; NO_REG */

    /* Stubs. */
    uint8_t *helpers[N_HELPERS];
    uint8_t *exit_pc;     /* eax: the pc */
    uint8_t *exit_link;   /* called; see jit/flow.c */
    uint8_t *exit_budget; /* eax: the pc */
    uint8_t *go_far;      /* eax: the pc, maybe in another page */
    enum jit_exit (*enter)(struct hart *h, const uint8_t *code);
};

static inline const uint8_t *jit_executable(const struct jit *j,
                                            const uint8_t *rw)
{
    return j->rx + (rw - j->rw);
}

/* jit/memory.c: a code cache of so many bytes; false if the host refuses. */
MUST_USE bool jit_map(struct jit *j, size_t bytes);
void jit_unmap(struct jit *j);

/* jit/stubs.c: writes what all superblocks share, at j->code. */
void jit_write_stubs(struct hart *h);

/* jit/pages.c */
/* Where the next superblocks go: the part, which must be empty. */
void jit_start_part(struct jit *j, unsigned part);
/* Drops what stands in the next part, and starts it. */
void jit_evict(struct jit *j);
struct jit_page *jit_find_page(const struct jit *j, uint64_t pa,
                               enum privilege priv);
/* A new one, or NULL if there are too many. */
struct jit_page *jit_add_page(struct jit *j, uint64_t pa, enum privilege priv);
void jit_empty_page(struct jit *j, struct jit_page *page);

/*
 * One superblock on its way: decoded first, then written. Exits, slow paths
 * and other rare code are queued and follow the likely path.
 */
struct rare {
    enum { RARE_FETCH, RARE_ACCESS, RARE_GROUP, RARE_EXIT, RARE_BUDGET } kind;
    uint8_t *field[2]; /* the jumps that lead here, or NULL */
    uint8_t *back;   /* RARE_FETCH, RARE_ACCESS, RARE_GROUP: where it goes on */
    unsigned cell;   /* RARE_ACCESS, RARE_GROUP: of mmu.cells */
    unsigned n;      /* RARE_GROUP: instructions */
    bool is_rest;    /* RARE_GROUP: of one whose first is done */
    struct line_cell *cell_at; /* RARE_FETCH */
    unsigned i;      /* the instruction */
    bool is_swapped; /* as add_rare finds it */
    enum helper_kind helper;
    int32_t target;  /* RARE_EXIT: from the start of the page */
    uint32_t line;   /* RARE_EXIT: that was fetched from last */
};

#define MAX_RARE (3 * BLOCK_LIMIT + 8)
#define NO_LINE UINT32_MAX

/* Where a line of code was last in L1I, for a place where it is fetched. */
struct line_cell {
    const uint64_t *line; /* of the way: its contents */
    uint64_t *touched;    /* and its stamp */
    uint64_t number;      /* of the line: physical address >> line_shift */
    bool has_second; /* the instruction has another, the next cell below */
};

#define MAX_SWAPS 6

struct superblock {
    struct jit *jit;
    struct hart *hart;
    struct code *code;
    struct jit_page *page;
    const uint8_t *host; /* of the guest's page */
    struct insn *insns;  /* n of them, in order of execution */
    uint32_t first;      /* number of the first in jit->insns */
    unsigned n;
    bool is_followed[BLOCK_LIMIT]; /* a jump whose target comes next */
    int32_t end;  /* where it goes on behind the last, unless that jumps */

    uint8_t *first_byte;
    uint8_t *start; /* its entry */
    uint8_t *body;  /* behind the fetch of its first line */
    uint8_t *loop;  /* where its own loop goes on: behind all checks */

    /* Pinned registers; in a loop others than elsewhere, see jit/loops.c. */
    uint8_t pin[33];
    struct swap {
        uint8_t in, out, host;
    } swaps[MAX_SWAPS];
    unsigned n_swaps;
    bool is_loop;
    bool is_swapped; /* where code is being written now */
    uint32_t line; /* with models: the line that was fetched from last */
    unsigned given_cell; /* for the next access; 0: a new one */
    struct rare rare[MAX_RARE];
    unsigned n_rare;
};

/* Guest registers. */
struct operand guest(const struct superblock *t, unsigned reg);
void jit_pin_registers(struct jit *j);
bool is_pinned(const struct superblock *t, unsigned reg);
/* Its low half in a register: the pinned one, or `scratch` after a load. */
enum host_reg get(struct superblock *t, unsigned reg, enum host_reg scratch);
void get_into(struct superblock *t, unsigned reg, enum host_reg to);
/* Where to compute rd: its own register, or `scratch`; then put it there. */
enum host_reg result(const struct superblock *t, unsigned rd,
                     enum host_reg scratch);
void put(struct superblock *t, unsigned rd, enum host_reg from);
void put_imm(struct superblock *t, unsigned rd, int32_t imm);

struct rare *add_rare(struct superblock *t, struct rare r);
/* Steps of the superblock from insn i on; after it. */
static inline int32_t steps_left(const struct superblock *t, unsigned i)
{
    return (int32_t)(t->n - i);
}

/* jit/loops.c */
void choose_registers(struct superblock *t);
void emit_swap_in(struct superblock *t);
void emit_swap_out(struct superblock *t);

/* One instruction each; false: not of theirs. */
MUST_USE bool emit_compute(struct superblock *t, unsigned i);
MUST_USE bool emit_access(struct superblock *t, unsigned i);
/* Accesses from instruction i on that have a base and a line or page in common,
 * at once: how many instructions; 0: none. Its rare path. */
unsigned emit_group(struct superblock *t, unsigned i);
void emit_ungrouped(struct superblock *t, const struct rare *r);
MUST_USE bool emit_flow(struct superblock *t, unsigned i);
MUST_USE bool emit_control(struct superblock *t, unsigned i);

/* See jit/access.c; a part of emit_rare. */
void emit_access_elsewhere(struct superblock *t, const struct rare *r);

/* A call of a helper in the way of the code. */
void emit_helper(struct superblock *t, unsigned i, enum helper_kind kind);
/* The rest of the superblock goes on at `target`, from the page's start. */
void emit_exit(struct superblock *t, int32_t target);
void emit_rare(struct superblock *t);
/* The checks at its start; the fetch of instruction i where its line is
 * another than the last. */
void emit_entry(struct superblock *t);
void emit_back_edge(struct superblock *t);
void emit_fetch(struct superblock *t, unsigned i);

/* Parts of these, in jit/fetch.c. */
bool has_lines(const struct superblock *t);
uint32_t line_of(const struct superblock *t, unsigned offset);
void emit_fetch_stamp(struct superblock *t, unsigned i, int32_t more);
void emit_lines(struct superblock *t, unsigned i, bool needs_first);
void emit_fetch_cell(struct superblock *t, const struct rare *r);

/* jit/translate.c: the entry of the superblock at h->pc in this page, whose
 * bytes are at host: its offset in the code cache, or one of */
#define JIT_NO_CODE 0 /* nothing there can be translated */
#define JIT_FULL 1    /* no room */
uint32_t jit_translate(struct hart *h, struct jit_page *page,
                       const uint8_t *host);

/* jit/watch.c: for a watcher. The next piece of code begins; steps that lead on
 * are counted (rax and the flags are lost); what has happened. */
#define JIT_MAX_PIECES (2 * (BLOCK_LIMIT + MAX_RARE) + 4)
void jit_note(struct superblock *t, enum jit_part part, unsigned step);
void jit_count_entry(struct superblock *t);
void jit_tell_translated(const struct superblock *t);
void jit_tell_written(const struct hart *h, uint64_t page_pa);
void jit_tell_dropped(const struct hart *h);

/* jit/engine.c */
void jit_drop_all(struct hart *h);

#endif
