/*
 * The machine's side of the display: when to look, and pictures in files.
 */
#include "frontend/visual/visual.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "frontend/parse.h"
#include "frontend/visual/png.h"
#include "frontend/visual/render.h"
#include "frontend/visual/window.h"
#include "machine/kview.h"

#define PNG_WIDTH 1440
#define PNG_HEIGHT 900
#define SAMPLE_STEPS 100000 /* between samples of the counters */
#define EPOCH_SAMPLES 10    /* between epochs of heat */

struct visual {
    struct visual_options options;
    struct machine *machine;
    struct kview *kview;
    struct window *window; /* NULL without one */
    struct history history;
    uint64_t next_sample, next_picture; /* in steps */
    uint64_t samples;
    unsigned pictures;
    bool has_failed;

    /* For pictures in files. */
    struct glyphs *glyphs;
    struct view_snapshot view;
    struct classes classes;
    struct scene scene;
    struct picture picture;
    uint32_t *pixels;
};

/* Whether there is exactly one %d and no other percent sign. */
static bool is_pattern(const char *file)
{
    const char *percent = strchr(file, '%');

    return percent && percent[1] == 'd' && !strchr(percent + 1, '%');
}

static bool parse_mode(const char *name, struct visual_options *o)
{
    for (int i = 0; i < MODES; i++)
        if (name[0] == scene_modes[i].key && !name[1]) {
            o->has_mode = true;
            o->mode = i;
            return true;
        }
    return false;
}

static bool parse_png_setting(const char *text, struct visual_options *o)
{
    if (strncmp(text, "every=", 6) == 0)
        return parse_decimal(text + 6, &o->every) && o->every;
    if (strncmp(text, "at=", 3) == 0)
        return o->has_at = parse_decimal(text + 3, &o->at);
    return strncmp(text, "mode=", 5) == 0 && parse_mode(text + 5, o);
}

static bool parse_png(char *text, struct visual_options *o, char *error,
                      size_t size)
{
    char *comma = strchr(text, ','), *next;

    if (comma)
        *comma++ = 0;
    snprintf(o->file, sizeof o->file, "%s", text);
    if (!*text || strlen(text) >= sizeof o->file) {
        snprintf(error, size, "png: needs a file name");
        return false;
    }
    for (; comma; comma = next) {
        next = strchr(comma, ',');
        if (next)
            *next++ = 0;
        if (!parse_png_setting(comma, o) || (o->every && o->has_at)) {
            snprintf(error, size,
                     "'%s' is not one of every=STEPS or at=STEPS, mode=KEY",
                     comma);
            return false;
        }
    }
    if (!o->every || is_pattern(o->file))
        return true;
    snprintf(error, size, "with every= the file name must hold one %%d");
    return false;
}

bool visual_parse(const char *spec, struct visual_options *options, char *error,
                  size_t size)
{
    bool ok;
    char *copy;

    memset(options, 0, sizeof *options);
    if (strcmp(spec, "none") == 0)
        return true;
    if (strcmp(spec, "sdl") == 0) {
        options->kind = VISUAL_WINDOW;
        return true;
    }
    if (strncmp(spec, "png:", 4) != 0) {
        snprintf(error, size,
                 "'%s' is not sdl, none or png:FILE[,every=N|at=N]", spec);
        return false;
    }
    options->kind = VISUAL_PNG;
    copy = alloc_string(spec + 4);
    ok = parse_png(copy, options, error, size);
    free(copy);
    return ok;
}

/* A run of hours should not end with a picture that has no place to go. */
static void check_folder(const char *file)
{
    const char *slash = strrchr(file, '/');
    char *folder = alloc_string(slash ? file : ".");

    if (slash)
        folder[slash == file ? 1 : slash - file] = 0;
    if (access(folder, W_OK | X_OK) != 0)
        die(EXIT_INPUT, "-display png:%s: cannot write in %s: %s", file, folder,
            strerror(errno));
    free(folder);
}

