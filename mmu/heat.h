/*
 * When each frame of DRAM was last read, written and executed, in machine
 * time, for the visualiser. Time advances by epochs: within one, only the
 * first access of a kind to a frame is noted, so that the others cost
 * nothing. It has no effect on the guest or on any count.
 */
#ifndef QUIRE_MMU_HEAT_H
#define QUIRE_MMU_HEAT_H

#include <stdbool.h>
#include <stdint.h>

#include "devices/bus.h"

enum heat_kind { HEAT_READ, HEAT_WRITE, HEAT_EXECUTE, HEAT_KINDS };

struct heat {
    uint64_t now; /* of this epoch; 0 is never */
    uint64_t base_pa, n_frames;
    uint64_t *last[HEAT_KINDS]; /* by frame; 0: not yet */
};

void heat_init(struct heat *h, const struct bus *bus);
void heat_free(struct heat *h);

/* Notes an access to [pa, pa + len), which is DRAM or is ignored. h may be
 * NULL. */
void heat_note(struct heat *h, enum heat_kind kind, uint64_t pa, uint64_t len);

/* The same in one frame, which is DRAM's; then whether what is noted of it in
 * this epoch makes a note of a load, and of a store, needless. */
struct heat_known {
    bool load, store;
};
static inline struct heat_known heat_note_frame(struct heat *h,
                                                enum heat_kind kind,
                                                uint64_t pa)
{
    uint64_t frame = (pa - h->base_pa) >> 12, now = h->now;
    struct heat_known known;

    h->last[kind][frame] = now;
    known.load = h->last[HEAT_READ][frame] == now;
    known.store = h->last[HEAT_WRITE][frame] == now;
    return known;
}

/* Whether the frame of pa needs no further note in this epoch. */
static inline bool heat_has(const struct heat *h, enum heat_kind kind,
                            uint64_t pa)
{
    uint64_t frame;

    if (!h)
        return true;
    frame = (pa - h->base_pa) >> 12;
    return frame >= h->n_frames || h->last[kind][frame] == h->now;
}

#endif
