/*
 * DMA as software for a machine without coherence does it: each buffer is
 * cleaned before the engine reads it, and flushed before and dropped after
 * the engine writes it; code is fetched after fence.i. With -dma coherent=off
 * nothing is stale (tests/dma_coherence.sh). Row 123 of the list of corner
 * cases.
 */
#include "roms/devices/dma_copy.h"

CASE(a_copy_between_maintained_buffers)
{
    for (unsigned i = 0; i < 1024; i++) {
        frame_words(0)[i] = i * 7;
        frame_words(1)[i] = ~i;
    }
    maintain(cbo_clean, frame_pa(0));
    maintain(cbo_flush, frame_pa(1));
    copy_frame(1, 0, true);
    maintain(cbo_inval, frame_pa(1));
    for (unsigned i = 0; i < 1024; i++)
        EXPECT(frame_words(1)[i], i * 7);
}

CASE(code_that_dma_brings)
{
    copy_code();
    maintain(cbo_inval, frame_pa(1));
    fence_i();
    EXPECT(rom_run(M, stub_call, frame_pa(1), 0, 0)->x[10], 3);
}
