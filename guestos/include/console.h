/* Where the kernel log goes, and how the machine is ended. */
#ifndef QUIRE_GUESTOS_CONSOLE_H
#define QUIRE_GUESTOS_CONSOLE_H

#include "types.h"

/* The console's driver takes over from the firmware's; any context. */
void console_set_write(void (*write)(const char *s, size_t n));
void console_write(const char *s, size_t n);
/* After a panic: locks may be held by whoever panicked. */
void console_break_locks(void);
extern bool oops_in_progress; /* the driver tries its lock, no more */

/* Ends the machine; code 0 is a pass. Does not return. */
void machine_power_off(int code) __attribute__((noreturn));
void machine_restart(void) __attribute__((noreturn));
/* Finds the finisher in the device tree and maps it. */
void reset_init(void);

#endif
