/*
 * The modelled data TLB and L1 data cache: what they hold now, in the hue of
 * the frames' owners. An entry that differs from its PTE is stale: what a
 * missing sfence.vma leaves behind.
 */
#include "frontend/visual/internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TLB_PITCH 12
#define CELL_W 7
#define CELL_H 10
#define STRIP 18 /* height of a strip of sets */

static const struct {
    const char *name;
    int x; /* from the left; right-aligned if negative */
} columns[] = {{"#", -14},     {"VPN", 22},    {"size", 70}, {"PPN", 102},
               {"ASID", -190}, {"flags", 202}, {"page", 276}};

/* The panels show hart 0's models; which, matters where there are others. */
static const char *hart_text(const struct picture *p)
{
    return p->view->n_harts > 1 ? "hart 0: " : "";
}

static void miss_text(uint64_t misses, uint64_t accesses, char text[48])
{
    snprintf(text, 48, "miss %.2f %% since start",
             accesses ? 100.0 * (double)misses / (double)accesses : 0.0);
}

/* Index of the frame at pa, or NO_FRAME. */
static uint32_t frame_at(const struct view_snapshot *v, uint64_t pa)
{
    uint64_t at = (pa - v->ram_base_pa) >> VIEW_PAGE_SHIFT;

    return pa >= v->ram_base_pa && at < v->n_frames ? (uint32_t)at : NO_FRAME;
}

/* What a frame is, in a word or two. */
static void frame_text(const struct view_snapshot *v, uint32_t frame,
                       char text[48])
{
    const struct view_frame *f = &v->frames[frame];

    if (f->process < v->n_processes)
        snprintf(text, 48, "%s of %s",
                 f->owner == VIEW_ANON ? "anon" : view_owner_name(f->owner),
                 v->processes[f->process].comm);
    else
        snprintf(text, 48, "%s", view_owner_name(f->owner));
}

static void flags_text(uint8_t flags, char text[9])
{
    static const char letters[] = "rwxugad";

    for (int i = 0; i < 7; i++)
        text[i] = flags >> (i + 1) & 1 ? letters[i] : '-';
    text[7] = 0;
}

static void draw_cells(struct picture *p, int y, const char *const *texts,
                       uint32_t ink)
{
    struct rect r = p->layout.panels;

    for (size_t i = 0; i < ARRAY_SIZE(columns) - 1; i++)
        if (columns[i].x < 0)
            canvas_text_right(&p->canvas, TYPE_MONO, r.x - columns[i].x, y, ink,
                              texts[i]);
        else
            canvas_text(&p->canvas, TYPE_MONO, r.x + columns[i].x, y, ink,
                        texts[i]);
}

static void draw_tlb_entry(struct picture *p, unsigned i, int y)
{
    const struct view_tlb_entry *e = &p->view->tlb.slots[i];
    struct rect r = p->layout.panels;
    uint32_t frame = frame_at(p->view, e->pa);
    uint32_t ink = colour(p, e->is_stale ? ROLE_INVTEXT : ROLE_TEXT);
    char number[16], vpn[24], ppn[24], asid[16], flags[9], what[48];
    const char *texts[] = {number, vpn,  e->level ? "4M" : "4K",
                           ppn,    asid, flags};

    if (e->is_stale)
        canvas_fill(&p->canvas, r.x - 4, y - 10, r.w + 4, TLB_PITCH,
                    colour(p, ROLE_INV));
    snprintf(number, sizeof number, "%u", i);
    snprintf(vpn, sizeof vpn, "%05llx",
             (unsigned long long)(e->va >> VIEW_PAGE_SHIFT));
    snprintf(ppn, sizeof ppn, "%05llx",
             (unsigned long long)(e->pa >> VIEW_PAGE_SHIFT));
    snprintf(asid, sizeof asid, e->is_global ? "-" : "%u", e->asid);
    flags_text(e->flags, flags);
    draw_cells(p, y, texts, ink);
    if (frame == NO_FRAME) {
        snprintf(what, sizeof what, "device");
    } else {
        canvas_fill(&p->canvas, r.x + columns[6].x, y - 8, 8, 8,
                    owner_paint(p->scene, p->view, frame).fill);
        frame_text(p->view, frame, what);
        hit_add(p, (struct rect){r.x, y - 10, r.w, TLB_PITCH}, ITEM_FRAME,
                frame);
    }
    canvas_text_cut(&p->canvas, TYPE_LABEL, r.x + columns[6].x + 13, y,
                    r.w - columns[6].x - 60, ink, what);
    if (e->is_stale)
        canvas_text_right(&p->canvas, TYPE_KEY, r.x + r.w - 4, y, ink, "STALE");
}

