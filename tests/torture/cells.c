/*
 * Accounts the accesses of a machine to permission cells. It looks at each
 * instruction before it is executed, and at the page tables by itself: jumps
 * that may reach another page count as fetches of their targets.
 */
#include "tests/torture/cells.h"

#include <stdbool.h>
#include <stdio.h>

#include "base/bits.h"
#include "machine/machine.h"
#include "roms/lib/csr.h"
#include "tests/torture/emit.h"

enum { FETCH, LOAD, STORE, N_ACCESSES };
enum { AS_U, AS_S, MPRV_AS_U, MPRV_AS_S }; /* by_mprv * 2 + is_s */

static unsigned cell_of(unsigned flags, bool is_misaligned, unsigned access,
                        unsigned who, unsigned status)
{
    return (((flags * 2 + is_misaligned) * 3 + access) * 4 + who) * 4 + status;
}

/* Why a cell cannot be reached, or NULL. */
static const char *unreachable(unsigned flags, bool is_misaligned,
                               unsigned access, unsigned who)
{
    if (access == FETCH && who >= MPRV_AS_U)
        return "MPRV does not apply to fetches";
    if (!flags && is_misaligned)
        return "a pointer without U, A, D: the next entry decides";
    return NULL;
}

static bool read_word(const struct machine *m, uint64_t pa, uint32_t *value)
{
    return machine_peek(m, pa, value, 4);
}

/* The entry that decides about an address: false if none is valid. */
static bool find_entry(const struct machine *m, uint32_t satp, uint32_t va,
                       uint32_t *pte, bool *is_misaligned)
{
    uint64_t table = (uint64_t)(satp & 0x3fffff) << 12;

    if (!read_word(m, table + (va >> 22) * 4, pte) || !(*pte & 1))
        return false;
    *is_misaligned = *pte & 0xe ? *pte >> 10 & 0x3ff : *pte & 0xd0;
    if (*pte & 0xde) /* a leaf, or a pointer that is none */
        return true;
    table = (uint64_t)(*pte >> 10) << 12;
    return read_word(m, table + (va >> 12 & 0x3ff) * 4, pte) && *pte & 1;
}

struct watcher {
    struct cells *cells;
    const struct machine *m;
};

static void note(const struct watcher *w, const struct hart *h, uint32_t va,
                 unsigned access, unsigned priv, bool by_mprv)
{
    uint32_t status = (uint32_t)h->csr.mstatus, pte;
    unsigned flags, cell;
    bool is_misaligned;

    if (priv == PRIV_M || !(h->csr.satp >> 31 & 1) ||
        !find_entry(w->m, (uint32_t)h->csr.satp, va, &pte, &is_misaligned))
        return;
    flags = (pte >> 1 & 0xf) | (pte >> 6 & 3) << 4;
    cell = cell_of(flags, is_misaligned, access,
                   (priv == PRIV_U ? 0u : 1u) + (by_mprv ? 2u : 0u),
                   status >> 18 & 3);
    w->cells->reached[cell / 8] |= (uint8_t)(1u << cell % 8);
}

static void note_data(const struct watcher *w, const struct hart *h,
                      uint32_t va, unsigned access)
{
    uint32_t status = (uint32_t)h->csr.mstatus;
    bool by_mprv = h->priv == PRIV_M && status & MSTATUS_MPRV;

    note(w, h, va, access,
         by_mprv ? status >> MSTATUS_MPP_SHIFT & 3 : (unsigned)h->priv,
         by_mprv);
}

static void note_compressed(const struct watcher *w, const struct hart *h,
                            uint32_t i)
{
    uint32_t small = (uint32_t)h->x[8 + (i >> 7 & 7)];
    uint32_t offset =
        (i >> 10 & 7) << 3 | (i >> 6 & 1) << 2 | (i >> 5 & 1) << 6;
    unsigned rs1 = i >> 7 & 31;

    if ((i & 0xe003) == 0x4000)
        note_data(w, h, small + offset, LOAD);
    else if ((i & 0xe003) == 0xc000)
        note_data(w, h, small + offset, STORE);
    else if ((i & 0xe003) == 0x4002 && rs1)
        note_data(w, h,
                  (uint32_t)h->x[2] + ((i >> 12 & 1) << 5 | (i >> 4 & 7) << 2 |
                                       (i >> 2 & 3) << 6),
                  LOAD);
    else if ((i & 0xe003) == 0xc002)
        note_data(w, h,
                  (uint32_t)h->x[2] + ((i >> 9 & 15) << 2 | (i >> 7 & 3) << 6),
                  STORE);
    else if ((i & 0xe07f) == 0x8002 && rs1)
        note(w, h, (uint32_t)h->x[rs1] & ~1u, FETCH, h->priv, false);
}

