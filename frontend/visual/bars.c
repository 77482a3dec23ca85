/*
 * The top bar: which machine, how far, which mode. The fact bar: all that is
 * known about the item under the pointer.
 */
#include "frontend/visual/internal.h"

#include <stdio.h>
#include <string.h>

#define BASELINE 20
#define TABS_X 560

/* Seconds with microseconds in groups of three. */
static void time_text(uint64_t cycles, uint64_t hz, char text[48])
{
    uint64_t us;

    if (!hz)
        hz = 1;
    us = cycles % hz * 1000000 / hz;
    snprintf(text, 48, "%llu.%03u %03u s", (unsigned long long)(cycles / hz),
             (unsigned)(us / 1000 % 1000), (unsigned)(us % 1000));
}

static int draw_run_state(struct picture *p, int x)
{
    uint32_t ink = colour(p, ROLE_TEXT);

    if (p->scene->is_paused) {
        canvas_fill(&p->canvas, x, BASELINE - 9, 3, 10, ink);
        canvas_fill(&p->canvas, x + 5, BASELINE - 9, 3, 10, ink);
    } else {
        for (int i = 0; i < 8; i++)
            canvas_fill(&p->canvas, x + i, BASELINE - 9 + i * 5 / 8, 1,
                        10 - 2 * (i * 5 / 8), ink);
    }
    return canvas_text(&p->canvas, TYPE_NAME, x + 16, BASELINE, ink,
                       p->scene->is_paused ? "paused" : "running") +
           12;
}

static int draw_tab(struct picture *p, int x, enum scene_mode mode)
{
    const struct scene_mode_info *info = &scene_modes[mode];
    bool active = mode == p->scene->mode;
    char key[2] = {info->key, 0};
    int width = canvas_text_width(&p->canvas, TYPE_MONO, key) + 4 +
                canvas_text_width(&p->canvas, TYPE_NAME, info->tab);

    if (active)
        canvas_fill(&p->canvas, x - 6, 6, width + 12, 20, colour(p, ROLE_INV));
    hit_add(p, (struct rect){x - 6, 6, width + 12, 20}, ITEM_MODE, mode);
    x = canvas_text(&p->canvas, TYPE_MONO, x, BASELINE,
                    colour(p, active ? ROLE_INVTEXT : ROLE_FAINT), key) +
        4;
    return canvas_text(&p->canvas, TYPE_NAME, x, BASELINE,
                       colour(p, active ? ROLE_INVTEXT : ROLE_DIM), info->tab) +
           18;
}

void draw_top_bar(struct picture *p)
{
    char text[48];
    int x;

    canvas_fill(&p->canvas, 0, TOP_BAR - 1, p->scene->width, 1,
                colour(p, ROLE_LINE));
    x = canvas_text(&p->canvas, TYPE_PRODUCT, MARGIN, BASELINE,
                    colour(p, ROLE_TEXT), "Quire") +
        12;
    x = canvas_text(&p->canvas, TYPE_MONO, x, BASELINE, colour(p, ROLE_DIM),
                    p->view->machine) +
        14;
    x = draw_run_state(p, x);
    x = canvas_text(&p->canvas, TYPE_LABEL, x, BASELINE, colour(p, ROLE_DIM),
                    "t") +
        4;
    time_text(p->view->time, p->view->hz, text);
    x = canvas_text(&p->canvas, TYPE_MONO, x, BASELINE, colour(p, ROLE_TEXT),
                    text) +
        12;
    x = canvas_text(&p->canvas, TYPE_LABEL, x, BASELINE, colour(p, ROLE_DIM),
                    "insn") +
        4;
    x = canvas_text(&p->canvas, TYPE_MONO, x, BASELINE, colour(p, ROLE_TEXT),
                    number_text(p->view->steps, text)) +
        22;
    x = x > TABS_X ? x : TABS_X;
    for (int mode = 0; mode < MODES; mode++)
        if (mode != MODE_HEAT || p->view->heat)
            x = draw_tab(p, x, (enum scene_mode)mode);
    if (p->view->badge[0])
        chip(p, x, BASELINE, p->view->badge);
    x = p->scene->width - MARGIN;
    x = canvas_text_right(&p->canvas, TYPE_MONO, x, BASELINE,
                          colour(p, ROLE_TEXT), p->scene->speed) -
        4;
    canvas_text_right(&p->canvas, TYPE_LABEL, x, BASELINE, colour(p, ROLE_DIM),
                      "speed");
}

struct facts {
    struct picture *p;
    int x, y;
};

static void fact(struct facts *f, const char *key, const char *value)
{
    struct canvas *c = &f->p->canvas;

    if (*key)
        f->x = canvas_text(c, TYPE_LABEL, f->x, f->y, colour(f->p, ROLE_DIM),
                           key) +
               5;
    f->x =
        canvas_text(c, TYPE_MONO, f->x, f->y, colour(f->p, ROLE_TEXT), value) +
        13;
}

static void fact_number(struct facts *f, const char *key, uint64_t n)
{
    char text[32];

    fact(f, key, number_text(n, text));
}

static void fact_process(struct facts *f, const char *key, unsigned index)
{
    const struct view_snapshot *v = f->p->view;
    char text[48];

    if (index >= v->n_processes)
        return;
    snprintf(text, sizeof text, "%s[%d]", v->processes[index].comm,
             v->processes[index].pid);
    fact(f, key, text);
}

static void fact_age(struct facts *f, const char *key, uint64_t when)
{
    const struct view_snapshot *v = f->p->view;
    double seconds;
    char text[32];

    if (!when || when > v->time)
        return;
    seconds = (double)(v->time - when) / (double)(v->hz ? v->hz : 1);
    if (seconds < 1)
        snprintf(text, sizeof text, "%.3f ms ago", seconds * 1000);
    else
        snprintf(text, sizeof text, "%.2f s ago", seconds);
    fact(f, key, text);
}

