/*
 * System calls as RV32 Linux defines them: each claim is checked by calling.
 * It is an ordinary Linux program that prints TAP, so qemu-riscv32 (that is,
 * Linux) says whether a claim is true, and Octavo whether it keeps it.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/octavo/guest_test.h"

/* Calls that linux_abi.h does not name. */
enum {
    NR_READV = 65,
    NR_WRITEV = 66,
    NR_PREAD64 = 67,
    NR_PPOLL_TIME64 = 414,
    NR_TGKILL = 131,
    NR_SIGALTSTACK = 132,
    NR_RT_SIGPROCMASK = 135,
    NR_RT_SIGPENDING = 136,
    NR_GETPGID = 155,
    NR_GETRUSAGE = 165,
    NR_PRLIMIT64 = 261,
    NR_GETRANDOM = 278,
    NR_WAIT4 = 260,
};

#define ENOENT_ 2
#define EINTR_ 4
#define ENOEXEC_ 8
#define EBADF_ 9
#define ECHILD_ 10
#define EAGAIN_ 11
#define EFAULT_ 14
#define ENOTDIR_ 20
#define EINVAL_ 22
#define EPIPE_ 32
#define ENOSYS_ 38
#define SIGUSR1_ 10
#define SIGUSR2_ 12
#define SIGPIPE_ 13
#define SIGSEGV_ 11
#define SIGCONT_ 18
#define SIGSTOP_ 19
#define SA_SIGINFO_ 4u
#define SA_RESTART_ 0x10000000u
#define WSTOPPED_ 2
#define WCONTINUED_ 8
#define WNOWAIT_ 0x01000000
#define O_NONBLOCK_ 04000
#define POLLIN_ 1
#define POLLOUT_ 4
#define POLLHUP_ 16

static const char *self;

static long wait_child(long pid, struct linux_siginfo *info, int options)
{
    memset(info, 0, sizeof *info);
    return call(SYS_WAITID, LINUX_P_PID, pid, (long)info, options, 0);
}

static void sleep_ms(long ms)
{
    struct linux_timespec64 t = {ms / 1000, ms % 1000 * 1000000};

    call(SYS_CLOCK_NANOSLEEP_TIME64, 1, 0, (long)&t, 0, 0);
}

static int64_t now_ns(void)
{
    struct linux_timespec64 t;

    call(SYS_CLOCK_GETTIME64, 1, (long)&t, 0, 0, 0);
    return t.tv_sec * 1000000000 + t.tv_nsec;
}

/* -- Processes ----------------------------------------------------------- */

static void test_processes(void)
{
    struct linux_siginfo info;
    static volatile int shared = 1;
    long pid = spawn(), result;

    if (!pid) {
        shared = 2;
        leave(42);
    }
    result = wait_child(pid, &info, LINUX_WEXITED | WNOWAIT_);
    point("waitid can leave the child to be waited for again",
          result == 0 && info.si_pid == pid && info.si_status == 42);
    result = wait_child(pid, &info, LINUX_WEXITED);
    point("waitid reports pid, code and status of an exit",
          result == 0 && info.si_signo == LINUX_SIGCHLD &&
              info.si_code == LINUX_CLD_EXITED && info.si_pid == pid &&
              info.si_status == 42);
    point("a child's writes are its own", shared == 1);
    point("a child is waited for once",
          wait_child(pid, &info, LINUX_WEXITED) == -ECHILD_);

    pid = spawn();
    if (!pid) {
        for (;;)
            sleep_ms(1000);
    }
    result = wait_child(pid, &info, LINUX_WEXITED | LINUX_WNOHANG);
    point("waitid with WNOHANG says pid 0 while the child lives",
          result == 0 && info.si_pid == 0 && info.si_signo == 0);
    call(SYS_KILL, pid, LINUX_SIGKILL, 0, 0, 0);
    result = wait_child(pid, &info, LINUX_WEXITED);
    point("a killed child is reported with its signal",
          result == 0 && info.si_code == 2 && info.si_status == 9);
    point("RV32 has no wait4", call(NR_WAIT4, -1, 0, 0, 0, 0) == -ENOSYS_);
    point("an unknown call answers ENOSYS",
          call(1000, 0, 0, 0, 0, 0) == -ENOSYS_);
}

