/*
 * A ROM's first instruction; rom_run, which enters a mode and comes back with
 * whatever trap ended the stay; and the trap vector behind it.
 *
 * mscratch is 0 except during rom_run, when it holds the stack where rom_run
 * has saved its caller's registers.
 */
#include "roms/lib/rom.h"

    .section .text.start, "ax"
    .globl _start
_start:
    csrw mie, zero
    csrr t0, mhartid
    bnez t0, other_hart
    lla t0, rom_trap_vector
    csrw mtvec, t0
    csrw mscratch, zero
    lla sp, stack_top
    lla t0, bss_start
    lla t1, bss_end
1:  bgeu t0, t1, 2f
    sw zero, 0(t0)
    addi t0, t0, 4
    j 1b
2:  call rom_main           # (hart, fdt): never returns
park:
    wfi
    j park

/* Another hart: waits for its software interrupt (roms/lib/harts.c). mstatus
 * has all interrupts off, so that WFI just ends. */
other_hart:
    li t1, ROM_HARTS
    bgeu t0, t1, park
    csrwi mie, 1 << IRQ_M_SOFT
1:  wfi
    csrr t1, mip
    andi t1, t1, 1 << IRQ_M_SOFT
    beqz t1, 1b
    lla sp, stack_top
    slli t0, t0, ROM_STACK_SHIFT
    add sp, sp, t0
    call rom_hart_work
    csrr t0, mhartid
    j other_hart

/* const struct trap *rom_run(mode, pc, a0, a1, a2) */
    .globl rom_run
rom_run:
    addi sp, sp, -80
    sw ra, 0(sp)
    sw gp, 4(sp)
    sw tp, 8(sp)
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    sw s\n, 12 + 4 * \n(sp)
    .endr
    csrw mscratch, sp
    csrw mepc, a1
    csrr t0, mhartid        # where this hart's trap goes
    slli t0, t0, ROM_TRAP_SHIFT
    lla t1, rom_traps
    add t0, t0, t1
    sw t0, 60(sp)
    li t0, MSTATUS_MPP
    csrc mstatus, t0
    slli a0, a0, MSTATUS_MPP_SHIFT
    csrs mstatus, a0
    mv a0, a2
    mv a1, a3
    mv a2, a4
    mret

/* Restores what rom_run saved at sp and returns the trap to its caller. */
    .balign 4
    .globl rom_trap_vector
rom_trap_vector:
    csrrw sp, mscratch, sp
    beqz sp, unexpected
    sw t0, 64(sp)
    lw t0, 60(sp)
    .irp n, 1, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, \
            21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    sw x\n, 4 * \n(t0)
    .endr
    lw t1, 64(sp)
    sw t1, 4 * 5(t0)
    csrrw t1, mscratch, zero
    sw t1, 4 * 2(t0)
    csrr t1, mcause
    sw t1, TRAP_CAUSE(t0)
    csrr t1, mepc
    sw t1, TRAP_EPC(t0)
    csrr t1, mtval
    sw t1, TRAP_TVAL(t0)
    csrr t1, mstatus
    sw t1, TRAP_STATUS(t0)
    li t1, MSTATUS_MPRV | MSTATUS_MIE
    csrc mstatus, t1
    lw ra, 0(sp)
    lw gp, 4(sp)
    lw tp, 8(sp)
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    lw s\n, 12 + 4 * \n(sp)
    .endr
    addi sp, sp, 80
    mv a0, t0
    ret
unexpected:
    lla sp, stack_top
    csrr t0, mhartid
    slli t0, t0, ROM_STACK_SHIFT
    add sp, sp, t0
    call rom_unexpected_trap # never returns
