/*
 * Keys and mouse on the scene, and the history of counters.
 */
#include "frontend/visual/control.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/random.h"
#include "tests/unit.h"
#include "tests/view_sample.h"

#define FRAMES 16384
#define WIDTH 1440
#define HEIGHT 900

static struct glyphs *glyphs;
static struct view_snapshot view;
static struct classes classes;
static struct scene scene;
static struct picture picture;
static uint32_t *pixels;

static void draw(void)
{
    render(&picture, pixels, glyphs, &scene, &view, NULL, &classes);
}

static void start(void)
{
    scene_init(&scene, WIDTH, HEIGHT);
    draw();
}

/* The middle of the first hit of that kind and index. */
static void find(enum item_kind kind, uint32_t index, int *x, int *y)
{
    for (unsigned i = 0; i < picture.n_hits; i++) {
        const struct hit *h = &picture.hits[i];

        if (h->kind != kind || h->first != index)
            continue;
        *x = h->rect.x + h->cell_w / 2;
        *y = h->rect.y + h->cell_h / 2;
        return;
    }
    ck_abort_msg("no item %d %u in the picture", kind, index);
}

static void click(enum item_kind kind, uint32_t index, bool add)
{
    int x = 0, y = 0;

    find(kind, index, &x, &y);
    control_click(&scene, &picture, x, y, add);
    draw();
}

START_TEST(digits_choose_modes_that_exist)
{
    start();
    control_key(&scene, &picture, '3', false);
    ck_assert_int_eq(scene.mode, MODE_ORDER);
    control_key(&scene, &picture, '7', false);
    ck_assert_int_eq(scene.mode, MODE_HEAT);
    control_key(&scene, &picture, '9', false);
    ck_assert_int_eq(scene.mode, MODE_HEAT);
}
END_TEST

START_TEST(keys_speak_to_the_machine)
{
    start();
    ck_assert_int_eq(control_key(&scene, &picture, ' ', false), CONTROL_PAUSE);
    ck_assert_int_eq(control_key(&scene, &picture, '.', false), CONTROL_STEP);
    ck_assert_int_eq(control_key(&scene, &picture, '[', false), CONTROL_SLOWER);
    ck_assert_int_eq(control_key(&scene, &picture, ']', false), CONTROL_FASTER);
    ck_assert_int_eq(control_key(&scene, &picture, KEY_F2, false),
                     CONTROL_SAVE);
    ck_assert_int_eq(control_key(&scene, &picture, 'q', true), CONTROL_QUIT);
    ck_assert_int_eq(control_key(&scene, &picture, 'q', false),
                     CONTROL_NOTHING);
}
END_TEST

START_TEST(the_wheel_keeps_the_frame_under_the_pointer)
{
    int x = 500, y = 400;
    struct item before;

    start();
    before = render_item_at(&picture, x, y);
    ck_assert_int_eq(before.kind, ITEM_FRAME);
    for (int i = 0; i < 3; i++) {
        control_wheel(&scene, &picture, x, y, 1);
        draw();
        ck_assert_uint_eq(render_item_at(&picture, x, y).index, before.index);
    }
    ck_assert_int_eq(scene.cell, 32);
    control_wheel(&scene, &picture, x, y, 1);
    ck_assert_int_eq(scene.cell, 32);
    for (int i = 0; i < 5; i++) {
        control_wheel(&scene, &picture, x, y, -1);
        draw();
    }
    ck_assert_int_eq(scene.cell, 0);
    ck_assert_uint_eq(render_item_at(&picture, x, y).index, before.index);
}
END_TEST

START_TEST(dragging_pans_and_stops_at_the_edges)
{
    int dx = -70, dy = 0;

    start();
    scene.cell = 32;
    draw();
    control_drag(&scene, &picture, &dx, &dy);
    draw();
    ck_assert_uint_eq(picture.layout.first_column, 2);
    ck_assert_int_eq(dx, -6);
    dx = 100000;
    dy = -100000;
    control_drag(&scene, &picture, &dx, &dy);
    draw();
    ck_assert_uint_eq(picture.layout.first_column, 0);
    ck_assert_uint_eq(picture.layout.first_row, 128 - 20);
    control_key(&scene, &picture, KEY_HOME, false);
    draw();
    ck_assert(!picture.layout.is_zoomed);
}
END_TEST

START_TEST(a_click_selects_and_escape_clears)
{
    start();
    control_click(&scene, &picture, 300, 300, false);
    ck_assert_uint_ne(scene.selected, NO_FRAME);
    control_key(&scene, &picture, KEY_F1, false);
    ck_assert(scene.shows_help);
    control_key(&scene, &picture, KEY_ESCAPE, false);
    ck_assert_uint_eq(scene.selected, NO_FRAME);
    ck_assert(!scene.shows_help);
}
END_TEST

START_TEST(legend_rows_brush_and_shift_adds)
{
    start();
    click(ITEM_CLASS, 2, false);
    ck_assert_int_eq(scene.brush.kind, ITEM_CLASS);
    ck_assert_uint_eq(scene.brush.mask, 4);
    click(ITEM_CLASS, 3, true);
    ck_assert_uint_eq(scene.brush.mask, 4 | 8);
    ck_assert_uint_eq(classes.n_brushed,
                      classes.rows[2].count + classes.rows[3].count);
    click(ITEM_CLASS, 3, false);
    ck_assert_uint_eq(scene.brush.mask, 8);
    click(ITEM_CLASS, 3, false);
    ck_assert_int_eq(scene.brush.kind, ITEM_NONE);
}
END_TEST

