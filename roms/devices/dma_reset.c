/*
 * A warm reset while the DMA engine is in the middle of a chain: the rest of
 * it never happens, and the engine is as new. Row 131 of the list of corner
 * cases. This ROM runs twice.
 */
#include "abi/qdma.h"
#include "roms/lib/rom.h"

/* Outside the ROM's own segments. */
#define MARK_PA 0x80900000u
#define DESC_PA 0x80901000u
#define TARGET_PA 0x80910000u
#define MARK 0x52534554u
#define BYTES 0x10000u

static volatile uint32_t *reg(uint32_t offset)
{
    return word_at(QDMA_BASE + QDMA_CHANNEL(1) + offset);
}

static bool is_second_run(void)
{
    return *word_at(MARK_PA) == MARK;
}

CASE(the_first_run_resets_within_a_transfer)
{
    volatile struct qdma_desc *d = (volatile struct qdma_desc *)DESC_PA;

    if (is_second_run())
        return;
    *word_at(MARK_PA) = MARK;
    *word_at(TARGET_PA) = 0x11223344;
    *word_at(TARGET_PA + BYTES - 4) = 0x55667788;
    d->control = QDMA_OP_FILL;
    d->length = BYTES;
    d->src = 0xee;
    d->dst = TARGET_PA;
    d->next = 0;
    *reg(QDMA_INT_ENABLE) = QDMA_INT_CHAIN;
    *reg(QDMA_DESC_LO) = DESC_PA;
    *reg(QDMA_DESC_HI) = 0;
    *reg(QDMA_CONTROL) = QDMA_START;
    EXPECT(*reg(QDMA_STATUS), QDMA_BUSY);
    *word_at(FINISHER_BASE) = FINISHER_RESET;
    for (;;)
        __asm__ volatile("wfi");
}

CASE(the_engine_is_as_new)
{
    EXPECT(*reg(QDMA_STATUS), 0);
    EXPECT(*reg(QDMA_ERROR), 0);
    EXPECT(*reg(QDMA_COMPLETED), 0);
    EXPECT(*reg(QDMA_INT), 0);
    EXPECT(*reg(QDMA_INT_ENABLE), 0);
    EXPECT(*reg(QDMA_DESC_LO), 0);
}

CASE(the_transfer_never_happens)
{
    const uint64_t until = mtime_now() + 5000;

    while (mtime_now() < until)
        ;
    EXPECT(*reg(QDMA_INT), 0);
    EXPECT(*word_at(TARGET_PA), 0x11223344);
    EXPECT(*word_at(TARGET_PA + BYTES - 4), 0x55667788);
    *word_at(MARK_PA) = 0;
}
