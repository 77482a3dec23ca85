/*
 * The one trap vector. In user mode sscratch holds the current task, in the
 * kernel it is 0. Registers go to a struct pt_regs on the task's kernel
 * stack; C does the rest (trap.c).
 *
 * Kernel stacks lie in the upper half of 16 KiB, the lower half is a guard:
 * bit 13 of a stack pointer is clear once the stack has overflowed.
 */
#include "asm/csr.h"
#include "asm/ptrace.h"

    .text
    .globl trap_entry
    .balign 4
trap_entry:
    csrrw tp, sscratch, tp
    beqz tp, from_kernel
    sw sp, TASK_SCRATCH_SP(tp)
    lw sp, TASK_KERNEL_SP(tp)
    addi sp, sp, -PT_SIZE
    j save

from_kernel:
    csrr tp, sscratch
    sw t0, TASK_SCRATCH(tp)
    sw sp, TASK_SCRATCH_SP(tp)
    addi sp, sp, -PT_SIZE
    slli t0, sp, 31 - 13
    bgez t0, stack_overflow
    lw t0, TASK_SCRATCH(tp)

save:
    sw x1, PT_X(1)(sp)
    sw x3, PT_X(3)(sp)
    sw x5, PT_X(5)(sp)
    sw x6, PT_X(6)(sp)
    sw x7, PT_X(7)(sp)
    sw x8, PT_X(8)(sp)
    sw x9, PT_X(9)(sp)
    sw x10, PT_X(10)(sp)
    sw x11, PT_X(11)(sp)
    sw x12, PT_X(12)(sp)
    sw x13, PT_X(13)(sp)
    sw x14, PT_X(14)(sp)
    sw x15, PT_X(15)(sp)
    sw x16, PT_X(16)(sp)
    sw x17, PT_X(17)(sp)
    sw x18, PT_X(18)(sp)
    sw x19, PT_X(19)(sp)
    sw x20, PT_X(20)(sp)
    sw x21, PT_X(21)(sp)
    sw x22, PT_X(22)(sp)
    sw x23, PT_X(23)(sp)
    sw x24, PT_X(24)(sp)
    sw x25, PT_X(25)(sp)
    sw x26, PT_X(26)(sp)
    sw x27, PT_X(27)(sp)
    sw x28, PT_X(28)(sp)
    sw x29, PT_X(29)(sp)
    sw x30, PT_X(30)(sp)
    sw x31, PT_X(31)(sp)
    lw s0, TASK_SCRATCH_SP(tp)
    csrr s1, sscratch
    li t0, SR_SUM /* user memory is for uaccess only */
    csrrc s2, sstatus, t0
    csrr s3, sepc
    csrr s4, stval
    csrr s5, scause
    sw s0, PT_X(2)(sp)
    sw s1, PT_X(4)(sp)
    sw s2, PT_STATUS(sp)
    sw s3, PT_EPC(sp)
    sw s4, PT_TVAL(sp)
    sw s5, PT_CAUSE(sp)
    sw a0, PT_ORIG_A0(sp)
    csrw sscratch, zero
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop

    mv a0, sp
    call do_trap

    /* Back to what regs say; interrupts are off. A task's first return to
     * user mode comes here too, with sp at its pt_regs. */
    .globl ret_from_trap
ret_from_trap:
    lw s0, PT_STATUS(sp)
    lw s1, PT_EPC(sp)
    andi t0, s0, SR_SPP
    bnez t0, 1f
    csrw sscratch, tp
1:
    csrw sstatus, s0
    csrw sepc, s1
    /* A reservation must not survive into another context. */
    lw t0, PT_EPC(sp)
    sc.w zero, t0, 0(sp)

    lw x1, PT_X(1)(sp)
    lw x3, PT_X(3)(sp)
    lw x5, PT_X(5)(sp)
    lw x6, PT_X(6)(sp)
    lw x7, PT_X(7)(sp)
    lw x8, PT_X(8)(sp)
    lw x9, PT_X(9)(sp)
    lw x10, PT_X(10)(sp)
    lw x11, PT_X(11)(sp)
    lw x12, PT_X(12)(sp)
    lw x13, PT_X(13)(sp)
    lw x14, PT_X(14)(sp)
    lw x15, PT_X(15)(sp)
    lw x16, PT_X(16)(sp)
    lw x17, PT_X(17)(sp)
    lw x18, PT_X(18)(sp)
    lw x19, PT_X(19)(sp)
    lw x20, PT_X(20)(sp)
    lw x21, PT_X(21)(sp)
    lw x22, PT_X(22)(sp)
    lw x23, PT_X(23)(sp)
    lw x24, PT_X(24)(sp)
    lw x25, PT_X(25)(sp)
    lw x26, PT_X(26)(sp)
    lw x27, PT_X(27)(sp)
    lw x28, PT_X(28)(sp)
    lw x29, PT_X(29)(sp)
    lw x30, PT_X(30)(sp)
    lw x31, PT_X(31)(sp)
    lw x4, PT_X(4)(sp)
    lw x2, PT_X(2)(sp)
    sret

stack_overflow:
    la sp, overflow_stack_end
    csrr a0, sepc
    lw a1, TASK_SCRATCH_SP(tp)
    csrw sscratch, zero
    tail kernel_stack_overflow

/* struct task_struct *switch_to(struct task_struct *prev, *next): returns in
 * next's context, with what ran before it. */
    .globl switch_to
switch_to:
    addi a2, a0, TASK_THREAD
    addi a3, a1, TASK_THREAD
    sw ra, 0(a2)
    sw sp, 4(a2)
    sw s0, 8(a2)
    sw s1, 12(a2)
    sw s2, 16(a2)
    sw s3, 20(a2)
    sw s4, 24(a2)
    sw s5, 28(a2)
    sw s6, 32(a2)
    sw s7, 36(a2)
    sw s8, 40(a2)
    sw s9, 44(a2)
    sw s10, 48(a2)
    sw s11, 52(a2)
    lw ra, 0(a3)
    lw sp, 4(a3)
    lw s0, 8(a3)
    lw s1, 12(a3)
    lw s2, 16(a3)
    lw s3, 20(a3)
    lw s4, 24(a3)
    lw s5, 28(a3)
    lw s6, 32(a3)
    lw s7, 36(a3)
    lw s8, 40(a3)
    lw s9, 44(a3)
    lw s10, 48(a3)
    lw s11, 52(a3)
    mv tp, a1
    ret

/* A new task's first instructions; a0 = the task that ran before. */
    .globl ret_from_fork
ret_from_fork:
    call schedule_tail
    mv a0, sp
    call exit_to_user
    j ret_from_trap

    .globl ret_from_kernel_thread
ret_from_kernel_thread:
    call schedule_tail
    mv a0, s1
    jalr s0
    /* It has become a user task through execve, or it is done. */
    call kernel_thread_done
    mv a0, sp
    call exit_to_user
    j ret_from_trap

    .section .bss
    .balign 16
    .space 4096
overflow_stack_end:
