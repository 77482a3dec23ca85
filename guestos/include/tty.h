/* The terminal: a line discipline between a console driver and programs. */
#ifndef QUIRE_GUESTOS_TTY_H
#define QUIRE_GUESTOS_TTY_H

#include "fs.h"

struct task_struct;

extern const struct file_operations tty_fops;

/* By the console's driver, interrupts off: a byte has come in. */
void tty_receive(u8 byte);
/* By the driver: there is space again for output. */
void tty_wakeup_writers(void);

/* The terminal is that of the task's session, its group in front. */
void tty_set_controlling(struct task_struct *task);

/* The driver: takes as much as it has space for; any context. */
struct tty_driver {
    size_t (*write)(const char *s, size_t n);
};
void tty_register(const struct tty_driver *driver);

#endif
