/*
 * What a snapshot and the machine that restores it must have in common.
 */
#ifndef QUIRE_MACHINE_SHAPE_H
#define QUIRE_MACHINE_SHAPE_H

#include "base/archive.h"

struct machine;

/* For a stored stream, before any state: a restore into another machine
 * fails, and the message names the option. Contents of drives' files are the
 * user's to keep. */
void shape_archive(const struct machine *m, struct archive *a);

#endif
