/*
 * The display: a window beside the console, or pictures in files. Who runs
 * the machine calls in at step boundaries; the machine never waits for a
 * picture to be drawn, and its state never depends on one.
 *
 *     visual_parse(spec, &options, ...);      "sdl", "png:out.png,at=1000000"
 *     v = visual_open(&options, machine);
 *     for (;;) {
 *         uint64_t n = the smaller of visual_steps(v) and own limits;
 *         machine_run(machine, n);
 *         if (!visual_poll(v))
 *             break;                          the user closed the window
 *     }
 *     visual_close(v);                        the last picture
 */
#ifndef QUIRE_FRONTEND_VISUAL_VISUAL_H
#define QUIRE_FRONTEND_VISUAL_VISUAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "machine/machine.h"

enum visual_kind { VISUAL_NONE, VISUAL_WINDOW, VISUAL_PNG };

struct visual_options {
    enum visual_kind kind;
    char file[512]; /* VISUAL_PNG; with `every` it holds a %d: the steps */
    uint64_t every; /* steps between pictures, 0: none */
    bool has_at;
    uint64_t at; /* the step of the picture, instead of the end */
    bool has_mode;
    int mode; /* an enum scene_mode */
};

struct visual;

/* The value of -display: sdl, none or png:FILE[,every=N|at=N][,mode=KEY].
 * False: `error` says what is wrong. */
MUST_USE bool visual_parse(const char *spec, struct visual_options *options,
                           char *error, size_t size);

/* Opens fonts, the window, and the symbols of config.kernel. What fails ends
 * the program with one line (status 3, or 7 if there is no display). The
 * machine must outlive it. */
struct visual *visual_open(const struct visual_options *options,
                           struct machine *m);

/* How many steps may be done until visual_poll must be called; at least 1. */
uint64_t visual_steps(const struct visual *v);
/* At a step boundary: takes samples and pictures that are due. With a window
 * it also waits while the user has paused the machine. False: the user wants
 * to quit. Also to be called now and then while the machine idles. */
MUST_USE bool visual_poll(struct visual *v);

/* The picture at the end, if it is asked for; closes everything. False: a
 * picture could not be written (now or earlier; it has been said). NULL is
 * allowed. */
bool visual_close(struct visual *v);

#endif
