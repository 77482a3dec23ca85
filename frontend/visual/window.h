/*
 * The window: an SDL2 thread of its own that draws the last snapshot and
 * takes input. The machine's thread hands over snapshots when one is wanted,
 * and waits only while the user has paused it.
 */
#ifndef QUIRE_FRONTEND_VISUAL_WINDOW_H
#define QUIRE_FRONTEND_VISUAL_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "frontend/visual/history.h"
#include "machine/kview.h"

struct window;

/* Ends the program with status 7 if there is no display. */
struct window *window_open(struct kview *kview);
/* Steps until the next window_poll, at least 1. */
uint64_t window_steps(struct window *w);
/* Hands over a snapshot if one is wanted; waits while paused. False: quit. */
MUST_USE bool window_poll(struct window *w, const struct history *history);
/* The machine has ended, and with it the window. */
void window_close(struct window *w);

#endif
