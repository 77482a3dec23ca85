/*
 * Reservations of one hart and stores of another. Each case holds on any
 * implementation, but for the last, which has our choice: an LR reserves its
 * own bytes.
 */
#include "roms/lib/vm.h"

NEEDS("-smp 2", rom_has_harts, 2);

static volatile uint32_t step;

static void sc_there(volatile uint32_t *word, uint32_t value)
{
    uint32_t failed;

    do {
        __asm__ volatile("lr.w %0, (%1)\n sc.w %0, %2, (%1)"
                         : "=&r"(failed)
                         : "r"(word), "r"(value)
                         : "memory");
    } while (failed);
}

enum { BY_WORD, BY_BYTE, BY_AMO, BY_SC, BY_NEIGHBOUR };

/* The hart has stored to the page before, so that it is known there. */
static void store_when_told(uint32_t how)
{
    volatile uint32_t *words = frame_words(0);

    for (unsigned i = 0; i < 8; i++)
        words[16 + i] = i;
    step = 1;
    WAIT_FOR(step == 2);
    if (how == BY_WORD)
        words[0] = 7;
    else if (how == BY_BYTE)
        ((volatile uint8_t *)words)[3] = 7;
    else if (how == BY_AMO)
        __asm__ volatile("amoadd.w zero, %0, (%1)" ::"r"(7), "r"(words)
                         : "memory");
    else if (how == BY_SC)
        sc_there(words, 7);
    else
        words[1] = 7;
    fence();
    step = 3;
}

/* Whether hart 0's SC fails after that. */
static uint32_t sc_after(uint32_t how)
{
    volatile uint32_t *words = frame_words(0);
    uint32_t old, failed;

    step = 0;
    words[0] = 5;
    hart_call(1, store_when_told, how);
    WAIT_FOR(step == 1);
    __asm__ volatile("lr.w %0, (%1)" : "=r"(old) : "r"(words) : "memory");
    step = 2;
    WAIT_FOR(step == 3);
    fence();
    __asm__ volatile("sc.w %0, %1, (%2)"
                     : "=r"(failed)
                     : "r"(9), "r"(words)
                     : "memory");
    hart_join(1);
    EXPECT(old, 5);
    return failed;
}

CASE(a_store_of_another_hart_breaks_it)
{
    EXPECT(sc_after(BY_WORD), 1);
    EXPECT(*frame_words(0), 7);
}

CASE(so_does_a_byte_of_it)
{
    EXPECT(sc_after(BY_BYTE), 1);
    EXPECT(*frame_words(0), 0x07000005);
}

CASE(so_does_an_amo)
{
    EXPECT(sc_after(BY_AMO), 1);
    EXPECT(*frame_words(0), 12);
}

CASE(so_does_an_sc)
{
    EXPECT(sc_after(BY_SC), 1);
    EXPECT(*frame_words(0), 7);
}

static void load_page(uint32_t va)
{
    vm_switch(vm_root, 0);
    sfence_all();
    EXPECT(vm_load(S, va), 3);
}

CASE(so_does_a_page_walk_that_sets_a)
{
    uint32_t old, failed;

    vm_on(0);
    frame_words(0)[0] = 3;
    vm_map(0, frame_pa(0), PTE_VRW);
    __asm__ volatile("lr.w %0, (%1)" : "=r"(old) : "r"(vm_leaf) : "memory");
    hart_do(1, load_page, vm_page(0));
    __asm__ volatile("sc.w %0, zero, (%1)"
                     : "=r"(failed)
                     : "r"(vm_leaf)
                     : "memory");
    EXPECT(failed, 1);
    EXPECT(vm_leaf[0], old | PTE_A);
}

CASE(a_store_beside_it_leaves_it)
{
    EXPECT(sc_after(BY_NEIGHBOUR), 0);
    EXPECT(*frame_words(0), 9);
    EXPECT(frame_words(0)[1], 7);
}
