/* The running task is in tp while the kernel runs. */
#ifndef QUIRE_GUESTOS_ASM_CURRENT_H
#define QUIRE_GUESTOS_ASM_CURRENT_H

struct task_struct;

register struct task_struct *current_in_tp __asm__("tp");

#define current current_in_tp

#endif
