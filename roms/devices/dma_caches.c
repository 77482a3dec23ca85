/*
 * Copies of memory in caches against the DMA engine: what a hart has stored
 * is what the engine reads, and what the engine writes is what a hart loads,
 * line by line and in parts of lines. Each case runs with the block written
 * back or dropped by cbo.* as software for a machine without coherence has
 * it, and, as this machine's contract is coherence, without. Row 123 of the
 * list of corner cases.
 */
#include "abi/qdma.h"
#include "roms/lib/rom.h"

#define LINE 64u
#define BYTES 1024u

/* The instructions with a0 = address, in rom_exec. */
#define CBO_INVAL 0x0005200fu
#define CBO_CLEAN 0x0015200fu
#define CBO_FLUSH 0x0025200fu
#define NOTHING 0x00000013u

static volatile struct qdma_desc *desc(void)
{
    return (volatile struct qdma_desc *)rom_frames[15];
}

static volatile uint32_t *reg(uint32_t offset)
{
    return word_at(QDMA_BASE + QDMA_CHANNEL(0) + offset);
}

static void copy(uint32_t dst, uint32_t src, uint32_t length)
{
    desc()->control = QDMA_OP_COPY;
    desc()->length = length;
    desc()->src = src;
    desc()->dst = dst;
    desc()->next = 0;
    *reg(QDMA_INT) = ~0u;
    *reg(QDMA_DESC_LO) = (uint32_t)desc();
    *reg(QDMA_DESC_HI) = 0;
    *reg(QDMA_CONTROL) = QDMA_START;
    while (*reg(QDMA_STATUS) & QDMA_BUSY)
        ;
    EXPECT(*reg(QDMA_ERROR), QDMA_ERR_NONE);
}

static void manage(uint32_t insn, uint32_t pa, uint32_t length)
{
    for (uint32_t at = pa & ~(LINE - 1); at < pa + length; at += LINE)
        EXPECT_DONE(rom_exec(M, insn, at, 0), M);
}

CASE(the_engine_reads_what_was_stored_last)
{
    static const uint32_t before[] = {CBO_CLEAN, CBO_FLUSH, NOTHING};

    for (unsigned round = 0; round < 9; round++) {
        for (unsigned i = 0; i < BYTES / 4; i++)
            frame_words(0)[i] = round << 16 | i;
        manage(before[round % 3], frame_pa(0), BYTES);
        copy(frame_pa(1), frame_pa(0), BYTES);
        manage(round % 3 == 2 ? NOTHING : CBO_INVAL, frame_pa(1), BYTES);
        for (unsigned i = 0; i < BYTES / 4; i++)
            EXPECT(frame_words(1)[i], round << 16 | i);
    }
}

CASE(a_hart_loads_what_the_engine_wrote_last)
{
    static const uint32_t after[] = {CBO_INVAL, CBO_FLUSH, NOTHING};

    for (unsigned round = 0; round < 9; round++) {
        uint32_t sum = 0;

        for (unsigned i = 0; i < BYTES / 4; i++)
            sum += frame_words(2)[i]; /* into the caches, clean */
        EXPECT(sum, round ? BYTES / 4 * (round - 1) : 0);
        for (unsigned i = 0; i < BYTES / 4; i++)
            frame_words(3)[i] = round;
        manage(CBO_CLEAN, frame_pa(3), BYTES);
        copy(frame_pa(2), frame_pa(3), BYTES);
        manage(after[round % 3], frame_pa(2), BYTES);
        for (unsigned i = 0; i < BYTES / 4; i++)
            EXPECT(frame_words(2)[i], round);
    }
}

/* A dirty line of which the engine writes a part: both writes stay. */
CASE(a_write_to_part_of_a_dirty_line_loses_neither)
{
    frame_words(1)[0] = 0x44332211;
    for (unsigned round = 0; round < 4; round++) {
        for (unsigned i = 0; i < 2 * LINE / 4; i++)
            frame_words(0)[i] = 0x1000 * round + i;
        manage(round & 1 ? CBO_FLUSH : NOTHING, frame_pa(0), 2 * LINE);
        copy(frame_pa(0) + LINE - 2, frame_pa(1), 4);
        for (unsigned i = 0; i < 2 * LINE / 4; i++) {
            uint32_t want = 0x1000 * round + i;

            if (i == LINE / 4 - 1)
                want = (want & 0xffff) | 0x22110000;
            if (i == LINE / 4)
                want = (want & 0xffff0000) | 0x4433;
            EXPECT(frame_words(0)[i], want);
        }
    }
}

CASE(cbo_zero_reaches_the_engine)
{
    for (unsigned i = 0; i < LINE / 4; i++)
        frame_words(0)[i] = frame_words(1)[i] = ~i;
    manage(0x0045200f, frame_pa(0), LINE);
    manage(CBO_CLEAN, frame_pa(0), LINE);
    copy(frame_pa(1), frame_pa(0), LINE);
    for (unsigned i = 0; i < LINE / 4; i++)
        EXPECT(frame_words(1)[i], 0);
}
