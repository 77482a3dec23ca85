/*
 * The SDL2 window. Two threads share a small record under one lock: the
 * machine's fills the back snapshot when the window's wants one; the
 * window's turns it to the front and draws. Neither holds the lock while it
 * works.
 */
#include "frontend/visual/window.h"

#include <SDL2/SDL.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "frontend/visual/control.h"
#include "frontend/visual/png.h"
#include "frontend/visual/render.h"

#define WIDTH 1440
#define HEIGHT 900
#define MIN_WIDTH 1200
#define MIN_HEIGHT 700
#define FRAME_MS 33                    /* between pictures */
#define SPEEDS 20                      /* 0: as fast as it goes; each halves */
#define FULL_SPEED (UINT64_C(1) << 26) /* steps a second at speed 0 ... */
#define SLICES 60 /* ... in so many slices, when slowed down */

/* What the machine's thread is asked for and what it hands over. */
struct shared {
    bool wanted;    /* a snapshot, please */
    bool is_ready;  /* it is in the back */
    bool has_moved; /* the machine ran since the last snapshot */
    bool is_paused, is_quitting;
    unsigned steps; /* single steps asked for while paused */
    unsigned speed;
    int32_t pid;
};

struct window {
    struct kview *kview;
    SDL_mutex *lock;
    SDL_cond *changed;
    SDL_Thread *thread;
    struct shared shared; /* under lock */
    unsigned front;       /* changed by the window's thread under lock */
    struct view_snapshot views[2];
    struct history histories[2];
    uint32_t slice_due; /* the machine's thread: SDL ticks */
    char error[300];    /* why the window could not be opened */
    SDL_sem *opened;

    /* The window's thread only. */
    SDL_Window *sdl;
    struct glyphs *glyphs;
    struct scene scene;
    struct classes classes;
    struct picture picture;
    uint32_t *pixels;
    char speed_text[32];
    bool is_dragging;
    int drag_x, drag_y, press_x, press_y;
    uint32_t asked_at; /* SDL ticks */
    bool is_stale;     /* the picture must be drawn anew */
};

/* The machine's thread. */

uint64_t window_steps(struct window *w)
{
    uint64_t steps = UINT64_MAX;

    SDL_LockMutex(w->lock);
    if (w->shared.is_paused)
        steps = 1;
    else if (w->shared.speed)
        steps = (FULL_SPEED >> w->shared.speed) / SLICES + 1;
    SDL_UnlockMutex(w->lock);
    return steps;
}

/* Fills the back snapshot. Called, and returns, with the lock held. */
static void hand_over(struct window *w, const struct history *history)
{
    unsigned back = 1 - w->front;
    int32_t pid = w->shared.pid;

    w->shared.wanted = false;
    SDL_UnlockMutex(w->lock);
    kview_fill(w->kview, &w->views[back], pid);
    w->histories[back] = *history;
    SDL_LockMutex(w->lock);
    w->shared.is_ready = true;
    w->shared.has_moved = false;
}

/* How long a slowed-down machine must still wait, in ms. */
static uint32_t wait_left(const struct window *w)
{
    uint32_t now = SDL_GetTicks();

    if (!w->shared.speed || (int32_t)(w->slice_due - now) <= 0)
        return 0;
    return w->slice_due - now;
}

bool window_poll(struct window *w, const struct history *history)
{
    SDL_LockMutex(w->lock);
    for (;;) {
        uint32_t left = wait_left(w);

        if (w->shared.is_quitting)
            break;
        if (w->shared.wanted && !w->shared.is_ready) {
            hand_over(w, history);
            continue;
        }
        if (w->shared.is_paused && w->shared.steps) {
            w->shared.steps--;
            break;
        }
        if (w->shared.is_paused)
            SDL_CondWait(w->changed, w->lock);
        else if (left)
            SDL_CondWaitTimeout(w->changed, w->lock, left);
        else
            break;
    }
    w->slice_due = SDL_GetTicks() + 1000 / SLICES;
    w->shared.has_moved = true;
    SDL_UnlockMutex(w->lock);
    return !w->shared.is_quitting;
}

/* The window's thread. */

static void set_speed_text(struct window *w)
{
    uint64_t steps = FULL_SPEED >> w->shared.speed;

    if (!w->shared.speed)
        snprintf(w->speed_text, sizeof w->speed_text, "max");
    else if (steps >= 1 << 20)
        snprintf(w->speed_text, sizeof w->speed_text, "%u M/s",
                 (unsigned)(steps >> 20));
    else
        snprintf(w->speed_text, sizeof w->speed_text, "%u k/s",
                 (unsigned)(steps >> 10));
    w->scene.speed = w->speed_text;
}

static void save_picture(const struct window *w)
{
    char stem[64], error[200];

    snprintf(stem, sizeof stem, "quire-%llu",
             (unsigned long long)w->views[w->front].steps);
    if (!png_save_new(stem, w->pixels, w->scene.width, w->scene.height, error,
                      sizeof error))
        log_error("cannot write the picture %s.png: %s", stem, error);
}

