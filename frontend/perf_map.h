/*
 * -perfmap: /tmp/perf-PID.map, where host profilers look up what code without
 * a file is. A line is `START SIZE NAME`, both hexadecimal, as
 * tools/perf/Documentation/jit-interface.txt of Linux says. No two lines
 * overlap: what a hart has dropped is taken out before other code lies there.
 */
#ifndef QUIRE_FRONTEND_PERF_MAP_H
#define QUIRE_FRONTEND_PERF_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

struct perf_map;

/* Ends the program if the file cannot be made. */
struct perf_map *perf_map_open(void);
/* Code of an owner: of a hart, by its number. */
void perf_map_add(struct perf_map *map, unsigned owner, const uint8_t *code,
                  size_t size, const char *name);
/* Takes out all lines of that owner. */
void perf_map_drop(struct perf_map *map, unsigned owner);
/* False: not all of it could be written, which has been told. The file stays,
 * for the profiler. NULL is allowed. */
MUST_USE bool perf_map_close(struct perf_map *map);

#endif
