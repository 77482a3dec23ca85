/*
 * -trace: events and functions of the kernel, one line each in ftrace's form,
 * in the log. Being traced changes nothing that the guest could notice.
 */
#ifndef QUIRE_FRONTEND_TRACER_H
#define QUIRE_FRONTEND_TRACER_H

#include <stdio.h>

struct machine;
struct options;
struct tracer;

/* Traces what `o` asks for; lines go to `out`. What is wrong with patterns or
 * kernel ends the program. NULL: nothing is asked for. It must be closed
 * before the machine. */
struct tracer *tracer_open(const struct options *o, struct machine *m,
                           FILE *out);
void tracer_close(struct tracer *t); /* NULL is allowed */

/* -trace help: prints the kernel's events; quire's exit status. */
int tracer_help(const struct options *o);

#endif
