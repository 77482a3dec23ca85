/*
 * The renderer on made-up snapshots. With QUIRE_PICTURES=DIR it also saves
 * what it drew.
 */
#include "frontend/visual/render.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "frontend/visual/png.h"
#include "tests/unit.h"
#include "tests/view_sample.h"

static struct glyphs *glyphs;

/* One drawn picture with all that belongs to it. */
struct stage {
    struct view_snapshot view;
    struct classes classes;
    struct scene scene;
    struct history history;
    struct picture picture;
    uint32_t *pixels;
};

static struct stage *stage_new(uint32_t n_frames, int width, int height)
{
    struct stage *s = alloc_zeroed(1, sizeof *s);

    view_init(&s->view, 0x80000000, n_frames, true);
    view_sample(&s->view, 1);
    view_sample_history(&s->history, &s->view, 1);
    classes_init(&s->classes, n_frames);
    scene_init(&s->scene, width, height);
    s->pixels = alloc_zeroed((size_t)width * (size_t)height, 4);
    ck_assert(view_check(&s->view));
    return s;
}

static void stage_free(struct stage *s)
{
    view_free(&s->view);
    classes_free(&s->classes);
    free(s->pixels);
    free(s);
}

static void draw(struct stage *s)
{
    render(&s->picture, s->pixels, glyphs, &s->scene, &s->view, &s->history,
           &s->classes);
}

static void save(const struct stage *s, const char *name)
{
    const char *folder = getenv("QUIRE_PICTURES");
    char path[512], error[200];

    if (!folder)
        return;
    snprintf(path, sizeof path, "%s/%s.png", folder, name);
    ck_assert_msg(png_save(path, s->pixels, s->scene.width, s->scene.height,
                           error, sizeof error),
                  "%s", error);
}

static uint32_t pixel(const struct stage *s, int x, int y)
{
    return s->pixels[(size_t)y * (size_t)s->scene.width + (size_t)x];
}

START_TEST(every_mode_draws)
{
    static const char *const names[MODES] = {"zone", "owner", "order", "slab",
                                             "type", "dirty", "heat"};
    struct stage *s = stage_new(16384, 1440, 900);

    for (int mode = 0; mode < MODES; mode++) {
        s->scene.mode = (enum scene_mode)mode;
        draw(s);
        save(s, names[mode]);
        ck_assert_uint_eq(pixel(s, 1439, 899), 0xff0f1216);
    }
    s->scene.palette = &palette_light;
    s->scene.mode = MODE_OWNER;
    draw(s);
    save(s, "light");
    s->scene.shows_help = true;
    draw(s);
    save(s, "help");
    stage_free(s);
}
END_TEST

START_TEST(the_legend_counts_every_frame_once)
{
    struct stage *s = stage_new(16384, 1440, 900);

    for (int mode = 0; mode < MODES; mode++) {
        uint64_t sum = 0;

        s->scene.mode = (enum scene_mode)mode;
        draw(s);
        for (unsigned i = 0; i < s->classes.n; i++)
            sum += s->classes.rows[i].count;
        ck_assert_uint_eq(sum, 16384);
    }
    stage_free(s);
}
END_TEST

START_TEST(legend_and_snapshot_agree_on_owners_and_orders)
{
    struct stage *s = stage_new(16384, 1440, 900);
    struct view_counts counts;

    view_count(&s->view, &counts);
    draw(s);
    for (unsigned i = 0; i < s->classes.n; i++)
        for (int owner = 0; owner < VIEW_OWNERS; owner++)
            if (strcmp(s->classes.rows[i].label,
                       owner == VIEW_FREE
                           ? "free (box = block)"
                           : view_owner_name((enum view_owner)owner)) == 0)
                ck_assert_uint_eq(s->classes.rows[i].count,
                                  counts.owner[owner]);
    s->scene.mode = MODE_ORDER;
    draw(s);
    for (unsigned order = 0; order < VIEW_ORDERS; order++) {
        uint64_t blocks = 0;

        for (unsigned zone = 0; zone < 3; zone++) {
            ck_assert_uint_eq(counts.blocks[zone][order],
                              s->view.zones[zone].blocks[order]);
            blocks += counts.blocks[zone][order];
        }
        ck_assert_uint_eq(s->classes.rows[order].count, blocks << order);
    }
    stage_free(s);
}
END_TEST

