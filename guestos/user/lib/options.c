/*
 * Options of the small programs.
 */
#include "options.h"

#include <stdio.h>
#include <stdlib.h>

unsigned long option_number(int argc, char **argv, char letter,
                            unsigned long fallback)
{
    for (int i = 1; i < argc; i += 2) {
        char *end;
        unsigned long value;

        if (argv[i][0] != '-' || !argv[i][1] || argv[i][2] || i + 1 == argc) {
            fprintf(stderr, "%s: %s: expected -LETTER NUMBER\n", argv[0],
                    argv[i]);
            exit(2);
        }
        value = strtoul(argv[i + 1], &end, 10);
        if (*end || end == argv[i + 1]) {
            fprintf(stderr, "%s: %s: not a number\n", argv[0], argv[i + 1]);
            exit(2);
        }
        if (argv[i][1] == letter)
            return value;
    }
    return fallback;
}
