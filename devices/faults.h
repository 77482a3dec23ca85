/*
 * Rules by which a disk's commands go wrong, as `-drive fault=` gives them.
 * A rule is a pattern, a command it meets is counted, and every n-th of them
 * suffers.
 */
#ifndef QUIRE_DEVICES_FAULTS_H
#define QUIRE_DEVICES_FAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/archive.h"
#include "base/compiler.h"
#include "devices/latency.h"

#define FAULTS_MAX 16

enum fault_kind {
    FAULT_EIO,     /* the command fails, nothing moves */
    FAULT_LATENCY, /* it takes longer */
    FAULT_TORN,    /* a write stores its first sectors only, and is well */
    FAULT_SHORT,   /* a read brings its first sectors only, and fails */
    FAULT_DROP,    /* a flush does nothing, and is well */
};

struct fault_rule {
    enum disk_work work;
    enum fault_kind kind;
    uint64_t amount;      /* TORN, SHORT: sectors; LATENCY: nanoseconds */
    uint64_t first, last; /* sectors, both included */
    uint64_t every;       /* not 0 */
    uint64_t seen;        /* commands that it met */
};

struct faults {
    struct fault_rule rules[FAULTS_MAX];
    unsigned n;
};

/* What the rules do to one command. */
struct fault_effect {
    bool is_failed, is_dropped;
    uint64_t sectors; /* that are read or stored; UINT64_MAX: all */
    uint64_t delay_ns;
};

/* Parses rules separated by `;`:
 *     read:eio write:eio flush:eio read:short=K write:torn=K flush:drop
 *     read:latency=TIME write:latency=TIME flush:latency=TIME
 * then, each at most once, `@lba=A-B` (not for flushes) and `@every=N`. False
 * and why in `error` if they are wrong. */
MUST_USE bool faults_parse(struct faults *faults, const char *text, char *error,
                           size_t error_size);
/* Whether a flush can be dropped. */
bool faults_can_drop(const struct faults *faults);
/* Counts a command in the rules that it meets, and tells what they do. */
struct fault_effect faults_meet(struct faults *faults, enum disk_work work,
                                uint64_t lba, uint64_t sectors);
/* The counts of a disk's rules. */
void faults_archive(struct faults *faults, struct archive *a);
/* An effect that waits for its command. */
void fault_effect_archive(struct fault_effect *effect, struct archive *a);

#endif
