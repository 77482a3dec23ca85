/*
 * The picture as a whole, and what its parts share.
 */
#include "frontend/visual/render.h"

#include <stdio.h>
#include <string.h>

#include "frontend/visual/internal.h"

void hit_add_grid(struct picture *p, const struct hit *hit)
{
    if (p->n_hits < HITS_MAX && hit->n && hit->columns)
        p->hits[p->n_hits++] = *hit;
}

void hit_add(struct picture *p, struct rect r, enum item_kind kind,
             uint32_t index)
{
    hit_add_grid(p, &(struct hit){r, kind, index, 1, r.w > 0 ? r.w : 1,
                                  r.h > 0 ? r.h : 1, 1, 0, false});
}

static bool inside(const struct rect *r, int x, int y)
{
    return x >= r->x && y >= r->y && x < r->x + r->w && y < r->y + r->h;
}

struct item render_item_at(const struct picture *p, int x, int y)
{
    for (unsigned i = p->n_hits; i--;) {
        const struct hit *h = &p->hits[i];
        uint64_t across, down, index;

        if (!inside(&h->rect, x, y))
            continue;
        across = (uint64_t)((x - h->rect.x) / h->cell_w);
        down = (uint64_t)((y - h->rect.y) / h->cell_h);
        if (!h->runs_down && across >= h->columns)
            continue;
        index = h->runs_down ? across * h->columns + down
                             : down * h->columns + across;
        index <<= h->shift;
        if (index < h->n)
            return (struct item){h->kind, h->first + (uint32_t)index};
    }
    return (struct item){ITEM_NONE, 0};
}

int panel_title(struct picture *p, struct rect r, int y, const char *title,
                const char *caption, const char *right)
{
    int x;

    canvas_fill(&p->canvas, r.x, y, r.w, 1, colour(p, ROLE_LINE));
    x = canvas_text(&p->canvas, TYPE_TITLE, r.x, y + 17, colour(p, ROLE_TEXT),
                    title);
    canvas_text(&p->canvas, TYPE_LABEL, x + 8, y + 17, colour(p, ROLE_DIM),
                caption);
    canvas_text_right(&p->canvas, TYPE_MONO, r.x + r.w, y + 17,
                      colour(p, ROLE_DIM), right);
    return y + 28;
}

int chip_width(const struct picture *p, const char *text)
{
    return canvas_text_width(&p->canvas, TYPE_MONO, text) + 8;
}

int chip(struct picture *p, int x, int y, const char *text)
{
    int width = chip_width(p, text);

    canvas_fill(&p->canvas, x, y - 11, width, 14, colour(p, ROLE_INV));
    canvas_text(&p->canvas, TYPE_MONO, x + 4, y, colour(p, ROLE_INVTEXT), text);
    return x + width;
}

void swatch(struct picture *p, int x, int y, int size, struct paint paint)
{
    struct rect before;

    if (paint.texture == TEXTURE_FREE) {
        canvas_fill(&p->canvas, x, y, size, size, paint.fill);
        canvas_frame(&p->canvas, x, y, size, size, 1, paint.second);
        return;
    }
    before = canvas_clip(&p->canvas, (struct rect){x, y, size, size});
    for (int v = 0; v < size; v += 5)
        for (int u = 0; u < size; u += 5)
            draw_cell(p, x + u, y + v, 5, paint);
    canvas_restore(&p->canvas, before);
}

void draw_mark(struct picture *p, struct rect r)
{
    canvas_frame(&p->canvas, r.x - 3, r.y - 3, r.w + 6, r.h + 6, 1,
                 colour(p, ROLE_HALO));
    canvas_frame(&p->canvas, r.x - 2, r.y - 2, r.w + 4, r.h + 4, 2,
                 colour(p, ROLE_MARK));
}

const char *address_text(uint64_t pa, char buffer[24])
{
    if (pa >> 32)
        snprintf(buffer, 24, "%llx_%04x_%04x", (unsigned long long)(pa >> 32),
                 (unsigned)(pa >> 16 & 0xffff), (unsigned)(pa & 0xffff));
    else
        snprintf(buffer, 24, "%04x_%04x", (unsigned)(pa >> 16),
                 (unsigned)(pa & 0xffff));
    return buffer;
}

unsigned selected_process(const struct picture *p)
{
    for (unsigned i = 0; i < p->view->n_processes; i++)
        if (p->view->vma_pid && p->view->processes[i].pid == p->view->vma_pid)
            return i;
    return VIEW_NONE;
}

uint32_t render_frame_of_page(const struct picture *p, uint32_t index)
{
    uint32_t state, kind;

    if (index >= p->view->n_vma_pages)
        return NO_FRAME;
    state = p->view->vma_pages[index];
    kind = VIEW_PAGE_KIND(state);
    if ((kind == VIEW_PAGE_ANON || kind == VIEW_PAGE_FILE) &&
        VIEW_PAGE_INDEX(state) < p->view->n_frames)
        return VIEW_PAGE_INDEX(state);
    return NO_FRAME;
}

uint32_t current_frame(const struct picture *p)
{
    const struct item *hover = &p->scene->hover;
    uint32_t frame = NO_FRAME;

    if (hover->kind == ITEM_FRAME)
        frame = hover->index;
    else if (hover->kind == ITEM_VMA_PAGE)
        frame = render_frame_of_page(p, hover->index);
    if (frame >= p->view->n_frames)
        frame = p->scene->selected;
    return frame < p->view->n_frames ? frame : NO_FRAME;
}

static void draw_panels(struct picture *p)
{
    struct rect r = p->layout.panels, before;
    int y = r.y;

    before = canvas_clip(&p->canvas, (struct rect){r.x - 4, y, r.w + 4, r.h});
    if (p->view->is_hardware)
        y = draw_harts(p, y);
    if (p->view->is_hardware || p->scene->mode == MODE_HEAT) {
        y = draw_tlb(p, y);
        draw_l1d(p, y);
    } else if (p->scene->mode == MODE_SLAB) {
        y = draw_slabs(p, y);
        draw_l1d(p, y);
    } else if (p->scene->mode == MODE_TYPE) {
        y = draw_zones(p, y);
        y = draw_types(p, y);
        y = draw_percpu(p, y);
        draw_processes(p, y);
    } else {
        y = draw_zones(p, y);
        y = draw_buddy(p, y);
        y = draw_processes(p, y);
        draw_vmas(p, y);
    }
    canvas_restore(&p->canvas, before);
}

void render(struct picture *p, uint32_t *pixels, const struct glyphs *glyphs,
            const struct scene *scene, const struct view_snapshot *view,
            const struct history *history, struct classes *classes)
{
    canvas_init(&p->canvas, pixels, scene->width, scene->height, glyphs);
    p->scene = scene;
    p->view = view;
    p->history = history;
    p->classes = classes;
    p->n_hits = 0;
    canvas_fill(&p->canvas, 0, 0, scene->width, scene->height,
                colour(p, ROLE_BG));
    layout_make(&p->layout, scene, view->n_frames);
    classes_sort(classes, scene, view);
    draw_top_bar(p);
    draw_map(p);
    draw_rulers(p);
    draw_legend(p);
    draw_panels(p);
    draw_facts(p);
    draw_timeline(p);
    if (scene->shows_help)
        draw_help(p);
}
