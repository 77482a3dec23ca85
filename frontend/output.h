/*
 * Files that quire writes.
 */
#ifndef QUIRE_FRONTEND_OUTPUT_H
#define QUIRE_FRONTEND_OUTPUT_H

#include <stdio.h>

#include "base/compiler.h"

/* Opens `path` to be written from its start; or, if it is what stdout or
 * stderr goes to (as /dev/stdout is), a copy of that descriptor, which writes
 * where the other stands and cuts nothing off. -1, with errno, on failure. */
MUST_USE int output_open(const char *path);

/* The same as a stream, or NULL with errno. */
MUST_USE FILE *output_open_stream(const char *path);

#endif
