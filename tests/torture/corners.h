/*
 * Corners where QEMU does otherwise in a way that no mask of fields covers, as
 * the trap is another, or the program could read what differs: most are
 * accesses across the end of a page of which a part is refused. Found by walks
 * of our own, while the reference runs; the landings that provoke one, if a row
 * of quirks.tsv names it, are taken out before QEMU gets the program.
 */
#ifndef QUIRE_TESTS_TORTURE_CORNERS_H
#define QUIRE_TESTS_TORTURE_CORNERS_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/torture/generate.h"
#include "tests/torture/quirks.h"

struct seen;

enum corner {
    CORNER_NONE,
    /* PMP refuses the first page, translation the second: which comes first */
    CORNER_TWO_FAULTS,
    /* PMP permits the first page, but not what lies behind it physically */
    CORNER_BEYOND,
    /* refused, and A (or D, for a store) is missing from an entry that maps
     * pages of the program's own */
    CORNER_EARLY_AD,
    N_CORNERS
};

/* By slot and landing: an enum corner. */
struct corners {
    uint8_t what[MAX_SLOTS][MAX_LANDINGS];
};

/* Notes an access of a machine that runs the batch. */
void corners_note(struct corners *c, const struct seen *s);
/* Takes the landings of `slot` that quirks.tsv names out of its program, and
 * counts their fields as masked. Returns how many they were. */
unsigned corners_leave_out(const struct corners *c, unsigned slot,
                           struct program p, struct quirk_counts *counts);

#endif
