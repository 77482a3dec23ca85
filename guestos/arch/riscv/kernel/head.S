/*
 * The first instructions: entered by the firmware in S-mode at physical
 * 0x80400000 with a0 = hart and a1 = device tree, the MMU off. Makes the
 * first page table, turns the MMU on and goes to kernel_start at its virtual
 * address.
 */
#include "asm/csr.h"
#include "asm/page.h"
#include "asm/ptrace.h"

    .section .head.text, "ax"
    .globl _start
_start:
    csrw sie, zero
    csrw sip, zero
    li t0, SR_FS | SR_SUM | SR_SIE
    csrc sstatus, t0
    mv s0, a0
    mv s1, a1

    lla t0, __bss_start
    lla t1, __bss_end
1:  bgeu t0, t1, 2f
    sw zero, 0(t0)
    addi t0, t0, 4
    j 1b
2:
    lla sp, init_stack_end
    mv a0, s1
    call setup_vm

    /* After satp the next fetch is still at the physical address: setup_vm
     * has mapped this megapage to itself as well. */
    lla t0, swapper_pg_dir
    srli t0, t0, PAGE_SHIFT
    li t1, SATP_MODE_SV32
    or t0, t0, t1
    li t2, PAGE_OFFSET - PHYS_OFFSET
    lla t3, 3f
    add t3, t3, t2
    sfence.vma
    csrw satp, t0
    sfence.vma
    jr t3
3:
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    la sp, init_stack_end
    la tp, init_task
    la t0, trap_entry
    csrw stvec, t0
    csrw sscratch, zero
    mv a0, s0
    mv a1, s1
    li ra, 0
    li s0, 0
    tail kernel_start

/*
 * Another hart, started by the firmware: a0 = hart, a1 = its idle task. The
 * first page table, which maps this code to itself, is gone: the fetch after
 * satp faults, and the trap goes on at the virtual address in stvec.
 */
    .balign 4
    .globl secondary_start
secondary_start:
    csrw sie, zero
    csrw sip, zero
    li t0, SR_FS | SR_SUM | SR_SIE
    csrc sstatus, t0
    li t2, PAGE_OFFSET - PHYS_OFFSET
    lla t3, 1f
    add t3, t3, t2
    csrw stvec, t3
    lla t0, swapper_pg_dir
    srli t0, t0, PAGE_SHIFT
    li t1, SATP_MODE_SV32
    or t0, t0, t1
    sfence.vma
    csrw satp, t0
    .balign 4
1:
    sfence.vma
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    mv tp, a1
    lw sp, TASK_KERNEL_SP(tp)
    la t0, trap_entry
    csrw stvec, t0
    csrw sscratch, zero
    li ra, 0
    li s0, 0
    tail secondary_start_kernel
