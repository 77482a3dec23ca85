/*
 * How long a disk takes before a command's data move: a fixed time, or the
 * model of a solid-state or of a spinning drive. docs/machine.md has the
 * formulas.
 */
#ifndef QUIRE_DEVICES_LATENCY_H
#define QUIRE_DEVICES_LATENCY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/archive.h"
#include "base/compiler.h"

#define LATENCY_DEFAULT_NS 20000
#define LATENCY_MAX_NS UINT64_C(10000000000)

/* What a command does to the medium. */
enum disk_work {
    WORK_NONE, /* refused, or it asks for a name */
    WORK_READ,
    WORK_WRITE,
    WORK_FLUSH,
    WORK_DISCARD,
};

enum latency_model { LATENCY_FIXED, LATENCY_SSD, LATENCY_SPINNING };

struct latency {
    enum latency_model model;
    uint64_t fixed_ns; /* FIXED; 0 means LATENCY_DEFAULT_NS */
    uint64_t track;    /* SPINNING: where the head is */
};

/* Parses `fixed:TIME`, `ssd` or `spinning`; TIME is 1ns to 10s. */
MUST_USE bool latency_parse(const char *text, struct latency *latency);
/* Nanoseconds for a command that begins `now_ns` after power-on. Sectors lie
 * inside the disk; they count for reads, writes and discards alone. */
uint64_t latency_take(struct latency *latency, enum disk_work work,
                      uint64_t lba, uint64_t sectors, uint64_t now_ns);
void latency_archive(struct latency *latency, struct archive *a);

#endif