static void flags_text(uint16_t flags, char text[128])
{
    size_t n = 0;

    text[0] = 0;
    for (size_t i = 0; view_page_flags[i].name; i++)
        if (flags & view_page_flags[i].flag && n < 110)
            n += (size_t)snprintf(text + n, 128 - n, "%s%s", n ? " " : "",
                                  view_page_flags[i].name);
}

static void frame_facts(struct facts *f, uint32_t frame)
{
    const struct view_snapshot *v = f->p->view;
    const struct view_frame *page = &v->frames[frame];
    uint64_t pa = v->ram_base_pa + ((uint64_t)frame << VIEW_PAGE_SHIFT);
    char text[128];

    fact(f, "PA", address_text(pa, text));
    snprintf(text, sizeof text, "%llx",
             (unsigned long long)(pa >> VIEW_PAGE_SHIFT));
    fact(f, "PFN", text);
    if (page->zone < v->n_zones)
        fact(f, "", v->zones[page->zone].name);
    snprintf(text, sizeof text,
             page->order < VIEW_ORDERS ? "%s order %u" : "%s",
             view_owner_name(page->owner), page->order);
    fact(f, "", text);
    fact_process(f, "owner", page->process);
    fact_process(f, "and", page->sharer);
    if (page->va != VIEW_NO_VA) {
        static const char letters[] = "vrwxugad";

        snprintf(text, sizeof text, "%08llx ", (unsigned long long)page->va);
        for (size_t n = strlen(text), i = 0; i < 8; i++, n++) {
            text[n] = page->pte >> i & 1 ? letters[i] : '-';
            text[n + 1] = 0;
        }
        fact(f, "VA", text);
    }
    if (!v->is_hardware) {
        snprintf(text, sizeof text, "%d map %d", page->refcount,
                 page->mapcount);
        fact(f, "ref", text);
    }
    flags_text(page->flags, text);
    if (text[0])
        fact(f, "", text);
    if (v->heat) {
        fact_age(f, "R", v->heat[frame].read);
        fact_age(f, "W", v->heat[frame].write);
        fact_age(f, "X", v->heat[frame].exec);
    }
}

static void page_facts(struct facts *f, uint32_t index)
{
    const struct view_snapshot *v = f->p->view;
    uint32_t state = v->vma_pages[index];
    char text[64];

    for (unsigned i = 0; i < v->n_vmas; i++) {
        const struct view_vma *vma = &v->vmas[i];

        if (index - vma->first_page >= vma->n_pages)
            continue;
        snprintf(text, sizeof text, "%08llx",
                 (unsigned long long)(vma->start +
                                      ((uint64_t)(index - vma->first_page)
                                       << VIEW_PAGE_SHIFT)));
        fact(f, "VA", text);
        fact(f, "", vma->name);
    }
    if (VIEW_PAGE_KIND(state) == VIEW_PAGE_SWAPPED)
        fact_number(f, "swapped to slot", VIEW_PAGE_INDEX(state));
    else
        fact(f, "", "not present");
}

static void slot_facts(struct facts *f, uint32_t index)
{
    uint8_t slot = f->p->view->swap[index];

    fact_number(f, "swap slot", index);
    if (slot == VIEW_SLOT_FREE)
        fact(f, "", "free");
    else if (slot == VIEW_SLOT_CACHED)
        fact(f, "", "in the swap cache only");
    else if (slot == VIEW_SLOT_BAD)
        fact(f, "", "bad");
    else if (slot == VIEW_SLOT_SHARED)
        fact(f, "", "shared by several processes");
    else
        fact_process(f, "page of", slot);
}

/* What holds for the whole machine, when nothing is pointed at. */
static void machine_facts(struct facts *f)
{
    const struct view_snapshot *v = f->p->view;
    const struct view_counters *c = &v->counters;

    if (v->n_harts) {
        char text[64];

        snprintf(text, sizeof text, "%08llx %c %s",
                 (unsigned long long)v->harts[0].pc, v->harts[0].mode,
                 v->harts[0].where);
        fact(f, "pc", text);
    }
    fact(f, "kernel", v->kernel);
    fact_number(f, "frames", v->n_frames);
    if (v->is_hardware)
        return;
    fact_number(f, "minor faults", c->minor);
    fact_number(f, "major", c->major);
    fact_number(f, "pages swapped in", c->swap_in);
    fact_number(f, "out", c->swap_out);
    if (c->dma_bounced)
        fact_number(f, "DMA bounces", c->dma_bounced);
}

void draw_facts(struct picture *p)
{
    struct rect r = p->layout.facts;
    struct facts f = {p, MARGIN, r.y + 16};
    struct item hover = p->scene->hover;
    uint32_t frame = current_frame(p);

    canvas_fill(&p->canvas, r.x, r.y, r.w, r.h, colour(p, ROLE_PANEL));
    canvas_fill(&p->canvas, r.x, r.y, r.w, 1, colour(p, ROLE_LINE));
    canvas_fill(&p->canvas, r.x, r.y + r.h - 1, r.w, 1, colour(p, ROLE_LINE));
    if (hover.kind == ITEM_SLOT && hover.index < p->view->n_swap)
        slot_facts(&f, hover.index);
    else if (hover.kind == ITEM_VMA_PAGE &&
             hover.index < p->view->n_vma_pages &&
             render_frame_of_page(p, hover.index) == NO_FRAME)
        page_facts(&f, hover.index);
    else if (frame != NO_FRAME)
        frame_facts(&f, frame);
    else
        machine_facts(&f);
}
