/*
 * Traps: interrupts, system calls, page faults, and what is wrong. entry.S
 * has saved the registers; interrupts are off here until they are turned on.
 */
#include "kernel.h"
#include "runqueue.h"
#include "asm/setup.h"
#include "asm/trap.h"

static const struct {
    const char *what;
    int signal, code;
} exceptions[] = {
    [EXC_INST_MISALIGNED] = {"instruction address misaligned", SIGBUS,
                             BUS_ADRALN},
    [EXC_INST_ACCESS] = {"instruction access fault", SIGSEGV, SEGV_ACCERR},
    [EXC_INST_ILLEGAL] = {"illegal instruction", SIGILL, ILL_ILLOPC},
    [EXC_BREAKPOINT] = {"breakpoint", SIGTRAP, TRAP_BRKPT},
    [EXC_LOAD_MISALIGNED] = {"load address misaligned", SIGBUS, BUS_ADRALN},
    [EXC_LOAD_ACCESS] = {"load access fault", SIGSEGV, SEGV_ACCERR},
    [EXC_STORE_MISALIGNED] = {"store address misaligned", SIGBUS, BUS_ADRALN},
    [EXC_STORE_ACCESS] = {"store access fault", SIGSEGV, SEGV_ACCERR},
};

static void show_registers(const struct pt_regs *regs)
{
    const unsigned long *x = &regs->epc;

    pr_err("epc %08lx status %08lx cause %08lx tval %08lx task %d (%s) "
           "CPU %d\n",
           regs->epc, regs->status, regs->cause, regs->tval, current->pid,
           current->comm, smp_processor_id());
    for (int i = 1; i < 32; i++) {
        pr_err("x%-2d %08lx%s", i, x[i], i % 4 && i < 31 ? "  " : "\n");
    }
}

void die(struct pt_regs *regs, const char *why)
{
    static int speaker = NR_CPUS; /* the first CPU to die, for good */
    int none = NR_CPUS;

    local_irq_disable();
    if (!__atomic_compare_exchange_n(&speaker, &none, smp_processor_id(), false,
                                     __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
        while (none != smp_processor_id()) {
            cpu_wait_for_interrupt();
        }
    }
    show_registers(regs);
    panic("%s at %08lx in the kernel, address %08lx", why, regs->epc,
          regs->tval);
}

void kernel_stack_overflow(unsigned long pc, unsigned long sp)
{
    panic("kernel stack overflow at %08lx, sp %08lx, task %d (%s)", pc, sp,
          current->pid, current->comm);
}

static void handle_interrupt(struct pt_regs *regs)
{
    preempt_count_add(HARDIRQ_OFFSET);
    switch (regs->cause & ~CAUSE_INTERRUPT) {
    case IRQ_S_SOFT:
        do_soft_interrupt();
        break;
    case IRQ_S_TIMER:
        do_timer_interrupt(user_mode(regs));
        break;
    case IRQ_S_EXT:
        do_external_interrupt();
        break;
    default:
        csr_clear(sie, 1UL << (regs->cause & 31));
        pr_err("interrupt %lu, which nobody wants\n",
               regs->cause & ~CAUSE_INTERRUPT);
    }
    preempt_count_sub(HARDIRQ_OFFSET);
    if (!user_mode(regs) && (regs->status & SR_SPIE)) {
        preempt_schedule_irq();
    }
}

static void handle_exception(struct pt_regs *regs)
{
    unsigned long cause = regs->cause;
    bool known = cause < ARRAY_SIZE(exceptions) && exceptions[cause].what;

    if (!user_mode(regs)) {
        if (!fixup_exception(regs)) {
            die(regs, known ? exceptions[cause].what : "unknown exception");
        }
        return;
    }
    local_irq_enable();
    force_sig_fault(known ? exceptions[cause].signal : SIGILL,
                    known ? exceptions[cause].code : ILL_ILLOPC,
                    cause == EXC_INST_ILLEGAL || cause == EXC_BREAKPOINT
                        ? regs->epc
                        : regs->tval);
}

void do_trap(struct pt_regs *regs)
{
    if (regs->cause & CAUSE_INTERRUPT) {
        handle_interrupt(regs);
    } else if (regs->cause == EXC_SYSCALL) {
        do_syscall(regs);
    } else if (regs->cause == EXC_INST_PAGE_FAULT ||
               regs->cause == EXC_LOAD_PAGE_FAULT ||
               regs->cause == EXC_STORE_PAGE_FAULT) {
        do_page_fault(regs);
    } else {
        handle_exception(regs);
    }
    local_irq_disable();
    if (user_mode(regs)) {
        exit_to_user(regs);
    }
}

void exit_to_user(struct pt_regs *regs)
{
    local_irq_disable();
    while (current_thread_info()->flags &
           (BIT(TIF_NEED_RESCHED) | BIT(TIF_SIGPENDING))) {
        local_irq_enable();
        if (need_resched()) {
            schedule();
        }
        if (test_thread_flag(TIF_SIGPENDING)) {
            do_signal(regs);
        }
        local_irq_disable();
    }
}

void trap_init(void)
{
    csr_set(sie, IE_SEIE | IE_SSIE);
}
