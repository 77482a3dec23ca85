/*
 * Names of code.
 */
#include "frontend/code_names.h"

#include <inttypes.h>
#include <stdio.h>

void code_name(struct symbols *symbols, enum privilege priv, uint64_t va,
               char text[CODE_NAME_MAX])
{
    const char *function = NULL;
    uint64_t offset = 0;

    if (symbols && priv != PRIV_U)
        function = symbols_nearest(symbols, va, &offset);
    if (function)
        snprintf(text, CODE_NAME_MAX, "%s+0x%" PRIx64, function, offset);
    else
        snprintf(text, CODE_NAME_MAX, "%c %08" PRIx64, "USHM"[priv], va);
}
