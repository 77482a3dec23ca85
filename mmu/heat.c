/*
 * Times of the last accesses to each frame.
 */
#include "mmu/heat.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

void heat_init(struct heat *h, const struct bus *bus)
{
    memset(h, 0, sizeof *h);
    h->now = 1;
    h->base_pa = bus->ram_base_pa;
    h->n_frames = bus->ram_size >> 12;
    for (unsigned kind = 0; kind < HEAT_KINDS; kind++)
        h->last[kind] = alloc_zeroed(h->n_frames + 1, sizeof(uint64_t));
}

void heat_free(struct heat *h)
{
    for (unsigned kind = 0; kind < HEAT_KINDS; kind++)
        free(h->last[kind]);
    memset(h, 0, sizeof *h);
}

void heat_note(struct heat *h, enum heat_kind kind, uint64_t pa, uint64_t len)
{
    uint64_t first, last;

    if (!h)
        return;
    first = (pa - h->base_pa) >> 12;
    last = (pa - h->base_pa + len - 1) >> 12;
    if (last >= h->n_frames)
        return;
    for (uint64_t frame = first; frame <= last; frame++)
        h->last[kind][frame] = h->now;
}
