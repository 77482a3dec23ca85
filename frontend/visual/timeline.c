/*
 * The counters over machine time: free pages against watermarks, faults,
 * swap in and out, miss rates; the latest values at the right.
 */
#include "frontend/visual/internal.h"

#include <stdio.h>
#include <string.h>

#define LABEL_RIGHT 104
#define VALUES 192 /* px at the right end */
#define TICK_PX 110
#define CURSOR_PX 110 /* of the axis that a label and the cursor's time take   \
                       */

/* One track: where it is and how high. */
struct track {
    int x, y, w, h;
};

struct plot {
    struct picture *p;
    const struct history *h;
    uint64_t from, span; /* of machine time */
    int x, w;
};

static int time_x(const struct plot *t, uint64_t time)
{
    if (time < t->from)
        return t->x;
    return t->x +
           (int)((double)(time - t->from) / (double)t->span * (double)t->w);
}

/* The first and the last column of a bucket. */
static void bucket_columns(const struct plot *t, unsigned i, int *x0, int *x1)
{
    *x0 = time_x(t, t->h->buckets[i].first.time);
    *x1 = i + 1 < t->h->n ? time_x(t, t->h->buckets[i + 1].first.time)
                          : t->x + t->w;
    if (*x1 <= *x0)
        *x1 = *x0 + 1;
}

static const struct view_counters *before(const struct history *h, unsigned i)
{
    return i ? &h->buckets[i - 1].last : &h->buckets[i].first;
}

/* Events a second of machine time between two samples. */
static double rate(const struct picture *p, uint64_t then, uint64_t now,
                   uint64_t then_time, uint64_t now_time)
{
    if (now_time <= then_time || now < then)
        return 0;
    return (double)(now - then) * (double)p->view->hz /
           (double)(now_time - then_time);
}

static double share(uint64_t part_then, uint64_t part_now, uint64_t whole_then,
                    uint64_t whole_now)
{
    if (whole_now <= whole_then || part_now < part_then)
        return 0;
    return (double)(part_now - part_then) / (double)(whole_now - whole_then);
}

/* The counters that the tracks draw, as values between two samples. */
enum series { MINOR, MAJOR, SWAP_IN, SWAP_OUT, L1D, TLB, L2, SERIES };

static void series_values(const struct picture *p,
                          const struct view_counters *a,
                          const struct view_counters *b, double v[SERIES])
{
    v[MINOR] = rate(p, a->minor, b->minor, a->time, b->time);
    v[MAJOR] = rate(p, a->major, b->major, a->time, b->time);
    v[SWAP_IN] = rate(p, a->swap_in, b->swap_in, a->time, b->time);
    v[SWAP_OUT] = rate(p, a->swap_out, b->swap_out, a->time, b->time);
    v[L1D] =
        share(a->l1d_misses, b->l1d_misses, a->l1d_lookups, b->l1d_lookups);
    v[TLB] =
        share(a->tlb_misses, b->tlb_misses, a->tlb_lookups, b->tlb_lookups);
    v[L2] = share(a->l2_misses, b->l2_misses, a->l2_lookups, b->l2_lookups);
}

static void track_label(struct picture *p, int y, const char *name,
                        const char *sub)
{
    canvas_text_right(&p->canvas, TYPE_KEY, LABEL_RIGHT, y,
                      colour(p, ROLE_TEXT), name);
    canvas_text_right(&p->canvas, TYPE_LABEL, LABEL_RIGHT, y + 13,
                      colour(p, ROLE_DIM), sub);
}

/* The name of a track, and as its second line what its height stands for. */
static void scale_label(struct picture *p, const struct track *r,
                        const char *name, double most, bool is_share)
{
    char scale[48], n[32];

    if (most <= 0)
        snprintf(scale, sizeof scale, is_share ? "" : "per s");
    else if (is_share)
        snprintf(scale, sizeof scale, "0 to %.2f %%", 100 * most);
    else
        snprintf(scale, sizeof scale, "0 to %s /s",
                 number_text((uint64_t)most, n));
    track_label(p, r->y + 9, name, scale);
}

static int scaled(double value, double most, int height)
{
    int h = most > 0 ? (int)(value / most * height + 0.5) : 0;

    return h > height ? height : value > 0 && h == 0 ? 1 : h;
}

/* The zone of the free-pages track: a brushed one, else NORMAL, else 0. */
static unsigned free_zone(const struct picture *p)
{
    for (unsigned i = 0; i < p->view->n_zones; i++)
        if (p->scene->brush.kind == ITEM_ZONE && p->scene->brush.mask >> i & 1)
            return i;
    for (unsigned i = 0; i < p->view->n_zones; i++)
        if (strcasecmp(p->view->zones[i].name, "normal") == 0)
            return i;
    return 0;
}

