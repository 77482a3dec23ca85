/*
 * Where the kernel enters a program: sp points at argc, argv[], 0, envp[], 0,
 * auxv.
 */
    .section .text.start, "ax"
    .globl _start
_start:
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    mv a0, sp
    andi sp, sp, -16
    call start_program

    .text
    .globl linux_syscall
/* long linux_syscall(number, a, b, c, d, e, f) */
linux_syscall:
    mv a7, a0
    mv a0, a1
    mv a1, a2
    mv a2, a3
    mv a3, a4
    mv a4, a5
    mv a5, a6
    ecall
    ret
    .section .note.GNU-stack, "", %progbits
