/*
 * Prints the whole state of the reference model, and its counters.
 */
#ifndef QUIRE_TESTS_REFERENCE_STATE_H
#define QUIRE_TESTS_REFERENCE_STATE_H

#include <stdio.h>

#include "tests/reference/replay.h"

void state_print(const struct replay *r, FILE *out);

#endif