START_TEST(types_are_counted_by_pageblock_and_by_frame)
{
    struct stage *s = stage_new(16384, 1440, 900);
    struct view_type_counts c;
    uint64_t pageblocks = 0;

    view_count_types(&s->view, &c);
    s->scene.mode = MODE_TYPE;
    draw(s);
    for (unsigned type = 0; type < s->view.n_types; type++) {
        uint64_t free = 0, of_type = 0;

        for (unsigned zone = 0; zone < s->view.n_zones; zone++) {
            pageblocks += c.pageblocks[zone][type];
            for (unsigned order = 0; order < VIEW_ORDERS; order++)
                free += c.blocks[zone][type][order] << order;
        }
        for (uint32_t i = 0; i < 16384; i++)
            of_type += s->view.frames[i].type == type &&
                       s->view.frames[i].owner == VIEW_FREE;
        ck_assert_uint_eq(s->classes.rows[2 * type + 1].count, of_type);
        ck_assert_uint_eq(free, of_type);
    }
    /* 16 of them, and one more where a zone starts within one. */
    ck_assert_uint_eq(pageblocks, 17);
    stage_free(s);
}
END_TEST

/* Rows of a colour in the strips of the L1D, at a set. */
static unsigned strip_height(const struct stage *s, unsigned set, uint32_t ink)
{
    int x = s->picture.layout.panels.x + 24 + (int)set * 7 + 2;
    unsigned height = 0;

    for (int y = 250; y < 330; y++) /* below four caches and eight ways */
        height += pixel(s, x, s->picture.layout.panels.y + y) == ink;
    return height;
}

START_TEST(strips_show_misses_and_colours_by_set)
{
    struct stage *s = stage_new(16384, 1440, 900);
    uint32_t misses, slabs;
    uint64_t *first;

    s->scene.mode = MODE_SLAB;
    misses = s->scene.palette->colour[ROLE_VERM];
    slabs = s->scene.palette->colour[ROLE_PURPLE];
    for (uint32_t i = 0; i < 16384; i++)
        s->view.frames[i].first_object = 0;
    draw(s);
    save(s, "slab-uncoloured");
    ck_assert_uint_gt(strip_height(s, 2, misses), strip_height(s, 9, misses));
    ck_assert_uint_eq(strip_height(s, 0, slabs), 18);
    for (unsigned set = 1; set < 64; set++)
        ck_assert_uint_eq(strip_height(s, set, slabs), 0);
    for (uint32_t i = 0; i < 16384; i++)
        s->view.frames[i].first_object = (uint16_t)(64 * (i % 12));
    draw(s);
    save(s, "slab-coloured");
    first = view_first_objects(&s->view, VIEW_NONE);
    for (unsigned set = 0; set < 64; set++) {
        ck_assert_int_eq(first[set] > 0, set < 12);
        ck_assert_int_eq(strip_height(s, set, slabs) > 0, set < 12);
    }
    free(first);
    stage_free(s);
}
END_TEST

START_TEST(cells_have_the_colour_of_their_owner)
{
    struct stage *s = stage_new(16384, 1440, 900);
    unsigned seen = 0;

    draw(s);
    for (uint32_t i = 0; i < 16384; i++) {
        const struct view_frame *f = &s->view.frames[i];
        struct rect r;

        /* The first row of a zone carries the boundary. */
        if (f->owner != VIEW_FILE_CLEAN && f->owner != VIEW_PAGE_TABLE)
            continue;
        ck_assert(layout_rect_of(&s->picture.layout, i, &r));
        ck_assert_int_eq(r.w, 5);
        ck_assert_uint_eq(pixel(s, r.x + 1, r.y + 1),
                          f->owner == VIEW_FILE_CLEAN ? 0xff0e9a74
                                                      : 0xfff0e442);
        seen++;
    }
    ck_assert_uint_gt(seen, 1000);
    stage_free(s);
}
END_TEST

START_TEST(the_grid_is_the_designs)
{
    static const struct {
        uint32_t frames;
        int width, height, cell, map;
        unsigned shift;
    } rows[] = {
        {16384, 1440, 900, 5, 640, 0},   {16384, 1920, 1080, 6, 768, 0},
        {16384, 2560, 1440, 9, 1152, 0}, {4096, 1440, 900, 10, 640, 0},
        {65536, 1440, 900, 2, 512, 0},   {262144, 1440, 900, 2, 512, 2},
        {3670016, 1440, 900, 2, 512, 6},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct scene scene;
        struct layout l;

        scene_init(&scene, rows[i].width, rows[i].height);
        layout_make(&l, &scene, rows[i].frames);
        ck_assert_int_eq(l.cell, rows[i].cell);
        ck_assert_int_eq(l.map.w, rows[i].map);
        ck_assert_uint_eq(l.shift, rows[i].shift);
        ck_assert_int_ge(l.timeline.h, 176);
        ck_assert_int_eq(l.map.x, 112);
        ck_assert_int_eq(l.map.y, 48);
    }
}
END_TEST

