/*
 * What happens around main.
 */
#ifndef OCTAVO_USER_LIB_START_H
#define OCTAVO_USER_LIB_START_H

/* Called by crt0 with the initial stack; never returns. */
void start_program(long *stack);

/* Writes out what the standard streams hold; runs at exit. */
void flush_streams(void);

#endif
