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
#include "vmalloc.h"
#include "asm/pgtable.h"
#include "asm/tlbflush.h"
#include "asm/trap.h"

/* Sv32 may remember that there was no entry, and areas of the kernel are
 * mapped without a flush: the access may be tried again. */
static bool is_spurious(const struct pt_regs *regs, unsigned long addr)
{
    u32 right = regs->cause == EXC_STORE_PAGE_FAULT  ? _PAGE_WRITE
                : regs->cause == EXC_LOAD_PAGE_FAULT ? _PAGE_READ
                                                     : _PAGE_EXEC;
    struct pgd *pgd = pgd_offset_k(addr);
    struct pmd *pmd = pmd_offset(pud_offset(p4d_offset(pgd, addr), addr), addr);
    u32 pte;

    if (!is_vmalloc_addr((const void *)addr) &&
        addr - PKMAP_BASE >= LAST_PKMAP * PAGE_SIZE) {
        return false;
    }
    pte = pte_val(ptep_get(pte_offset_kernel(pmd, addr)));
    if (!(pte & _PAGE_PRESENT) || !(pte & right)) {
        return false;
    }
    local_flush_tlb_page(addr);
    return true;
}

static void kernel_fault(struct pt_regs *regs, unsigned long addr)
{
    if (is_spurious(regs, addr)) {
        return;
    }
    if (is_vmalloc_addr((const void *)addr)) {
        vmalloc_dump_addr(addr);
    }
    die(regs, "page fault");
}

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
        kernel_fault(regs, addr);
        return;
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
