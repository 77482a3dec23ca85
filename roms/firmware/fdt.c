/*
 * The one change that the firmware makes to the flattened device tree: a
 * memory reservation for itself.
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