static void open_pictures(struct visual *v)
{
    char error[300];

    check_folder(v->options.file);
    v->glyphs = glyphs_open(1, error, sizeof error);
    if (!v->glyphs)
        die(EXIT_INPUT, "%s", error);
    scene_init(&v->scene, PNG_WIDTH, PNG_HEIGHT);
    if (v->options.has_mode)
        v->scene.mode = (enum scene_mode)v->options.mode;
    kview_init_snapshot(v->kview, &v->view);
    classes_init(&v->classes, v->view.n_frames);
    v->pixels = alloc_zeroed((size_t)PNG_WIDTH * PNG_HEIGHT, 4);
}

struct visual *visual_open(const struct visual_options *options,
                           struct machine *m)
{
    struct visual *v = alloc_zeroed(1, sizeof *v);

    v->options = *options;
    v->machine = m;
    v->kview = kview_open(m, m->config.kernel);
    kview_watch_heat(v->kview);
    history_init(&v->history, m->clock.hz / 2000);
    v->next_sample = machine_steps(m);
    v->next_picture = UINT64_MAX;
    if (options->kind == VISUAL_WINDOW) {
        v->window = window_open(v->kview);
    } else {
        open_pictures(v);
        if (options->every)
            v->next_picture = machine_steps(m) + options->every;
        else if (options->has_at)
            v->next_picture = options->at;
    }
    return v;
}

uint64_t visual_steps(const struct visual *v)
{
    uint64_t now = machine_steps(v->machine), until = v->next_sample;

    if (v->next_picture < until)
        until = v->next_picture;
    if (v->window) {
        uint64_t slice = window_steps(v->window);

        if (until - now > slice)
            return slice;
    }
    return until > now ? until - now : 1;
}

/* The file's name with the steps in the place of its %d. */
static void picture_name(const struct visual *v, char name[600])
{
    const char *percent = strstr(v->options.file, "%d");

    if (!percent)
        snprintf(name, 600, "%s", v->options.file);
    else
        snprintf(name, 600, "%.*s%" PRIu64 "%s",
                 (int)(percent - v->options.file), v->options.file,
                 machine_steps(v->machine), percent + 2);
}

static void take_picture(struct visual *v)
{
    char name[600], error[200];

    v->pictures++;
    kview_fill(v->kview, &v->view, 0);
    render(&v->picture, v->pixels, v->glyphs, &v->scene, &v->view, &v->history,
           &v->classes);
    picture_name(v, name);
    if (png_save(name, v->pixels, PNG_WIDTH, PNG_HEIGHT, error, sizeof error))
        return;
    if (!v->has_failed)
        log_error("cannot write the picture %s: %s", name, error);
    v->has_failed = true;
}

static void take_sample(struct visual *v)
{
    struct view_counters counters;

    kview_count(v->kview, &counters);
    history_add(&v->history, &counters);
}

bool visual_poll(struct visual *v)
{
    uint64_t now = machine_steps(v->machine);

    if (now >= v->next_sample) {
        take_sample(v);
        if (v->samples++ % EPOCH_SAMPLES == 0)
            kview_epoch(v->kview);
        v->next_sample = now - now % SAMPLE_STEPS + SAMPLE_STEPS;
    }
    if (now >= v->next_picture) {
        take_sample(v);
        take_picture(v);
        v->next_picture =
            v->options.every ? now + v->options.every : UINT64_MAX;
    }
    return !v->window || window_poll(v->window, &v->history);
}

bool visual_close(struct visual *v)
{
    bool ok;

    if (!v)
        return true;
    if (v->window) {
        window_close(v->window);
    } else if (!(v->options.has_at && v->pictures)) {
        take_sample(v);
        take_picture(v);
    }
    ok = !v->has_failed;
    if (v->glyphs) {
        glyphs_close(v->glyphs);
        view_free(&v->view);
        classes_free(&v->classes);
        free(v->pixels);
    }
    kview_close(v->kview);
    free(v);
    return ok;
}
