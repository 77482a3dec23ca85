/* Signals: numbers, handlers and what sleeps until they come. */
#ifndef QUIRE_GUESTOS_SIGNAL_H
#define QUIRE_GUESTOS_SIGNAL_H

#include "atomic.h"
#include "spinlock.h"
#include "wait.h"

#if __STDC_HOSTED__
#include <signal.h>
#else
#define SIGHUP 1
#define SIGINT 2
#define SIGQUIT 3
#define SIGILL 4
#define SIGTRAP 5
#define SIGABRT 6
#define SIGBUS 7
#define SIGFPE 8
#define SIGKILL 9
#define SIGUSR1 10
#define SIGSEGV 11
#define SIGUSR2 12
#define SIGPIPE 13
#define SIGALRM 14
#define SIGTERM 15
#define SIGCHLD 17
#define SIGCONT 18
#define SIGSTOP 19
#define SIGTSTP 20
#define SIGTTIN 21
#define SIGTTOU 22
#define SIGURG 23
#define SIGWINCH 28

/* si_code */
#define SI_USER 0
#define SI_KERNEL 0x80
#define SI_TKILL (-6)
#define SEGV_MAPERR 1 /* nothing is mapped there */
#define SEGV_ACCERR 2 /* mapped, but not for that */
#define BUS_ADRALN 1
#define BUS_ADRERR 2
#define ILL_ILLOPC 1
#define TRAP_BRKPT 1
#define CLD_EXITED 1
#define CLD_KILLED 2
#define CLD_STOPPED 5
#define CLD_CONTINUED 6
#endif

#undef sigmask /* an old C library name */
#define NR_SIGNALS 65 /* 1 .. 64 */
#define sigmask(sig) (1ULL << ((sig)-1))

/* What a handler is told about a signal. */
struct siginfo_lite {
    int code;
    pid_t pid;
    uid_t uid;
    int status;
    unsigned long addr;
};

/* As user programs hand it over on RISC-V: no restorer. */
struct k_sigaction {
    unsigned long handler; /* SIG_DFL 0, SIG_IGN 1 */
    unsigned long flags;
    u64 mask;
};

struct sighand_struct {
    struct atomic count;
    struct spinlock lock;
    struct k_sigaction action[NR_SIGNALS];
};

/* One event that several may wait for. */
struct completion {
    unsigned done;
    struct wait_queue_head wait;
};

void init_completion(struct completion *x);
void complete(struct completion *x);
void complete_all(struct completion *x);
void wait_for_completion(struct completion *x);
void wait_for_completion_io(struct completion *x); /* for a disk */
int wait_for_completion_killable(struct completion *x);

#endif
