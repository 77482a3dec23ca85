/*
 * The monitor: a few of QEMU's commands to look at a machine and to stop it.
 * Looking has no effect on the guest.
 */
#ifndef QUIRE_FRONTEND_MONITOR_H
#define QUIRE_FRONTEND_MONITOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "machine/machine.h"

#define MONITOR_LINE 256

struct monitor {
    struct machine *machine;
    /* Where text goes: to the user's terminal. */
    void (*put)(void *ctx, const char *text, size_t n);
    void *ctx;
    unsigned hart;   /* that commands look at */
    bool is_stopped; /* the machine shall not run */
    bool wants_quit;
    char line[MONITOR_LINE]; /* what is being typed */
    size_t n;
};

/* The user turns to the monitor: prints its prompt. */
void monitor_enter(struct monitor *m);
/* A key, between two steps of the machine; Enter executes the line. */
void monitor_key(struct monitor *m, uint8_t key);
/* Executes one command. */
void monitor_execute(struct monitor *m, const char *line);

#endif
