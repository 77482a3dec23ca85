/* The running task on the host: whoever the test says. */
#ifndef QUIRE_GUESTOS_ASM_CURRENT_H
#define QUIRE_GUESTOS_ASM_CURRENT_H

struct task_struct;

extern struct task_struct *host_current;

#define current host_current

#endif
