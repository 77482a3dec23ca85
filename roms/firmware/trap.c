/*
 * Traps that reach M-mode: ECALL from S, the CLINT's interrupts, and whatever
 * the hart would not delegate, which goes back to S as if it had been.
 */
#include "roms/firmware/firmware.h"
#include "abi/platform.h"

#define CAUSE_ECALL_S 9
#define CAUSE_INTERRUPT (1u << 31)
#define IRQ_M_SOFT 3
#define IRQ_M_TIMER 7
#define MODE_S 1u

/* priv 1.12, 3.1.6.1 and 4.1: what the hart does when a trap enters S. */
static void redirect_to_supervisor(struct trap_frame *frame, uint32_t cause)
{
    uint32_t status = frame->status;
    uint32_t from = (status & MSTATUS_MPP) >> MSTATUS_MPP_SHIFT;

    csr_write(sepc, frame->pc);
    csr_write(scause, cause);
    csr_write(stval, csr_read(mtval));
    status &= ~(MSTATUS_SPP | MSTATUS_SPIE | MSTATUS_MPP);
    status |= from == MODE_S ? MSTATUS_SPP : 0;
    status |= status & MSTATUS_SIE ? MSTATUS_SPIE : 0;
    status &= ~MSTATUS_SIE;
    frame->status = status | MODE_S << MSTATUS_MPP_SHIFT;
    frame->pc = csr_read(stvec) & ~3u;
}

void trap_handle(struct trap_frame *frame)
{
    const uint32_t cause = csr_read(mcause);

    if (cause == (CAUSE_INTERRUPT | IRQ_M_TIMER)) {
        timer_expired();
    } else if (cause == (CAUSE_INTERRUPT | IRQ_M_SOFT)) {
        harts_receive();
    } else if (cause == CAUSE_ECALL_S) {
        frame->pc += 4;
        sbi_call(frame);
    } else if (!(cause & CAUSE_INTERRUPT)) {
        redirect_to_supervisor(frame, cause);
    } else {
        own_trap_report();
    }
}

void own_trap_report(void)
{
    console_print("firmware: unexpected trap, mcause ");
    console_print_hex(csr_read(mcause));
    console_print(" mepc ");
    console_print_hex(csr_read(mepc));
    console_print(" mtval ");
    console_print_hex(csr_read(mtval));
    console_print("\n");
    finish(1u << 16 | FINISHER_FAIL);
}
