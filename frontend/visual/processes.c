/*
 * Processes on one scale of memory, and the pages of one of them by VMA.
 */
#include "frontend/visual/internal.h"

#include <stdio.h>
#include <string.h>

#define PROCESS_PITCH 18
#define VMA_PITCH 20
#define STRIP 16 /* height of a VMA's pages */

static double mib(uint64_t pages)
{
    return (double)pages / (1 << (20 - VIEW_PAGE_SHIFT));
}

static struct paint process_paint(const struct picture *p,
                                  const struct view_process *process)
{
    return paint_of_slot(p->scene->palette, process->slot);
}

static void draw_process_bar(struct picture *p,
                             const struct view_process *process, int x, int y,
                             double scale, bool out)
{
    uint32_t hue = process_paint(p, process).fill;
    uint32_t file = colour(p, ROLE_GREEN);
    int anon = (int)((double)process->anon * scale);
    int both = (int)((double)(process->anon + process->file) * scale);
    int all = (int)((double)(process->anon + process->file + process->swapped) *
                    scale);

    if (out) {
        hue = faded(p, hue);
        file = faded(p, file);
    }
    canvas_fill(&p->canvas, x, y, anon, 11, hue);
    canvas_fill(&p->canvas, x + anon, y, both - anon, 11, file);
    if (all > both)
        canvas_frame(&p->canvas, x + both, y, all - both > 1 ? all - both : 2,
                     11, 1, hue);
}

/* Tenths of MiB, faint when nothing. */
static void draw_mib(struct picture *p, int x, int y, uint64_t pages)
{
    canvas_printf_right(&p->canvas, TYPE_VALUE, x, y,
                        colour(p, pages ? ROLE_TEXT : ROLE_FAINT), "%.1f",
                        mib(pages));
}

static void draw_process(struct picture *p, unsigned index, int y, double scale)
{
    const struct view_process *process = &p->view->processes[index];
    struct rect r = p->layout.panels;
    bool out = p->scene->brush.kind == ITEM_PROCESS &&
               !(p->scene->brush.mask >> index & 1);
    char n[32];

    if (index == selected_process(p)) {
        canvas_fill(&p->canvas, r.x, y, r.w, PROCESS_PITCH,
                    colour(p, ROLE_TRACK));
        canvas_fill(&p->canvas, r.x - 4, y, 2, PROCESS_PITCH,
                    colour(p, ROLE_MARK));
    }
    swatch(p, r.x + 2, y + 4, 10, process_paint(p, process));
    canvas_printf_right(&p->canvas, TYPE_MONO, r.x + 38, y + 13,
                        colour(p, ROLE_DIM), "%d", process->pid);
    canvas_text_cut(&p->canvas, TYPE_NAME, r.x + 44, y + 13, 48,
                    colour(p, ROLE_TEXT), process->comm);
    canvas_printf(
        &p->canvas, TYPE_MONO, r.x + 94, y + 13, colour(p, ROLE_DIM), "%c",
        process->state > ' ' && process->state < 0x7f ? process->state : '?');
    draw_process_bar(p, process, r.x + 104, y + 3, scale, out);
    draw_mib(p, r.x + r.w - 112, y + 13, process->anon + process->file);
    draw_mib(p, r.x + r.w - 56, y + 13, process->swapped);
    canvas_text_right(&p->canvas, TYPE_VALUE, r.x + r.w, y + 13,
                      colour(p, process->major ? ROLE_TEXT : ROLE_FAINT),
                      number_text(process->major, n));
    hit_add(p, (struct rect){r.x, y, r.w, PROCESS_PITCH}, ITEM_PROCESS, index);
}

/* Indexes of the processes that have memory, the largest first. */
static unsigned by_size(const struct view_snapshot *v,
                        uint8_t order[VIEW_PROCESSES])
{
    unsigned n = 0;

    for (unsigned i = 0; i < v->n_processes; i++) {
        const struct view_process *a = &v->processes[i];
        unsigned at;

        if (a->is_kernel)
            continue;
        for (at = n++; at; at--) {
            const struct view_process *b = &v->processes[order[at - 1]];

            if (b->anon + b->file + b->swapped >=
                a->anon + a->file + a->swapped)
                break;
            order[at] = order[at - 1];
        }
        order[at] = (uint8_t)i;
    }
    return n;
}

