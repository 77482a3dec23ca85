/* Traps, as C sees them. */
#ifndef QUIRE_GUESTOS_ASM_TRAP_H
#define QUIRE_GUESTOS_ASM_TRAP_H

#include "asm/ptrace.h"

void do_trap(struct pt_regs *regs); /* from entry.S */
void kernel_stack_overflow(unsigned long pc, unsigned long sp)
    __attribute__((noreturn));
/* Work before user mode: rescheduling, signals. Interrupts are off. */
void exit_to_user(struct pt_regs *regs);

void do_page_fault(struct pt_regs *regs);
void do_timer_interrupt(bool was_user);
void do_external_interrupt(void); /* drivers/plic.c */
void do_soft_interrupt(void);     /* smp.c */
void do_syscall(struct pt_regs *regs);
void do_signal(struct pt_regs *regs);

/* Where a failing access to user memory continues, or false. */
bool fixup_exception(struct pt_regs *regs);
/* Prints the registers and why; ends the task or the machine. */
void die(struct pt_regs *regs, const char *why) __attribute__((noreturn));

#endif
