/*
 * DMA without any care for caches, in each way that would go wrong on a
 * machine without coherence; here the data is right, and with -dma
 * coherent=off each use is found (tests/dma_coherence.sh counts them). Row 123
 * of the list of corner cases.
 */
#include "roms/devices/dma_copy.h"

CASE(the_engine_reads_a_dirty_line)
{
    *frame_words(0) = 0x11;
    copy_frame(1, 0, false);
    EXPECT(*frame_words(1), 0x11);
}

CASE(a_load_hits_what_dma_has_replaced)
{
    *frame_words(0) = 0x22;
    maintain(cbo_clean, frame_pa(0));
    (void)*frame_words(1);
    copy_frame(1, 0, true);
    EXPECT(*frame_words(1), 0x22);
    (void)*frame_words(1);
}

CASE(a_fetch_hits_what_dma_has_replaced)
{
    copy_code();
    EXPECT(rom_run(M, stub_call, frame_pa(1), 0, 0)->x[10], 3);
}

CASE(a_write_back_overwrites_what_dma_has_written)
{
    *frame_words(0) = 0x44;
    maintain(cbo_clean, frame_pa(0));
    *frame_words(1) = 0x55;
    copy_frame(1, 0, true);
    maintain(cbo_clean, frame_pa(1));
    EXPECT(*frame_words(1), 0x44);
}
