/*
 * kill [-SIGNAL] PID...: SIGNAL is a Linux number or name; TERM without one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os.h"

static const struct {
    const char *name;
    int number;
} signals[] = {
    {"HUP", 1},   {"INT", 2},   {"QUIT", 3},  {"ILL", 4},   {"TRAP", 5},
    {"ABRT", 6},  {"BUS", 7},   {"FPE", 8},   {"KILL", 9},  {"USR1", 10},
    {"SEGV", 11}, {"USR2", 12}, {"PIPE", 13}, {"ALRM", 14}, {"TERM", 15},
    {"CHLD", 17}, {"CONT", 18}, {"STOP", 19},
};

static int signal_number(const char *text)
{
    char *end;
    long number = strtol(text, &end, 10);

    if (*text && !*end)
        return number >= 0 && number <= 64 ? (int)number : -1;
    if (!strncmp(text, "SIG", 3))
        text += 3;
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        if (!strcmp(signals[i].name, text))
            return signals[i].number;
    return -1;
}

int main(int argc, char **argv)
{
    int signal = 15, first = 1, failed = 0;

    if (argc > 1 && argv[1][0] == '-') {
        signal = signal_number(argv[1] + 1);
        first = 2;
    }
    if (signal < 0 || first >= argc) {
        fprintf(stderr, "usage: kill [-SIGNAL] PID...\n");
        return 2;
    }
    for (int i = first; i < argc; i++) {
        char *end;
        long pid = strtol(argv[i], &end, 10);

        if (!argv[i][0] || *end) {
            fprintf(stderr, "kill: %s: not a process number\n", argv[i]);
            failed = 1;
        } else if (os_kill((pid_t)pid, signal) < 0) {
            fprintf(stderr, "kill: ");
            perror(argv[i]);
            failed = 1;
        }
    }
    return failed;
}