static void note_atomic(const struct watcher *w, const struct hart *h,
                        uint32_t i)
{
    uint32_t va = (uint32_t)h->x[i >> 15 & 31];

    if (va & 3 || i >> 27 == 3) /* traps earlier, or may look at nothing */
        return;
    note_data(w, h, va, i >> 27 == 2 ? LOAD : STORE);
}

static void note_return(const struct watcher *w, const struct hart *h,
                        uint32_t i)
{
    uint32_t status = (uint32_t)h->csr.mstatus;

    if (i == INSN_MRET && h->priv == PRIV_M)
        note(w, h, (uint32_t)h->csr.mepc, FETCH,
             status >> MSTATUS_MPP_SHIFT & 3, false);
    else if (i == INSN_SRET && h->priv >= PRIV_S &&
             (h->priv == PRIV_M || !(status & MSTATUS_TSR)))
        note(w, h, (uint32_t)h->csr.sepc, FETCH,
             status & MSTATUS_SPP ? PRIV_S : PRIV_U, false);
}

static void on_exec(void *ctx, const struct hart *h, uint32_t i)
{
    const struct watcher *w = ctx;
    uint32_t base = (uint32_t)h->x[i >> 15 & 31];
    uint32_t imm = (uint32_t)((int32_t)i >> 20);

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
        note_data(w, h, base + imm, LOAD);
        break;
    case OPC_STORE:
        note_data(w, h, base + ((imm & ~31u) | (i >> 7 & 31)), STORE);
        break;
    case OPC_AMO:
        note_atomic(w, h, i);
        break;
    case OPC_JALR:
        note(w, h, (base + imm) & ~1u, FETCH, h->priv, false);
        break;
    case OPC_SYSTEM:
        note_return(w, h, i);
        break;
    }
}

void cells_watch(struct cells *cells, struct machine *m)
{
    static struct watcher watcher; /* one machine is watched at a time */
    const struct hart_watch watch = {.exec = on_exec, .ctx = &watcher};

    watcher = (struct watcher){cells, m};
    hart_set_watch(&m->harts[0], &watch);
}

void cells_add(struct cells *sum, const struct cells *more)
{
    for (unsigned i = 0; i < sizeof sum->reached; i++)
        sum->reached[i] |= more->reached[i];
}

static void print_cell(unsigned flags, unsigned misaligned, unsigned access,
                       unsigned who, unsigned status)
{
    static const char *const accesses[] = {"fetch", "load", "store"};
    static const char *const modes[] = {"U", "S", "MPRV as U", "MPRV as S"};
    char names[7] = "RWXUAD";

    for (unsigned i = 0; i < 6; i++)
        if (!(flags >> i & 1))
            names[i] = '-';
    printf("  not reached: %s%s, %s, %s, SUM=%u MXR=%u\n", names,
           misaligned ? " misaligned" : "", accesses[access], modes[who],
           status & 1, status >> 1);
}

void cells_report(const struct cells *cells)
{
    unsigned reached = 0, impossible = 0, missing = 0;

    for (unsigned i = 0; i < N_CELLS; i++) {
        unsigned status = i % 4, who = i / 4 % 4, access = i / 16 % 3;
        unsigned misaligned = i / 48 % 2, flags = i / 96;

        if (unreachable(flags, misaligned, access, who))
            impossible++;
        else if (cells->reached[i / 8] >> i % 8 & 1)
            reached++;
        else if (missing++ < 20)
            print_cell(flags, misaligned, access, who, status);
    }
    printf("permission cells: %u of %u reached; %u more cannot be: %s; or %s\n",
           reached, reached + missing, impossible, unreachable(0, 0, 0, 2),
           unreachable(0, 1, 1, 0));
}
