/*
 * Messages to the user.
 */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* One write a line, so that lines of several writers do not mix. */
static void say(const char *format, va_list args)
{
    char line[1024];
    int n = vsnprintf(line, sizeof line, format, args);

    (void)n;
    fprintf(stderr, "quire: %s\n", line);
}

void log_error(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(format, args);
    va_end(args);
}

void die(enum exit_status status, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(format, args);
    va_end(args);
    exit((int)status);
}