static void test_stop(void)
{
    struct linux_siginfo info;
    long pid = spawn(), result;

    if (!pid) {
        for (;;)
            sleep_ms(1000);
    }
    call(SYS_KILL, pid, SIGSTOP_, 0, 0, 0);
    result = wait_child(pid, &info, WSTOPPED_);
    point("a stopped child is reported",
          result == 0 && info.si_code == 5 && info.si_status == SIGSTOP_);
    call(SYS_KILL, pid, SIGCONT_, 0, 0, 0);
    result = wait_child(pid, &info, WCONTINUED_);
    point("a continued child is reported",
          result == 0 && info.si_code == 6 && info.si_status == SIGCONT_);
    call(SYS_KILL, pid, LINUX_SIGKILL, 0, 0, 0);
    wait_child(pid, &info, LINUX_WEXITED);

    pid = spawn();
    if (!pid) {
        call(SYS_SETPGID, 0, 0, 0, 0, 0);
        for (;;)
            sleep_ms(1000);
    }
    while (call(NR_GETPGID, pid, 0, 0, 0, 0) != pid)
        sleep_ms(5);
    call(SYS_KILL, -pid, LINUX_SIGTERM, 0, 0, 0);
    result = wait_child(pid, &info, LINUX_WEXITED);
    point("a process group is signalled as one",
          result == 0 && info.si_code == 2 && info.si_status == 15);
}

/* -- Signals ------------------------------------------------------------- */

static volatile int caught, caught_code, caught_pid;
static volatile uintptr_t caught_address;

struct handler_context {
    uint32_t flags, link, stack[3], mask[2];
    uint8_t reserved[120], align[12];
    uint32_t regs[32];
};

static void on_signal(int signal, struct linux_siginfo *info, void *context)
{
    (void)context;
    caught = signal;
    caught_code = info->si_code;
    caught_pid = info->si_pid;
}

/* Goes on behind the instruction (of 4 bytes) that has faulted. */
static void on_fault(int signal, struct linux_siginfo *info, void *context)
{
    caught = signal;
    caught_code = info->si_code;
    caught_address = (uint32_t)info->si_pid; /* si_addr has its place */
    ((struct handler_context *)context)->regs[0] += 4;
}

static void handle(int signal, void (*fn)(int, struct linux_siginfo *, void *),
                   uint32_t flags)
{
    struct linux_sigaction action = {(uint32_t)(uintptr_t)fn,
                                     flags | SA_SIGINFO_, 0};

    call(SYS_RT_SIGACTION, signal, (long)&action, 0, 8, 0);
}

static uint32_t load_word(uintptr_t address)
{
    uint32_t value = 0;

    __asm__ volatile(".option push\n\t.option norvc\n\tlw %0, 0(%1)\n\t"
                     ".option pop"
                     : "+r"(value)
                     : "r"(address));
    return value;
}

static void test_signals(void)
{
    uint64_t mask = 1ull << (SIGUSR1_ - 1), pending = 0, old = 1;
    long me = call(SYS_GETPID, 0, 0, 0, 0, 0);

    handle(SIGUSR1_, on_signal, 0);
    call(SYS_KILL, me, SIGUSR1_, 0, 0, 0);
    point("a handler runs before kill of oneself returns",
          caught == SIGUSR1_ && caught_code == 0 && caught_pid == me);
    caught = 0;
    call(NR_RT_SIGPROCMASK, 0, (long)&mask, (long)&old, 8, 0);
    call(NR_TGKILL, me, me, SIGUSR1_, 0, 0);
    call(NR_RT_SIGPENDING, (long)&pending, 8, 0, 0, 0);
    point("a blocked signal waits", caught == 0 && pending == mask);
    call(NR_RT_SIGPROCMASK, 2, (long)&old, 0, 8, 0);
    point("it comes when it is unblocked, with its code",
          caught == SIGUSR1_ && caught_code == -6);

    handle(SIGSEGV_, on_fault, 0);
    caught = 0;
    load_word(0x10);
    point("a fault tells the handler where: nothing is mapped",
          caught == SIGSEGV_ && caught_code == 1 && caught_address == 0x10);
    caught = 0;
    __asm__ volatile(".option push\n\t.option norvc\n\tsw x0, 0(%0)\n\t"
                     ".option pop" ::"r"(test_signals));
    point("and tells a forbidden access from it",
          caught == SIGSEGV_ && caught_code == 2 &&
              caught_address == (uintptr_t)test_signals);
    struct linux_sigaction standard = {0, 0, 0};
    call(SYS_RT_SIGACTION, SIGSEGV_, (long)&standard, 0, 8, 0);
}