START_TEST(pointing_at_a_cell_finds_its_frame)
{
    struct stage *s = stage_new(16384, 1440, 900);

    for (int zoomed = 0; zoomed < 2; zoomed++) {
        s->scene.cell = zoomed ? 16 : 0;
        s->scene.first_column = zoomed ? 37 : 0;
        s->scene.first_row = zoomed ? 64 : 0;
        draw(s);
        for (uint32_t i = 0; i < 16384; i += 7) {
            struct rect r;
            struct item item;

            if (!layout_rect_of(&s->picture.layout, i, &r))
                continue;
            item = render_item_at(&s->picture, r.x + r.w - 1, r.y);
            ck_assert_int_eq(item.kind, ITEM_FRAME);
            ck_assert_uint_eq(item.index, i);
        }
    }
    stage_free(s);
}
END_TEST

START_TEST(a_brush_fades_the_others_and_counts_its_members)
{
    struct stage *s = stage_new(16384, 1440, 900);
    uint64_t members = 0;

    draw(s);
    s->scene.brush.kind = ITEM_CLASS;
    s->scene.brush.mask = 1; /* the first process */
    draw(s);
    save(s, "brush");
    for (uint32_t i = 0; i < 16384; i++) {
        struct rect r;

        if (s->view.frames[i].owner == VIEW_ANON &&
            s->view.frames[i].process == 0)
            members++;
        if (s->view.frames[i].owner == VIEW_PAGE_TABLE) {
            ck_assert(layout_rect_of(&s->picture.layout, i, &r));
            ck_assert_uint_eq(pixel(s, r.x + 1, r.y + 1),
                              colour_mix(0xfff0e442, 0xff0f1216, 62));
        }
    }
    ck_assert_uint_eq(s->classes.n_brushed, members);
    ck_assert_uint_eq(s->classes.rows[1].brushed, 0);
    stage_free(s);
}
END_TEST

START_TEST(all_sizes_of_memory_and_window_draw)
{
    static const uint32_t frames[] = {1024,  2048,  4096,  8192,
                                      12288, 65536, 262144};
    static const int sizes[][2] = {
        {1440, 900}, {1200, 700}, {1920, 1080}, {900, 600}, {2560, 1440}};

    for (size_t i = 0; i < sizeof frames / sizeof frames[0]; i++)
        for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
            struct stage *s = stage_new(frames[i], sizes[k][0], sizes[k][1]);
            char name[64];

            s->scene.selected = frames[i] / 3;
            draw(s);
            snprintf(name, sizeof name, "frames%u-%dx%d", frames[i],
                     sizes[k][0], sizes[k][1]);
            save(s, name);
            stage_free(s);
        }
}
END_TEST

START_TEST(every_zoom_level_draws)
{
    struct stage *s = stage_new(16384, 1440, 900);

    for (int i = 0; i < ZOOM_LEVELS; i++) {
        char name[32];

        s->scene.cell = layout_zoom[i];
        s->scene.first_column = 1000;
        s->scene.first_row = 20;
        s->scene.selected = 2700;
        draw(s);
        snprintf(name, sizeof name, "zoom%d", layout_zoom[i]);
        save(s, name);
    }
    stage_free(s);
}
END_TEST

START_TEST(hostile_snapshots_are_no_crash)
{
    const char *seed = getenv("QUIRE_SEED");
    uint64_t base = seed ? strtoull(seed, NULL, 0) : 1;
    struct stage *s = stage_new(4096, 1440, 900);

    for (uint64_t round = 0; round < 40; round++) {
        view_sample_hostile(&s->view, base + round);
        ck_assert(view_check(&s->view));
        s->scene.mode = (enum scene_mode)(round % MODES);
        s->scene.cell = round & 1 ? 32 : 0;
        s->scene.hover.kind = (enum item_kind)(round % (ITEM_MODE + 1));
        s->scene.hover.index = (uint32_t)(round * 977777);
        s->scene.selected = (uint32_t)(round * 99);
        s->scene.brush.kind = (enum item_kind)(round % (ITEM_MODE + 1));
        s->scene.brush.mask = round * 77;
        draw(s);
    }
    save(s, "hostile");
    stage_free(s);
}
END_TEST

