/*
 * The statistics of a run. One const table names each, says what it means,
 * and reads it; the three formats and the manual follow the table.
 */
#ifndef QUIRE_MACHINE_STATS_H
#define QUIRE_MACHINE_STATS_H

#include <stdbool.h>
#include <stdio.h>

#include "base/compiler.h"

struct machine;

enum stats_format { STATS_NONE, STATS_JSON, STATS_CSV, STATS_TXT };

/* How the run ended, which the machine alone does not know. */
struct stats_end {
    const char *reason; /* one word */
    int status;         /* the exit status of quire */
};

/* Writes every statistic to `out`; false if that fails (errno says why). */
MUST_USE bool stats_write(struct machine *m, const struct stats_end *end,
                          enum stats_format format, FILE *out);

/* Prints the table for the manual, a row of Markdown each: name, meaning. */
void stats_describe(FILE *out);

#endif
