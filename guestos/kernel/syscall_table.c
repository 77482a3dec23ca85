/*
 * The system calls of RV32 Linux, once: number, name, function. What is not
 * here answers ENOSYS.
 */
#include "errno.h"
#include "kernel.h"
#include "mm.h"
#include "sched.h"
#include "swap.h"
#include "syscalls.h"
#include "asm/trap.h"

typedef long syscall_fn(unsigned long, unsigned long, unsigned long,
                        unsigned long, unsigned long, unsigned long);

struct syscall_row {
    const char *name;
    void (*fn)(void); /* called with six words, whatever it takes of them */
};

#define ROW(call)                                                              \
    {                                                                          \
#call, (void (*)(void))sys_##call                                      \
    }

// clang-format off
static const struct syscall_row syscalls[] = {
    [17]  = ROW(getcwd),
    [23]  = ROW(dup),
    [24]  = ROW(dup3),
    [25]  = ROW(fcntl64),
    [29]  = ROW(ioctl),
    [44]  = ROW(statfs64),
    [48]  = ROW(faccessat),
    [49]  = ROW(chdir),
    [56]  = ROW(openat),
    [57]  = ROW(close),
    [59]  = ROW(pipe2),
    [61]  = ROW(getdents64),
    [62]  = ROW(llseek),
    [63]  = ROW(read),
    [64]  = ROW(write),
    [65]  = ROW(readv),
    [66]  = ROW(writev),
    [67]  = ROW(pread64),
    [68]  = ROW(pwrite64),
    [78]  = ROW(readlinkat),
    [81]  = ROW(sync),
    [82]  = ROW(fsync),
    [83]  = ROW(fsync), /* fdatasync */
    [93]  = ROW(exit),
    [94]  = ROW(exit_group),
    [95]  = ROW(waitid),
    [96]  = ROW(set_tid_address),
    [122] = ROW(sched_setaffinity),
    [123] = ROW(sched_getaffinity),
    [124] = ROW(sched_yield),
    [128] = ROW(restart_syscall),
    [129] = ROW(kill),
    [130] = ROW(tkill),
    [131] = ROW(tgkill),
    [132] = ROW(sigaltstack),
    [133] = ROW(rt_sigsuspend),
    [134] = ROW(rt_sigaction),
    [135] = ROW(rt_sigprocmask),
    [136] = ROW(rt_sigpending),
    [139] = ROW(rt_sigreturn),
    [142] = ROW(reboot),
    [153] = ROW(times),
    [154] = ROW(setpgid),
    [155] = ROW(getpgid),
    [156] = ROW(getsid),
    [157] = ROW(setsid),
    [160] = ROW(uname),
    [165] = ROW(getrusage),
    [166] = ROW(umask),
    [167] = ROW(prctl),
    [168] = ROW(getcpu),
    [172] = ROW(getpid),
    [173] = ROW(getppid),
    [174] = ROW(getuid),
    [175] = ROW(getuid), /* geteuid */
    [176] = ROW(getuid), /* getgid */
    [177] = ROW(getuid), /* getegid */
    [178] = ROW(gettid),
    [179] = ROW(sysinfo),
    [214] = ROW(brk),
    [215] = ROW(munmap),
    [220] = ROW(clone),
    [221] = ROW(execve),
    [222] = ROW(mmap2),
    [224] = ROW(swapon),
    [225] = ROW(swapoff),
    [226] = ROW(mprotect),
    [232] = ROW(mincore),
    [233] = ROW(madvise),
    [261] = ROW(prlimit64),
    [278] = ROW(getrandom),
    [291] = ROW(statx),
    [403] = ROW(clock_gettime64),
    [406] = ROW(clock_getres_time64),
    [407] = ROW(clock_nanosleep_time64),
    [414] = ROW(ppoll_time64),
};
// clang-format on

void do_syscall(struct pt_regs *regs)
{
    unsigned long number = regs->a7;
    syscall_fn *fn = NULL;

    regs->epc += 4;
    regs->orig_a0 = regs->a0;
    local_irq_enable();
    if (number < ARRAY_SIZE(syscalls)) {
        fn = (syscall_fn *)syscalls[number].fn;
    }
    if (!fn) {
        regs->a0 = (unsigned long)-ENOSYS;
        return;
    }
    regs->a0 = (unsigned long)fn(regs->a0, regs->a1, regs->a2, regs->a3,
                                 regs->a4, regs->a5);
}
