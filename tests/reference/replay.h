/*
 * Replays an access trace through the reference model, and checks the trace
 * against it: what the model predicts and the trace says must be the same.
 */
#ifndef QUIRE_TESTS_REFERENCE_REPLAY_H
#define QUIRE_TESTS_REFERENCE_REPLAY_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "tests/reference/cache.h"
#include "tests/reference/geometry.h"
#include "tests/reference/tlb.h"
#include "tests/reference/trace.h"

/* Two pages of two reads and one write each, and room to see what is wrong. */
#define MAX_PENDING 8

/* What is known of a hart between lines. */
struct replay_hart {
    struct tlbs tlbs;
    struct event pending[MAX_PENDING]; /* p and P lines, access to come */
    unsigned pending_count;
    struct event amo; /* the r line of an AMO whose w line is to come */
    bool is_in_amo;
    bool is_satp_known;
    uint32_t satp;
};

struct replay {
    struct geometry geometry;
    struct caches caches;
    struct replay_hart hart[MAX_HARTS];
    bool has_started; /* an m line was there */
    bool is_on;
    uint64_t violations;
    FILE *complaints;
};

void replay_make(struct replay *r, const struct geometry *g, FILE *complaints);
void replay_free(struct replay *r);

/* One event. `next` is the line after it, NULL at the end: an r line and the w
 * line that follows it are an AMO. */
void replay_event(struct replay *r, const struct event *e,
                  const struct event *next);

/* What is wrong at a line; also for a line that is malformed. */
void replay_complain(struct replay *r, uint64_t line, const char *what);

/* After the last line: nothing may be left undone. */
void replay_end(struct replay *r, uint64_t line);

#endif
