/*
 * Mixed streams of 16- and 32-bit instructions, over every boundary of line,
 * page and block. Row 15 of the list of corner cases.
 */
#include "roms/lib/rom.h"

#define C_ADDI_A0_1 0x0505u
#define ADDI_A0_16 0x01050513u

static void put_half(uint32_t pa, uint32_t half)
{
    *(volatile uint16_t *)pa = (uint16_t)half;
}

static void put_word(uint32_t pa, uint32_t word)
{
    put_half(pa, word);
    put_half(pa + 2, word >> 16);
}

CASE(long_instructions_at_every_even_offset_of_a_page_end)
{
    const uint32_t boundary = frame_pa(1);

    for (uint32_t shift = 0; shift <= 8; shift += 2) {
        uint32_t pc = boundary - shift;

        put_word(pc, ADDI_A0_16);
        put_half(pc + 4, C_ADDI_A0_1);
        put_word(pc + 6, ADDI_A0_16);
        put_word(pc + 10, 0x00000073);
        fence_i();
        const struct trap *t = rom_run(M, (void *)pc, 0, 0, 0);

        EXPECT_DONE(t, M);
        EXPECT(t->x[10], 33);
        EXPECT(t->epc, pc + 10);
    }
}

CASE(three_pages_of_alternating_lengths)
{
    uint32_t pc = frame_pa(0) + 2;
    uint32_t sum = 0;
    unsigned n = 0;

    /* L S S L S S ...: a long one straddles some boundaries. */
    while (pc < frame_pa(3) + 100) {
        if (n++ % 3 == 0) {
            put_word(pc, ADDI_A0_16);
            pc += 4;
            sum += 16;
        } else {
            put_half(pc, C_ADDI_A0_1);
            pc += 2;
            sum += 1;
        }
    }
    put_word(pc, 0x00000073);
    fence_i();
    for (unsigned round = 0; round < 3; round++) {
        const struct trap *t = rom_run(M, (void *)(frame_pa(0) + 2), 0, 0, 0);

        EXPECT_DONE(t, M);
        EXPECT(t->x[10], sum);
        EXPECT(t->epc, pc);
    }
}

CASE(entering_in_the_middle_of_a_long_instruction_decodes_anew)
{
    /* The upper half of lui a0, 0x05050 is c.addi a0, 1. */
    const uint32_t pc = frame_pa(0);

    put_word(pc, 0x05050537);
    put_word(pc + 4, 0x00000073);
    fence_i();
    EXPECT(rom_run(M, (void *)pc, 5, 0, 0)->x[10], 0x05050000);
    EXPECT(rom_run(M, (void *)(pc + 2), 5, 0, 0)->x[10], 6);
    EXPECT(rom_run(M, (void *)pc, 5, 0, 0)->x[10], 0x05050000);
}
