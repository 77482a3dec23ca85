/*
 * Accounts accesses to permission cells, by walks of its own.
 */
#include "tests/torture/cells.h"

#include <stdbool.h>
#include <stdio.h>

#include "base/bits.h"
#include "roms/lib/csr.h"
#include "tests/torture/seen.h"

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

/* The entry that decides about an address: false if none is valid. */
static bool find_entry(const struct seen *s, uint32_t *pte, bool *is_misaligned)
{
    uint64_t table = (uint64_t)(s->satp & 0x3fffff) << 12;

    if (!seen_word(s, table + (s->va >> 22) * 4, pte) || !(*pte & 1))
        return false;
    *is_misaligned = *pte & 0xe ? *pte >> 10 & 0x3ff : *pte & 0xd0;
    if (*pte & 0xde) /* a leaf, or a pointer that is none */
        return true;
    table = (uint64_t)(*pte >> 10) << 12;
    return seen_word(s, table + (s->va >> 12 & 0x3ff) * 4, pte) && *pte & 1;
}

void cells_note(struct cells *cells, const struct seen *s)
{
    unsigned flags, cell;
    bool is_misaligned;
    uint32_t pte;

    if (!find_entry(s, &pte, &is_misaligned))
        return;
    flags = (pte >> 1 & 0xf) | (pte >> 6 & 3) << 4;
    cell = cell_of(flags, is_misaligned, s->access,
                   (s->is_s ? 1u : 0u) + (s->is_by_mprv ? 2u : 0u),
                   s->status >> 18 & 3);
    cells->reached[cell / 8] |= (uint8_t)(1u << cell % 8);
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
