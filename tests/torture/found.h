/*
 * A program that was found and shrunk, written as the source of a ROM.
 */
#ifndef QUIRE_TESTS_TORTURE_FOUND_H
#define QUIRE_TESTS_TORTURE_FOUND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "tests/torture/generate.h"

/* Writes folder/seed_N.c: `before` runs, and must leave what `after` did. */
MUST_USE bool found_write(const char *folder, uint64_t seed, const char *label,
                          struct program before, struct program after);

#endif
