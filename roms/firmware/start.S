/*
 * The firmware's first instruction, its trap entry and the step down into
 * S-mode. The hart that fw_dynamic_info names boots (0 if it names none); the
 * others wait until the supervisor starts them.
 */
#include "roms/firmware/firmware.h"

/* \to = the top of this hart's stack. */
.macro own_stack to, scratch
    csrr \scratch, mhartid
    addi \scratch, \scratch, 1
    slli \scratch, \scratch, STACK_SHIFT
    lla \to, stacks
    add \to, \to, \scratch
.endm

    .section .text.start, "ax"
    .globl _start
_start:
    csrw mie, zero
    csrr t0, mhartid
    li t1, MAX_HARTS
    bgeu t0, t1, park
    lla t2, trap_entry
    csrw mtvec, t2
    li t2, 0
    beqz a2, 1f
    lw t2, 20(a2)
    bltu t2, t1, 1f
    li t2, 0
1:  bne t0, t2, hart_idle
    csrw mscratch, zero
    own_stack sp, t0
    lla t0, bss_start
    lla t1, bss_end
1:  bgeu t0, t1, 2f
    sw zero, 0(t0)
    addi t0, t0, 4
    j 1b
2:  call boot               # (hart, fdt, info): never returns
    .globl hart_idle
hart_idle:
    csrw mscratch, zero
    own_stack sp, t0
    call hart_wait          # never returns
park:
    wfi
    j park

/*
 * enter_supervisor(hart, a1, next): the rest of the CSRs stand already.
 * mscratch holds the stack while S or U runs, and 0 while the firmware does,
 * so that the trap entry can tell a trap of the firmware's own.
 */
    .globl enter_supervisor
enter_supervisor:
    csrw mepc, a2
    li t0, MSTATUS_MPP_S
    csrw mstatus, t0
    own_stack t0, t1
    csrw mscratch, t0
    mret

    .balign 4
trap_entry:
    csrrw sp, mscratch, sp
    beqz sp, own_trap
    addi sp, sp, -FRAME_SIZE
    .irp n, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, \
            19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    sw x\n, 4 * \n(sp)
    .endr
    csrrw t0, mscratch, zero
    sw t0, FRAME_SP(sp)
    csrr t0, mepc
    sw t0, FRAME_PC(sp)
    csrr t0, mstatus
    sw t0, FRAME_STATUS(sp)
    mv a0, sp
    call trap_handle
    lw t0, FRAME_PC(sp)
    csrw mepc, t0
    lw t0, FRAME_STATUS(sp)
    csrw mstatus, t0
    addi t0, sp, FRAME_SIZE
    csrw mscratch, t0
    .irp n, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, \
            19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    lw x\n, 4 * \n(sp)
    .endr
    lw sp, FRAME_SP(sp)
    mret

own_trap:
    own_stack sp, t0
    call own_trap_report    # never returns
