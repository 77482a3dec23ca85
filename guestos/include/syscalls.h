/* The system calls' bodies: a result, or minus an error number. Those of mm/
 * are in mm.h and swap.h. */
#ifndef QUIRE_GUESTOS_SYSCALLS_H
#define QUIRE_GUESTOS_SYSCALLS_H

#include "signal.h"
#include "types.h"

struct iovec_lite;
struct kernel_timespec;
struct user_stack;

/* Tasks. */
long sys_clone(unsigned long flags, unsigned long stack, u32 __user *parent_tid,
               unsigned long tls, u32 __user *child_tid);
long sys_execve(const char __user *path, const char __user *const __user *argv,
                const char __user *const __user *envp);
long sys_exit(int code);
long sys_exit_group(int code);
long sys_waitid(int type, pid_t id, u32 __user *info, unsigned options,
                void __user *usage);
long sys_set_tid_address(u32 __user *tid);
long sys_getpid(void);
long sys_gettid(void);
long sys_getppid(void);
long sys_getuid(void);
long sys_setpgid(pid_t pid, pid_t pgrp);
long sys_getpgid(pid_t pid);
long sys_getsid(pid_t pid);
long sys_setsid(void);
long sys_sched_yield(void);
long sys_sched_setaffinity(pid_t pid, unsigned len,
                           const unsigned long __user *user_mask);
long sys_sched_getaffinity(pid_t pid, unsigned len,
                           unsigned long __user *user_mask);
long sys_getcpu(unsigned __user *cpu, unsigned __user *node,
                void __user *cache);
long sys_umask(umode_t mask);
long sys_prctl(int option, unsigned long arg);

/* Signals. */
long sys_kill(pid_t pid, int sig);
long sys_tkill(pid_t pid, int sig);
long sys_tgkill(pid_t tgid, pid_t pid, int sig);
long sys_rt_sigaction(int sig, const struct k_sigaction __user *act,
                      struct k_sigaction __user *old, size_t mask_size);
long sys_rt_sigprocmask(int how, const u64 __user *set, u64 __user *old,
                        size_t mask_size);
long sys_rt_sigpending(u64 __user *set, size_t mask_size);
long sys_rt_sigsuspend(const u64 __user *set, size_t mask_size);
long sys_rt_sigreturn(void);
long sys_sigaltstack(const struct user_stack __user *fresh,
                     struct user_stack __user *old);

/* The system, and time. */
long sys_uname(void __user *name);
long sys_sysinfo(void __user *info);
long sys_getrusage(int who, void __user *usage);
long sys_prlimit64(pid_t pid, unsigned resource, const u64 __user *fresh,
                   u64 __user *old);
long sys_getrandom(void __user *buf, size_t count, unsigned flags);
long sys_reboot(unsigned magic1, unsigned magic2, unsigned command);
long sys_times(void __user *buf);
long sys_clock_gettime64(int clock, struct kernel_timespec __user *t);
long sys_clock_getres_time64(int clock, struct kernel_timespec __user *t);
long sys_clock_nanosleep_time64(int clock, int flags,
                                const struct kernel_timespec __user *request,
                                struct kernel_timespec __user *left);
long sys_restart_syscall(void);
void set_boot_time(u64 ns_since_1970);
void random_seed(u64 seed);

/* Files. */
long sys_openat(int dir, const char __user *path, unsigned flags, umode_t mode);
long sys_close(unsigned fd);
long sys_read(unsigned fd, char __user *buf, size_t count);
long sys_write(unsigned fd, const char __user *buf, size_t count);
long sys_readv(unsigned fd, const struct iovec_lite __user *vec, unsigned n);
long sys_writev(unsigned fd, const struct iovec_lite __user *vec, unsigned n);
long sys_pread64(unsigned fd, char __user *buf, size_t count, u32 offset_low,
                 u32 offset_high);
long sys_pwrite64(unsigned fd, const char __user *buf, size_t count,
                  u32 offset_low, u32 offset_high);
long sys_llseek(unsigned fd, unsigned long high, unsigned long low,
                loff_t __user *result, int whence);
long sys_dup(unsigned fd);
long sys_dup3(unsigned from, unsigned to, unsigned flags);
long sys_fcntl64(unsigned fd, unsigned command, unsigned long arg);
long sys_ioctl(unsigned fd, unsigned command, unsigned long arg);
long sys_pipe2(int __user *fds, unsigned flags);
long sys_getdents64(unsigned fd, void __user *buf, size_t size);
long sys_readlinkat(int dir, const char __user *path, char __user *buf,
                    size_t size);
long sys_statx(int dir, const char __user *path, unsigned flags, unsigned mask,
               void __user *buf);
long sys_statfs64(const char __user *path, size_t size, void __user *buf);
long sys_faccessat(int dir, const char __user *path, int mode);
long sys_chdir(const char __user *path);
long sys_getcwd(char __user *buf, size_t size);
long sys_ppoll_time64(void __user *fds, unsigned n,
                      const struct kernel_timespec __user *timeout,
                      const u64 __user *mask, size_t mask_size);
long sys_sync(void);
long sys_fsync(unsigned fd);

#endif
