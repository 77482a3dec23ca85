/*
 * Options of the small programs: `-x NUMBER`.
 */
#ifndef OCTAVO_USER_OPTIONS_H
#define OCTAVO_USER_OPTIONS_H

/* The number after -letter, or fallback; a malformed command line ends the
 * program with status 2 and one line. */
unsigned long option_number(int argc, char **argv, char letter,
                            unsigned long fallback);

#endif
