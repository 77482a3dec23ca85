/*
 * Code that changes under the hart without FENCE.I. Rows 20 and 126 of the
 * list of corner cases. Our choice: the hart's own stores reach its fetches at
 * once, already at the next instruction.
 */
#include "roms/lib/rom.h"

/* a0 = 1 from the instruction at 1f; a1 replaces it, a2 = 1f. */
STUB(patch_next, "sh a1, 0(a2)\n.globl patch_next_at\npatch_next_at:\n"
                 "c.li a0, 1");
extern char patch_next_at[];
#define C_LI_A0(n) (0x4501u | (n) << 2)

static void restore(char *at)
{
    *(volatile uint16_t *)at = C_LI_A0(1);
    fence_i();
}

CASE(a_store_reaches_the_very_next_instruction)
{
    const struct trap *t =
        rom_run(M, patch_next, 0, C_LI_A0(7), (uint32_t)patch_next_at);

    EXPECT_DONE(t, M);
    EXPECT(t->x[10], 7);
    restore(patch_next_at);
}

/* Runs a loop that rewrites its own increment each time round. */
STUB(patch_loop, "c.li a0, 0\n"
                 "1: .globl patch_loop_at\npatch_loop_at:\n"
                 "c.addi a0, 1\n"
                 "xori a1, a1, 0xc\n sh a1, 0(a2)\n" /* +1, +2 in turn */
                 "addi a3, a3, -1\n bnez a3, 1b");
extern char patch_loop_at[];
STUB(enter_patch_loop, "li a3, 10\n j patch_loop");

CASE(a_loop_may_rewrite_itself)
{
    /* c.addi a0, 1 = 0x0505; c.addi a0, 2 = 0x0509. */
    const struct trap *t =
        rom_run(M, enter_patch_loop, 0, 0x0505, (uint32_t)patch_loop_at);

    EXPECT_DONE(t, M);
    EXPECT(t->x[10], 15);
}
