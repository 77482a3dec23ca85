/*
 * Keys and mouse, on the scene.
 */
#include "frontend/visual/control.h"

static void pan(struct scene *s, const struct picture *p, int columns, int rows)
{
    const struct layout *l = &p->layout;
    int most_column = (int)(l->columns - l->seen_columns);
    int most_row = (int)(l->rows - l->seen_rows);

    if (!l->is_zoomed)
        return;
    s->first_column = (int)l->first_column + columns;
    s->first_row = (int)l->first_row + rows;
    if (s->first_column > most_column)
        s->first_column = most_column;
    if (s->first_row > most_row)
        s->first_row = most_row;
    if (s->first_column < 0)
        s->first_column = 0;
    if (s->first_row < 0)
        s->first_row = 0;
}

static void zoom_out_fully(struct scene *s)
{
    s->cell = s->first_column = s->first_row = 0;
}

/* The next cell size in that direction, 0 for the whole map. */
static int next_cell(const struct layout *l, int clicks)
{
    int i;

    if (clicks > 0) {
        for (i = 0; i < ZOOM_LEVELS; i++)
            if (layout_zoom[i] > l->cell || (l->shift && l->cell <= 2))
                return layout_zoom[i];
        return l->cell;
    }
    for (i = ZOOM_LEVELS - 1; l->is_zoomed && i >= 0; i--)
        if (layout_zoom[i] < l->cell)
            return layout_zoom[i];
    return 0;
}

void control_wheel(struct scene *s, const struct picture *p, int x, int y,
                   int clicks)
{
    const struct layout *l = &p->layout;
    struct item at = render_item_at(p, x, y);
    struct layout after;
    unsigned column, row;

    if (!clicks || at.kind != ITEM_FRAME)
        return;
    s->cell = next_cell(l, clicks);
    s->first_column = s->first_row = 0;
    layout_make(&after, s, p->view->n_frames);
    if (!after.is_zoomed) {
        zoom_out_fully(s);
        return;
    }
    /* The frame under the pointer stays there. */
    layout_cell_of(&after, at.index, &column, &row);
    s->first_column = (int)column - (x - after.map.x) / after.cell;
    s->first_row = (int)row - (y - after.map.y) / after.cell;
    layout_make(&after, s, p->view->n_frames);
    s->first_column = (int)after.first_column;
    s->first_row = (int)after.first_row;
}

void control_drag(struct scene *s, const struct picture *p, int *dx, int *dy)
{
    int cell = p->layout.cell;

    pan(s, p, -(*dx / cell), -(*dy / cell));
    *dx %= cell;
    *dy %= cell;
}

void control_hover(struct scene *s, const struct picture *p, int x, int y)
{
    s->hover = render_item_at(p, x, y);
}

static void brush(struct scene *s, enum item_kind kind, uint32_t index,
                  bool add)
{
    uint64_t mask = index < 64 ? UINT64_C(1) << index : 0;

    if (s->brush.kind == kind && add)
        s->brush.mask ^= mask;
    else if (s->brush.kind == kind && s->brush.mask == mask)
        s->brush.mask = 0; /* a second click takes it back */
    else
        s->brush.mask = mask;
    s->brush.kind = s->brush.mask ? kind : ITEM_NONE;
}

void control_renew(struct scene *s, const struct view_snapshot *before,
                   const struct view_snapshot *now)
{
    uint64_t mask = 0;

    if (s->brush.kind != ITEM_PROCESS)
        return;
    for (unsigned i = 0; i < before->n_processes; i++)
        for (unsigned k = 0; s->brush.mask >> i & 1 && k < now->n_processes;
             k++)
            if (before->processes[i].pid == now->processes[k].pid)
                mask |= UINT64_C(1) << k;
    s->brush.mask = mask;
    if (!mask)
        s->brush.kind = ITEM_NONE;
}

static void set_mode(struct scene *s, enum scene_mode mode)
{
    if (s->brush.kind == ITEM_CLASS)
        s->brush = (struct brush){ITEM_NONE, 0};
    s->mode = mode;
}

void control_click(struct scene *s, const struct picture *p, int x, int y,
                   bool add)
{
    struct item at = render_item_at(p, x, y);

    switch (at.kind) {
    case ITEM_FRAME:
        s->selected = at.index;
        break;
    case ITEM_VMA_PAGE:
        s->selected = render_frame_of_page(p, at.index);
        break;
    case ITEM_PROCESS:
        if (!add)
            s->selected_pid = p->view->processes[at.index].pid;
        brush(s, at.kind, at.index, add);
        break;
    case ITEM_ORDER:
        s->order = at.index;
        brush(s, at.kind, at.index, add);
        break;
    case ITEM_CLASS:
    case ITEM_ZONE:
        brush(s, at.kind, at.index, add);
        break;
    case ITEM_MODE:
        set_mode(s, (enum scene_mode)at.index);
        break;
    case ITEM_NONE:
    case ITEM_VMA:
    case ITEM_SLOT:
        break;
    }
}

static void clear(struct scene *s)
{
    s->selected = NO_FRAME;
    s->brush = (struct brush){ITEM_NONE, 0};
    s->hover.kind = ITEM_NONE;
    s->shows_help = false;
}

static bool is_mode_key(struct scene *s, const struct picture *p, int key)
{
    for (int i = 0; i < MODES; i++)
        if (scene_modes[i].key == key && (i != MODE_HEAT || p->view->heat)) {
            set_mode(s, (enum scene_mode)i);
            return true;
        }
    return false;
}

/* Keys that speak to the machine. */
static enum control_wish wish_of(int key)
{
    switch (key) {
    case ' ':
        return CONTROL_PAUSE;
    case '.':
        return CONTROL_STEP;
    case '[':
        return CONTROL_SLOWER;
    case ']':
        return CONTROL_FASTER;
    case KEY_F2:
        return CONTROL_SAVE;
    default:
        return CONTROL_NOTHING;
    }
}

enum control_wish control_key(struct scene *s, const struct picture *p, int key,
                              bool ctrl)
{
    int step = (int)p->layout.seen_columns / 4 + 1;

    if (ctrl)
        return key == 'q' ? CONTROL_QUIT : CONTROL_NOTHING;
    if (is_mode_key(s, p, key))
        return CONTROL_NOTHING;
    switch (key) {
    case KEY_ESCAPE:
        clear(s);
        break;
    case KEY_HOME:
        zoom_out_fully(s);
        break;
    case KEY_LEFT:
        pan(s, p, -step, 0);
        break;
    case KEY_RIGHT:
        pan(s, p, step, 0);
        break;
    case KEY_UP:
        pan(s, p, 0, -step);
        break;
    case KEY_DOWN:
        pan(s, p, 0, step);
        break;
    case KEY_F1:
        s->shows_help = !s->shows_help;
        break;
    case 't':
        s->palette = s->palette->is_light ? &palette_dark : &palette_light;
        break;
    default:
        return wish_of(key);
    }
    return CONTROL_NOTHING;
}
