/*
 * Which extensions there are, and which of them a machine has.
 */
#include "cpu/extension.h"

#include <string.h>

#include "base/compiler.h"
#include "cpu/hart.h"

/* clang-format off */
const struct extension_row extension_table[] = {
/* name, bit, letter, meaning */
{ "i", 0, 'I', "integers" },
{ "m", 0, 'M', "multiplication and division" },
{ "a", 0, 'A', "atomics" },
{ "c", 0, 'C', "compressed" },
{ "zicbom", EXT_ZICBOM, 'm', "cache blocks: clean, flush, invalidate" },
{ "zicboz", EXT_ZICBOZ, 'z', "cache blocks: zero" },
{ "zicntr", 0, 0, "cycle, time, instret" },
{ "zicsr", 0, 'Z', "control and status registers" },
{ "zifencei", 0, 'F', "instruction-fetch fence" },
{ "zihpm", 0, 0, "counters of events" },
{ "zba", EXT_ZBA, 'a', "address generation" },
{ "zbb", EXT_ZBB, 'b', "basic bit manipulation" },
{ "zbs", EXT_ZBS, 's', "single bits" },
{ "sstc", EXT_SSTC, 0, "a timer of the supervisor's own" },
{ "svade", EXT_SVADE, 0, "page faults where A or D is clear" },
{ "svadu", EXT_SVADU, 0, "menvcfg.ADUE: A and D by hardware or by faults" },
{ "svinval", EXT_SVINVAL, 'v', "fine-grained address-translation fences" },
};
/* clang-format on */

const size_t extension_table_rows = ARRAY_SIZE(extension_table);

const struct extension_row *extension_find(const char *name)
{
    for (size_t i = 0; i < extension_table_rows; i++) {
        const struct extension_row *row = &extension_table[i];

        if (row->bit && !strcmp(row->name, name))
            return row;
    }
    return NULL;
}

unsigned extension_set(const struct hart_config *config)
{
    unsigned set = config->mmu.is_svade ? EXT_SVADE : 0;

    for (size_t i = 0; i < extension_table_rows; i++)
        if (extension_table[i].bit != EXT_SVADE)
            set |= extension_table[i].bit & ~config->without;
    return set;
}

bool extension_has_letter(unsigned set, char letter)
{
    for (size_t i = 0; i < extension_table_rows; i++) {
        const struct extension_row *row = &extension_table[i];

        if (row->letter == letter)
            return !row->bit || row->bit & set;
    }
    return true;
}
