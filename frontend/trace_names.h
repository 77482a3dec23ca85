/*
 * Names of Linux v5.15 that traces print instead of numbers.
 */
#ifndef QUIRE_FRONTEND_TRACE_NAMES_H
#define QUIRE_FRONTEND_TRACE_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "frontend/trace_format.h"

/* A GFP mask: `GFP_KERNEL|__GFP_ZERO`. */
void trace_put_gfp(struct trace_text *t, uint64_t gfp);
/* The migrate type that a GFP mask asks for. */
unsigned trace_gfp_migratetype(uint64_t gfp);
/* A list of struct lruvec, by its number. */
void trace_put_lru(struct trace_text *t, uint64_t lru);
/* Enumerators of Octavo's mm/, which are Linux's. */
void trace_put_migrate_mode(struct trace_text *t, uint64_t mode);
void trace_put_migrate_reason(struct trace_text *t, uint64_t reason);
void trace_put_compact_result(struct trace_text *t, uint64_t result);
bool trace_lru_is_file(uint64_t lru);
/* A counter of struct mm_struct, by its number. */
void trace_put_mm_counter(struct trace_text *t, uint64_t counter);
/* The state of a task that leaves the hart: `S`, `D`, `Z`, .., `R`, or `R+` if
 * it was preempted. */
void trace_put_state(struct trace_text *t, const struct kernel_task *task,
                     bool is_preempted);

#endif
