/*
 * Trap storm: calls of the environment from S-mode under Sv32 into M-mode and
 * back, with a handler as small as handlers are.
 */
#include "bench/guest/bench.h"

#ifndef ROUNDS
#define ROUNDS 2000000
#endif

__asm__(".balign 4\n"
        ".globl call_entry\n"
        "call_entry:\n"
        "    csrrw sp, mscratch, sp\n"
        "    sw t0, 0(sp)\n"
        "    csrr t0, mcause\n"
        "    addi t0, t0, -9\n"
        "    bnez t0, 1f\n"
        "    csrr t0, mepc\n"
        "    addi t0, t0, 4\n"
        "    csrw mepc, t0\n"
        "    addi a0, a0, 1\n"
        "    lw t0, 0(sp)\n"
        "    csrrw sp, mscratch, sp\n"
        "    mret\n"
        "1:  li a0, 3\n"
        "    j bench_exit\n");
void call_entry(void);

static uint32_t scratch[4];

static int storm(void)
{
    register uint32_t count __asm__("a0") = 0;

    for (uint32_t i = 0; i < ROUNDS; i++)
        __asm__ volatile("ecall" : "+r"(count)::"memory");
    return count != ROUNDS;
}

int bench_main(void)
{
    CSR_WRITE(mscratch, (uintptr_t)scratch);
    CSR_WRITE(mtvec, (uintptr_t)call_entry);
    enter_supervisor(storm, bench_unexpected);
    return 2;
}
