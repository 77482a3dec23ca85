/*
 * The machine of a scene, and the way to where its snapshot is taken.
 */
#include <stdio.h>
#include <unistd.h>

#include "tests/snapshot_programs.h"

static const struct scene_list *const lists[] = {&hart_scenes, &device_scenes,
                                                 &model_scenes};

unsigned count_scenes(void)
{
    unsigned n = 0;

    for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
        n += lists[i]->n;
    return n;
}

const struct scene *find_scene(unsigned number)
{
    size_t i = 0;

    for (; number >= lists[i]->n; i++)
        number -= lists[i]->n;
    return &lists[i]->scenes[number];
}

static uint64_t stop_pc;

/* Each sector is full of bytes of its number. Two tests have such images, and
 * may run at the same time. */
static const char *make_image(void)
{
    static char path[64];
    FILE *f;

    snprintf(path, sizeof path, "test_snapshot_%ld.img", (long)getpid());
    f = fopen(path, "wb");

    ck_assert_ptr_nonnull(f);
    for (int i = 0; i < SECTORS * IMAGE_SECTOR; i++)
        ck_assert_int_ge(fputc(i / IMAGE_SECTOR, f), 0);
    fclose(f);
    return path;
}

struct machine *scene_make(const struct scene *scene, enum replacement policy)
{
    struct machine_config config = small_config(policy);
    struct machine *m;

    config.n_harts = scene->n_harts;
    config.hart.mmu.is_timed = scene->is_timed;
    config.is_snapshot = true;
    if (scene->models_to) {
        config.models_from = scene->models_from;
        config.models_to = scene->models_to;
    }
    if (scene->drive != NO_DRIVE) {
        config.n_drives = 1;
        config.drives[0] = (struct drive_config){
            .file = make_image(),
            .interface =
                scene->drive == WITH_QUIRE ? DRIVE_QUIRE : DRIVE_VIRTIO,
            .latency = {.fixed_ns = 2000},
        };
    }
    m = machine_create(&config);
    if (scene->drive != NO_DRIVE) /* it is open */
        ck_assert_int_eq(remove(config.drives[0].file), 0);
    stop_pc = scene->write(m);
    return m;
}

void scene_reach(const struct scene *scene, struct machine *m)
{
    run_to(m, stop_pc);
    scene->check(m);
    if (scene->act)
        scene->act(m);
}
