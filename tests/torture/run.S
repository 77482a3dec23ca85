/*
 * Runs one torture program: from each trap to the next entry of its landing
 * table, until the table ends. Each trap is logged. MPRV, which a handler has
 * to clear before it can remember anything, is missing from the log.
 */
#include "abi/platform.h"
#include "tests/torture/layout.h"

#define MPRV_UPPER 0x20 /* mstatus.MPRV, as LUI has it */
#define CAUSE_ECALL_S 9
#define PMP_NAPOT 0x18

    .bss
    .balign 4
host_sp:
    .space 4
host_vector:
    .space 4
control:
    .space 4

    .text
/* void torture_run(uint32_t control_pa), in M-mode */
    .globl torture_run
torture_run:
    addi sp, sp, -64
    sw ra, 0(sp)
    sw gp, 4(sp)
    sw tp, 8(sp)
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    sw s\n, 12 + 4 * \n(sp)
    .endr
    lla t0, host_sp
    sw sp, 0(t0)
    lla t0, control
    sw a0, 0(t0)
    lla t0, trap
    csrrw t0, mtvec, t0
    lla t1, host_vector
    sw t0, 0(t1)

    /* The page of ECALLs: one for each entry of a vectored stvec. */
    li t0, TRAP_PAGE
    li t1, 0x73
    li t2, 64
1:  sw t1, 0(t0)
    addi t0, t0, 4
    addi t2, t2, -1
    bnez t2, 1b

    mv sp, a0
    li t0, -1 /* no timer */
    li t1, CLINT_BASE + CLINT_MTIMECMP
    sw t0, 4(t1)
    sw t0, 0(t1)
    .irp name, mip, sscratch, sepc, scause, stval, mscratch, mtval
    csrw \name, zero
    .endr
    li t0, -1
    csrc mstatus, t0
    lw t0, C_SATP(sp)
    csrw satp, t0
    lw t0, C_STVEC(sp)
    csrw stvec, t0
    lw t0, C_MIDELEG(sp)
    csrw mideleg, t0
    lw t0, C_MIE(sp)
    csrw mie, t0
    lw t0, C_COUNTEREN(sp)
    csrw mcounteren, t0
    csrw scounteren, t0

    /* S and U reach the window and, for fetches, the page of ECALLs. */
    lw t0, C_WINDOW(sp)
    srli t0, t0, 2
    li t1, WINDOW_SIZE / 8 - 1
    or t0, t0, t1
    csrw pmpaddr0, t0
    li t0, TRAP_PAGE >> 2 | (4096 / 8 - 1)
    csrw pmpaddr1, t0
    .irp n, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    csrw pmpaddr\n, zero
    .endr
    .irp n, 1, 2, 3
    csrw pmpcfg\n, zero
    .endr
    li t0, (PMP_NAPOT | 5) << 8 | PMP_NAPOT | 7
    csrw pmpcfg0, t0
    sfence.vma

    lw t0, C_REGS + 4 * 2(sp)
    csrw mscratch, t0
    .irp n, 1, 3, 4, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, \
            22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    lw x\n, C_REGS + 4 * \n(sp)
    .endr
    j land

    .balign 4
trap:
    csrw mscratch, sp
    lui sp, MPRV_UPPER
    csrc mstatus, sp
    lla sp, control
    lw sp, 0(sp)
    sw t0, C_REGS + 4 * 5(sp)
    sw t1, C_REGS + 4 * 6(sp)
    sw t2, C_REGS + 4 * 7(sp)
    lw t0, C_LOG(sp)
    csrr t2, mcause
    sw t2, 0(t0)
    csrr t1, mepc
    sw t1, 4(t0)
    csrr t1, mtval
    sw t1, 8(t0)
    csrr t1, mstatus
    sw t1, 12(t0)
    csrr t1, sepc
    sw t1, 20(t0)
    csrr t1, stval
    sw t1, 24(t0)
    csrr t1, mip
    sw t1, 28(t0)
    csrr t1, scause
    sw t1, 16(t0)
    addi t0, t0, LOG_SIZE
    sw t0, C_LOG(sp)
    /* What EBREAK leaves here is the machine's choice: logged, then gone. */
    csrw mtval, zero
    csrw stval, zero

    /* An interrupt taken is an interrupt served, in M-mode or by an ECALL. */
    bltz t2, 1f
    li t0, CAUSE_ECALL_S
    bne t2, t0, land
    bgez t1, land
1:  csrw mip, zero
    li t0, CLINT_BASE
    sw zero, CLINT_MSIP(t0)

land:
    lw t0, C_LANDING(sp)
    lw t1, 0(t0)
    beqz t1, finish
    csrw mepc, t1
    lw t1, 4(t0)
    csrw mstatus, t1
    lw t1, 8(t0)
    csrw medeleg, t1
    addi t0, t0, LANDING_SIZE
    sw t0, C_LANDING(sp)
    lw t1, 12 - LANDING_SIZE(t0)
    beqz t1, 1f
    sfence.vma
1:  fence.i
    lw t0, C_REGS + 4 * 5(sp)
    lw t1, C_REGS + 4 * 6(sp)
    lw t2, C_REGS + 4 * 7(sp)
    csrr sp, mscratch
    mret

finish:
    .irp n, 1, 3, 4, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, \
            22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    sw x\n, C_REGS + 4 * \n(sp)
    .endr
    csrr t0, mscratch
    sw t0, C_REGS + 4 * 2(sp)
    addi t1, sp, C_CSRS
    .irp name, mstatus, medeleg, mideleg, mie, mip, satp, stvec, sscratch, \
            sepc, scause, mcounteren, scounteren, mtvec, pmpcfg0, pmpaddr0, \
            pmpaddr5, pmpaddr15, mhartid
    csrr t0, \name
    sw t0, 0(t1)
    addi t1, t1, 4
    .endr
    lla t0, trap /* mtvec: the same in every image */
    lw t2, -24(t1)
    sub t2, t2, t0
    sw t2, -24(t1)

    .irp name, mie, mip, mideleg, medeleg, satp, pmpcfg0, mstatus
    csrw \name, zero
    .endr
    sfence.vma
    li t0, CLINT_BASE
    sw zero, CLINT_MSIP(t0)
    lla t0, host_vector
    lw t0, 0(t0)
    csrw mtvec, t0
    lla t0, host_sp
    lw sp, 0(t0)
    lw ra, 0(sp)
    lw gp, 4(sp)
    lw tp, 8(sp)
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    lw s\n, 12 + 4 * \n(sp)
    .endr
    addi sp, sp, 64
    ret
