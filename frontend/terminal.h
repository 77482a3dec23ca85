/*
 * The user's terminal: raw while the machine runs, and as it was before on
 * every way out, signals included.
 */
#ifndef QUIRE_FRONTEND_TERMINAL_H
#define QUIRE_FRONTEND_TERMINAL_H

/* Puts stdin, if it is a terminal, into raw mode: each key goes to the guest,
 * Ctrl-C included. Restored at exit() and on deadly signals. */
void terminal_make_raw(void);
void terminal_restore(void);

/* From here on the first SIGINT, SIGTERM, SIGHUP or SIGPIPE is only noted,
 * for terminal_signal; a second one ends the program at once. */
void terminal_catch_signals(void);
/* The number of the signal that wants the program to end, or 0. */
int terminal_signal(void);
/* A write to a pipe that nobody reads fails, and is no signal. */
void terminal_ignore_broken_pipes(void);

#endif
