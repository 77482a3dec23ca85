/*
 * Page faults. The hardware says address and access; the address space says
 * whether that is allowed (do_user_fault finds the VMA, grows a stack, checks
 * rights and makes the page present). What cannot be helped is a signal for a
 * user access, a fix-up for a copy by the kernel, and the end for the rest.
 */
#include "kernel.h"
#include "mm.h"
#include "sched.h"
#include "trace.h"
#include "uaccess.h"
#include "asm/trap.h"

static void no_context(struct pt_regs *regs, unsigned long addr)
{
    if (fixup_exception(regs)) {
        return;
    }
    die(regs, addr < PAGE_SIZE ? "NULL pointer access" : "page fault");
}

static void bad_area(struct pt_regs *regs, unsigned long addr, int sig,
                     int code)
{
    if (user_mode(regs)) {
        force_sig_fault(sig, code, addr);
    } else {
        no_context(regs, addr);
    }
}

static void out_of_memory_fault(struct pt_regs *regs, unsigned long addr)
{
    if (!user_mode(regs)) {
        no_context(regs, addr);
        return;
    }
    /* The OOM killer has run: either this task dies or it tries again. */
    if (!fatal_signal_pending(current)) {
        cond_resched();
    }
}

void do_page_fault(struct pt_regs *regs)
{
    unsigned long addr = regs->tval;
    unsigned flags = 0;
    struct mm_struct *mm = current->mm;
    int code = SEGV_MAPERR;
    vm_fault_t fault;

    if (user_mode(regs)) {
        TRACE(exceptions, page_fault_user, addr, regs->epc, regs->cause);
    } else {
        TRACE(exceptions, page_fault_kernel, addr, regs->epc, regs->cause);
    }
    if (addr >= TASK_SIZE && !user_mode(regs)) {
        die(regs, "page fault");
    }
    if (in_atomic() || !mm ||
        (!user_mode(regs) && !(regs->status & SR_SUM))) {
        no_context(regs, addr);
        return;
    }
    if (addr >= TASK_SIZE) {
        bad_area(regs, addr, SIGSEGV, SEGV_MAPERR);
        return;
    }
    if (user_mode(regs)) {
        flags |= FAULT_FLAG_USER;
    }
    if (regs->cause == EXC_STORE_PAGE_FAULT) {
        flags |= FAULT_FLAG_WRITE;
    } else if (regs->cause == EXC_INST_PAGE_FAULT) {
        flags |= FAULT_FLAG_INSTRUCTION;
    }
    if (regs->status & SR_SPIE) {
        local_irq_enable();
    }
    fault = do_user_fault(mm, addr, flags, &code);
    if (!(fault & VM_FAULT_ERROR)) {
        if (fault & VM_FAULT_MAJOR) {
            current->maj_flt++;
        } else {
            current->min_flt++;
        }
    } else if (fault & VM_FAULT_OOM) {
        out_of_memory_fault(regs, addr);
    } else if (fault & VM_FAULT_SIGBUS) {
        bad_area(regs, addr, SIGBUS, BUS_ADRERR);
    } else {
        bad_area(regs, addr, SIGSEGV, code);
    }
}
