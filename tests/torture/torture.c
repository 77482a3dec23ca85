/*
 * Random differential testing: generates programs, runs them on Quire in many
 * ways and on QEMU, and says where they disagree.
 */
#include "tests/torture/torture.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/bits.h"
#include "tests/torture/generate.h"
#include "tests/torture/shrink.h"

/* A batch: what was generated, and what the reference and another made. */
struct images {
    uint8_t *fresh, *reference, *other;
};

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* A program that does nothing but end. */
static void empty(struct program p)
{
    memset(p.control + C_TABLE, 0, MAX_LANDINGS * LANDING_SIZE);
}

static void compare_batch(const struct images *im, uint64_t seed, unsigned n,
                          const char *label, bool against_qemu,
                          struct totals *t)
{
    struct totals silent = {0};
    char why[128];

    for (unsigned i = 0; i < n; i++) {
        if (compare(im->reference, im->other, i, against_qemu,
                    against_qemu ? t : &silent, why, sizeof why))
            continue;
        t->differences++;
        printf("seed %" PRIu64 " (%s), %s: %s\n", seed + i,
               profile_name(seed + i), label, why);
        fflush(stdout);
    }
}

/* The reference run of some slots; programs that do not end are emptied, and
 * all are run again. */
static void run_reference(const struct options *o, struct images *im,
                          uint64_t seed, unsigned first, unsigned end,
                          struct totals *t, struct corners *corners)
{
    uint64_t retired;
    unsigned at;

    for (;;) {
        programs_copy(im->reference, im->fresh, first, end);
        memset(corners->what[first], 0, (end - first) * MAX_LANDINGS);
        at = quire_run(o->batch, 0, im->reference, first, end, &retired,
                       &t->cells, corners);
        if (at >= end)
            break;
        printf("seed %" PRIu64 ": does not end, left out\n", seed + at);
        fflush(stdout);
        empty(program_at(im->fresh, at));
        t->endless++;
    }
    t->instructions += retired;
}

/* Takes landings that QEMU cannot be compared in out of the programs, until
 * no more come up; the reference then has what the others leave. */
static void leave_out(const struct options *o, struct images *im, uint64_t seed,
                      unsigned n, struct totals *t, struct corners *corners)
{
    unsigned count;

    for (unsigned i = 0; i < n; i++) {
        struct program p = program_at(im->fresh, i);

        while ((count = corners_leave_out(corners, i, p, &t->quirks))) {
            t->compared += (uint64_t)count * (LOG_SIZE / 4);
            run_reference(o, im, seed, i, i + 1, t, corners);
        }
    }
}

static bool run_batch(const struct options *o, struct images *im, uint64_t seed,
                      unsigned n, struct totals *t)
{
    struct corners corners;
    uint64_t retired;

    memset(im->fresh, 0, IMAGE_SIZE);
    for (unsigned i = 0; i < n; i++)
        generate(seed + i, program_at(im->fresh, i));
    run_reference(o, im, seed, 0, n, t, &corners);
    t->programs += n;
    for (unsigned v = 1; v < N_VARIANTS; v++) {
        if (o->is_long && (v + seed / MAX_SLOTS) % 2)
            continue;
        memcpy(im->other, im->fresh, IMAGE_SIZE);
        (void)quire_run(o->batch, v, im->other, 0, n, &retired, NULL, NULL);
        compare_batch(im, seed, n, variant_name(v), false, t);
    }
    if (!o->qemu)
        return true;
    leave_out(o, im, seed, n, t, &corners);
    memcpy(im->other, im->fresh, IMAGE_SIZE);
    if (!qemu_run(o, im->other, 0, n))
        return false;
    compare_batch(im, seed, n, "Quire, QEMU", true, t);
    return true;
}

/* One worker's share: every jobs-th batch. */
static bool work(const struct options *o, unsigned worker, struct totals *t)
{
    struct images im = {alloc_map(IMAGE_SIZE), alloc_map(IMAGE_SIZE),
                        alloc_map(IMAGE_SIZE)};
    uint64_t last = o->seed + o->programs;
    double end = now() + (double)o->seconds;

    for (uint64_t s = o->seed + worker * MAX_SLOTS; s < last;
         s += o->jobs * MAX_SLOTS) {
        uint64_t n = last - s < MAX_SLOTS ? last - s : MAX_SLOTS;

        if (o->seconds && now() > end)
            break;
        if (!run_batch(o, &im, s, (unsigned)n, t))
            return false;
    }
    return true;
}

static void add(struct totals *sum, const struct totals *t)
{
    sum->programs += t->programs;
    sum->endless += t->endless;
    sum->traps += t->traps;
    sum->instructions += t->instructions;
    sum->compared += t->compared;
    quirks_add(&sum->quirks, &t->quirks);
    sum->differences += t->differences;
    cells_add(&sum->cells, &t->cells);
}

