/*
 * The extensions of the instruction set as one const table: what -cpu can
 * switch off, what the device tree says, what instructions and CSRs need.
 */
#ifndef QUIRE_CPU_EXTENSION_H
#define QUIRE_CPU_EXTENSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hart_config;

/* Extensions that a machine may lack. */
enum extension {
    EXT_ZBA = 1 << 0,
    EXT_ZBB = 1 << 1,
    EXT_ZBS = 1 << 2,
    EXT_ZICBOM = 1 << 3,
    EXT_ZICBOZ = 1 << 4,
    EXT_SSTC = 1 << 5,
    EXT_SVADE = 1 << 6,
    EXT_SVADU = 1 << 7,
    EXT_SVINVAL = 1 << 8,
};

struct extension_row {
    const char *name; /* as -cpu and the device tree spell it */
    unsigned bit;     /* enum extension; 0: always there */
    char letter;      /* isa_row.extension, 0: none */
    const char *meaning;
};

/* In the canonical order of riscv,isa. */
extern const struct extension_row extension_table[];
extern const size_t extension_table_rows;

/* The switch of -cpu with that name, or NULL. */
const struct extension_row *extension_find(const char *name);

/* What harts of that configuration have: a set of enum extension. */
unsigned extension_set(const struct hart_config *config);

/* Whether the instructions of a letter exist with that set. */
bool extension_has_letter(unsigned set, char letter);

#endif
