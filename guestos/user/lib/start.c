/*
 * From the entry point to main: thread-local storage, constructors, exit.
 */
#include <picolibc.h>
#include <picotls.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "linux_abi.h"
#include "start.h"

int main(int argc, char **argv, char **envp);

extern void (*__preinit_array_start[])(void), (*__preinit_array_end[])(void);
extern void (*__init_array_start[])(void), (*__init_array_end[])(void);

char **environ;

/* One thread: its block of thread-local variables is static. The only
 * such variables are picolibc's; start_program checks that they fit. */
static _Alignas(16) char tls_block[256];

static void call_all(void (**from)(void), void (**to)(void))
{
    for (; from < to; from++)
        (*from)();
}

void start_program(long *stack)
{
    int argc = (int)stack[0];
    char **argv = (char **)(stack + 1);

    environ = argv + argc + 1;
    if (_tls_size() > sizeof tls_block)
        _exit(127);
    _init_tls(tls_block);
    _set_tls(tls_block);
    call_all(__preinit_array_start, __preinit_array_end);
    call_all(__init_array_start, __init_array_end);
    atexit(flush_streams);
    exit(main(argc, argv, environ));
}

void _exit(int status)
{
    for (;;)
        linux_syscall(SYS_EXIT_GROUP, status, 0, 0, 0, 0, 0);
}
