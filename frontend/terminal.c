/*
 * Terminal modes and signals. What a signal handler must reach is the one
 * mutable global of the emulator.
 */
#include "frontend/terminal.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include "base/compiler.h"
#include "base/log.h"

static struct {
    volatile sig_atomic_t is_raw;
    volatile sig_atomic_t signal;
    struct termios saved;
} terminal;

void terminal_restore(void)
{
    if (!terminal.is_raw)
        return;
    terminal.is_raw = 0;
    tcsetattr(STDIN_FILENO, TCSANOW, &terminal.saved);
}

void terminal_make_raw(void)
{
    struct termios raw;

    if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &terminal.saved))
        return;
    raw = terminal.saved;
    raw.c_iflag &= ~(tcflag_t)(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR |
                               IGNCR | ICRNL | IXON);
    raw.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
    raw.c_cflag = (raw.c_cflag & ~(tcflag_t)(CSIZE | PARENB)) | CS8;
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    atexit(terminal_restore);
    terminal.is_raw = 1;
    tcsetattr(STDIN_FILENO, TCSANOW, &raw);
}

static void note(int number)
{
    int saved_errno = errno;

    if (terminal.signal) {
        terminal_restore();
        _exit(EXIT_SIGNAL + number);
    }
    terminal.signal = number;
    errno = saved_errno;
}

#ifndef __SANITIZE_ADDRESS__
/* Our own bug: says so, and leaves the terminal usable. */
static void crash(int number)
{
    static const char message[] = "quire: internal error; please report it\n";
    ssize_t n;

    (void)number;
    terminal_restore();
    n = write(STDERR_FILENO, message, sizeof message - 1);
    (void)n;
    _exit(EXIT_BUG);
}
#endif

static void handle(int number, void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler};

    sigemptyset(&action.sa_mask);
    sigaction(number, &action, NULL);
}

void terminal_catch_signals(void)
{
    static const int asked[] = {SIGINT,  SIGTERM, SIGHUP,  SIGPIPE, SIGQUIT,
                                SIGALRM, SIGUSR1, SIGUSR2, SIGXCPU, SIGVTALRM};

    /* A file that grows beyond the limit is an error of its write. */
    handle(SIGXFSZ, SIG_IGN);
    for (size_t i = 0; i < ARRAY_SIZE(asked); i++)
        handle(asked[i], note);
#ifndef __SANITIZE_ADDRESS__
    static const int bugs[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};

    for (size_t i = 0; i < ARRAY_SIZE(bugs); i++)
        handle(bugs[i], crash);
#endif
}

void terminal_ignore_broken_pipes(void)
{
    handle(SIGPIPE, SIG_IGN);
}

int terminal_signal(void)
{
    return terminal.signal;
}
