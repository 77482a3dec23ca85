/*
 * Looks at each instruction of a machine's hart 0 before it is executed, and
 * tells what it is about to access with the rights of S or U.
 */
#ifndef QUIRE_TESTS_TORTURE_WATCH_H
#define QUIRE_TESTS_TORTURE_WATCH_H

#include "tests/torture/cells.h"
#include "tests/torture/corners.h"

struct machine;

/* From now on; either may be NULL. */
void watch(struct machine *m, struct cells *cells, struct corners *corners);

#endif