static void test_interrupted_calls(void)
{
    struct linux_timespec64 t = {10, 0}, left = {0, 0};
    long me = call(SYS_GETPID, 0, 0, 0, 0, 0), result, pid;
    struct linux_siginfo info;
    int fds[2];
    char byte = 0;

    handle(SIGUSR1_, on_signal, 0);
    pid = spawn();
    if (!pid) {
        sleep_ms(50);
        call(SYS_KILL, me, SIGUSR1_, 0, 0, 0);
        leave(0);
    }
    result = call(SYS_CLOCK_NANOSLEEP_TIME64, 1, 0, (long)&t, (long)&left, 0);
    wait_child(pid, &info, LINUX_WEXITED);
    point("a handler ends a sleep, and what is left is told",
          result == -EINTR_ && left.tv_sec == 9);

    handle(SIGUSR2_, on_signal, SA_RESTART_);
    call(SYS_PIPE2, (long)fds, 0, 0, 0, 0);
    caught = 0;
    pid = spawn();
    if (!pid) {
        sleep_ms(50);
        call(SYS_KILL, me, SIGUSR2_, 0, 0, 0);
        sleep_ms(50);
        call(SYS_WRITE, fds[1], (long)"x", 1, 0, 0);
        leave(0);
    }
    result = call(SYS_READ, fds[0], (long)&byte, 1, 0, 0);
    wait_child(pid, &info, LINUX_WEXITED);
    point("SA_RESTART goes on with a read",
          result == 1 && byte == 'x' && caught == SIGUSR2_);
    call(SYS_CLOSE, fds[0], 0, 0, 0, 0);
    call(SYS_CLOSE, fds[1], 0, 0, 0, 0);

    int64_t start = now_ns();
    sleep_ms(30);
    point("a sleep lasts at least as long as asked",
          now_ns() - start >= 30000000);
}

/* -- Files --------------------------------------------------------------- */

struct pollfd32 {
    int fd;
    short events, revents;
};

static void test_pipes(void)
{
    struct linux_timespec64 none = {0, 0};
    struct pollfd32 p;
    char text[8] = "";
    int fds[2];

    call(SYS_PIPE2, (long)fds, O_NONBLOCK_, 0, 0, 0);
    point("an empty pipe that may not block says EAGAIN",
          call(SYS_READ, fds[0], (long)text, 8, 0, 0) == -EAGAIN_);
    p = (struct pollfd32){fds[0], POLLIN_, 0};
    point("poll of an empty pipe times out",
          call(NR_PPOLL_TIME64, (long)&p, 1, (long)&none, 0, 8) == 0);
    call(SYS_WRITE, fds[1], (long)"hello", 5, 0, 0);
    point("poll sees what is there",
          call(NR_PPOLL_TIME64, (long)&p, 1, 0, 0, 8) == 1 &&
              p.revents == POLLIN_);
    point("a pipe gives what it was given, in pieces",
          call(SYS_READ, fds[0], (long)text, 2, 0, 0) == 2 &&
              call(SYS_READ, fds[0], (long)text + 2, 6, 0, 0) == 3 &&
              memcmp(text, "hello", 5) == 0);
    point("a bad address is EFAULT",
          call(SYS_WRITE, fds[1], 16, 5, 0, 0) == -EFAULT_);
    call(SYS_CLOSE, fds[1], 0, 0, 0, 0);
    point("without writers it is at its end",
          call(SYS_READ, fds[0], (long)text, 8, 0, 0) == 0);
    call(NR_PPOLL_TIME64, (long)&p, 1, (long)&none, 0, 8);
    point("and poll says so", p.revents & POLLHUP_);
    call(SYS_CLOSE, fds[0], 0, 0, 0, 0);

    call(SYS_PIPE2, (long)fds, 0, 0, 0, 0);
    call(SYS_CLOSE, fds[0], 0, 0, 0, 0);
    handle(SIGPIPE_, on_signal, 0);
    caught = 0;
    point("writing without readers is EPIPE and SIGPIPE",
          call(SYS_WRITE, fds[1], (long)"x", 1, 0, 0) == -EPIPE_ &&
              caught == SIGPIPE_);
    call(SYS_CLOSE, fds[1], 0, 0, 0, 0);
}

