/*
 * The frame map: a cell a frame, in the texture of its class; free blocks by
 * their edges; marks.
 */
#include "frontend/visual/internal.h"

#define TILE 32 /* px from which a frame carries letters */

/* Whether the texture shows its second colour at u, v of a cell of `size`,
 * with the picture's co-ordinates x, y. */
static bool is_second(enum texture texture, int size, int u, int v, int x,
                      int y)
{
    int u5 = u * 5 / size, v5 = v * 5 / size;

    if (size < 3 && texture != TEXTURE_DIAG && texture != TEXTURE_CHECK)
        return false;
    switch (texture) {
    case TEXTURE_DIAG:
        return ((unsigned)x + (unsigned)y) % 4 < 2;
    case TEXTURE_LINE:
        return v5 == 2;
    case TEXTURE_DOT:
        return size < TILE && u5 >= 1 && u5 <= 2 && v5 >= 1 && v5 <= 2;
    case TEXTURE_BARS:
        return u5 & 1;
    case TEXTURE_CHECK:
        return ((unsigned)x + (unsigned)y) & 1;
    case TEXTURE_RING:
        if (size >= TILE)
            return u5 >= 1 && u5 <= 3 && v5 >= 1 && v5 <= 3;
        return u5 >= 1 && u5 <= 2 && v5 >= 1 && v5 <= 2;
    case TEXTURE_SPLIT:
        return u + v >= size - 1;
    case TEXTURE_SOLID:
    case TEXTURE_FREE:
        break;
    }
    return false;
}

void draw_cell(struct picture *p, int x, int y, int size, struct paint look)
{
    uint32_t bg = colour(p, ROLE_BG);
    unsigned percent = p->scene->palette->edge_percent;
    bool has_edge = size >= 3 && look.texture != TEXTURE_FREE;
    uint32_t edge[2] = {colour_mix(look.fill, bg, percent),
                        colour_mix(look.second, bg, percent)};
    uint32_t inner[2] = {look.fill, look.second};

    for (int v = 0; v < size; v++)
        for (int u = 0; u < size; u++) {
            bool second = is_second(look.texture, size, u, v, x + u, y + v);
            bool at_edge = has_edge && (u == size - 1 || v == size - 1);

            canvas_dot(&p->canvas, x + u, y + v,
                       (at_edge ? edge : inner)[second]);
        }
}

/* The first frame of the free block around a frame, NO_FRAME if none. */
static uint32_t block_of(const struct picture *p, uint64_t frame)
{
    const struct view_frame *f;

    if (frame >= p->view->n_frames)
        return NO_FRAME;
    f = &p->view->frames[frame];
    if (f->owner != VIEW_FREE || f->order >= VIEW_ORDERS)
        return NO_FRAME;
    return (uint32_t)(frame >> f->order << f->order);
}

static void draw_block_edges(struct picture *p, uint32_t frame, struct rect r)
{
    uint32_t block = block_of(p, frame);
    uint32_t line = colour(p, ROLE_FREELINE);

    if (block == NO_FRAME || r.w < 3)
        return;
    if ((frame + 1) % p->layout.columns == 0 ||
        block_of(p, (uint64_t)frame + 1) != block)
        canvas_fill(&p->canvas, r.x + r.w - 1, r.y, 1, r.h, line);
    if (block_of(p, (uint64_t)frame + p->layout.columns) != block)
        canvas_fill(&p->canvas, r.x, r.y + r.h - 1, r.w, 1, line);
}

/* The frame whose look a cell of 2^shift frames takes: the first of the most
 * frequent class. `has_dirty`: a dirty page of a file is among them. */
static uint32_t majority(const struct picture *p, uint32_t first,
                         bool *has_dirty)
{
    uint32_t n = 1u << p->layout.shift, best = first;
    uint16_t counts[CLASSES_MAX] = {0};
    uint8_t best_class = p->classes->of_frame[first];

    if (n > p->view->n_frames - first)
        n = p->view->n_frames - first;
    for (uint32_t i = first; i < first + n; i++) {
        uint8_t class = p->classes->of_frame[i];

        *has_dirty |= p->view->frames[i].owner == VIEW_FILE_DIRTY;
        counts[class]++;
        if (class != best_class && counts[class] > counts[best_class]) {
            best_class = class;
            best = i;
        }
    }
    return best;
}

/* Letters and marks on a frame that is large enough to carry them. */
static void draw_tile(struct picture *p, uint32_t frame, struct rect r,
                      struct paint look)
{
    static const char letters[VIEW_OWNERS] = {
        [VIEW_RESERVED] = 'R',     [VIEW_KERNEL_TEXT] = 'X',
        [VIEW_KERNEL_DATA] = 'D',  [VIEW_MEM_MAP] = 'M',
        [VIEW_KERNEL_PAGES] = 'K', [VIEW_SLAB] = 'S',
        [VIEW_PAGE_TABLE] = 'P',   [VIEW_KERNEL_STACK] = 'k',
        [VIEW_DMA_BOUNCE] = 'B',   [VIEW_ANON] = 'A',
        [VIEW_ANON_SHARED] = 'A',  [VIEW_FILE_CLEAN] = 'F',
        [VIEW_FILE_DIRTY] = 'F',
    };
    const struct view_frame *f = &p->view->frames[frame];
    uint32_t luminance = (look.fill >> 16 & 0xff) * 3 +
                         (look.fill >> 8 & 0xff) * 6 + (look.fill & 0xff);
    uint32_t ink = luminance > 1100 ? 0xff0f1216u : 0xffffffffu;