START_TEST(the_same_input_gives_the_same_pixels)
{
    struct stage *a = stage_new(4096, 1440, 900);
    struct stage *b = stage_new(4096, 1440, 900);

    draw(a);
    draw(b);
    draw(b);
    ck_assert(memcmp(a->pixels, b->pixels, 1440 * 900 * 4) == 0);
    stage_free(a);
    stage_free(b);
}
END_TEST

/* The words of a picture are pixels: whether a part of it depends on a fact. */
static bool differs_in(const struct stage *s, const uint32_t *other,
                       struct rect r)
{
    for (int y = r.y; y < r.y + r.h; y++)
        for (int x = r.x; x < r.x + r.w; x++)
            if (pixel(s, x, y) != other[y * s->scene.width + x])
                return true;
    return false;
}

static uint32_t *copy_of(const struct stage *s)
{
    size_t n = (size_t)s->scene.width * (size_t)s->scene.height;
    uint32_t *copy = alloc_zeroed(n, sizeof *copy);

    memcpy(copy, s->pixels, n * sizeof *copy);
    return copy;
}

START_TEST(panels_of_one_hart_of_several_name_it)
{
    struct stage *s = stage_new(4096, 1440, 900);
    uint32_t *one;

    s->scene.mode = MODE_HEAT;
    s->view.n_harts = 1;
    draw(s);
    one = copy_of(s);
    s->view.n_harts = 2;
    draw(s);
    ck_assert(differs_in(s, one, s->picture.layout.panels));
    free(one);
    stage_free(s);
}
END_TEST

START_TEST(the_scale_of_the_miss_rates_is_told)
{
    struct stage *s = stage_new(4096, 1440, 900);
    struct rect labels;
    uint32_t *before;

    draw(s);
    before = copy_of(s);
    labels = s->picture.layout.timeline;
    labels.w = MAP_X - 1;
    draw(s);
    ck_assert(!differs_in(s, before, labels));
    for (unsigned i = 0; i < s->history.n; i++) {
        struct history_bucket *b = &s->history.buckets[i];

        b->first.l1d_misses /= 2;
        b->last.l1d_misses /= 2;
        b->first.tlb_misses /= 2;
        b->last.tlb_misses /= 2;
        b->first.l2_misses /= 2;
        b->last.l2_misses /= 2;
    }
    draw(s);
    ck_assert(differs_in(s, before, labels));
    free(before);
    stage_free(s);
}
END_TEST

START_TEST(an_empty_snapshot_draws)
{
    struct stage *s = stage_new(4096, 1440, 900);

    view_clear(&s->view);
    history_init(&s->history, 1);
    view_badge(&s->view, "mem_map points nowhere");
    draw(s);
    save(s, "empty");
    stage_free(s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("render");
    TCase *tc = tcase_create("render");
    char error[200];

    glyphs = glyphs_open(1, error, sizeof error);
    if (!glyphs) {
        printf("Bail out! %s\n", error);
        return EXIT_FAILURE;
    }
    tcase_set_timeout(tc, 300);
    tcase_add_test(tc, every_mode_draws);
    tcase_add_test(tc, the_legend_counts_every_frame_once);
    tcase_add_test(tc, legend_and_snapshot_agree_on_owners_and_orders);
    tcase_add_test(tc, types_are_counted_by_pageblock_and_by_frame);
    tcase_add_test(tc, strips_show_misses_and_colours_by_set);
    tcase_add_test(tc, cells_have_the_colour_of_their_owner);
    tcase_add_test(tc, the_grid_is_the_designs);
    tcase_add_test(tc, pointing_at_a_cell_finds_its_frame);
    tcase_add_test(tc, a_brush_fades_the_others_and_counts_its_members);
    tcase_add_test(tc, all_sizes_of_memory_and_window_draw);
    tcase_add_test(tc, every_zoom_level_draws);
    tcase_add_test(tc, hostile_snapshots_are_no_crash);
    tcase_add_test(tc, the_same_input_gives_the_same_pixels);
    tcase_add_test(tc, panels_of_one_hart_of_several_name_it);
    tcase_add_test(tc, the_scale_of_the_miss_rates_is_told);
    tcase_add_test(tc, an_empty_snapshot_draws);
    suite_add_tcase(suite, tc);
    unit_main(suite);
    glyphs_close(glyphs);
    return EXIT_SUCCESS;
}