static void grant(struct window *w, enum control_wish wish)
{
    struct shared *s = &w->shared;

    if (wish == CONTROL_SAVE)
        save_picture(w);
    SDL_LockMutex(w->lock);
    switch (wish) {
    case CONTROL_PAUSE:
        s->is_paused = !s->is_paused;
        break;
    case CONTROL_STEP:
        s->steps += s->is_paused;
        s->is_paused = true;
        break;
    case CONTROL_SLOWER:
        s->speed += s->speed < SPEEDS - 4;
        break;
    case CONTROL_FASTER:
        s->speed -= s->speed > 0;
        break;
    case CONTROL_QUIT:
        s->is_quitting = true;
        break;
    case CONTROL_SAVE:
    case CONTROL_NOTHING:
        break;
    }
    w->scene.is_paused = s->is_paused;
    set_speed_text(w);
    SDL_CondSignal(w->changed);
    SDL_UnlockMutex(w->lock);
}

static int key_of(SDL_Keycode code)
{
    switch (code) {
    case SDLK_ESCAPE:
        return KEY_ESCAPE;
    case SDLK_HOME:
        return KEY_HOME;
    case SDLK_LEFT:
        return KEY_LEFT;
    case SDLK_RIGHT:
        return KEY_RIGHT;
    case SDLK_UP:
        return KEY_UP;
    case SDLK_DOWN:
        return KEY_DOWN;
    case SDLK_F1:
        return KEY_F1;
    case SDLK_F2:
        return KEY_F2;
    default:
        return code > 0 && code < 0x80 ? (int)code : 0;
    }
}

static void resize(struct window *w, int width, int height)
{
    w->scene.width = width < MIN_WIDTH ? MIN_WIDTH : width;
    w->scene.height = height < MIN_HEIGHT ? MIN_HEIGHT : height;
    w->pixels = alloc_resize(
        w->pixels, (size_t)w->scene.width * (size_t)w->scene.height, 4);
}

static void on_motion(struct window *w, const SDL_MouseMotionEvent *e)
{
    if (!w->is_dragging) {
        control_hover(&w->scene, &w->picture, e->x, e->y);
        return;
    }
    w->drag_x += e->xrel;
    w->drag_y += e->yrel;
    control_drag(&w->scene, &w->picture, &w->drag_x, &w->drag_y);
}

/* A press that does not move is a click. */
static void on_button(struct window *w, const SDL_MouseButtonEvent *e)
{
    bool add = SDL_GetModState() & KMOD_SHIFT;

    if (e->button != SDL_BUTTON_LEFT)
        return;
    if (e->type == SDL_MOUSEBUTTONDOWN) {
        w->is_dragging =
            render_item_at(&w->picture, e->x, e->y).kind == ITEM_FRAME;
        w->drag_x = w->drag_y = 0;
        w->press_x = e->x;
        w->press_y = e->y;
        return;
    }
    w->is_dragging = false;
    if (abs(e->x - w->press_x) < 4 && abs(e->y - w->press_y) < 4)
        control_click(&w->scene, &w->picture, e->x, e->y, add);
}

static void on_event(struct window *w, const SDL_Event *e)
{
    int x, y;

    w->is_stale = true;
    switch (e->type) {
    case SDL_QUIT:
        grant(w, CONTROL_QUIT);
        break;
    case SDL_KEYDOWN:
        grant(w, control_key(&w->scene, &w->picture, key_of(e->key.keysym.sym),
                             e->key.keysym.mod & KMOD_CTRL));
        break;
    case SDL_MOUSEMOTION:
        on_motion(w, &e->motion);
        break;
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP:
        on_button(w, &e->button);
        break;
    case SDL_MOUSEWHEEL:
        SDL_GetMouseState(&x, &y);
        control_wheel(&w->scene, &w->picture, x, y, e->wheel.y);
        break;
    case SDL_WINDOWEVENT:
        if (e->window.event == SDL_WINDOWEVENT_SIZE_CHANGED)
            resize(w, e->window.data1, e->window.data2);
        if (e->window.event == SDL_WINDOWEVENT_LEAVE)
            w->scene.hover.kind = ITEM_NONE;
        break;
    default:
        break;
    }
}

static void draw(struct window *w)
{
    SDL_Surface *target = SDL_GetWindowSurface(w->sdl), *source;

    w->is_stale = false;
    render(&w->picture, w->pixels, w->glyphs, &w->scene, &w->views[w->front],
           &w->histories[w->front], &w->classes);
    source = SDL_CreateRGBSurfaceWithFormatFrom(
        w->pixels, w->scene.width, w->scene.height, 32, 4 * w->scene.width,
        SDL_PIXELFORMAT_RGB888);
    if (target && source) {
        SDL_BlitSurface(source, NULL, target, NULL);
        SDL_UpdateWindowSurface(w->sdl);
    }
    SDL_FreeSurface(source);
}