    if (f->owner == VIEW_FREE && !f->in_block && f->order < VIEW_ORDERS)
        canvas_printf(&p->canvas, TYPE_TILE, r.x + 4, r.y + 13,
                      colour(p, ROLE_DIM), "o%u", f->order);
    if (f->owner == VIEW_SWAP_CACHE)
        canvas_text(&p->canvas, TYPE_TILE, r.x + 13, r.y + 20,
                    colour(p, ROLE_TEXT), "A");
    else if (letters[f->owner])
        canvas_printf(&p->canvas, TYPE_TILE, r.x + 4, r.y + 13, ink, "%c",
                      letters[f->owner]);
    if (f->flags & (VIEW_DIRTY | VIEW_PTE_DIRTY) && f->owner != VIEW_FREE)
        canvas_fill(&p->canvas, r.x + r.w - 10, r.y + 5, 5, 5, ink);
    if (f->mapcount > 1 && f->mapcount < 1000)
        canvas_printf_right(&p->canvas, TYPE_TILE, r.x + r.w - 3, r.y + r.h - 5,
                            ink, "%d", f->mapcount);
}

static void draw_frame(struct picture *p, uint32_t first, struct rect r)
{
    bool has_dirty = false;
    uint32_t frame = p->layout.shift ? majority(p, first, &has_dirty) : first;
    struct paint look = classes_paint(p->classes, p->scene, p->view, frame);
    bool is_member = classes_brushed(p->classes, p->scene, p->view, frame);

    if (!is_member) {
        look.fill = faded(p, look.fill);
        look.second = faded(p, look.second);
    }
    draw_cell(p, r.x, r.y, r.w, look);
    if (p->layout.shift) {
        if (has_dirty && is_member)
            canvas_dot(&p->canvas, r.x, r.y, colour(p, ROLE_WHITE));
        return;
    }
    draw_block_edges(p, frame, r);
    if (r.w >= TILE)
        draw_tile(p, frame, r, look);
}

/* The boundary between two zones: a light line with a dark one above. */
static void draw_zone_edge(struct picture *p, uint64_t start)
{
    struct rect r;
    int width = (int)p->layout.seen_columns * p->layout.cell;

    if (!start || start >= p->view->n_frames)
        return;
    start -= start % ((uint64_t)p->layout.columns << p->layout.shift);
    start += (uint64_t)p->layout.first_column << p->layout.shift;
    if (start >= p->view->n_frames ||
        !layout_rect_of(&p->layout, (uint32_t)start, &r))
        return;
    canvas_fill(&p->canvas, p->layout.map.x, r.y - 1, width, 1,
                colour(p, ROLE_HALO));
    canvas_fill(&p->canvas, p->layout.map.x, r.y, width, 1,
                colour(p, ROLE_MARK));
}

static void add_map_hit(struct picture *p)
{
    const struct layout *l = &p->layout;
    uint32_t first = (uint32_t)(l->first_row * l->columns + l->first_column)
                     << l->shift;
    struct hit hit = {.rect = l->map,
                      .kind = ITEM_FRAME,
                      .first = first,
                      .n = p->view->n_frames - first,
                      .cell_w = l->cell,
                      .cell_h = l->cell,
                      .columns = l->columns,
                      .shift = l->shift};

    hit.rect.w = (int)l->seen_columns * l->cell;
    if (hit.rect.w > l->map.w)
        hit.rect.w = l->map.w;
    hit_add_grid(p, &hit);
}

static void draw_map_frame(struct picture *p)
{
    struct rect r = p->layout.map;
    int width = (int)p->layout.seen_columns * p->layout.cell;
    int height = (int)p->layout.seen_rows * p->layout.cell;
    uint32_t line = colour(p, ROLE_FAINT);

    if (width > r.w)
        width = r.w;
    if (height > r.h)
        height = r.h;
    canvas_fill(&p->canvas, r.x - 1, r.y - 1, width + 2, 1, line);
    canvas_fill(&p->canvas, r.x - 1, r.y, 1, height + 1, line);
    canvas_fill(&p->canvas, r.x + width, r.y, 1, height + 1, line);
    canvas_fill(&p->canvas, r.x - 1, r.y + height, width + 2, 1, line);
}

void draw_map(struct picture *p)
{
    const struct layout *l = &p->layout;
    uint32_t frame = current_frame(p);
    struct rect r, before = canvas_clip(&p->canvas, l->map);

    for (unsigned row = 0; row < l->seen_rows; row++)
        for (unsigned column = 0; column < l->seen_columns; column++) {
            uint64_t cell = (uint64_t)(l->first_row + row) * l->columns +
                            l->first_column + column;

            if (cell << l->shift >= p->view->n_frames)
                break;
            draw_frame(p, (uint32_t)(cell << l->shift),
                       (struct rect){l->map.x + (int)column * l->cell,
                                     l->map.y + (int)row * l->cell, l->cell,
                                     l->cell});
        }
    for (unsigned i = 0; i < p->view->n_zones; i++)
        draw_zone_edge(p, p->view->zones[i].start_frame);
    canvas_restore(&p->canvas, before);
    draw_map_frame(p);
    if (frame != NO_FRAME && layout_rect_of(l, frame, &r))
        draw_mark(p, r);
    add_map_hit(p);
}