static void draw_tlb_head(struct picture *p, int y)
{
    const char *texts[ARRAY_SIZE(columns)];

    for (size_t i = 0; i < ARRAY_SIZE(columns); i++)
        texts[i] = columns[i].name;
    draw_cells(p, y, texts, colour(p, ROLE_FAINT));
    canvas_text(&p->canvas, TYPE_MONO, p->layout.panels.x + columns[6].x, y,
                colour(p, ROLE_FAINT), "page");
}

int draw_tlb(struct picture *p, int y)
{
    const struct view_tlb *t = &p->view->tlb;
    struct rect r = p->layout.panels;
    unsigned valid = 0, shown = 0;
    char caption[80], miss[48];
    uint64_t reach = 0;
    int room = (r.y + r.h - y - 260) / TLB_PITCH;

    if (!t->n)
        return y;
    for (unsigned i = 0; i < t->n; i++) {
        valid += t->slots[i].is_valid;
        reach += !t->slots[i].is_valid ? 0 : t->slots[i].level ? 1024 : 1;
    }
    snprintf(caption, sizeof caption, "%s%u of %u entries, reach %.1f MiB",
             hart_text(p), valid, t->entries, (double)reach / 256);
    miss_text(t->misses, t->accesses, miss);
    y = panel_title(p, r, y, "L1 D-TLB", caption, miss);
    draw_tlb_head(p, y + 5);
    y += 5 + TLB_PITCH;
    for (unsigned i = 0; i < t->n && (int)shown < room; i++) {
        if (!t->slots[i].is_valid)
            continue;
        draw_tlb_entry(p, i, y);
        y += TLB_PITCH;
        shown++;
    }
    if (shown < valid) {
        canvas_printf(&p->canvas, TYPE_LABEL, r.x + columns[1].x, y,
                      colour(p, ROLE_DIM), "and %u more", valid - shown);
        y += TLB_PITCH;
    }
    return y + 2;
}

/* A line: its owner's hue, darker the older it is; a dot if it is dirty; an
 * underline if it is the next victim of a full set. */
static void draw_line_cell(struct picture *p, const struct view_cache *c,
                           const struct view_line *line, bool is_victim, int x,
                           int y)
{
    uint32_t frame = frame_at(p->view, line->pa);
    uint32_t fill = colour(p, ROLE_FREE);

    if (line->is_valid && frame != NO_FRAME) {
        unsigned age = c->ways > 1 ? c->ways - 1u - line->rank : 0;

        fill = p->scene->mode == MODE_SLAB
                   ? classes_paint(p->classes, p->scene, p->view, frame).fill
                   : owner_paint(p->scene, p->view, frame).fill;
        fill = colour_mix(fill, colour(p, ROLE_BG),
                          c->ways > 1 ? 50 * age / (c->ways - 1) : 0);
        if (!classes_brushed(p->classes, p->scene, p->view, frame))
            fill = faded(p, fill);
        hit_add(p, (struct rect){x, y, CELL_W, CELL_H}, ITEM_FRAME, frame);
    }
    canvas_fill(&p->canvas, x, y, CELL_W - 1, CELL_H - 1, fill);
    if (line->is_valid && line->is_dirty)
        canvas_fill(&p->canvas, x + 2, y + 3, 2, 2, colour(p, ROLE_WHITE));
    if (is_victim)
        canvas_fill(&p->canvas, x, y + CELL_H - 2, CELL_W - 1, 1,
                    colour(p, ROLE_MARK));
}

/* The ways of one set, from x, y down. */
static void draw_set(struct picture *p, unsigned set, int x, int y)
{
    const struct view_cache *c = &p->view->l1d;
    const struct view_line *lines = &c->lines[set * c->ways];
    bool is_full = true;

    for (unsigned way = 0; way < c->ways; way++)
        is_full &= lines[way].is_valid;
    for (unsigned way = 0; way < c->ways; way++)
        draw_line_cell(p, c, &lines[way], is_full && !lines[way].rank, x,
                       y + (int)way * CELL_H);
}

