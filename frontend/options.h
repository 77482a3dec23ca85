/*
 * The command line. One const table lists every option; parser, --help and
 * the check of quire(1) follow it.
 */
#ifndef QUIRE_FRONTEND_OPTIONS_H
#define QUIRE_FRONTEND_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "frontend/visual/visual.h"
#include "machine/machine.h"
#include "machine/stats.h"

enum serial_kind { SERIAL_STDIO, SERIAL_FILE, SERIAL_NULL };

enum pace { PACE_DEFAULT, PACE_HOST, PACE_NONE };

/* Items of -d. */
enum {
    DEBUG_EXEC = 1,
    DEBUG_INT = 2,
    DEBUG_TLB_STALE = 4,
    DEBUG_JIT = 8,
};

/* What the user asked for. Strings live until options_free. */
struct options {
    struct machine_config machine;
    const char *bios; /* NULL: default; "none"; or a file */
    const char *rom;  /* -rom's file, or NULL */
    const char *device_tree_file; /* of dumpdtb, or NULL */

    enum serial_kind serial;
    const char *serial_file;
    bool has_monitor; /* on stdio, in the console's place */
    struct visual_options display;
    enum pace pace;

    unsigned debug; /* DEBUG_* */
    const char *log_file;
    enum stats_format stats;
    const char *stats_file;
    const char *trace_file; /* of -trace-mem, or NULL */
    const char *trace_patterns; /* of -trace, with commas, or NULL */
    bool has_perf_map;
    uint64_t hash_every;    /* steps, 0 for none */

    bool has_limit;
    uint64_t limit;           /* steps */
    uint64_t timeout_seconds; /* 0 for none */
    const char *expect;       /* a regular expression, or NULL */
    bool is_exit_raw;

    char **configs; /* the -config files, in no one else's way */
    size_t n_configs;
    unsigned config_depth; /* of -config files in each other */
    char **strings;        /* what options_free releases */
    size_t n_strings;
};

/* Reads the command line; wrong usage ends the program with one line and
 * status 2, --help and --version with 0. */
void options_parse(struct options *o, int argc, char **argv);
void options_free(struct options *o);

/* What --help prints. */
void options_help(FILE *out);

#endif
