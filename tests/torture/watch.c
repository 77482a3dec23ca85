/*
 * Which accesses an instruction makes. Jumps that may reach another page count
 * as fetches of their targets.
 */
#include "tests/torture/watch.h"

#include "machine/machine.h"
#include "roms/lib/csr.h"
#include "tests/torture/emit.h"
#include "tests/torture/seen.h"

struct watcher {
    const struct machine *m;
    struct cells *cells;
    struct corners *corners;
};

bool seen_word(const struct seen *s, uint64_t pa, uint32_t *value)
{
    return machine_peek(s->m, pa, value, 4);
}

static void note(const struct watcher *w, const struct hart *h, struct seen s,
                 unsigned priv)
{
    if (priv == PRIV_M)
        return;
    s.m = w->m;
    s.satp = (uint32_t)h->csr.satp;
    s.status = (uint32_t)h->csr.mstatus;
    s.is_s = priv != PRIV_U;
    if (w->cells && s.satp >> 31)
        cells_note(w->cells, &s);
    if (!w->corners)
        return;
    corners_note(w->corners, &s);
    if (s.access == FETCH && (s.va & 0xfff) == 0xffe) {
        s.va += 2; /* the second half, if the instruction has one */
        corners_note(w->corners, &s);
    }
}

static void note_fetch(const struct watcher *w, const struct hart *h,
                       uint64_t va, unsigned priv)
{
    note(w, h,
         (struct seen){.va = (uint32_t)va & ~1u, .access = FETCH, .size = 2},
         priv);
}

static void note_data(const struct watcher *w, const struct hart *h,
                      uint32_t va, unsigned access, unsigned size)
{
    uint32_t status = (uint32_t)h->csr.mstatus;
    bool is_by_mprv = h->priv == PRIV_M && status & MSTATUS_MPRV;

    note(
        w, h,
        (struct seen){
            .va = va, .access = access, .size = size, .is_by_mprv = is_by_mprv},
        is_by_mprv ? status >> MSTATUS_MPP_SHIFT & 3 : (unsigned)h->priv);
}

static void note_compressed(const struct watcher *w, const struct hart *h,
                            uint32_t i)
{
    uint32_t small = (uint32_t)h->x[8 + (i >> 7 & 7)];
    uint32_t offset =
        (i >> 10 & 7) << 3 | (i >> 6 & 1) << 2 | (i >> 5 & 1) << 6;
    unsigned rs1 = i >> 7 & 31;

    if ((i & 0xe003) == 0x4000)
        note_data(w, h, small + offset, LOAD, 4);
    else if ((i & 0xe003) == 0xc000)
        note_data(w, h, small + offset, STORE, 4);
    else if ((i & 0xe003) == 0x4002 && rs1)
        note_data(w, h,
                  (uint32_t)h->x[2] + ((i >> 12 & 1) << 5 | (i >> 4 & 7) << 2 |
                                       (i >> 2 & 3) << 6),
                  LOAD, 4);
    else if ((i & 0xe003) == 0xc002)
        note_data(w, h,
                  (uint32_t)h->x[2] + ((i >> 9 & 15) << 2 | (i >> 7 & 3) << 6),
                  STORE, 4);
    else if ((i & 0xe07f) == 0x8002 && rs1)
        note_fetch(w, h, h->x[rs1], h->priv);
}

static void note_atomic(const struct watcher *w, const struct hart *h,
                        uint32_t i)
{
    uint32_t va = (uint32_t)h->x[i >> 15 & 31];

    if (va & 3 || i >> 27 == 3) /* traps earlier, or may look at nothing */
        return;
    note_data(w, h, va, i >> 27 == 2 ? LOAD : STORE, 4);
}

static void note_return(const struct watcher *w, const struct hart *h,
                        uint32_t i)
{
    uint32_t status = (uint32_t)h->csr.mstatus;

    if (i == INSN_MRET && h->priv == PRIV_M)
        note_fetch(w, h, h->csr.mepc, status >> MSTATUS_MPP_SHIFT & 3);
    else if (i == INSN_SRET && h->priv >= PRIV_S &&
             (h->priv == PRIV_M || !(status & MSTATUS_TSR)))
        note_fetch(w, h, h->csr.sepc, status & MSTATUS_SPP ? PRIV_S : PRIV_U);
}

static void on_exec(void *ctx, const struct hart *h, uint32_t i)
{
    const struct watcher *w = ctx;
    uint32_t base = (uint32_t)h->x[i >> 15 & 31];
    uint32_t imm = (uint32_t)((int32_t)i >> 20);
    unsigned size = 1u << (i >> 12 & 3);

    if (h->priv == PRIV_M && !(h->csr.mstatus & MSTATUS_MPRV)) {
        note_return(w, h, i);
        return;
    }
    if ((i & 3) != 3) {
        note_compressed(w, h, i);
        return;
    }
    switch (i & 0x7f) {
    case OPC_LOAD:
        note_data(w, h, base + imm, LOAD, size);
        break;
    case OPC_STORE:
        note_data(w, h, base + ((imm & ~31u) | (i >> 7 & 31)), STORE, size);
        break;
    case OPC_AMO:
        note_atomic(w, h, i);
        break;
    case OPC_JALR:
        note_fetch(w, h, base + imm, h->priv);
        break;
    case OPC_SYSTEM:
        note_return(w, h, i);
        break;
    }
}

void watch(struct machine *m, struct cells *cells, struct corners *corners)
{
    static struct watcher watcher; /* one machine is watched at a time */
    const struct hart_watch hook = {.exec = on_exec, .ctx = &watcher};

    watcher = (struct watcher){m, cells, corners};
    hart_set_watch(&m->harts[0], &hook);
}
