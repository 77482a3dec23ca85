/*
 * Copies between kernel and user memory. A fault at one of the marked
 * instructions that cannot be resolved continues at its fix-up (__ex_table,
 * see mm/extable.c); what is returned is the number of bytes left.
 */
#include "asm/csr.h"

    .macro fixup, label:vararg
99: \label
    .pushsection __ex_table, "a"
    .balign 4
    .word 99b, copy_faulted
    .popsection
    .endm

    .text
/* size_t __copy_user(void *to, const void *from, size_t n) */
    .globl __copy_user
__copy_user:
    li t6, SR_SUM
    csrs sstatus, t6
    add a3, a0, a2 /* end of the target: what is left is a3 - a0 */
    sltiu t1, a2, 16
    bnez t1, 5f
    xor t1, a0, a1
    andi t1, t1, 3
    bnez t1, 5f
1:  andi t1, a0, 3
    beqz t1, 2f
    fixup lb t1, 0(a1)
    fixup sb t1, 0(a0)
    addi a1, a1, 1
    addi a0, a0, 1
    j 1b
2:  sub t1, a3, a0
    andi t1, t1, -16
    beqz t1, 4f
    add t2, a0, t1
3:  fixup lw t1, 0(a1)
    fixup lw t3, 4(a1)
    fixup lw t4, 8(a1)
    fixup lw t5, 12(a1)
    fixup sw t1, 0(a0)
    fixup sw t3, 4(a0)
    fixup sw t4, 8(a0)
    fixup sw t5, 12(a0)
    addi a1, a1, 16
    addi a0, a0, 16
    bltu a0, t2, 3b
4:  sub t1, a3, a0
    andi t1, t1, -4
    beqz t1, 5f
    add t2, a0, t1
6:  fixup lw t1, 0(a1)
    fixup sw t1, 0(a0)
    addi a1, a1, 4
    addi a0, a0, 4
    bltu a0, t2, 6b
5:  bgeu a0, a3, 8f
7:  fixup lb t1, 0(a1)
    fixup sb t1, 0(a0)
    addi a1, a1, 1
    addi a0, a0, 1
    bltu a0, a3, 7b
8:
copy_faulted:
    csrc sstatus, t6
    sub a0, a3, a0
    ret

/* size_t __clear_user(void *to, size_t n) */
    .globl __clear_user
__clear_user:
    li t6, SR_SUM
    csrs sstatus, t6
    add a3, a0, a1
    bgeu a0, a3, 2f
1:  andi t1, a0, 3
    bnez t1, 3f
    sub t1, a3, a0
    sltiu t1, t1, 4
    bnez t1, 3f
    fixup sw zero, 0(a0)
    addi a0, a0, 4
    bltu a0, a3, 1b
    j 2f
3:  fixup sb zero, 0(a0)
    addi a0, a0, 1
    bltu a0, a3, 1b
2:  j copy_faulted

/* ssize_t __strncpy_user(char *to, const char *from, size_t n): length
 * without the 0, n when there was none; negative on a fault. `to` may be
 * NULL: only the length is wanted. */
    .macro fixup_string, label:vararg
99: \label
    .pushsection __ex_table, "a"
    .balign 4
    .word 99b, string_faulted
    .popsection
    .endm
    .globl __strncpy_user
__strncpy_user:
    li t6, SR_SUM
    csrs sstatus, t6
    li a3, 0
1:  bgeu a3, a2, 2f
    fixup_string lb t1, 0(a1)
    beqz a0, 3f
    add t2, a0, a3
    sb t1, 0(t2)
3:  beqz t1, 2f
    addi a1, a1, 1
    addi a3, a3, 1
    j 1b
2:  csrc sstatus, t6
    mv a0, a3
    ret
string_faulted:
    csrc sstatus, t6
    li a0, -1
    ret
