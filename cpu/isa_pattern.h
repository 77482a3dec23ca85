/*
 * The encoding column of a row of the instruction table, parsed: what the
 * decoder works with and tests examine.
 */
#ifndef QUIRE_CPU_ISA_PATTERN_H
#define QUIRE_CPU_ISA_PATTERN_H

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

#endif
