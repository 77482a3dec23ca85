/* The running task is in tp while the kernel runs. */
#ifndef QUIRE_GUESTOS_ASM_CURRENT_H
#define QUIRE_GUESTOS_ASM_CURRENT_H

struct task_struct;

static inline __attribute__((always_inline)) struct task_struct *
get_current(void)
{
    struct task_struct *task;

    __asm__("mv %0, tp" : "=r"(task));
    return task;
}

#define current get_current()

#endif