/* Takes a snapshot that is ready, asks for the next; false: quit. */
static bool exchange(struct window *w)
{
    struct shared *s = &w->shared;
    uint32_t now = SDL_GetTicks();
    bool goes_on, other;

    SDL_LockMutex(w->lock);
    if (s->is_ready) {
        control_renew(&w->scene, &w->views[w->front], &w->views[1 - w->front]);
        w->front = 1 - w->front;
        s->is_ready = false;
        w->is_stale = true;
    }
    other = s->pid != w->scene.selected_pid;
    s->pid = w->scene.selected_pid;
    if ((s->has_moved && now - w->asked_at >= FRAME_MS) || other) {
        s->wanted = true;
        w->asked_at = now;
        SDL_CondSignal(w->changed);
    }
    goes_on = !s->is_quitting;
    SDL_UnlockMutex(w->lock);
    return goes_on;
}

/* Without a screen SDL falls back on drivers that draw into nothing; that is
 * right only if they were asked for. */
static bool is_visible(void)
{
    const char *driver = SDL_GetCurrentVideoDriver();

    return SDL_GetHint(SDL_HINT_VIDEODRIVER) ||
           (strcmp(driver, "offscreen") && strcmp(driver, "dummy"));
}

static bool open_sdl(struct window *w)
{
    /* The presenter's GL detour costs more than drawing does. */
    SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0");
    SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
    SDL_SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "1");
    if (SDL_InitSubSystem(SDL_INIT_VIDEO) != 0) {
        snprintf(w->error, sizeof w->error, "no display: %s", SDL_GetError());
        return false;
    }
    if (!is_visible()) {
        snprintf(w->error, sizeof w->error,
                 "no display for a window: -display png:FILE needs none");
        SDL_QuitSubSystem(SDL_INIT_VIDEO);
        return false;
    }
    w->sdl = SDL_CreateWindow("Quire", SDL_WINDOWPOS_UNDEFINED,
                              SDL_WINDOWPOS_UNDEFINED, WIDTH, HEIGHT,
                              SDL_WINDOW_RESIZABLE);
    if (!w->sdl) {
        snprintf(w->error, sizeof w->error, "no window: %s", SDL_GetError());
        SDL_QuitSubSystem(SDL_INIT_VIDEO);
        return false;
    }
    SDL_SetWindowMinimumSize(w->sdl, MIN_WIDTH, MIN_HEIGHT);
    return true;
}

static int window_thread(void *ctx)
{
    struct window *w = ctx;
    bool is_open = open_sdl(w);
    SDL_Event event;
    int width, height;

    SDL_SemPost(w->opened);
    if (!is_open)
        return 0;
    SDL_GetWindowSize(w->sdl, &width, &height);
    resize(w, width, height);
    w->is_stale = true;
    draw(w);
    while (exchange(w)) {
        bool has_event = SDL_WaitEventTimeout(&event, FRAME_MS / 4);

        for (; has_event; has_event = SDL_PollEvent(&event))
            on_event(w, &event);
        if (w->is_stale)
            draw(w);
    }
    SDL_DestroyWindow(w->sdl);
    SDL_QuitSubSystem(SDL_INIT_VIDEO);
    return 0;
}

/* Both threads. */

struct window *window_open(struct kview *kview)
{
    struct window *w = alloc_zeroed(1, sizeof *w);

    w->glyphs = glyphs_open(1, w->error, sizeof w->error);
    if (!w->glyphs)
        die(EXIT_INPUT, "%s", w->error);
    w->kview = kview;
    kview_init_snapshot(kview, &w->views[0]);
    kview_init_snapshot(kview, &w->views[1]);
    kview_fill(kview, &w->views[0], 0);
    classes_init(&w->classes, w->views[0].n_frames);
    scene_init(&w->scene, WIDTH, HEIGHT);
    set_speed_text(w);
    w->lock = SDL_CreateMutex();
    w->changed = SDL_CreateCond();
    w->opened = SDL_CreateSemaphore(0);
    w->shared.has_moved = true;
    w->thread = SDL_CreateThread(window_thread, "window", w);
    if (!w->thread)
        die(EXIT_HOST_IO, "cannot start the window's thread: %s",
            SDL_GetError());
    SDL_SemWait(w->opened);
    if (w->error[0])
        die(EXIT_HOST_IO, "%s", w->error);
    return w;
}

void window_close(struct window *w)
{
    SDL_LockMutex(w->lock);
    w->shared.is_quitting = true;
    SDL_UnlockMutex(w->lock);
    SDL_WaitThread(w->thread, NULL);
    SDL_DestroySemaphore(w->opened);
    SDL_DestroyCond(w->changed);
    SDL_DestroyMutex(w->lock);
    view_free(&w->views[0]);
    view_free(&w->views[1]);
    classes_free(&w->classes);
    glyphs_close(w->glyphs);
    free(w->pixels);
    free(w);
}
