/*
 * The Sv32 permission table as cells: PTE flags (R W X U A D) and alignment,
 * the access, whose rights count, SUM and MXR. Which of them did programs try?
 */
#ifndef QUIRE_TESTS_TORTURE_CELLS_H
#define QUIRE_TESTS_TORTURE_CELLS_H

#include <stdint.h>

struct seen;

/* 64 flags x {aligned, misaligned superpage or pointer with U, A or D} x
 * {fetch, load, store} x {U, S, M by MPRV as U, as S} x SUM x MXR */
#define N_CELLS (64 * 2 * 3 * 4 * 4)

struct cells {
    uint8_t reached[N_CELLS / 8];
};

/* Notes a translated access. */
void cells_note(struct cells *cells, const struct seen *s);
void cells_add(struct cells *sum, const struct cells *more);
/* Prints how many of the cells that can be reached were, and which not. */
void cells_report(const struct cells *cells);

#endif
