/*
 * Makes a failing program small: fewer landings, then fewer instructions,
 * page-table entries, data and registers, as long as the two runs differ.
 */
#include "tests/torture/shrink.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/bits.h"
#include "tests/torture/emit.h"
#include "tests/torture/found.h"
#include "tests/torture/generate.h"

struct shrinker {
    const struct options *o;
    unsigned variant, slot, runs;
    uint8_t *fresh, *reference, *other;
    struct program p; /* in `fresh` */
    char why[128];
    struct corners corners; /* of the reference's last run */
};

/* A piece that can be replaced: `size` bytes (2 or 4) by `nothing`. */
struct unit {
    uint8_t *at;
    unsigned size;
    uint32_t nothing, was;
};

#define MAX_UNITS 16384

static bool differs(struct shrinker *s)
{
    struct totals ignored = {0};
    bool is_qemu = s->variant == N_VARIANTS;
    uint64_t retired;

    s->runs++;
    memset(&s->corners, 0, sizeof s->corners);
    programs_copy(s->reference, s->fresh, s->slot, s->slot + 1);
    programs_copy(s->other, s->fresh, s->slot, s->slot + 1);
    if (quire_run(s->o->batch, 0, s->reference, s->slot, s->slot + 1, &retired,
                  NULL, &s->corners) <= s->slot)
        return false;
    if (!is_qemu)
        (void)quire_run(s->o->batch, s->variant, s->other, s->slot, s->slot + 1,
                        &retired, NULL, NULL);
    else if (corners_leave_out(&s->corners, s->slot,
                               program_at(s->other, s->slot),
                               &ignored.quirks) ||
             !qemu_run(s->o, s->other, s->slot, s->slot + 1))
        return false;
    return !compare(s->reference, s->other, s->slot, is_qemu, &ignored, s->why,
                    sizeof s->why);
}

/* At first; with QEMU without the landings that it cannot be compared in. */
static bool differs_at_all(struct shrinker *s)
{
    struct quirk_counts ignored = {0};

    while (!differs(s)) {
        if (s->variant != N_VARIANTS ||
            !corners_leave_out(&s->corners, s->slot, s->p, &ignored))
            return false;
    }
    return true;
}

static unsigned count_landings(const struct shrinker *s)
{
    unsigned n = 0;

    while (load_le(s->p.control + C_TABLE + n * LANDING_SIZE, 4))
        n++;
    return n;
}

/* Removes the landings from `first` to the end, then piece by piece. */
static void shrink_landings(struct shrinker *s)
{
    uint8_t *table = s->p.control + C_TABLE;
    uint8_t keep[MAX_LANDINGS * LANDING_SIZE];

    for (unsigned piece = MAX_LANDINGS; piece; piece /= 2) {
        unsigned n = count_landings(s);

        for (unsigned end = n; end > 0; end = end > piece ? end - piece : 0) {
            unsigned first = end > piece ? end - piece : 0;

            memcpy(keep, table, sizeof keep);
            memmove(table + first * LANDING_SIZE, table + end * LANDING_SIZE,
                    sizeof keep - end * LANDING_SIZE);
            memset(table + sizeof keep - (end - first) * LANDING_SIZE, 0,
                   (end - first) * LANDING_SIZE);
            if (!differs(s))
                memcpy(table, keep, sizeof keep);
        }
    }
}

/* Replaces ever smaller pieces of the list by nothing. */
static void shrink_units(struct shrinker *s, struct unit *units, unsigned n)
{
    for (unsigned piece = n; piece; piece /= 2) {
        unsigned kept = 0;

        for (unsigned i = 0; i < n; i += piece) {
            unsigned end = i + piece < n ? i + piece : n;

            for (unsigned j = i; j < end; j++)
                store_le(units[j].at, units[j].size, units[j].nothing);
            if (differs(s))
                continue;
            for (unsigned j = i; j < end; j++) {
                store_le(units[j].at, units[j].size, units[j].was);
                units[kept++] = units[j];
            }
        }
        n = kept;
        if (piece > 2 * n)
            piece = 2 * n;
    }
}

static unsigned add_unit(struct unit *units, unsigned n, uint8_t *at,
                         unsigned size, uint32_t nothing)
{
    uint32_t was = (uint32_t)load_le(at, size);

    if (was == nothing || n == MAX_UNITS)
        return n;
    units[n] = (struct unit){at, size, nothing, was};
    return n + 1;
}

/* Instructions in a row, as far as their lengths tell. */
static unsigned add_code(struct unit *units, unsigned n, uint8_t *code,
                         unsigned size)
{
    for (unsigned i = 0; i + 4 <= size;) {
        unsigned length = (code[i] & 3) == 3 ? 4 : 2;

        if (load_le(code + i, length))
            n = add_unit(units, n, code + i, length,
                         length == 4 ? INSN_NOP : INSN_C_NOP);
        i += length;
    }
    return n;
}

static unsigned add_words(struct unit *units, unsigned n, uint8_t *words,
                          unsigned size)
{
    for (unsigned i = 0; i < size; i += 4)
        n = add_unit(units, n, words + i, 4, 0);
    return n;
}

static void shrink_all(struct shrinker *s)
{
    struct unit *units = alloc_zeroed(MAX_UNITS, sizeof *units);
    uint8_t *w = s->p.window;
    unsigned n = 0;

    shrink_landings(s);
    n = add_code(units, n, w + PAGE_CODE * 4096 + LOW_ZONE_SIZE,
                 (WINDOW_PAGES - PAGE_CODE) * 4096 - LOW_ZONE_SIZE);
    n = add_code(units, n, s->p.control + C_CODE, CONTROL_SIZE - C_CODE);
    shrink_units(s, units, n);
    n = add_words(units, 0, w, WINDOW_SIZE);
    n = add_words(units, n, s->p.control + C_CODE, CONTROL_SIZE - C_CODE);
    n = add_words(units, n, s->p.control + C_REGS, 32 * 4);
    n = add_words(units, n, s->p.control + C_MIDELEG, 8);
    shrink_units(s, units, n);
    free(units);
    (void)differs(s);
}

bool shrink(const struct options *o, uint64_t seed, const char *folder)
{
    struct shrinker s = {.o = o,
                         .slot = slot_of(seed),
                         .fresh = alloc_map(IMAGE_SIZE),
                         .reference = alloc_map(IMAGE_SIZE),
                         .other = alloc_map(IMAGE_SIZE)};
    unsigned last = o->qemu ? N_VARIANTS : N_VARIANTS - 1;
    bool ok;

    s.p = program_at(s.fresh, s.slot);
    generate(seed, s.p);
    for (s.variant = 1; s.variant <= last && !differs_at_all(&s);)
        s.variant++;
    if (s.variant > last) {
        printf("seed %llu: no difference when it runs alone\n",
               (unsigned long long)seed);
        return false;
    }
    shrink_all(&s);
    printf("seed %llu, %s: %u landings after %u runs: %s\n",
           (unsigned long long)seed, variant_name(s.variant),
           count_landings(&s), s.runs, s.why);
    ok = found_write(
        folder, seed, variant_name(s.variant), s.p,
        program_at(s.variant == N_VARIANTS ? s.other : s.reference, s.slot));
    alloc_unmap(s.fresh, IMAGE_SIZE);
    alloc_unmap(s.reference, IMAGE_SIZE);
    alloc_unmap(s.other, IMAGE_SIZE);
    return ok;
}
