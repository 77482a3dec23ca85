/* The running task is in tp while the kernel runs. */
#ifndef QUIRE_GUESTOS_ASM_CURRENT_H
#define QUIRE_GUESTOS_ASM_CURRENT_H

struct task_struct;

/* Never assigned in C: the switch of tasks does it. */
register struct task_struct *riscv_current_is_tp __asm__("tp");

static inline __attribute__((always_inline)) struct task_struct *
get_current(void)
{
    return riscv_current_is_tp;
}

#define current get_current()

#endif
