/*
 * For the ROMs about DMA and caches: copies by the engine, and cbo.* for all
 * of a frame.
 */
#ifndef QUIRE_ROMS_DEVICES_DMA_COPY_H
#define QUIRE_ROMS_DEVICES_DMA_COPY_H

#include "abi/qdma.h"
#include "roms/lib/vm.h"

#define LINE 64u

/* a0 = the first of a1 lines. */
#define EACH_LINE(cbo)                                                         \
    "1: .word " cbo "\n addi a0, a0, 64\n addi a1, a1, -1\n bnez a1, 1b"
STUB(cbo_inval, EACH_LINE("0x0005200f"));
STUB(cbo_clean, EACH_LINE("0x0015200f"));
STUB(cbo_flush, EACH_LINE("0x0025200f"));

static inline void maintain(const char *cbo, uint32_t pa)
{
    EXPECT_DONE(rom_run(M, cbo, pa, PAGE_SIZE / LINE, 0), M);
}

static inline volatile uint32_t *dma_reg(uint32_t offset)
{
    return word_at(QDMA_BASE + QDMA_CHANNEL(0) + offset);
}

/* Copies a frame, or the first line of it, and waits. The descriptor, in frame
 * 15, is cleaned first. */
static inline void copy_frame(unsigned to, unsigned from, bool is_whole)
{
    volatile struct qdma_desc *desc = (volatile void *)rom_frames[15];

    desc->control = QDMA_OP_COPY;
    desc->length = is_whole ? PAGE_SIZE : LINE;
    desc->src = frame_pa(from);
    desc->dst = frame_pa(to);
    desc->next = 0;
    maintain(cbo_clean, frame_pa(15));
    *dma_reg(QDMA_INT) = ~0u;
    *dma_reg(QDMA_DESC_LO) = (uint32_t)desc;
    *dma_reg(QDMA_DESC_HI) = 0;
    *dma_reg(QDMA_CONTROL) = QDMA_START;
    while (*dma_reg(QDMA_STATUS) & QDMA_BUSY)
        ;
    EXPECT(*dma_reg(QDMA_ERROR), QDMA_ERR_NONE);
}

/* Frame 1, which was fetched from, gets by DMA what frame 0 has: a function
 * that gives 3 where one gave 2. */
static inline void copy_code(void)
{
    vm_put_code(frame_pa(0), 3);
    vm_put_code(frame_pa(1), 2);
    EXPECT(rom_run(M, stub_call, frame_pa(1), 0, 0)->x[10], 2);
    maintain(cbo_clean, frame_pa(0));
    maintain(cbo_flush, frame_pa(1));
    copy_frame(1, 0, true);
}

#endif
