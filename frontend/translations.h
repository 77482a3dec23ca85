/*
 * Who is told of translated code: -d jit and -perfmap.
 */
#ifndef QUIRE_FRONTEND_TRANSLATIONS_H
#define QUIRE_FRONTEND_TRANSLATIONS_H

#include <stdio.h>

#include "frontend/options.h"

struct translations;

/* NULL if no option asks for it. Lines of -d jit go to `log`, which outlives
 * it; what cannot be opened ends the program. */
struct translations *translations_open(const struct options *o,
                                       struct machine *m, FILE *log);
/* Before the machine is freed. False: a file could not be written, which has
 * been told. NULL is allowed. */
MUST_USE bool translations_close(struct translations *t);

#endif