static void test_descriptors(void)
{
    int fds[2], second;

    point("a closed descriptor is EBADF",
          call(SYS_WRITE, 99, (long)"x", 1, 0, 0) == -EBADF_ &&
              call(SYS_CLOSE, 99, 0, 0, 0, 0) == -EBADF_);
    call(SYS_PIPE2, (long)fds, 0, 0, 0, 0);
    second = (int)call(SYS_DUP, fds[0], 0, 0, 0, 0);
    point("dup takes the lowest free descriptor", second == fds[1] + 1);
    point("dup3 takes the one it is told",
          call(SYS_DUP3, fds[0], 20, LINUX_O_CLOEXEC, 0, 0) == 20 &&
              call(SYS_FCNTL64, 20, 1, 0, 0, 0) == 1 &&
              call(SYS_FCNTL64, fds[0], 1, 0, 0, 0) == 0);
    point("dup3 onto itself is refused",
          call(SYS_DUP3, 20, 20, 0, 0, 0) == -EINVAL_);
    point("F_GETFL tells how a file was opened",
          (call(SYS_FCNTL64, fds[1], 3, 0, 0, 0) & 3) == 1);
    call(SYS_CLOSE, fds[0], 0, 0, 0, 0);
    call(SYS_CLOSE, fds[1], 0, 0, 0, 0);
    call(SYS_CLOSE, second, 0, 0, 0, 0);
    call(SYS_CLOSE, 20, 0, 0, 0, 0);
}

static bool lists(const char *dir, const char *name)
{
    _Alignas(8) char block[512];
    long n, fd = call(SYS_OPENAT, LINUX_AT_FDCWD, (long)dir, LINUX_O_DIRECTORY,
                      0, 0);
    bool found = false;

    while ((n = call(SYS_GETDENTS64, fd, (long)block, sizeof block, 0, 0)) >
           0) {
        for (long at = 0; at < n;) {
            struct linux_dirent64 *entry = (void *)(block + at);

            found = found || !strcmp(entry->d_name, name);
            at += entry->d_reclen;
        }
    }
    call(SYS_CLOSE, fd, 0, 0, 0, 0);
    return found && n == 0;
}

static void test_files(void)
{
    char head[8] = "", dir[256], cwd[256], link[256] = "";
    const char *base = strrchr(self, '/') + 1;
    struct linux_statx sx;
    int64_t end = 0;
    long fd = call(SYS_OPENAT, LINUX_AT_FDCWD, (long)self, 0, 0, 0), n;

    snprintf(dir, sizeof dir, "%.*s", (int)(base - self), self);
    point("pread reads without moving",
          call(NR_PREAD64, fd, (long)head, 3, 1, 0) == 3 &&
              !memcmp(head, "ELF", 3) &&
              call(SYS_READ, fd, (long)head, 4, 0, 0) == 4 && head[0] == 0x7f);
    call(SYS_LLSEEK, fd, 0, 0, (long)&end, 2);
    call(SYS_STATX, fd, (long)"", LINUX_AT_EMPTY_PATH, LINUX_STATX_BASIC,
         (long)&sx);
    point("the end of a file is where statx says",
          end > 4096 && sx.size == (uint64_t)end &&
              (sx.mode & 0170000) == 0100000);
    point("reading there gives nothing",
          call(SYS_READ, fd, (long)head, 4, 0, 0) == 0);
    point("a negative position is refused",
          call(SYS_LLSEEK, fd, -1, -5, (long)&end, 0) == -EINVAL_);
    call(SYS_CLOSE, fd, 0, 0, 0, 0);

    point("a directory lists its files", lists(dir, base));
    point("and itself", lists(dir, ".") && lists(dir, ".."));
    point("a file is no directory",
          call(SYS_CHDIR, (long)self, 0, 0, 0, 0) == -ENOTDIR_);
    point("what is not there is ENOENT",
          call(SYS_OPENAT, LINUX_AT_FDCWD, (long)"/no/where", 0, 0, 0) ==
              -ENOENT_);
    call(SYS_CHDIR, (long)dir, 0, 0, 0, 0);
    n = call(SYS_GETCWD, (long)cwd, sizeof cwd, 0, 0, 0);
    point("getcwd returns the length with its end mark",
          n == (long)strlen(cwd) + 1 && cwd[0] == '/');
    snprintf(link, sizeof link, "../%s/./%s", strrchr(cwd, '/') + 1, base);
    point("dots in a path are followed",
          call(SYS_FACCESSAT, LINUX_AT_FDCWD, (long)link, 1, 0, 0) == 0);
    memset(link, 0, sizeof link);
    n = call(SYS_READLINKAT, LINUX_AT_FDCWD, (long)"/proc/self/exe", (long)link,
             sizeof link - 1, 0);
    point("/proc/self/exe is this program",
          n > 0 && !strcmp(strrchr(link, '/') + 1, base));
}

