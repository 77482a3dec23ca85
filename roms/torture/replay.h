/*
 * Runs a program of the torture test (tests/torture/README) in a ROM, and
 * checks the words that it leaves: its trap log and registers.
 */
#ifndef QUIRE_ROMS_TORTURE_REPLAY_H
#define QUIRE_ROMS_TORTURE_REPLAY_H

#include "roms/lib/rom.h"

NEEDS_PMP; /* torture_run opens all with it */

struct word {
    uint32_t pa, value;
};

void torture_run(uint32_t control_pa); /* tests/torture/run.S */

#define REPLAY(control_pa, image, expected)                                    \
    do {                                                                       \
        for (unsigned i = 0; i < sizeof(image) / sizeof *(image); i++)         \
            *word_at((image)[i].pa) = (image)[i].value;                        \
        torture_run(control_pa);                                               \
        for (unsigned i = 0; i < sizeof(expected) / sizeof *(expected); i++)   \
            EXPECT(*word_at((expected)[i].pa), (expected)[i].value);           \
    } while (0)

#endif
