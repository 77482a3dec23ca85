/*
 * Whole files in memory.
 */
#ifndef QUIRE_BASE_FILE_H
#define QUIRE_BASE_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

/* The contents of a regular file of at most `limit` bytes, to be released
 * with free(); or NULL, and why in `error` (without the file's name). */
MUST_USE uint8_t *file_read(const char *path, size_t limit, size_t *size,
                            char *error, size_t error_size);

#endif
