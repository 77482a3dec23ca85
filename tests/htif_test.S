/*
 * A test in the customary shape: traps end in a vector that tells the verdict
 * to tohost, in halves and for ever. It passes, or with -Dhtif_fail says that
 * its test 668 failed.
 */
    .option arch, +zicsr
    .section .text.init, "ax"
    .globl _start
_start:
    la t0, vector
    csrw mtvec, t0
#ifdef htif_fail
    li gp, 668 << 1 | 1
#else
    li gp, 1
#endif
    ecall

    .balign 4
vector:
    csrr t0, mcause
    li t1, 11 /* ECALL from M-mode; anything else is a failure too */
    beq t0, t1, tell
    ori gp, gp, 2
tell:
    la t0, tohost
    sw gp, 0(t0)
    sw zero, 4(t0)
    j tell

    .section .tohost, "aw", @progbits
    .balign 64
    .globl tohost
    .type tohost, @object
tohost:
    .dword 0
    .size tohost, 8
    .balign 64
    .globl fromhost
    .type fromhost, @object
fromhost:
    .dword 0
    .size fromhost, 8
