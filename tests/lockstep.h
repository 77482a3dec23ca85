/*
 * Two machines from the same options on two engines, run in the same slices
 * and compared after each; and the search for the first step that differs.
 */
#ifndef QUIRE_TESTS_LOCKSTEP_H
#define QUIRE_TESTS_LOCKSTEP_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/random.h"
#include "machine/machine.h"

enum { SIDE_A, SIDE_B, SIDES };

/* What is compared besides the hash, which it is a part of: what -stats and
 * the console show, as the hash does not know it. Numbers only, no padding. */
struct look {
    uint64_t hash, steps, retired, resets, idle_cycles;
    uint64_t stop;    /* enum machine_stop */
    uint64_t console; /* a digest of the bytes written */
    struct mmu_counts counts[MACHINE_MAX_HARTS];
    struct hart_stats traps[MACHINE_MAX_HARTS];
};

struct side {
    const char *name; /* as the user wrote it */
    struct machine_config config;
    struct machine *m; /* NULL before pair_create */
    enum machine_stop stop;
    uint64_t console;
    FILE *show; /* where the console goes, or NULL */
};

struct pair {
    struct side side[SIDES];
    const char *input; /* what is typed on both consoles, or "" */
    size_t typed;
    bool checks; /* machine_hash_check after each comparison */
    /* What stands in memory at image_pa besides the files, or NULL. */
    uint8_t *image;
    size_t image_size;
    uint64_t image_pa;
};

/* Lengths of slices: around `every`, and now and then very short. */
struct slices {
    struct random random;
    uint64_t every;
};

uint64_t slices_next(struct slices *s);

/* Makes both machines, anew if they were there; pair_free leaves the rest. */
void pair_create(struct pair *p);
void pair_free(struct pair *p);
/* Runs both for `steps`, types what there is room for. False: no more steps
 * will come. */
bool pair_run(struct pair *p, uint64_t steps);
bool pair_is_equal(struct pair *p);
/* Restores side `from`'s state into both machines of `to`. */
void pair_restore(struct pair *to, struct pair *from);

/* `first` says where slices begin, `n` of them were equal, and the next, of
 * `length` steps, is not: finds the step and prints all about it. */
void find_difference(struct pair *p, const struct slices *first, uint64_t n,
                     uint64_t length);

/* Prints each field in which the machines of the pair differ, with its values;
 * returns how many. */
unsigned print_differing_fields(struct pair *p);

#endif
