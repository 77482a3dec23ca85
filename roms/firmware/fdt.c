/*
 * The flattened device tree: which harts there are, and the one change that the
 * firmware makes, a memory reservation for itself.
 */
#include "roms/firmware/firmware.h"

#define FDT_MAGIC 0xd00dfeed
#define ENTRY_WORDS 4

/* Words of the header, all big-endian. */
enum { MAGIC, TOTAL_SIZE, OFF_STRUCT, OFF_STRINGS, OFF_RESERVATIONS };

static uint32_t big_endian(uint32_t word)
{
    return __builtin_bswap32(word);
}

void fdt_reserve(void *fdt, uint64_t base, uint64_t size)
{
    uint32_t *head = fdt;

    if (fdt == NULL || (uintptr_t)fdt % 4 ||
        big_endian(head[MAGIC]) != FDT_MAGIC)
        return;
    uint32_t total = big_endian(head[TOTAL_SIZE]);
    uint32_t at = big_endian(head[OFF_RESERVATIONS]);

    /* The blocks stand in the order that the format recommends, else the
     * move below would tear the others. */
    if (big_endian(head[OFF_STRUCT]) < at || big_endian(head[OFF_STRINGS]) < at)
        return;
    uint32_t *entry = head + at / 4;
    const uint32_t new_entry[ENTRY_WORDS] = {
        big_endian((uint32_t)(base >> 32)), big_endian((uint32_t)base),
        big_endian((uint32_t)(size >> 32)), big_endian((uint32_t)size)};

    for (uint32_t *word = head + (total + 3) / 4; word-- > entry;)
        word[ENTRY_WORDS] = word[0];
    for (unsigned i = 0; i < ENTRY_WORDS; i++)
        entry[i] = new_entry[i];
    const uint32_t grown = 4 * ENTRY_WORDS;
    head[TOTAL_SIZE] = big_endian(total + grown);
    head[OFF_STRUCT] = big_endian(big_endian(head[OFF_STRUCT]) + grown);
    head[OFF_STRINGS] = big_endian(big_endian(head[OFF_STRINGS]) + grown);
}

enum { BEGIN_NODE = 1, END_NODE, PROPERTY };

static bool starts_with(const char *text, const char *start)
{
    while (*start)
        if (*text++ != *start++)
            return false;
    return true;
}

static const uint32_t *after(const void *at, uint32_t bytes)
{
    return (const uint32_t *)at + (bytes + 3) / 4;
}

/* The tree is the machine's own or the user's: it is well-formed. */
uint32_t fdt_harts(const void *fdt)
{
    const uint32_t *head = fdt, *at;
    const char *strings;
    uint32_t harts = 0, token;
    bool in_cpus = false, in_cpu = false;
    unsigned depth = 0;

    if (fdt == NULL || (uintptr_t)fdt % 4 ||
        big_endian(head[MAGIC]) != FDT_MAGIC)
        return 0;
    at = head + big_endian(head[OFF_STRUCT]) / 4;
    strings = (const char *)fdt + big_endian(head[OFF_STRINGS]);
    do {
        token = big_endian(*at++);
        if (token == BEGIN_NODE) {
            const char *name = (const char *)at;
            uint32_t length = 1;

            while (name[length - 1])
                length++;
            in_cpus = depth == 1 ? starts_with(name, "cpus") : in_cpus;
            in_cpu = depth == 2 && in_cpus && starts_with(name, "cpu@");
            depth++;
            at = after(at, length);
        } else if (token == END_NODE) {
            in_cpu = false;
            depth--;
        } else if (token == PROPERTY) {
            uint32_t length = big_endian(at[0]);
            const char *name = strings + big_endian(at[1]);

            at = after(at + 2, length);
            if (in_cpu && starts_with(name, "reg") && !name[3] &&
                big_endian(at[-1]) < MAX_HARTS)
                harts |= 1u << big_endian(at[-1]);
        }
    } while (depth);
    return harts;
}