static bool run_workers(const struct options *o, struct totals *sum)
{
    int pipes[2];
    struct totals t = {0};
    bool ok = true;
    int status;

    fflush(stdout);
    if (pipe(pipes))
        return false;
    for (unsigned w = 0; w < o->jobs; w++) {
        if (fork())
            continue;
        ok = work(o, w, &t);
        if (write(pipes[1], &t, sizeof t) != (ssize_t)sizeof t)
            ok = false;
        fflush(stdout);
        _exit(ok ? 0 : 1);
    }
    close(pipes[1]);
    while (read(pipes[0], &t, sizeof t) == (ssize_t)sizeof t)
        add(sum, &t);
    close(pipes[0]);
    while (wait(&status) > 0)
        ok = ok && WIFEXITED(status) && !WEXITSTATUS(status);
    return ok;
}

static void report(const struct options *o, const struct totals *t,
                   double seconds)
{
    uint64_t masked = quirks_masked(&t->quirks);

    printf("seeds %" PRIu64 " to %" PRIu64 "%s: %" PRIu64 " programs, %" PRIu64
           " of them endless\n",
           o->seed, o->seed + o->programs - 1,
           o->seconds ? ", as far as time allowed" : "", t->programs,
           t->endless);
    printf("%" PRIu64 " instructions a machine, %u ways on Quire%s\n",
           t->instructions, N_VARIANTS, o->qemu ? ", and QEMU" : "");
    if (o->qemu) {
        printf("QEMU: %" PRIu64 " traps; %" PRIu64 " fields compared, %" PRIu64
               " masked (%.2f %%)\n",
               t->traps, t->compared, masked,
               t->compared ? 100.0 * (double)masked / (double)t->compared : 0);
        quirks_report(&t->quirks);
    }
    cells_report(&t->cells);
    printf("%.0f programs a second; differences: %" PRIu64 "\n",
           (double)t->programs / seconds, t->differences);
}

/* The memory of a batch from BATCH on, for who runs it without us. */
static bool write_image(const char *path, uint64_t seed)
{
    static uint8_t image[WINDOWS - BATCH + IMAGE_SIZE];
    FILE *file = fopen(path, "wb");
    bool ok;

    if (!file) {
        perror(path);
        return false;
    }
    for (unsigned i = 0; i < MAX_SLOTS; i++)
        generate(seed + i, program_at(image + WINDOWS - BATCH, i));
    store_le(image + BATCH_SLOTS, 4, MAX_SLOTS);
    ok = fwrite(image, sizeof image, 1, file) == 1;
    return !fclose(file) && ok;
}

static bool parse(struct options *o, int argc, char **argv)
{
    int opt;

    while ((opt = getopt(argc, argv, "b:q:k:s:n:j:t:x:o:w:l")) != -1) {
        switch (opt) {
        case 'l':
            o->is_long = true;
            break;
        case 'x':
            o->is_shrinking = true;
            o->seed = strtoull(optarg, NULL, 0);
            break;
        case 'o':
            o->folder = optarg;
            break;
        case 'w':
            o->image = optarg;
            break;
        case 'b':
            o->batch = optarg;
            break;
        case 'q':
            o->qemu = *optarg ? optarg : NULL;
            break;
        case 'k':
            o->quirks = optarg;
            break;
        case 's':
            o->seed = strtoull(optarg, NULL, 0);
            break;
        case 'n':
            o->programs = strtoull(optarg, NULL, 0);
            break;
        case 'j':
            o->jobs = (unsigned)strtoul(optarg, NULL, 0);
            break;
        case 't':
            o->seconds = strtoull(optarg, NULL, 0);
            break;
        default:
            return false;
        }
    }
    /* A slot follows from its seed. */
    if (!o->is_shrinking)
        o->seed -= o->seed % MAX_SLOTS;
    return o->batch && o->programs && o->jobs && optind == argc;
}

int main(int argc, char **argv)
{
    struct options o = {.programs = MAX_SLOTS, .jobs = 1, .folder = "."};
    struct totals t = {0};
    double start = now();
    bool ok;

    if (!parse(&o, argc, argv)) {
        fprintf(stderr, "usage: torture -b batch.elf [-q qemu] [-k quirks] "
                        "[-s seed] [-n programs] [-j jobs] [-t seconds] [-l]\n"
                        "       torture -b batch.elf [-q qemu] [-k quirks] "
                        "-x seed [-o folder]\n"
                        "       torture -b batch.elf [-s seed] -w image\n");
        return 2;
    }
    if (o.quirks && !quirks_read(o.quirks))
        return 2;
    if (o.image)
        return write_image(o.image, o.seed) ? 0 : 2;
    if (o.is_shrinking)
        return shrink(&o, o.seed, o.folder) ? 1 : 0;
    ok = run_workers(&o, &t);
    report(&o, &t, now() - start);
    return ok && !t.differences &&
                   quirks_masked(&t.quirks) * 100 <= t.compared * 3
               ? 0
               : 1;
}
