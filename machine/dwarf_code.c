/*
 * What DWARF says of code: the parameters of functions, and where a function
 * keeps the address to which it returns (.debug_frame).
 */
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <stdlib.h>

#include "machine/dwarf.h"
#include "machine/dwarf_internal.h"

#define FUNCTIONS_MAX 16 /* of one name that are looked at */
#define REG_RA 1
#define REGISTERS 32

/* The i-th parameter of a function, from 0. */
static bool find_parameter(Dwarf_Die *function, unsigned i, Dwarf_Die *found)
{
    unsigned seen = 0;

    if (dwarf_child(function, found) != 0)
        return false;
    do {
        if (dwarf_tag(found) == DW_TAG_formal_parameter && seen++ == i)
            return true;
    } while (dwarf_next_sibling(found));
    return false;
}

bool dwarf_types_parameter(struct dwarf_types *t, const char *function,
                           unsigned i, const char **name, uint64_t *size)
{
    Dwarf_Die die, parameter;

    for (size_t k = 0; k < FUNCTIONS_MAX; k++) {
        if (!dwarf_types_function(t, function, k, &die))
            return false;
        if (!find_parameter(&die, i, &parameter))
            continue;
        *name = dwarf_diename(&parameter);
        return *name && dwarf_size_of_type(&parameter, size);
    }
    return false;
}

/* [sp + offset], from "the CFA is sp + a" and "ra is at the CFA + b". */
static bool read_frame(Dwarf_Frame *frame, unsigned *base, int64_t *offset)
{
    Dwarf_Op memory[3], *ops;
    size_t n;
    int64_t from_cfa = 0;

    if (dwarf_frame_register(frame, REG_RA, memory, &ops, &n) != 0 || !n ||
        n > 2 || ops[0].atom != DW_OP_call_frame_cfa ||
        (n == 2 && ops[1].atom != DW_OP_plus_uconst))
        return false;
    if (n == 2)
        from_cfa = (int64_t)ops[1].number;
    if (dwarf_frame_cfa(frame, &ops, &n) != 0 || n != 1 ||
        ops[0].atom != DW_OP_bregx || ops[0].number >= REGISTERS)
        return false;
    *base = (unsigned)ops[0].number;
    *offset = (int64_t)(ops[0].number2 + (uint64_t)from_cfa);
    return true;
}

bool dwarf_types_caller(struct dwarf_types *t, uint64_t pc, unsigned *base,
                        int64_t *offset)
{
    Dwarf *dwarf = dwarf_types_handle(t);
    Dwarf_CFI *cfi = dwarf ? dwarf_getcfi(dwarf) : NULL;
    Dwarf_Frame *frame;
    bool is_saved;

    if (!cfi || dwarf_cfi_addrframe(cfi, pc, &frame) != 0)
        return false;
    is_saved = read_frame(frame, base, offset);
    free(frame);
    return is_saved;
}
