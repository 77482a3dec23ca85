/* Running a function while nothing else runs. */
#ifndef QUIRE_GUESTOS_STOP_MACHINE_H
#define QUIRE_GUESTOS_STOP_MACHINE_H

/*
 * Calls fn(data) here, with interrupts off and all other CPUs waiting; no
 * spinlock is held by anybody, and fn need not take one. Its result, or
 * -ENOMEM without having called it. May sleep before and after.
 */
int stop_machine(int (*fn)(void *data), void *data);

#endif
