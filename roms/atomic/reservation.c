/*
 * LR and SC. Rows 65, 106, 107, 108, 109 and 110 of the list of corner cases.
 * The cases here hold on any implementation; reservation_choice.c has ours.
 */
#include "roms/lib/vm.h"

#define SUCCEEDED 0

/* a0 = word; a0 = result of the last SC. */
STUB(sc_alone, "sc.w a0, a1, (a0)");
STUB(lr_sc, "lr.w a2, (a0)\n sc.w a0, a1, (a0)");
STUB(lr_sc_sc, "lr.w a2, (a0)\n sc.w a3, a1, (a0)\n sc.w a0, a1, (a0)");
STUB(lr_other_sc, "lr.w a2, (a0)\n addi a3, a0, 1024\n lr.w a2, (a3)\n"
                  "sc.w a0, a1, (a0)");
STUB(lr_far_sc, "lr.w a2, (a0)\n addi a3, a0, 1024\n sc.w a4, a1, (a3)\n"
                "sc.w a0, a1, (a0)");

CASE(sc_after_lr_succeeds)
{
    *frame_words(0) = 5;
    const struct trap *t = rom_run(M, lr_sc, frame_pa(0), 9, 0);
    EXPECT(t->x[10], SUCCEEDED);
    EXPECT(t->x[12], 5);
    EXPECT(*frame_words(0), 9);
}

CASE(sc_without_lr_fails_and_stores_nothing)
{
    *frame_words(0) = 5;
    const struct trap *t = rom_run(M, sc_alone, frame_pa(0), 9, 0);
    EXPECT(t->x[10], 1);
    EXPECT(*frame_words(0), 5);
}

CASE(a_second_sc_fails)
{
    const struct trap *t = rom_run(M, lr_sc_sc, frame_pa(0), 9, 0);
    EXPECT(t->x[13], SUCCEEDED);
    EXPECT(t->x[10], 1);
}

CASE(sc_to_another_place_fails_and_drops_the_reservation)
{
    const struct trap *t = rom_run(M, lr_far_sc, frame_pa(0), 9, 0);
    EXPECT(t->x[14], 1);
    EXPECT(t->x[10], 1);
    EXPECT(*frame_words(0), 0);
    EXPECT(frame_words(0)[256], 0);
}

CASE(a_second_lr_moves_the_reservation)
{
    const struct trap *t = rom_run(M, lr_other_sc, frame_pa(0), 9, 0);
    EXPECT(t->x[10], 1);
    EXPECT(*frame_words(0), 0);
}

CASE(no_reservation_is_not_one_of_address_zero)
{
    /* Page 0 is mapped to memory; SC to address 0 must fail all the same. */
    static volatile uint32_t zero_leaf[1024] __attribute__((aligned(4096)));

    vm_on(0);
    zero_leaf[0] = pte(frame_pa(0), PTE_VRW | PTE_AD);
    vm_root[0] = pte((uint32_t)zero_leaf, PTE_V);
    sfence_all();
    EXPECT(vm_run(S, sc_alone, 0, 9)->x[10], 1);
    EXPECT(*frame_words(0), 0);
    EXPECT(vm_run(S, lr_sc, 0, 9)->x[10], SUCCEEDED);
    EXPECT(*frame_words(0), 9);
}

CASE(the_failure_code_is_one)
{
    EXPECT(rom_run(U, sc_alone, frame_pa(0), 9, 0)->x[10], 1);
}

CASE(ordering_bits_change_nothing_here)
{
    STUB(lr_sc_ordered, "lr.w.aqrl a2, (a0)\n sc.w.aqrl a0, a1, (a0)");
    EXPECT(rom_run(M, lr_sc_ordered, frame_pa(0), 9, 0)->x[10], SUCCEEDED);
}