static void draw_watermark(struct picture *p, const struct track *r, int y,
                           int on, int off)
{
    for (int x = r->x; x < r->x + r->w; x += on + off)
        canvas_fill(&p->canvas, x, y,
                    x + on > r->x + r->w ? r->x + r->w - x : on, 1,
                    colour(p, ROLE_MARK));
}

static void draw_free(const struct plot *t, struct track r)
{
    struct picture *p = t->p;
    unsigned zone = free_zone(p);
    const struct view_zone *z = &p->view->zones[zone];
    double most = 1.5 * (double)z->high;
    int x0, x1, above = r.y;

    if (most <= 0)
        return;
    track_label(p, r.y + 8, "Free pages", z->name);
    for (unsigned i = 0; i < t->h->n; i++) {
        const struct history_bucket *b = &t->h->buckets[i];
        int low = scaled((double)b->free_min[zone], most, r.h);
        int high = scaled((double)b->free_max[zone], most, r.h);

        bucket_columns(t, i, &x0, &x1);
        canvas_fill(&p->canvas, x0, r.y + r.h - low, x1 - x0, low,
                    colour(p, ROLE_TRACK));
        above = r.y + r.h - high;
        canvas_fill(&p->canvas, x0, above, x1 - x0,
                    high - low > 1 ? high - low : 1, colour(p, ROLE_SKY));
    }
    draw_watermark(p, &r, r.y + r.h - scaled((double)z->min, most, r.h), r.w,
                   0);
    draw_watermark(p, &r, r.y + r.h - scaled((double)z->low, most, r.h), 5, 3);
    draw_watermark(p, &r, r.y + r.h - scaled((double)z->high, most, r.h), 2, 2);
    canvas_fill(&p->canvas, r.x, r.y + r.h, r.w, 1, colour(p, ROLE_LINE));
}

static double most_of(const struct plot *t, enum series a, enum series b)
{
    double v[SERIES], most = 0;

    for (unsigned i = 0; i < t->h->n; i++) {
        series_values(t->p, before(t->h, i), &t->h->buckets[i].last, v);
        most = v[a] > most ? v[a] : most;
        most = v[b] > most ? v[b] : most;
    }
    return most;
}

static void draw_bars(const struct plot *t, int base, int height,
                      enum series which, double most, bool down, enum role role)
{
    double v[SERIES];
    int x0, x1;

    for (unsigned i = 0; i < t->h->n; i++) {
        int h;

        series_values(t->p, before(t->h, i), &t->h->buckets[i].last, v);
        h = scaled(v[which], most, height);
        bucket_columns(t, i, &x0, &x1);
        canvas_fill(&t->p->canvas, x0, down ? base + 1 : base - h, x1 - x0, h,
                    colour(t->p, role));
    }
}

static void draw_faults(const struct plot *t, struct track r)
{
    double most = most_of(t, MINOR, MAJOR);

    scale_label(t->p, &r, "Faults", most, false);
    draw_bars(t, r.y + r.h, r.h, MINOR, most, false, ROLE_G3);
    draw_bars(t, r.y + r.h, r.h, MAJOR, most, false, ROLE_VERM);
    canvas_fill(&t->p->canvas, r.x, r.y + r.h, r.w, 1, colour(t->p, ROLE_LINE));
}

/* A triangle that points up or down. */
static void arrow(struct picture *p, int x, int y, bool up)
{
    for (int i = 0; i < 5; i++)
        canvas_fill(&p->canvas, x + (up ? 4 - i : i), y + i,
                    up ? 2 * i + 1 : 9 - 2 * i, 1, colour(p, ROLE_DIM));
}

static void draw_swap_track(const struct plot *t, struct track r)
{
    double most = most_of(t, SWAP_IN, SWAP_OUT);
    int half = r.h / 2, x = LABEL_RIGHT - 10;

    track_label(t->p, r.y + 10, "Swap pages", "");
    arrow(t->p, x, r.y + 17, false);
    x = canvas_text_right(&t->p->canvas, TYPE_LABEL, x - 3, r.y + 23,
                          colour(t->p, ROLE_DIM), "out") -
        12;
    arrow(t->p, x, r.y + 17, true);
    canvas_text_right(&t->p->canvas, TYPE_LABEL, x - 3, r.y + 23,
                      colour(t->p, ROLE_DIM), "in");
    draw_bars(t, r.y + half, half, SWAP_IN, most, false, ROLE_SKY);
    draw_bars(t, r.y + half, half, SWAP_OUT, most, true, ROLE_BLUE);
    canvas_fill(&t->p->canvas, r.x, r.y + half, r.w, 1, colour(t->p, ROLE_DIM));
    canvas_fill(&t->p->canvas, r.x, r.y + r.h + 1, r.w, 1,
                colour(t->p, ROLE_LINE));
}

