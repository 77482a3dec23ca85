/*
 * Lines of -d jit: each superblock when it is translated, with the guest's
 * instructions and below each the host's that it became; at the end, how often
 * each was entered. quire(1) explains them.
 */
#ifndef QUIRE_FRONTEND_JIT_LOG_H
#define QUIRE_FRONTEND_JIT_LOG_H

#include <stdio.h>

#include "cpu/jit/watch.h"
#include "machine/symbols.h"

struct jit_log;

/* Lines go to `out`; symbols may be NULL. Both outlive the log. */
struct jit_log *jit_log_open(FILE *out, struct symbols *symbols);

/* As those of struct jit_watch. */
void jit_log_translated(struct jit_log *log, const struct hart *h,
                        const struct jit_translation *t);
void jit_log_written(struct jit_log *log, const struct hart *h, uint64_t pa);
void jit_log_dropped(struct jit_log *log, const struct hart *h);
uint64_t *jit_log_counter(struct jit_log *log, const struct hart *h,
                          uint64_t pa);

/* Writes what was counted. NULL is allowed. */
void jit_log_close(struct jit_log *log);

#endif
