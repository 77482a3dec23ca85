/*
 * One run of a machine, from its first step to quire's exit status: the
 * console, limits, hashes, pace and the log around machine_run.
 *
 * All that comes from outside enters after multiples of SESSION_SLICE steps
 * or while the machine waits, so that equal input that is there in time gives
 * equal runs.
 */
#ifndef QUIRE_FRONTEND_SESSION_H
#define QUIRE_FRONTEND_SESSION_H

#include "frontend/options.h"

#define SESSION_SLICE (UINT64_C(1) << 17)

/* Creates the machine, runs it to its end, writes what was asked for, and
 * returns the exit status. */
int session_run(const struct options *o);

#endif
