/* A task's registers: at birth and when a program starts. */
#include "runqueue.h"
#include "string.h"
#include "task.h"
#include "asm/ptrace.h"

_Static_assert(offsetof(struct task_struct, thread_info) == 0 &&
                   offsetof(struct thread_info, kernel_sp) == TASK_KERNEL_SP &&
                   offsetof(struct thread_info, entry_sp) == TASK_SCRATCH_SP &&
                   offsetof(struct thread_info, entry_t0) == TASK_SCRATCH &&
                   offsetof(struct task_struct, thread) == TASK_THREAD,
               "asm/ptrace.h disagrees with struct task_struct");
_Static_assert(sizeof(struct pt_regs) == PT_SIZE &&
                   offsetof(struct pt_regs, status) == PT_STATUS &&
                   offsetof(struct pt_regs, orig_a0) == PT_ORIG_A0,
               "asm/ptrace.h disagrees with struct pt_regs");

void ret_from_fork(void);          /* entry.S */
void ret_from_kernel_thread(void); /* entry.S: s0(s1) */

void copy_thread(struct task_struct *task, const struct clone_args_lite *args)
{
    struct pt_regs *regs = task_pt_regs(task);

    memset(&task->thread, 0, sizeof(task->thread));
    task->thread.sp = (unsigned long)regs;
    if (args->fn) {
        memset(regs, 0, sizeof(*regs));
        task->thread.ra = (unsigned long)ret_from_kernel_thread;
        task->thread.s[0] = (unsigned long)args->fn;
        task->thread.s[1] = (unsigned long)args->data;
        return;
    }
    *regs = *task_pt_regs(current);
    if (args->stack) {
        regs->sp = args->stack;
    }
    if (args->flags & CLONE_SETTLS) {
        regs->tp = args->tls;
    }
    regs->a0 = 0;
    task->thread.ra = (unsigned long)ret_from_fork;
}

void start_thread(struct pt_regs *regs, unsigned long pc, unsigned long sp)
{
    memset(regs, 0, sizeof(*regs));
    regs->epc = pc;
    regs->sp = sp;
    regs->status = SR_SPIE; /* SPP 0: user mode */
}
