/*
 * The console on the host: the guest's output to stdout, a file or nowhere,
 * with a look for -expect; stdin to the guest, with Ctrl-A as QEMU has it.
 * Output is written when the line ends or the machine pauses.
 */
#ifndef QUIRE_FRONTEND_CONSOLE_H
#define QUIRE_FRONTEND_CONSOLE_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "frontend/options.h"

#define CONSOLE_LINE 4096
#define CONSOLE_QUEUE 65536

struct monitor;

struct console {
    struct monitor *monitor; /* reached by Ctrl-A c; NULL for none */
    bool is_monitored;       /* keys go there */
    int in, out;             /* -1 for none; the guest's */
    int user;                /* for text beside the guest's, or -1 */
    int out_errno;           /* of the write that failed, or 0 */
    bool is_at_end;          /* of stdin */
    bool is_escaped;         /* the last key was Ctrl-A */
    bool wants_quit;         /* Ctrl-A x */

    uint8_t queue[CONSOLE_QUEUE]; /* read, not yet taken by the guest */
    size_t queue_first, queue_n;

    char out_buffer[CONSOLE_LINE];
    size_t out_n;

    /* The line that the guest prints, for -expect and -rom. */
    char line[CONSOLE_LINE];
    size_t line_n;
    char last_line[CONSOLE_LINE]; /* the last one that was not empty */
    bool has_regex, is_line_new, is_seen;
    regex_t regex;
};

/* Opens what the options name; a file that cannot be made ends the program
 * with status 3. `monitor` stays the caller's. */
void console_open(struct console *c, const struct options *o,
                  struct monitor *monitor);
void console_close(struct console *c);

/* A byte from the guest. */
void console_put(struct console *c, uint8_t byte);
/* Writes what waits and looks for -expect in a line without an end; false if
 * the host refuses the bytes. */
MUST_USE bool console_flush(struct console *c);

/* Text beside the guest's, at once. */
void console_print(struct console *c, const char *text, size_t n);

/* Reads what stdin has, waiting for it at most so many milliseconds (-1: for
 * ever; a signal ends that, too). */
void console_read(struct console *c, int wait_ms);
/* Gives the guest what it has room for; whether it took anything. */
bool console_feed(struct console *c, struct machine *m);
/* Whether more can come. */
static inline bool console_is_open(const struct console *c)
{
    return c->in >= 0 && !c->is_at_end;
}

#endif
