/*
 * Machines in the middle of something: each scene is a program, the place in
 * it where a snapshot is to be taken, and what must be so there and in the
 * end.
 */
#ifndef QUIRE_TESTS_SNAPSHOT_SCENES_H
#define QUIRE_TESTS_SNAPSHOT_SCENES_H

#include "machine/machine.h"

struct scene {
    const char *name;
    unsigned n_harts;
    enum { NO_DRIVE, WITH_QUIRE, WITH_VIRTIO } drive;
    bool is_timed;
    uint64_t models_from, models_to; /* both 0: always on */
    /* Writes the program; returns the pc of hart 0 to stop at. */
    uint64_t (*write)(struct machine *m);
    /* Asserts what the name says. */
    void (*check)(struct machine *m);
    /* What the host then does to it; may be NULL. */
    void (*act)(struct machine *m);
    /* Asserts what came of it, after STOP_PASS. */
    void (*check_end)(struct machine *m);
};

/* By subject, a file each. */
struct scene_list {
    const struct scene *scenes;
    unsigned n;
};
extern const struct scene_list hart_scenes, device_scenes, model_scenes;

/* All of them, numbered from 0; the last is one of the models. */
unsigned count_scenes(void);
const struct scene *find_scene(unsigned number);

/* A machine that stands before its first instruction. */
struct machine *scene_make(const struct scene *scene, enum replacement policy);
/* Runs it to where its snapshot is to be taken. */
void scene_reach(const struct scene *scene, struct machine *m);

#endif
