/*
 * A signal handler's frame on the user's stack, laid out as Linux does, and
 * the way back. The handler returns to a trampoline in the vDSO page, which
 * calls rt_sigreturn.
 */
#include "errno.h"
#include "kernel.h"
#include "mm.h"
#include "string.h"
#include "syscalls.h"
#include "task.h"
#include "uaccess.h"
#include "vdso.h"
#include "asm/trap.h"

#define SA_SIGINFO 4ul
#define SA_ONSTACK 0x08000000ul
#define SA_RESTART 0x10000000ul
#define SA_NODEFER 0x40000000ul
#define SS_ONSTACK 1
#define SS_DISABLE 2
#define MINSIGSTKSZ 2048
#define SYS_RESTART_SYSCALL 128
#define NO_SYSCALL (~0ul)

struct user_stack {
    u32 sp;
    u32 flags;
    u32 size;
};

struct signal_frame {
    u32 info[32]; /* siginfo_t */
    struct {
        u32 flags, link;
        struct user_stack stack;
        u32 sigmask[2];
        u8 reserved[120];
        u8 align[12];
        u32 regs[32]; /* pc, x1 .. x31 */
        u32 fp[132];  /* none on this machine: zero */
    } uc;
};

_Static_assert(offsetof(struct signal_frame, uc.sigmask) == 128 + 20 &&
                   offsetof(struct signal_frame, uc.regs) == 128 + 160,
               "ucontext differs from Linux's");

static bool on_alt_stack(unsigned long sp)
{
    return sp - current->sas_sp <= current->sas_size && current->sas_size;
}

static struct user_stack alt_stack(unsigned long sp)
{
    return (struct user_stack){
        .sp = current->sas_sp,
        .size = current->sas_size,
        .flags = !current->sas_size ? SS_DISABLE
                 : on_alt_stack(sp) ? SS_ONSTACK
                                    : 0,
    };
}

static void fill_info(u32 *words, int sig, const struct siginfo_lite *info)
{
    words[0] = (u32)sig;
    words[2] = (u32)info->code;
    if (info->code > 0 && sig != SIGCHLD) {
        words[3] = info->addr;
    } else {
        words[3] = (u32)info->pid;
        words[4] = info->uid;
        words[5] = (u32)info->status;
    }
}

static int setup_frame(struct pt_regs *regs, int sig,
                       const struct siginfo_lite *info,
                       const struct k_sigaction *action)
{
    unsigned long sp = regs->sp;
    struct signal_frame __user *at;
    struct signal_frame frame;

    if ((action->flags & SA_ONSTACK) && current->sas_size &&
        !on_alt_stack(sp)) {
        sp = current->sas_sp + current->sas_size;
    }
    at = (struct signal_frame *)((sp - sizeof(frame)) & ~15ul);
    memset(&frame, 0, sizeof(frame));
    fill_info(frame.info, sig, info);
    frame.uc.stack = alt_stack(regs->sp);
    memcpy(frame.uc.sigmask,
           current->has_saved_sigmask ? &current->saved_sigmask
                                      : &current->blocked,
           sizeof(u64));
    memcpy(frame.uc.regs, regs, sizeof(frame.uc.regs));
    if (copy_to_user(at, &frame, sizeof(frame))) {
        return -EFAULT;
    }
    current->has_saved_sigmask = false;
    regs->ra = VDSO_ADDRESS;
    regs->sp = (unsigned long)at;
    regs->epc = action->handler;
    regs->a0 = (unsigned long)sig;
    regs->a1 = (unsigned long)&at->info;
    regs->a2 = (unsigned long)&at->uc;
    return 0;
}

long sys_rt_sigreturn(void)
{
    struct pt_regs *regs = task_pt_regs(current);
    struct signal_frame __user *at = (struct signal_frame *)regs->sp;
    struct signal_frame frame;
    u64 blocked;

    if (copy_from_user(&frame, at, sizeof(frame))) {
        force_sig(SIGSEGV);
        return 0;
    }
    memcpy(&blocked, frame.uc.sigmask, sizeof(blocked));
    set_blocked(blocked);
    memcpy(regs, frame.uc.regs, sizeof(frame.uc.regs));
    regs->cause = NO_SYSCALL; /* its a0 is no result to look at */
    return (long)regs->a0;
}

long sys_sigaltstack(const struct user_stack __user *fresh,
                     struct user_stack __user *old)
{
    struct user_stack was = alt_stack(task_pt_regs(current)->sp), stack;

    if (fresh) {
        if (copy_from_user(&stack, fresh, sizeof(stack))) {
            return -EFAULT;
        }
        if (was.flags & SS_ONSTACK) {
            return -EPERM;
        }
        if (stack.flags & ~(u32)(SS_ONSTACK | SS_DISABLE)) {
            return -EINVAL;
        }
        if (stack.flags & SS_DISABLE) {
            stack.sp = stack.size = 0;
        } else if (stack.size < MINSIGSTKSZ) {
            return -ENOMEM;
        }
        current->sas_sp = stack.sp;
        current->sas_size = stack.size;
    }
    return old && copy_to_user(old, &was, sizeof(was)) ? -EFAULT : 0;
}

/* The interrupted system call: to be done again, or over with EINTR. */
static void restart_syscall(struct pt_regs *regs, bool has_handler,
                            unsigned long action_flags)
{
    long result = (long)regs->a0;

    if (regs->cause != EXC_SYSCALL) {
        return;
    }
    regs->cause = NO_SYSCALL;
    switch (result) {
    case -ERESTARTSYS:
        if (has_handler && !(action_flags & SA_RESTART)) {
            regs->a0 = (unsigned long)-EINTR;
            return;
        }
        break;
    case -ERESTARTNOINTR:
        break;
    case -ERESTARTNOHAND:
    case -ERESTART_RESTARTBLOCK:
        if (has_handler) {
            regs->a0 = (unsigned long)-EINTR;
            return;
        }
        break;
    default:
        return;
    }
    if (result == -ERESTART_RESTARTBLOCK) {
        regs->a7 = SYS_RESTART_SYSCALL;
    }
    regs->a0 = regs->orig_a0;
    regs->epc -= 4;
}

void do_signal(struct pt_regs *regs)
{
    struct k_sigaction action;
    struct siginfo_lite info;
    u64 blocked;
    int sig = get_signal(&info, &action);

    if (!sig) {
        restart_syscall(regs, false, 0);
        if (current->has_saved_sigmask) {
            current->has_saved_sigmask = false;
            set_blocked(current->saved_sigmask);
        }
        return;
    }
    restart_syscall(regs, true, action.flags);
    blocked = current->blocked | action.mask;
    if (!(action.flags & SA_NODEFER)) {
        blocked |= sigmask(sig);
    }
    if (setup_frame(regs, sig, &info, &action) != 0) {
        /* No room for the frame: the handler cannot help itself. */
        if (sig == SIGSEGV) {
            current->flags |= PF_SIGNALED;
            do_exit(SIGSEGV);
        }
        force_sig(SIGSEGV);
        return;
    }
    set_blocked(blocked);
}
