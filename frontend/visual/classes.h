/*
 * A mode sorts the frames into classes: what the legend lists and counts and
 * what the map paints. Both come from the same array, so they cannot differ.
 */
#ifndef QUIRE_FRONTEND_VISUAL_CLASSES_H
#define QUIRE_FRONTEND_VISUAL_CLASSES_H

#include <stdbool.h>
#include <stdint.h>

#include "frontend/visual/scene.h"
#include "machine/view.h"
#include "mmu/heat.h"

#define CLASSES_MAX 64

enum texture {
    TEXTURE_SOLID,
    TEXTURE_DIAG,
    TEXTURE_LINE,
    TEXTURE_DOT,
    TEXTURE_BARS,
    TEXTURE_CHECK,
    TEXTURE_RING,
    TEXTURE_SPLIT,
    TEXTURE_FREE, /* no cell edges; only blocks have one */
};

struct paint {
    uint32_t fill, second;
    enum texture texture;
};

struct frame_class {
    char label[32];
    uint8_t id; /* below 64; the same in all snapshots, rows are not */
    struct paint paint;
    uint64_t count;   /* frames in it */
    uint64_t brushed; /* of these, members of the brush */
};

struct classes {
    enum scene_mode mode;
    unsigned n;
    struct frame_class rows[CLASSES_MAX];
    uint8_t *of_frame; /* the class of each frame */
    uint32_t n_frames;
    uint64_t n_brushed; /* members of the brush, over all classes */
};

/* The paint of an anonymous page by its process's colour slot (VIEW_NONE:
 * processes too small for one), and of any other owner. */
struct paint paint_of_slot(const struct palette *p, unsigned slot);
struct paint paint_of_owner(const struct palette *p, enum view_owner owner);
/* Of what is in use in a pageblock of a migrate type. */
struct paint paint_of_type(const struct palette *p, unsigned type);

/* Room for n_frames. */
void classes_init(struct classes *c, uint32_t n_frames);
void classes_free(struct classes *c);
/* Sorts the snapshot's frames (at most the room) for the scene's mode. */
void classes_sort(struct classes *c, const struct scene *s,
                  const struct view_snapshot *v);
/* How to paint one frame: its class, with the hues of its own owners. */
struct paint classes_paint(const struct classes *c, const struct scene *s,
                           const struct view_snapshot *v, uint32_t frame);
/* The paint of a frame by its owner, whatever the mode. */
struct paint owner_paint(const struct scene *s, const struct view_snapshot *v,
                         uint32_t frame);
/* Whether the frame belongs to what is brushed; all do without a brush. */
bool classes_brushed(const struct classes *c, const struct scene *s,
                     const struct view_snapshot *v, uint32_t frame);

/* Heat: row kind * HEAT_AGES + age, and one more for older. */
#define HEAT_AGES 7
#define HEAT_OLDER (HEAT_KINDS * HEAT_AGES)
/* "4 ms", "16 ms", ... */
extern const char *const heat_age_names[HEAT_AGES];

#endif
