/*
 * A program while it is being written: shared by the parts of the generator.
 */
#ifndef QUIRE_TESTS_TORTURE_PROGRAM_H
#define QUIRE_TESTS_TORTURE_PROGRAM_H

#include "tests/torture/emit.h"
#include "tests/torture/generate.h"

/* Of page-table entries; our own, for the test's sake. */
enum {
    PTE_V = 0x01,
    PTE_R = 0x02,
    PTE_W = 0x04,
    PTE_X = 0x08,
    PTE_U = 0x10,
    PTE_G = 0x20,
    PTE_A = 0x40,
    PTE_D = 0x80,
};
#define PTE_PPN_SHIFT 10

enum mode { MODE_U = 0, MODE_S = 1, MODE_M = 3 };

/* How often each kind of item is, by profile. */
enum item {
    ITEM_ALU,
    ITEM_COMPRESSED,
    ITEM_BRANCH,
    ITEM_LOOP,
    ITEM_MEMORY,
    ITEM_ATOMIC,
    ITEM_CSR,
    ITEM_SYSTEM,
    ITEM_INTERRUPT,
    ITEM_TABLE, /* M: changes a PTE, with its fence */
    ITEM_MPRV,  /* M: an access as another mode */
    ITEM_SATP,  /* M: another address space */
    ITEM_PATCH, /* code that rewrites itself */
    ITEM_PROBE, /* a jump into a page with any flags */
    ITEM_ILLEGAL,
    N_ITEMS
};

struct profile {
    const char *name;
    uint8_t weight[N_ITEMS];
};

/* A virtual page that programs use: what stood there when it was made. */
struct page {
    uint32_t va;
    uint32_t pte;
    bool is_mega;
};

#define MAX_PAGES 96

struct gen {
    struct random r;
    const struct profile *profile;
    struct program p;
    struct code code[2]; /* for S and U; for M */
    struct code *c;      /* the current one */
    enum mode mode;
    bool is_virtual; /* whether S and U are translated, as far as planned */
    unsigned code_root;
    bool has_foreign;   /* frames that PMP refuses; then nobody reads tables */
    bool has_two_roots; /* then no page is global */
    struct page pages[MAX_PAGES];
    unsigned n_pages;
    unsigned n_landings;
    uint32_t irqs; /* the interrupts that it plays with, bits of mip */
};

/* tables.c */
void tables_make(struct gen *g);
uint32_t random_leaf(struct gen *g, bool is_mega);
uint32_t page_pa(const struct gen *g, unsigned page);
/* Where a random access goes: any address that is safe for it, by the page
 * tables (`is_virtual`) or physical. Stores spare the tables and the code. */
uint32_t virtual_address(struct gen *g, unsigned size, bool is_store);
uint32_t physical_address(struct gen *g, unsigned size, bool is_store);
/* The virtual address of the current code's twin for `mode`. */
uint32_t code_va(const struct gen *g, uint32_t pa, enum mode mode);
uint32_t satp_of(const struct gen *g, unsigned root_page);

/* items.c, privileged.c */
void item_memory(struct gen *g);
void item_atomic(struct gen *g);
void item_branch(struct gen *g);
void item_loop(struct gen *g);
void item_patch(struct gen *g);
void item_probe(struct gen *g);
void item_csr(struct gen *g);
void item_system(struct gen *g);
void item_interrupt(struct gen *g);
void item_table(struct gen *g);
void item_mprv(struct gen *g);
void item_satp(struct gen *g);

#endif
