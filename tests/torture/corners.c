/*
 * Each access looked at as the manual has it (priv. 1.12, 4.3.2, 3.7): whether
 * the walk of its page, or of both, passes, and whether PMP lets it through.
 */
#include "tests/torture/corners.h"

#include <stddef.h>
#include <string.h>

#include "base/bits.h"
#include "roms/lib/csr.h"
#include "tests/torture/program.h"
#include "tests/torture/seen.h"

static const char *const names[N_CORNERS] = {
    [CORNER_TWO_FAULTS] = "two-faults",
    [CORNER_BEYOND] = "beyond",
    [CORNER_EARLY_AD] = "early-ad",
};

/* Where a program may go, as run.S sets PMP up. */
static bool is_reachable(uint32_t window, uint64_t pa, uint64_t len,
                         unsigned access)
{
    if (pa >= window && pa + len <= window + (uint64_t)WINDOW_SIZE)
        return true;
    return access != STORE && pa >= TRAP_PAGE && pa + len <= TRAP_PAGE + 0x1000;
}

struct place {
    bool is_mapped; /* the walk passes */
    bool is_own;    /* the entry maps pages of the window */
    uint64_t pa;
    uint32_t pte;
};

static bool is_permitted(const struct seen *s, uint32_t pte)
{
    uint32_t wanted = s->access == FETCH ? PTE_X : PTE_W;

    if (s->access == LOAD)
        wanted = s->status & MSTATUS_MXR ? PTE_R | PTE_X : PTE_R;
    if (!(pte & wanted))
        return false;
    if (!s->is_s)
        return pte & PTE_U;
    return !(pte & PTE_U) || (s->access != FETCH && s->status & MSTATUS_SUM);
}

static struct place place_of(const struct seen *s, uint32_t window, uint32_t va)
{
    uint64_t table = (uint64_t)(s->satp & 0x3fffff) << 12;
    struct place p = {true, false, va, PTE_A | PTE_D};

    if (!(s->satp >> 31))
        return p;
    p.is_mapped = false;
    for (unsigned shift = 22; shift >= 12; shift -= 10) {
        uint64_t entry = table + (va >> shift & 0x3ff) * 4, ppn;

        if (!is_reachable(window, entry, 4, LOAD) ||
            !seen_word(s, entry, &p.pte) || !(p.pte & PTE_V) ||
            (p.pte & (PTE_R | PTE_W)) == PTE_W)
            return p;
        ppn = p.pte >> PTE_PPN_SHIFT;
        table = ppn << 12;
        if (!(p.pte & (PTE_R | PTE_X))) {
            if (p.pte & (PTE_U | PTE_A | PTE_D))
                return p;
            continue;
        }
        p.is_mapped = is_permitted(s, p.pte) && (shift == 12 || !(ppn & 0x3ff));
        p.pa = table | (va & ((1u << shift) - 1));
        p.is_own = shift == 12 ? is_reachable(window, p.pa, 1, STORE)
                               : ppn >> 10 == window >> 22;
        return p;
    }
    return p;
}

/* QEMU sets bits that are missing there, though the access is refused. */
static bool is_early(const struct seen *s, const struct place *p)
{
    uint32_t updates = s->access == STORE ? PTE_A | PTE_D : PTE_A;

    return p->is_mapped && p->is_own && ~p->pte & updates;
}

static enum corner corner_of(const struct seen *s, uint32_t window)
{
    uint32_t next = (s->va | 0xfff) + 1, room = next - s->va;
    struct place first = place_of(s, window, s->va), second;

    if (!first.is_mapped)
        return CORNER_NONE;
    if (s->size <= room) {
        if (is_reachable(window, first.pa, s->size, s->access))
            return CORNER_NONE;
        return is_early(s, &first) ? CORNER_EARLY_AD : CORNER_NONE;
    }
    second = place_of(s, window, next);
    if (!is_reachable(window, first.pa, room, s->access)) {
        if (!second.is_mapped)
            return CORNER_TWO_FAULTS;
        return is_early(s, &first) ? CORNER_EARLY_AD : CORNER_NONE;
    }
    if (!is_reachable(window, first.pa, s->size, s->access))
        return CORNER_BEYOND;
    if (second.is_mapped &&
        is_reachable(window, second.pa, s->size - room, s->access))
        return CORNER_NONE;
    return is_early(s, &first) || is_early(s, &second) ? CORNER_EARLY_AD
                                                       : CORNER_NONE;
}

void corners_note(struct corners *c, const struct seen *s)
{
    uint32_t slot, control, landing, at;
    enum corner corner;

    if (!seen_word(s, BATCH + BATCH_CURRENT, &slot) || slot >= MAX_SLOTS)
        return;
    corner = corner_of(s, WINDOWS + slot * WINDOW_SIZE);
    control = CONTROLS + slot * CONTROL_SIZE;
    if (!corner || !seen_word(s, control + C_LANDING, &landing))
        return;
    at = (landing - control - C_TABLE) / LANDING_SIZE - 1; /* it is the next */
    if (at < MAX_LANDINGS && !c->what[slot][at])
        c->what[slot][at] = (uint8_t)corner;
}

unsigned corners_leave_out(const struct corners *c, unsigned slot,
                           struct program p, struct quirk_counts *counts)
{
    uint8_t *table = p.control + C_TABLE;
    unsigned kept = 0;

    for (unsigned i = 0; i < MAX_LANDINGS; i++) {
        uint8_t corner = c->what[slot][i];
        int row = corner ? quirks_landing(names[corner]) : -1;

        if (row >= 0)
            counts->masked[row] += LOG_SIZE / 4;
        else
            memmove(table + LANDING_SIZE * kept++, table + LANDING_SIZE * i,
                    LANDING_SIZE);
    }
    memset(table + LANDING_SIZE * kept, 0,
           LANDING_SIZE * (MAX_LANDINGS - kept));
    return MAX_LANDINGS - kept;
}