static void draw_line(const struct plot *t, const struct track *r,
                      enum series which, double most, enum role role)
{
    double v[SERIES];
    int x0, x1, previous = -1;

    for (unsigned i = 0; i < t->h->n; i++) {
        int y, top, bottom;

        series_values(t->p, before(t->h, i), &t->h->buckets[i].last, v);
        y = r->y + r->h - 1 - scaled(v[which], most, r->h - 1);
        bucket_columns(t, i, &x0, &x1);
        top = previous >= 0 && previous < y ? previous : y;
        bottom = previous > y ? previous : y;
        canvas_fill(&t->p->canvas, x0, top, 1, bottom - top + 1,
                    colour(t->p, role));
        canvas_fill(&t->p->canvas, x0, y, x1 - x0, 1, colour(t->p, role));
        previous = y;
    }
}

static void draw_misses(const struct plot *t, struct track r)
{
    double most = most_of(t, L1D, TLB), other = most_of(t, L2, L1D);

    most = other > most ? other : most;
    scale_label(t->p, &r, "Miss rate", most, true);
    if (most > 0) {
        draw_line(t, &r, L2, most, ROLE_G2);
        draw_line(t, &r, TLB, most, ROLE_ORANGE);
        draw_line(t, &r, L1D, most, ROLE_SKY);
    }
}

/* A step of 1, 2 or 5 times a power of ten cycles, about TICK_PX wide. */
static double tick_step(const struct plot *t, double hz)
{
    double least = (double)t->span / hz / (t->w / (double)TICK_PX), step = 1e-9;

    for (;; step *= 10)
        for (int i = 0; i < 3; i++) {
            static const double factors[] = {1, 2, 5};

            if (step * factors[i] >= least || step > 1e12)
                return step * factors[i];
        }
}

static void tick_text(double seconds, double step, char text[32])
{
    if (step >= 1)
        snprintf(text, 32, "%.0f s", seconds);
    else if (step >= 0.1)
        snprintf(text, 32, "%.1f s", seconds);
    else if (step >= 0.001)
        snprintf(text, 32, "%.0f ms", seconds * 1000);
    else
        snprintf(text, 32, "%.0f us", seconds * 1e6);
}

/* The time grid behind the tracks (text = false) or the axis below them. */
static void draw_grid(const struct plot *t, int top, int bottom, bool text)
{
    struct picture *p = t->p;
    double hz = (double)(p->view->hz ? p->view->hz : 1);
    double step = tick_step(t, hz);
    double at = (double)(uint64_t)((double)t->from / hz / step) * step;
    char label[32];

    for (int i = 0; i < 64; i++, at += step) {
        int x = time_x(t, (uint64_t)(at * hz));

        if (at * hz < (double)t->from || x > t->x + t->w)
            continue;
        if (!text) {
            canvas_fill(&p->canvas, x, top, 1, bottom - top,
                        colour(p, ROLE_GRID));
            continue;
        }
        canvas_fill(&p->canvas, x, bottom, 1, 4, colour(p, ROLE_FAINT));
        tick_text(at, step, label);
        if (x + CURSOR_PX < t->x + t->w)
            canvas_text(&p->canvas, TYPE_MONO, x + 3, bottom + 12,
                        colour(p, ROLE_DIM), label);
    }
}

static void value_row(struct picture *p, int y, enum role role, int kind,
                      const char *name, const char *value)
{
    int x = p->scene->width - VALUES + 12;

    if (kind == 0)
        canvas_fill(&p->canvas, x, y - 8, 8, 8, colour(p, role));
    for (int i = 0; kind > 0 && i < 12; i += kind == 12 ? 12 : kind + 3)
        canvas_fill(&p->canvas, x + i, y - 4, i + kind > 12 ? 12 - i : kind,
                    kind == 11 ? 2 : 1, colour(p, role));
    canvas_text(&p->canvas, TYPE_LABEL, x + 15, y, colour(p, ROLE_DIM), name);
    canvas_text_right(&p->canvas, TYPE_MONO, p->scene->width - MARGIN, y,
                      colour(p, ROLE_TEXT), value);
}

/* Values of the last bucket that has a length. */
static void latest(const struct plot *t, double v[SERIES])
{
    const struct history *h = t->h;

    memset(v, 0, SERIES * sizeof *v);
    for (unsigned i = h->n; i--;)
        if (h->buckets[i].last.time > before(h, i)->time) {
            series_values(t->p, before(h, i), &h->buckets[i].last, v);
            return;
        }
}

