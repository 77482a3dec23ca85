/*
 * Page-fault storm: each first touch of a page faults; the handler makes the
 * entry valid, as demand paging does; then all entries are taken away again.
 */
#include "bench/guest/bench.h"

#ifndef ROUNDS
#define ROUNDS 1500
#endif

#define PAGES 256u

static volatile uint32_t faults;

static __attribute__((used)) void on_fault(uint32_t va)
{
    unsigned page = (va - HEAP_VA) / PAGE_SIZE;

    heap_table[page] |= PTE_V;
    sfence_page(va);
    faults++;
}

/* Saves what C may clobber, on the stack of the code that faulted. */
__asm__(".balign 4\n"
        ".globl fault_entry\n"
        "fault_entry:\n"
        "    addi sp, sp, -64\n"
        "    sw ra, 0(sp)\n"
        "    sw t0, 4(sp)\n"
        "    sw t1, 8(sp)\n"
        "    sw t2, 12(sp)\n"
        "    sw a0, 16(sp)\n"
        "    sw a1, 20(sp)\n"
        "    sw a2, 24(sp)\n"
        "    sw a3, 28(sp)\n"
        "    sw a4, 32(sp)\n"
        "    sw a5, 36(sp)\n"
        "    sw a6, 40(sp)\n"
        "    sw a7, 44(sp)\n"
        "    sw t3, 48(sp)\n"
        "    sw t4, 52(sp)\n"
        "    sw t5, 56(sp)\n"
        "    sw t6, 60(sp)\n"
        "    csrr a0, stval\n"
        "    call on_fault\n"
        "    lw ra, 0(sp)\n"
        "    lw t0, 4(sp)\n"
        "    lw t1, 8(sp)\n"
        "    lw t2, 12(sp)\n"
        "    lw a0, 16(sp)\n"
        "    lw a1, 20(sp)\n"
        "    lw a2, 24(sp)\n"
        "    lw a3, 28(sp)\n"
        "    lw a4, 32(sp)\n"
        "    lw a5, 36(sp)\n"
        "    lw a6, 40(sp)\n"
        "    lw a7, 44(sp)\n"
        "    lw t3, 48(sp)\n"
        "    lw t4, 52(sp)\n"
        "    lw t5, 56(sp)\n"
        "    lw t6, 60(sp)\n"
        "    addi sp, sp, 64\n"
        "    sret\n");
void fault_entry(void);

static int storm(void)
{
    for (unsigned round = 0; round < ROUNDS; round++) {
        for (unsigned i = 0; i < PAGES; i++)
            heap_table[i] &= ~PTE_V;
        sfence_all();
        for (unsigned i = 0; i < PAGES; i++) {
            volatile uint32_t *p =
                (volatile uint32_t *)(HEAP_VA + i * PAGE_SIZE);

            *p = *p + 1;
        }
    }
    return faults != ROUNDS * PAGES || *(volatile uint32_t *)HEAP_VA != ROUNDS;
}

int bench_main(void)
{
    enter_supervisor(storm, fault_entry);
    return 2;
}
