/*
 * The choices a picture starts with.
 */
#include "frontend/visual/scene.h"

const struct scene_mode_info scene_modes[MODES] = {
    [MODE_ZONE] = {'1', "zone", "Zone"},
    [MODE_OWNER] = {'2', "owner/type", "Owner / type"},
    [MODE_ORDER] = {'3', "order", "Buddy order"},
    [MODE_SLAB] = {'4', "slab", "Slab cache"},
    [MODE_TYPE] = {'5', "type", "Migrate type"},
    [MODE_DIRTY] = {'6', "D/A", "Dirty / accessed"},
    [MODE_HEAT] = {'7', "heat", "Heat"},
};

void scene_init(struct scene *s, int width, int height)
{
    *s = (struct scene){.width = width,
                        .height = height,
                        .palette = &palette_dark,
                        .mode = MODE_OWNER,
                        .selected = NO_FRAME,
                        .order = 4,
                        .speed = "max"};
}
