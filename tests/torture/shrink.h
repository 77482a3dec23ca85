/*
 * From a failing seed to a small program, written down as a ROM.
 */
#ifndef QUIRE_TESTS_TORTURE_SHRINK_H
#define QUIRE_TESTS_TORTURE_SHRINK_H

#include "tests/torture/torture.h"

/* Finds the first way of running in which the seed differs, shrinks it and
 * writes folder/seed_N.c. False if it does not differ or cannot be written. */
bool shrink(const struct options *o, uint64_t seed, const char *folder);

#endif
