/*
 * What Quire says to its user on stderr: one line a message, prefixed with
 * `quire: `, that names the thing and the mend.
 */
#ifndef QUIRE_BASE_LOG_H
#define QUIRE_BASE_LOG_H

#include <stdbool.h>
#include "base/compiler.h"

/* The exit statuses of quire(1). */
enum exit_status {
    EXIT_PASS = 0,
    EXIT_GUEST_FAILED = 1,
    EXIT_USAGE = 2,
    EXIT_INPUT = 3,
    EXIT_DEAD = 4,
    EXIT_NOT_EXPECTED = 5,
    EXIT_DIVERGED = 6,
    EXIT_HOST_IO = 7,
    EXIT_TIMEOUT = 124,
    EXIT_BUG = 125,
    EXIT_LIMIT = 126,
    EXIT_SIGNAL = 128, /* + the signal's number */
};

/* Prints `quire: <message>` and a newline. */
void log_error(const char *format, ...) PRINTF_LIKE(1, 2);

/* Prints as log_error does and ends the process with exit(status): atexit
 * handlers (the terminal's) run. For use before the machine runs; while it
 * runs, errors travel up as values. */
NORETURN void die(enum exit_status status, const char *format, ...)
    PRINTF_LIKE(2, 3);

#endif