static void draw_values(const struct plot *t, int free_y, int faults_y,
                        int swap_y, int miss_y)
{
    struct picture *p = t->p;
    const struct view_zone *z = &p->view->zones[free_zone(p)];
    double v[SERIES];
    char text[40], n[32];

    latest(t, v);
    if (p->view->n_zones) {
        value_row(p, free_y, ROLE_SKY, 0, "free now", number_text(z->free, n));
        value_row(p, free_y + 13, ROLE_MARK, 2, "high",
                  number_text(z->high, n));
        value_row(p, free_y + 26, ROLE_MARK, 5, "low", number_text(z->low, n));
        value_row(p, free_y + 39, ROLE_MARK, 12, "min", number_text(z->min, n));
        value_row(p, faults_y, ROLE_G3, 0, "minor",
                  number_text((uint64_t)v[MINOR], n));
        value_row(p, faults_y + 13, ROLE_VERM, 0, "major",
                  number_text((uint64_t)v[MAJOR], n));
        snprintf(text, sizeof text, "%s /s",
                 number_text((uint64_t)v[SWAP_IN], n));
        value_row(p, swap_y, ROLE_SKY, 0, "in", text);
        snprintf(text, sizeof text, "%s /s",
                 number_text((uint64_t)v[SWAP_OUT], n));
        value_row(p, swap_y + 13, ROLE_BLUE, 0, "out", text);
    }
    snprintf(text, sizeof text, "%.2f %%", 100 * v[L1D]);
    value_row(p, miss_y, ROLE_SKY, 11, "L1D now", text);
    snprintf(text, sizeof text, "%.2f %%", 100 * v[TLB]);
    value_row(p, miss_y + 12, ROLE_ORANGE, 11, "I+D TLB now", text);
    snprintf(text, sizeof text, "%.2f %%", 100 * v[L2]);
    value_row(p, miss_y + 24, ROLE_G2, 11, "L2 now", text);
}

/* The time of the picture, at the cursor: the right edge. */
static void draw_cursor(const struct plot *t, int top, int bottom)
{
    struct picture *p = t->p;
    char text[32];
    int width;

    snprintf(text, sizeof text, "%.3f s",
             (double)p->view->time / (double)(p->view->hz ? p->view->hz : 1));
    width = chip_width(p, text);
    canvas_fill(&p->canvas, t->x + t->w - 1, top, 1, bottom - top + 4,
                colour(p, ROLE_MARK));
    chip(p, t->x + t->w - width, bottom + 13, text);
}

/* Where the tracks stand, top to bottom; what the timeline is higher than its
 * least goes to them. Without zones the miss rates have all of it. */
struct tracks {
    struct track free, faults, swap, misses;
};

static struct tracks place(const struct picture *p, int x, int w)
{
    struct rect r = p->layout.timeline;
    int extra = r.h - TIMELINE_MIN, other = extra / 5;
    struct tracks t = {.free = {x, r.y + 8, w, 54 + extra * 2 / 5}};

    t.faults = (struct track){x, t.free.y + t.free.h + 6, w, 26 + other};
    t.swap = (struct track){x, t.faults.y + t.faults.h + 4, w, 28 + other};
    t.misses = (struct track){x, t.swap.y + t.swap.h + 4, w, 22 + other};
    if (!p->view->n_zones) {
        t.misses.h += t.misses.y - t.free.y;
        t.misses.y = t.free.y;
    }
    return t;
}

void draw_timeline(struct picture *p)
{
    struct rect r = p->layout.timeline, before;
    int w = p->scene->width - VALUES - MAP_X, bottom;
    struct tracks tracks = place(p, MAP_X, w);
    const struct history *h = p->history;
    struct plot t = {p, h, 0, 1, MAP_X, w};

    if (!h || !h->n || w < 100 || r.h < 100)
        return;
    t.from = h->buckets[0].first.time;
    t.span = p->view->time > t.from ? p->view->time - t.from : 1;
    bottom = tracks.misses.y + tracks.misses.h + 2;
    draw_grid(&t, r.y, bottom, false);
    canvas_fill(&p->canvas, t.x - 1, r.y, 1, bottom - r.y,
                colour(p, ROLE_GRID));
    before = canvas_clip(&p->canvas, (struct rect){0, r.y, t.x + w, r.h});
    if (p->view->n_zones) {
        draw_free(&t, tracks.free);
        draw_faults(&t, tracks.faults);
        draw_swap_track(&t, tracks.swap);
    }
    draw_misses(&t, tracks.misses);
    canvas_restore(&p->canvas, before);
    canvas_fill(&p->canvas, t.x, bottom, w, 1, colour(p, ROLE_FAINT));
    draw_grid(&t, r.y, bottom, true);
    draw_cursor(&t, r.y, bottom);
    draw_values(&t, tracks.free.y + 9, tracks.faults.y + 9, tracks.swap.y + 10,
                tracks.misses.y + 6);
}
