/*
 * Fences with reserved fields, pause, and code that changes before a FENCE.I.
 * Rows 16 and 20 of the list of corner cases.
 */
#include "roms/lib/rom.h"

CASE(fences_ignore_their_reserved_fields)
{
    static const uint32_t words[] = {
        0x0ff0000f, /* fence iorw, iorw */
        0x8330000f, /* fence.tso */
        0x0100000f, /* pause */
        0x0000000f, /* fence with empty sets */
        0xf0f5050f, /* fence, all reserved fields set */
        0x0000100f, /* fence.i */
        0xfff5150f, /* fence.i, all reserved fields set */
    };

    for (unsigned i = 0; i < sizeof(words) / 4; i++) {
        const struct trap *t = rom_exec(M, words[i], 0x77, 0);

        EXPECT_DONE(t, M);
        EXPECT(t->x[10], 0x77);
    }
}

/* a0 = 1 from the instruction at patch_fence_at; a1 replaces it, a2 points at
 * it. */
STUB(patch_fence, "sh a1, 0(a2)\n fence.i\n.globl patch_fence_at\n"
                  "patch_fence_at:\n c.li a0, 1");
extern char patch_fence_at[];

#define C_LI_A0(n) (0x4501u | (n) << 2)

static void restore(char *at)
{
    *(volatile uint16_t *)at = C_LI_A0(1);
    fence_i();
}

CASE(a_store_and_fence_i_reach_the_next_instruction)
{
    for (unsigned n = 1; n < 8; n++) {
        const struct trap *t =
            rom_run(M, patch_fence, 0, C_LI_A0(n), (uint32_t)patch_fence_at);

        EXPECT_DONE(t, M);
        EXPECT(t->x[10], n);
    }
    restore(patch_fence_at);
}

CASE(code_that_becomes_illegal_traps_with_its_new_bits)
{
    const struct trap *t =
        rom_run(M, patch_fence, 0, 0, (uint32_t)patch_fence_at);

    EXPECT_TRAP(t, CAUSE_ILLEGAL, patch_fence_at, 0);
    restore(patch_fence_at);
}