int draw_processes(struct picture *p, int y)
{
    struct rect r = p->layout.panels;
    uint8_t order[VIEW_PROCESSES];
    unsigned n = by_size(p->view, order), shown = n;
    uint64_t most = 1;
    double scale;
    int room = (r.y + r.h - y) / 2 - 28;

    if (!p->view->n_processes)
        return y;
    if (shown > 5 && (int)shown * PROCESS_PITCH > room)
        shown = room / PROCESS_PITCH > 5 ? (unsigned)(room / PROCESS_PITCH) : 5;
    panel_title(p, r, y, "Processes", "", "");
    canvas_text(&p->canvas, TYPE_LABEL, r.x + 104, y + 17, colour(p, ROLE_DIM),
                "anon, file, swapped (outline), MiB");
    canvas_text_right(&p->canvas, TYPE_LABEL, r.x + r.w - 112, y + 17,
                      colour(p, ROLE_DIM), "RSS");
    canvas_text_right(&p->canvas, TYPE_LABEL, r.x + r.w - 56, y + 17,
                      colour(p, ROLE_DIM), "swap");
    canvas_text_right(&p->canvas, TYPE_LABEL, r.x + r.w, y + 17,
                      colour(p, ROLE_DIM), "majflt");
    y += 25;
    if (n) {
        const struct view_process *a = &p->view->processes[order[0]];

        most = a->anon + a->file + a->swapped;
    }
    scale = (r.w - 104 - 160) / (double)(most ? most : 1);
    for (unsigned i = 0; i < shown; i++, y += PROCESS_PITCH)
        draw_process(p, order[i], y, scale);
    if (shown < n) {
        canvas_printf(&p->canvas, TYPE_LABEL, r.x + 44, y + 12,
                      colour(p, ROLE_DIM), "and %u smaller", n - shown);
        y += PROCESS_PITCH;
    }
    return y + 7;
}

static uint32_t page_colour(const struct picture *p, uint32_t state,
                            uint32_t hue)
{
    const struct scene *s = p->scene;
    uint32_t frame = VIEW_PAGE_INDEX(state);
    uint32_t fill = colour(p, ROLE_FREE);

    switch (VIEW_PAGE_KIND(state)) {
    case VIEW_PAGE_ANON:
        fill = hue;
        break;
    case VIEW_PAGE_FILE:
        fill = colour(p, ROLE_GREEN);
        break;
    case VIEW_PAGE_SWAPPED:
        return faded(p, hue);
    default:
        return fill;
    }
    if (s->brush.kind != ITEM_NONE && frame < p->view->n_frames &&
        !classes_brushed(p->classes, s, p->view, frame))
        return faded(p, fill);
    return fill;
}

/* Pages of a VMA, column by column, `size` px each, in a box of `width`. */
static void draw_strip(struct picture *p, const struct view_vma *vma, int x,
                       int y, int size, int width, uint32_t hue)
{
    const uint32_t *pages = p->view->vma_pages + vma->first_page;
    uint32_t rows = STRIP / (uint32_t)size, here = current_frame(p);
    int gap = size >= 4;

    canvas_fill(&p->canvas, x, y, width, STRIP + 2, colour(p, ROLE_FREE));
    for (uint32_t i = 0; i < vma->n_pages; i++) {
        int u = x + 1 + (int)(i / rows) * size;
        int v = y + 1 + (int)(i % rows) * size;

        canvas_fill(&p->canvas, u, v, size - gap, size - gap,
                    page_colour(p, pages[i], hue));
    }
    canvas_frame(&p->canvas, x, y, width, STRIP + 2, 1, colour(p, ROLE_LINE));
    for (uint32_t i = 0; here != NO_FRAME && i < vma->n_pages; i++)
        if ((VIEW_PAGE_KIND(pages[i]) == VIEW_PAGE_ANON ||
             VIEW_PAGE_KIND(pages[i]) == VIEW_PAGE_FILE) &&
            VIEW_PAGE_INDEX(pages[i]) == here)
            draw_mark(p, (struct rect){x + 1 + (int)(i / rows) * size,
                                       y + 1 + (int)(i % rows) * size, size,
                                       size});
    hit_add_grid(p, &(struct hit){.rect = {x + 1, y + 1, width - 2, STRIP},
                                  .kind = ITEM_VMA_PAGE,
                                  .first = vma->first_page,
                                  .n = vma->n_pages,
                                  .cell_w = size,
                                  .cell_h = size,
                                  .columns = rows,
                                  .runs_down = true});
}

