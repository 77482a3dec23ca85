/*
 * The batch: runs the programs of all slots, one after the other, and ends by
 * the finisher.
 */
#include "abi/platform.h"
#include "tests/torture/layout.h"

    .section .text.start, "ax"
    .globl _start
_start:
    csrw mie, zero
    csrr t0, mhartid
    bnez t0, park
    lla sp, stack_top
    li s2, BATCH
    lw s0, BATCH_FIRST(s2)
    lw s3, BATCH_SLOTS(s2)
    li s1, CONTROLS
    li t0, CONTROL_SIZE
    mul t0, t0, s0
    add s1, s1, t0
1:  beq s0, s3, 2f
    sw s0, BATCH_CURRENT(s2)
    mv a0, s1
    call torture_run
    addi s0, s0, 1
    li t0, CONTROL_SIZE
    add s1, s1, t0
    j 1b
2:  li t0, FINISHER_BASE
    li t1, FINISHER_PASS
    sw t1, 0(t0)
park:
    wfi
    j park
