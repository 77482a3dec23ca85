/*
 * What a key or the mouse does to the scene. No SDL in here: the window and
 * the tests feed it events.
 */
#ifndef QUIRE_FRONTEND_VISUAL_CONTROL_H
#define QUIRE_FRONTEND_VISUAL_CONTROL_H

#include <stdbool.h>

#include "frontend/visual/render.h"

/* What the machine's thread is to do besides. */
enum control_wish {
    CONTROL_NOTHING,
    CONTROL_PAUSE, /* or go on */
    CONTROL_STEP,
    CONTROL_SLOWER,
    CONTROL_FASTER,
    CONTROL_SAVE,
    CONTROL_QUIT,
};

/* Keys beyond characters. */
enum control_key {
    KEY_ESCAPE = 0x100,
    KEY_HOME,
    KEY_LEFT,
    KEY_RIGHT,
    KEY_UP,
    KEY_DOWN,
    KEY_F1,
    KEY_F2,
};

/* A new snapshot takes the place of an old one: the processes that stand out
 * do so under their new indexes. */
void control_renew(struct scene *s, const struct view_snapshot *before,
                   const struct view_snapshot *now);

enum control_wish control_key(struct scene *s, const struct picture *p, int key,
                              bool ctrl);
/* The pointer moved to x, y. */
void control_hover(struct scene *s, const struct picture *p, int x, int y);
/* A click; `add`: shift is held. */
void control_click(struct scene *s, const struct picture *p, int x, int y,
                   bool add);
/* The wheel turned by `clicks` (away: positive) at x, y. */
void control_wheel(struct scene *s, const struct picture *p, int x, int y,
                   int clicks);
/* The map was dragged by dx, dy px since the last call; what is less than a
 * cell is returned through them. */
void control_drag(struct scene *s, const struct picture *p, int *dx, int *dy);

#endif