static int strip_width(uint32_t pages, int size)
{
    uint32_t rows = STRIP / (uint32_t)size;

    return (int)((pages + rows - 1) / rows) * size + 2;
}

static int draw_vma(struct picture *p, unsigned index, int y, uint32_t hue)
{
    const struct view_vma *vma = &p->view->vmas[index];
    struct rect r = p->layout.panels;
    uint64_t pages = (vma->end - vma->start) >> VIEW_PAGE_SHIFT;
    int size = pages <= 256 ? 4 : pages <= 1024 ? 2 : 1, width;
    int x = r.x + 207, room = r.w - 207 - 96;
    char a[32], b[32], c[32];

    hit_add(p, (struct rect){r.x, y, 200, VMA_PITCH}, ITEM_VMA, index);
    canvas_printf(&p->canvas, TYPE_MONO, r.x, y + 13, colour(p, ROLE_TEXT),
                  "%08llx", (unsigned long long)vma->start);
    canvas_text(&p->canvas, TYPE_MONO, r.x + 64, y + 13, colour(p, ROLE_DIM),
                vma->rights);
    width = strip_width(vma->n_pages, size);
    if (width > room && size > 1)
        width = strip_width(vma->n_pages, size /= 2);
    if (width <= room) {
        canvas_text_cut(&p->canvas, TYPE_LABEL, r.x + 98, y + 13, 104,
                        colour(p, ROLE_TEXT), vma->name);
        draw_strip(p, vma, x, y, size, width, hue);
        canvas_printf_right(
            &p->canvas, TYPE_MONO, r.x + r.w, y + 13, colour(p, ROLE_DIM),
            "%s/%s", number_text(vma->resident, a), number_text(pages, b));
        return y + VMA_PITCH;
    }
    canvas_text_cut(&p->canvas, TYPE_LABEL, r.x + 98, y + 13, 116,
                    colour(p, ROLE_TEXT), vma->name);
    canvas_printf_right(&p->canvas, TYPE_MONO, r.x + r.w, y + 13,
                        colour(p, ROLE_DIM), "%s resident  %s swapped  of %s",
                        number_text(vma->resident, a),
                        number_text(vma->swapped, b), number_text(pages, c));
    draw_strip(p, vma, r.x, y + 18, 1, width < r.w ? width : r.w, hue);
    return y + 18 + VMA_PITCH + 2;
}

static void draw_vma_key(struct picture *p, int y, uint32_t hue)
{
    struct rect r = p->layout.panels;
    int x = r.x + r.w;

    x = canvas_text_right(&p->canvas, TYPE_LABEL, x, y, colour(p, ROLE_DIM),
                          "absent") -
        14;
    canvas_fill(&p->canvas, x, y - 9, 10, 10, colour(p, ROLE_FREE));
    canvas_frame(&p->canvas, x, y - 9, 10, 10, 1, colour(p, ROLE_LINE));
    x = canvas_text_right(&p->canvas, TYPE_LABEL, x - 12, y,
                          colour(p, ROLE_DIM), "swapped") -
        14;
    canvas_fill(&p->canvas, x, y - 9, 10, 10, faded(p, hue));
    x = canvas_text_right(&p->canvas, TYPE_LABEL, x - 12, y,
                          colour(p, ROLE_DIM), "resident") -
        14;
    canvas_fill(&p->canvas, x, y - 9, 5, 10, hue);
    canvas_fill(&p->canvas, x + 5, y - 9, 5, 10, colour(p, ROLE_GREEN));
}

int draw_vmas(struct picture *p, int y)
{
    struct rect r = p->layout.panels;
    unsigned index = selected_process(p);
    char title[48];
    uint32_t hue;

    if (index == VIEW_NONE)
        return y;
    hue = process_paint(p, &p->view->processes[index]).fill;
    snprintf(title, sizeof title, "%s [%d]", p->view->processes[index].comm,
             p->view->processes[index].pid);
    draw_vma_key(p, y + 17, hue);
    y = panel_title(p, r, y, title, "page states by VMA", "") - 3;
    for (unsigned i = 0; i < p->view->n_vmas; i++) {
        if (y + VMA_PITCH > r.y + r.h) {
            canvas_printf_right(&p->canvas, TYPE_LABEL, r.x + r.w, y + 8,
                                colour(p, ROLE_DIM), "and %u more",
                                p->view->n_vmas - i);
            break;
        }
        y = draw_vma(p, i, y, hue);
    }
    return y;
}