/* The slab cache that alone is chosen, or VIEW_NONE: all of them. */
static unsigned chosen_slab(const struct picture *p)
{
    uint64_t mask = p->scene->brush.mask;

    if (p->scene->mode != MODE_SLAB || p->scene->brush.kind != ITEM_CLASS ||
        !mask || mask & (mask - 1))
        return VIEW_NONE;
    for (unsigned i = 0; i < p->view->n_slabs && i < 16; i++)
        if (mask >> i & 1)
            return i;
    return VIEW_NONE;
}

/* A bar a set, under the sets: full for the largest count, and empty for none.
 * is_log: for counts that differ by orders of magnitude. */
static int bar_height(uint64_t count, uint64_t most, bool is_log)
{
    double share = is_log ? log1p((double)count) / log1p((double)most)
                          : (double)count / (double)most;
    int height = (int)(share * STRIP + 0.5);

    return count && !height ? 1 : height;
}

static int draw_strip(struct picture *p, const uint64_t *counts, int sets,
                      int x, int y, uint32_t ink, const char *title,
                      bool is_log)
{
    uint64_t most = 0, least = UINT64_MAX;
    char low[32], high[32];

    for (int i = 0; i < sets; i++) {
        most = counts[i] > most ? counts[i] : most;
        least = counts[i] < least ? counts[i] : least;
    }
    canvas_printf(&p->canvas, TYPE_LABEL, x, y + 9, colour(p, ROLE_DIM),
                  "%s: %s to %s a set%s", title,
                  number_text(sets ? least : 0, low), number_text(most, high),
                  is_log ? ", logarithmic" : "");
    y += 14;
    canvas_fill(&p->canvas, x, y, sets * CELL_W - 1, STRIP,
                colour(p, ROLE_TRACK));
    for (int i = 0; i < sets && most; i++) {
        int height = bar_height(counts[i], most, is_log);

        canvas_fill(&p->canvas, x + i * CELL_W, y + STRIP - height, CELL_W - 1,
                    height, ink);
    }
    return y + STRIP + 6;
}

/* Misses of each set, and where the first objects of slabs begin: in few sets
 * without colouring, in many with it. */
static int draw_strips(struct picture *p, int sets, int x, int y)
{
    unsigned slab = chosen_slab(p);
    uint64_t *first;
    char title[80];

    y = draw_strip(p, p->view->l1d.set_misses, sets, x, y,
                   colour(p, ROLE_VERM), "misses", true);
    first = view_first_objects(p->view, slab);
    if (!first || p->view->is_hardware) {
        free(first);
        return y;
    }
    snprintf(title, sizeof title, "first objects of slabs%s%.31s",
             slab == VIEW_NONE ? "" : " of ",
             slab == VIEW_NONE ? "" : p->view->slabs[slab].name);
    y = draw_strip(p, first, sets, x, y, colour(p, ROLE_PURPLE), title, false);
    free(first);
    return y;
}

int draw_l1d(struct picture *p, int y)
{
    const struct view_cache *c = &p->view->l1d;
    struct rect r = p->layout.panels;
    int fit = (r.w - 24) / CELL_W, x = r.x + 24;
    char caption[80], miss[48];

    if (!c->sets)
        return y;
    snprintf(caption, sizeof caption, "%s%u KiB, %u sets x %u ways x %u B",
             hart_text(p), c->sets * c->ways * c->line_bytes >> 10, c->sets,
             c->ways, c->line_bytes);
    miss_text(c->misses, c->accesses, miss);
    y = panel_title(p, r, y, "L1D", caption, miss);
    fit = (int)c->sets < fit ? (int)c->sets : fit;
    for (unsigned way = 0; way < c->ways; way += 2)
        canvas_printf_right(&p->canvas, TYPE_MONO, r.x + 16,
                            y + (int)way * CELL_H + 8, colour(p, ROLE_FAINT),
                            "%u", way);
    for (int set = 0; set < fit; set++)
        draw_set(p, (unsigned)set, x + set * CELL_W, y);
    y += (int)c->ways * CELL_H + 11;
    for (int set = 0; set < fit; set += 8)
        canvas_printf(&p->canvas, TYPE_MONO, x + set * CELL_W, y,
                      colour(p, ROLE_FAINT), "%d", set);
    if (fit < (int)c->sets)
        canvas_printf_right(&p->canvas, TYPE_LABEL, r.x + r.w, y + 14,
                            colour(p, ROLE_DIM), "%d of %u sets", fit, c->sets);
    return draw_strips(p, fit, x, y + 8);
}