START_TEST(another_mode_ends_a_brush_of_classes)
{
    start();
    click(ITEM_CLASS, 2, false);
    click(ITEM_MODE, MODE_ZONE, false);
    ck_assert_int_eq(scene.mode, MODE_ZONE);
    ck_assert_int_eq(scene.brush.kind, ITEM_NONE);
    click(ITEM_ZONE, 1, false);
    click(ITEM_MODE, MODE_OWNER, false);
    ck_assert_int_eq(scene.brush.kind, ITEM_ZONE);
}
END_TEST

START_TEST(a_process_is_brushed_and_its_vmas_asked_for)
{
    start();
    click(ITEM_PROCESS, 1, false);
    ck_assert_int_eq(scene.selected_pid, view.processes[1].pid);
    ck_assert_uint_eq(scene.brush.mask, 2);
    click(ITEM_ORDER, 3, false);
    ck_assert_uint_eq(scene.order, 3);
}
END_TEST

START_TEST(a_brush_follows_its_process)
{
    struct view_snapshot now = view;

    start();
    click(ITEM_PROCESS, 1, false);
    now.processes[0] = view.processes[1];
    now.processes[1] = view.processes[0];
    control_renew(&scene, &view, &now);
    ck_assert_uint_eq(scene.brush.mask, 1);
    now.n_processes = 0;
    control_renew(&scene, &view, &now);
    ck_assert_int_eq(scene.brush.kind, ITEM_NONE);
}
END_TEST

START_TEST(a_brush_of_classes_survives_another_process)
{
    uint64_t count;

    start();
    count = classes.rows[7].count;
    click(ITEM_CLASS, classes.rows[7].id, false);
    ck_assert_uint_eq(classes.n_brushed, count);
    view.processes[5].slot = 9; /* a row more above it */
    draw();
    ck_assert_uint_eq(classes.n_brushed, count);
    view.processes[5].slot = VIEW_NONE;
}
END_TEST

START_TEST(random_input_keeps_the_scene_drawable)
{
    const char *seed = getenv("QUIRE_SEED");
    struct random r;

    start();
    random_seed(&r, seed ? strtoull(seed, NULL, 0) : 1);
    for (int i = 0; i < 150; i++) {
        int x = (int)random_below(&r, WIDTH + 40) - 20;
        int y = (int)random_below(&r, HEIGHT + 40) - 20;
        int dx = (int)random_below(&r, 400) - 200, dy = dx / 2;

        control_hover(&scene, &picture, x, y);
        switch (random_below(&r, 5)) {
        case 0:
            control_click(&scene, &picture, x, y, i & 1);
            break;
        case 1:
            control_wheel(&scene, &picture, x, y, (int)random_below(&r, 3) - 1);
            break;
        case 2:
            control_drag(&scene, &picture, &dx, &dy);
            break;
        default:
            control_key(&scene, &picture,
                        random_below(&r, 2)
                            ? KEY_ESCAPE + (int)random_below(&r, 7)
                            : ' ' + (int)random_below(&r, 95),
                        false);
        }
        draw();
    }
}
END_TEST

START_TEST(history_keeps_peaks_and_the_whole_run)
{
    struct history *h = alloc_zeroed(1, sizeof *h);
    struct view_counters c = {0};
    uint64_t most = 0, n = 0;

    history_init(h, 10);
    for (uint64_t i = 0; i < 100000; i++) {
        c.time = i * 7;
        c.minor = i;
        c.free[0] = i == 77777 ? 1000000 : 5;
        history_add(h, &c);
    }
    ck_assert_uint_le(h->n, HISTORY_BUCKETS);
    ck_assert_uint_ge(h->n, HISTORY_BUCKETS / 4);
    ck_assert_uint_eq(h->buckets[0].first.minor, 0);
    ck_assert_uint_eq(h->buckets[h->n - 1].last.minor, 99999);
    for (unsigned i = 0; i < h->n; i++) {
        if (h->buckets[i].free_max[0] > most)
            most = h->buckets[i].free_max[0];
        n += h->buckets[i].free_min[0] == 5;
        ck_assert_uint_le(h->buckets[i].first.time, h->buckets[i].last.time);
    }
    ck_assert_uint_eq(most, 1000000);
    ck_assert_uint_ge(n, h->n - 1);
    free(h);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("control");
    TCase *tc = tcase_create("control");
    char error[200];

    glyphs = glyphs_open(1, error, sizeof error);
    if (!glyphs) {
        printf("Bail out! %s\n", error);
        return EXIT_FAILURE;
    }
    view_init(&view, 0x80000000, FRAMES, true);
    view_sample(&view, 1);
    classes_init(&classes, FRAMES);
    pixels = alloc_zeroed((size_t)WIDTH * HEIGHT, 4);
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, digits_choose_modes_that_exist);
    tcase_add_test(tc, keys_speak_to_the_machine);
    tcase_add_test(tc, the_wheel_keeps_the_frame_under_the_pointer);
    tcase_add_test(tc, dragging_pans_and_stops_at_the_edges);
    tcase_add_test(tc, a_click_selects_and_escape_clears);
    tcase_add_test(tc, legend_rows_brush_and_shift_adds);
    tcase_add_test(tc, another_mode_ends_a_brush_of_classes);
    tcase_add_test(tc, a_process_is_brushed_and_its_vmas_asked_for);
    tcase_add_test(tc, a_brush_follows_its_process);
    tcase_add_test(tc, a_brush_of_classes_survives_another_process);
    tcase_add_test(tc, random_input_keeps_the_scene_drawable);
    tcase_add_test(tc, history_keeps_peaks_and_the_whole_run);
    suite_add_tcase(suite, tc);
    unit_main(suite);
    view_free(&view);
    classes_free(&classes);
    free(pixels);
    glyphs_close(glyphs);
    return EXIT_SUCCESS;
}
