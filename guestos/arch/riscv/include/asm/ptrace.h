/* The registers of an interrupted context, as the trap entry saves them. The
 * order up to t6 is that of Linux's user_regs_struct: pc, then x1 to x31.
 * Usable from assembly. */
#ifndef QUIRE_GUESTOS_ASM_PTRACE_H
#define QUIRE_GUESTOS_ASM_PTRACE_H

#define PT_EPC 0
#define PT_X(n) (4 * (n))
#define PT_STATUS 128
#define PT_TVAL 132
#define PT_CAUSE 136
#define PT_ORIG_A0 140
#define PT_SIZE 144 /* a multiple of 16 */

/* In struct task_struct (checked in arch/riscv/kernel/process.c). */
#define TASK_KERNEL_SP 0
#define TASK_SCRATCH_SP 4
#define TASK_SCRATCH 8
#define TASK_THREAD 24

#ifndef __ASSEMBLER__
#include "sched.h"
#include "asm/csr.h"

struct pt_regs {
    unsigned long epc;
    unsigned long ra, sp, gp, tp, t0, t1, t2, s0, s1;
    unsigned long a0, a1, a2, a3, a4, a5, a6, a7;
    unsigned long s2, s3, s4, s5, s6, s7, s8, s9, s10, s11;
    unsigned long t3, t4, t5, t6;
    unsigned long status, tval, cause, orig_a0;
};

static inline bool user_mode(const struct pt_regs *regs)
{
    return !(regs->status & SR_SPP);
}

/* Of a task that came from user mode. */
static inline struct pt_regs *task_pt_regs(struct task_struct *task)
{
    return (struct pt_regs *)((char *)task->stack + THREAD_SIZE) - 1;
}
#endif

#endif
