/*
 * -d: what the harts do, one line each, in the log. Watching changes nothing
 * that the guest could notice.
 */
#ifndef QUIRE_FRONTEND_DEBUG_H
#define QUIRE_FRONTEND_DEBUG_H

#include <stdio.h>

#include "machine/machine.h"

struct isa;

struct debug_hart {
    const struct debug *debug;
    const struct hart *hart;
};

struct debug {
    FILE *out;
    struct isa *isa;
    struct debug_hart harts[MACHINE_MAX_HARTS];
};

/* Has m watched for `items` (DEBUG_*), which may be 0; lines go to `out`. The
 * struct must outlive the machine's running. */
void debug_open(struct debug *d, struct machine *m, unsigned items, FILE *out);
/* A line for machine_hooks.dma_stale. */
void debug_stale_line(FILE *out, const struct machine *m,
                      const struct machine_stale *s);
void debug_close(struct debug *d);

#endif