/* -- Memory and programs ------------------------------------------------- */

/* Uses that much stack, before and after the call. */
static __attribute__((noinline)) void deep(int kib)
{
    char block[1024];

    memset(block, kib, sizeof block);
    __asm__ volatile("" ::"r"(block) : "memory");
    if (kib > 1)
        deep(kib - 1);
    __asm__ volatile("" ::"r"(block) : "memory");
}

static void test_memory(void)
{
    long page = call(SYS_MMAP2, 0, 8192, PROT_RW, MAP_ANON_PRIVATE, -1);
    struct linux_siginfo info;
    int fds[2];
    long pid;

    call(SYS_PIPE2, (long)fds, 0, 0, 0, 0);
    point("fresh memory is zero and can be written",
          *(int *)page == 0 && (*(int *)page = 5) == 5);
    call(SYS_MUNMAP, page, 4096, 0, 0, 0);
    point("unmapped memory is gone, its neighbour is not",
          call(SYS_WRITE, fds[1], page, 1, 0, 0) == -EFAULT_ &&
              call(SYS_WRITE, fds[1], page + 4096, 1, 0, 0) == 1);
    deep(1000);
    point("the stack grows as it is used", true);
    pid = spawn();
    if (!pid) {
        deep(1 << 20);
        leave(0);
    }
    wait_child(pid, &info, LINUX_WEXITED);
    point("a stack without end is a SIGSEGV",
          info.si_code >= 2 && info.si_status == SIGSEGV_);
    call(SYS_CLOSE, fds[0], 0, 0, 0, 0);
    call(SYS_CLOSE, fds[1], 0, 0, 0, 0);
}

/* /proc/PID/stat, of a process that is the same under qemu-riscv32: that
 * shows the caller's own in a form of its own. */
static void test_proc(void)
{
    char text[1024];
    long fd = call(SYS_OPENAT, -100, (long)"/proc/1/stat", 0, 0, 0);
    long n = call(SYS_READ, fd, (long)text, sizeof text, 0, 0);
    unsigned fields = 0;

    for (long i = n - 1; i >= 0 && text[i] != ')'; i--)
        fields += text[i] == ' ';
    point("50 fields follow the name in /proc/PID/stat", fields == 50);
    call(SYS_CLOSE, fd, 0, 0, 0, 0);
}

static void test_exec(void)
{
    const char *argv[] = {self, "child", "with words", NULL};
    const char *envp[] = {"KEY=value", NULL};
    struct linux_siginfo info;
    long pid;

    call(SYS_DUP3, 1, 30, LINUX_O_CLOEXEC, 0, 0);
    pid = spawn();
    if (!pid) {
        leave(-(int)call(SYS_EXECVE, (long)self, (long)argv, (long)envp, 0, 0));
    }
    wait_child(pid, &info, LINUX_WEXITED);
    if (info.si_status == ENOEXEC_)
        printf("ok %d - exec # SKIP the host runs no RV32 programs\n",
               ++number);
    else
        point("exec passes arguments and environment, closes what is marked",
              info.si_code == LINUX_CLD_EXITED && info.si_status == 77);
    call(SYS_CLOSE, 30, 0, 0, 0, 0);
    point("what cannot be run is an error",
          call(SYS_EXECVE, (long)"/", (long)argv, (long)envp, 0, 0) == -13 &&
              call(SYS_EXECVE, (long)"/no", (long)argv, (long)envp, 0, 0) ==
                  -ENOENT_);
}

static int child_main(int argc, char **argv)
{
    const char *value = getenv("KEY");

    return argc == 3 && !strcmp(argv[2], "with words") && value &&
                   !strcmp(value, "value") &&
                   call(SYS_CLOSE, 30, 0, 0, 0, 0) == -EBADF_
               ? 77
               : 1;
}

int main(int argc, char **argv)
{
    self = argv[0];
    if (argc > 1)
        return child_main(argc, argv);
    test_processes();
    test_stop();
    test_signals();
    test_interrupted_calls();
    test_pipes();
    test_descriptors();
    test_files();
    test_memory();
    test_proc();
    test_exec();
    printf("1..%d\n", number);
    return 0;
}
