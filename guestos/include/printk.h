/* The kernel log: to the console and to a ring that /dev/kmsg could show. */
#ifndef QUIRE_GUESTOS_PRINTK_H
#define QUIRE_GUESTOS_PRINTK_H

/* Formats as snprintf does (see string.h); usable in any context. */
int printk(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* By severity, as Linux names them; `quiet` on the command line hides info. */
int pr_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
#define pr_emerg printk
#define pr_err printk
#define pr_warn printk

#endif
