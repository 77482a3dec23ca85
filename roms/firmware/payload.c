/*
 * An S-mode program that checks the firmware from its caller's side: every SBI
 * call, the state at entry, the firmware's protection and its reservation in
 * the device tree. Prints a line a claim and shuts down; failure is the exit
 * status.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/platform.h"
#include "abi/sbi.h"

#define SIP_SSIP (1u << 1)
#define SIP_STIP (1u << 5)

struct result {
    int32_t error;
    uint32_t value;
};

__asm__(".section .text.start, \"ax\"\n"
        ".globl _start\n"
        "_start: lla sp, stack_top\n"
        "   call check\n"
        ".balign 4\n"
        "skip_trap:\n" /* a trap skips 4 bytes and counts */
        "   csrw sscratch, t0\n"
        "   csrr t0, sepc\n addi t0, t0, 4\n csrw sepc, t0\n"
        "   csrr t0, sscratch\n sret\n"
        ".text");
extern const char skip_trap[];

static struct result call(uint32_t extension, uint32_t function, uint32_t a0,
                          uint32_t a1, uint32_t a2)
{
    register uint32_t r0 __asm__("a0") = a0;
    register uint32_t r1 __asm__("a1") = a1;
    register uint32_t r2 __asm__("a2") = a2;
    register uint32_t r3 __asm__("a3") = 0;
    register uint32_t r4 __asm__("a4") = 0;
    register uint32_t r6 __asm__("a6") = function;
    register uint32_t r7 __asm__("a7") = extension;

    __asm__ volatile("ecall"
                     : "+r"(r0), "+r"(r1)
                     : "r"(r2), "r"(r3), "r"(r4), "r"(r6), "r"(r7)
                     : "memory");
    return (struct result){(int32_t)r0, r1};
}

static void print(const char *text)
{
    uint32_t length = 0;

    while (text[length])
        length++;
    call(SBI_DBCN, SBI_DBCN_WRITE, length, (uint32_t)text, 0);
}

static bool has_failed;

static void claim(bool holds, const char *what)
{
    print(holds ? "ok " : "not ok ");
    print(what);
    print("\n");
    has_failed |= !holds;
}

static uint32_t sip(void)
{
    uint32_t value;

    __asm__ volatile("csrr %0, sip" : "=r"(value));
    return value;
}

static uint64_t now(void)
{
    uint32_t high, low, again;

    do {
        __asm__ volatile("rdtimeh %0\n rdtime %1\n rdtimeh %2"
                         : "=&r"(high), "=&r"(low), "=&r"(again));
    } while (high != again);
    return (uint64_t)high << 32 | low;
}

/* The cause of the trap that a load of `pa` raises, 0 if none. */
static uint32_t load_cause(uint32_t pa)
{
    uint32_t cause;

    __asm__ volatile("csrw scause, x0\n csrw stvec, %1\n"
                     ".option push\n .option norvc\n lw t1, 0(%2)\n"
                     ".option pop\n csrr %0, scause"
                     : "=r"(cause)
                     : "r"(skip_trap), "r"(pa)
                     : "t1", "memory");
    return cause;
}

static uint32_t illegal_cause(void)
{
    uint32_t cause;

    __asm__ volatile("csrw scause, x0\n csrw stvec, %1\n .word 0xffffffff\n"
                     "csrr %0, scause"
                     : "=r"(cause)
                     : "r"(skip_trap)
                     : "memory");
    return cause;
}

static void check_base(void)
{
    static const uint32_t present[] = {SBI_BASE, SBI_TIME, SBI_IPI, SBI_RFENCE,
                                       SBI_HSM,  SBI_SRST, SBI_DBCN};
    bool all = true;

    for (unsigned i = 0; i < sizeof(present) / 4; i++)
        all &= call(SBI_BASE, SBI_BASE_PROBE, present[i], 0, 0).value != 0;
    claim(all, "every extension is announced");
    claim(call(SBI_BASE, SBI_BASE_PROBE, 0x12345, 0, 0).value == 0,
          "an unknown extension is not");
    claim(call(SBI_BASE, SBI_BASE_SPEC_VERSION, 0, 0, 0).value ==
              SBI_SPEC_VERSION,
          "the version is 2.0");
    claim(call(SBI_BASE, SBI_BASE_IMPL_ID, 0, 0, 0).value == SBI_IMPL_ID &&
              call(SBI_BASE, SBI_BASE_IMPL_VERSION, 0, 0, 0).value ==
                  SBI_IMPL_VERSION,
          "the implementation names itself");
    claim(call(SBI_BASE, SBI_BASE_MVENDORID, 0, 0, 0).error == 0 &&
              call(SBI_BASE, SBI_BASE_MARCHID, 0, 0, 0).error == 0 &&
              call(SBI_BASE, SBI_BASE_MIMPID, 0, 0, 0).error == 0,
          "the machine's identity can be read");
    claim(call(0x12345, 0, 0, 0, 0).error == SBI_ERR_NOT_SUPPORTED &&
              call(SBI_BASE, 99, 0, 0, 0).error == SBI_ERR_NOT_SUPPORTED &&
              call(SBI_TIME, 99, 0, 0, 0).error == SBI_ERR_NOT_SUPPORTED,
          "unknown calls are not supported");
}

/* A quarter of a second: QEMU's time is the host's, which may be busy. */
#define TIMER_DELAY (MTIME_HZ / 4)

static void wait_for_timer(uint64_t when)
{
    while (!(sip() & SIP_STIP) && now() < when + MTIME_HZ)
        __asm__ volatile("wfi");
}

static void check_time(void)
{
    uint64_t when = now() + TIMER_DELAY;

    __asm__ volatile("csrs sie, %0" ::"r"(SIP_STIP));
    claim(call(SBI_TIME, SBI_TIME_SET_TIMER, (uint32_t)when,
               (uint32_t)(when >> 32), 0)
                      .error == 0 &&
              !(sip() & SIP_STIP),
          "the timer is set and not yet due");
    wait_for_timer(when);
    claim((sip() & SIP_STIP) && now() >= when, "it interrupts at its time");
    call(SBI_TIME, SBI_TIME_SET_TIMER, ~0u, ~0u, 0);
    claim(!(sip() & SIP_STIP), "setting it again takes the interrupt back");
    when = now() + TIMER_DELAY;
    call(SBI_LEGACY_SET_TIMER, 0, (uint32_t)when, (uint32_t)(when >> 32), 0);
    wait_for_timer(when);
    claim((sip() & SIP_STIP) && now() >= when, "the legacy call does the same");
    call(SBI_LEGACY_SET_TIMER, 0, ~0u, ~0u, 0);
    __asm__ volatile("csrc sie, %0" ::"r"(SIP_STIP));
}

static void check_harts(void)
{
    claim(call(SBI_IPI, SBI_IPI_SEND, 1, 0, 0).error == 0 && (sip() & SIP_SSIP),
          "an IPI to this hart arrives");
    call(SBI_LEGACY_CLEAR_IPI, 0, 0, 0, 0);
    claim(!(sip() & SIP_SSIP), "it can be cleared");
    call(SBI_IPI, SBI_IPI_SEND, 0, ~0u, 0);
    claim(sip() & SIP_SSIP, "a mask base of -1 means every hart");
    __asm__ volatile("csrc sip, %0" ::"r"(SIP_SSIP));
    claim(call(SBI_IPI, SBI_IPI_SEND, 0, 0, 0).error == 0 &&
              !(sip() & SIP_SSIP),
          "an empty mask sends nothing");
    claim(call(SBI_IPI, SBI_IPI_SEND, 1u << 30, 0, 0).error ==
              SBI_ERR_INVALID_PARAM,
          "a hart that is not there is refused");
    claim(call(SBI_RFENCE, SBI_RFENCE_FENCE_I, 1, 0, 0).error == 0 &&
              call(SBI_RFENCE, SBI_RFENCE_SFENCE_VMA, 1, 0, 0).error == 0 &&
              call(SBI_RFENCE, SBI_RFENCE_SFENCE_VMA, 0, ~0u, 4096).error ==
                  0 &&
              call(SBI_RFENCE, SBI_RFENCE_SFENCE_VMA_ASID, 1, 0, 0).error == 0,
          "remote fences work");
    claim(call(SBI_HSM, SBI_HSM_STATUS, 0, 0, 0).value == SBI_HSM_STARTED &&
              call(SBI_HSM, SBI_HSM_STATUS, 9, 0, 0).error ==
                  SBI_ERR_INVALID_PARAM &&
              call(SBI_HSM, SBI_HSM_START, 0, 0, 0).error ==
                  SBI_ERR_ALREADY_AVAILABLE,
          "the hart is known as started");
}

/* ---- other harts ---- */

/* What the other hart does: it shows what it was given, then obeys. */
static volatile struct {
    uint32_t hart, opaque, satp, status;
    uint32_t order, done; /* the second hart answers with the first */
    uint32_t n_interrupts;
} other;
enum { IDLE, COUNT_IPI, STOP, SLEEP, DEEP_SLEEP };

__asm__(".globl other_start\n"
        "other_start: lla sp, other_top\n"
        "   call other_main\n"
        ".pushsection .bss\n .balign 16\n .space 2048\n other_top:\n"
        ".popsection");
extern const char other_start[];

static uint32_t read_order(void)
{
    __asm__ volatile("fence" ::: "memory");
    return other.order;
}

_Noreturn void other_main(uint32_t hart, uint32_t opaque);
void other_main(uint32_t hart, uint32_t opaque)
{
    other.hart = hart;
    other.opaque = opaque;
    __asm__ volatile("csrr %0, satp" : "=r"(other.satp));
    __asm__ volatile("csrr %0, sstatus" : "=r"(other.status));
    __asm__ volatile("csrw sie, %0" ::"r"(SIP_SSIP));
    for (;;) {
        uint32_t order = read_order();

        if (order == COUNT_IPI && (sip() & SIP_SSIP)) {
            __asm__ volatile("csrc sip, %0" ::"r"(SIP_SSIP));
            other.n_interrupts++;
        } else if (order == STOP) {
            call(SBI_HSM, SBI_HSM_STOP, 0, 0, 0);
        } else if (order == SLEEP) {
            call(SBI_HSM, SBI_HSM_SUSPEND, SBI_HSM_RETENTIVE, 0, 0);
            __asm__ volatile("csrc sip, %0" ::"r"(SIP_SSIP));
            other.order = IDLE;
        } else if (order == DEEP_SLEEP) {
            other.order = IDLE;
            call(SBI_HSM, SBI_HSM_SUSPEND, SBI_HSM_NON_RETENTIVE,
                 (uint32_t)other_start, 99);
        }
        other.done = order;
    }
}

static void order(uint32_t what)
{
    other.order = what;
    __asm__ volatile("fence" ::: "memory");
}

static bool reaches(uint32_t hart, uint32_t state)
{
    for (unsigned i = 0; i < 1000000; i++)
        if (call(SBI_HSM, SBI_HSM_STATUS, hart, 0, 0).value == state)
            return true;
    return false;
}

static bool becomes(const volatile uint32_t *word, uint32_t value)
{
    for (unsigned i = 0; i < 100000000 && *word != value; i++)
        ;
    return *word == value;
}

static void check_start(uint32_t hart)
{
    claim(call(SBI_HSM, SBI_HSM_STATUS, hart, 0, 0).value == SBI_HSM_STOPPED,
          "another hart is stopped at first");
    claim(call(SBI_IPI, SBI_IPI_SEND, 1, hart, 0).error == 0 &&
              call(SBI_RFENCE, SBI_RFENCE_FENCE_I, 1, hart, 0).error == 0,
          "a stopped hart is left out");
    claim(call(SBI_HSM, SBI_HSM_START, hart, FIRMWARE_BASE, 0).error ==
                  SBI_ERR_INVALID_ADDRESS &&
              call(SBI_HSM, SBI_HSM_START, hart, 0x40, 0).error ==
                  SBI_ERR_INVALID_ADDRESS,
          "it does not start in the firmware or nowhere");
    claim(call(SBI_HSM, SBI_HSM_START, hart, (uint32_t)other_start, 77).error ==
                  0 &&
              reaches(hart, SBI_HSM_STARTED) && becomes(&other.opaque, 77),
          "it starts");
    claim(other.hart == hart && other.satp == 0 && !(other.status & 2),
          "with its number, bare and without interrupts");
    claim(call(SBI_HSM, SBI_HSM_START, hart, (uint32_t)other_start, 78).error ==
              SBI_ERR_ALREADY_AVAILABLE,
          "it cannot start twice");
}

static void check_remote(uint32_t hart)
{
    bool all = true;

    order(COUNT_IPI);
    call(SBI_IPI, SBI_IPI_SEND, 1, hart, 0);
    claim(becomes(&other.n_interrupts, 1), "an IPI to it arrives");
    call(SBI_IPI, SBI_IPI_SEND, 0, ~0u, 0);
    claim(becomes(&other.n_interrupts, 2) && (sip() & SIP_SSIP),
          "one to every hart arrives at both");
    __asm__ volatile("csrc sip, %0" ::"r"(SIP_SSIP));
    for (unsigned i = 0; i < 100; i++)
        all &= call(SBI_RFENCE, i % 3, 1u << hart | 1, 0, i << 12).error == 0;
    claim(all, "remote fences return");
    claim(call(SBI_RFENCE, SBI_RFENCE_SFENCE_VMA, 1, hart + 16, 0).error ==
              SBI_ERR_INVALID_PARAM,
          "a hart beyond the last is refused");
}

static void check_sleep(uint32_t hart)
{
    order(SLEEP);
    claim(reaches(hart, SBI_HSM_SUSPENDED), "it suspends");
    claim(call(SBI_RFENCE, SBI_RFENCE_FENCE_I, 1, hart, 0).error == 0 &&
              call(SBI_HSM, SBI_HSM_STATUS, hart, 0, 0).value ==
                  SBI_HSM_SUSPENDED,
          "a remote fence does not wake it");
    call(SBI_IPI, SBI_IPI_SEND, 1, hart, 0);
    claim(reaches(hart, SBI_HSM_STARTED) && becomes(&other.order, IDLE),
          "an IPI does");
    order(DEEP_SLEEP);
    claim(reaches(hart, SBI_HSM_SUSPENDED), "it suspends without its state");
    call(SBI_IPI, SBI_IPI_SEND, 1, hart, 0);
    claim(becomes(&other.opaque, 99), "and resumes where it said");
    order(STOP);
    claim(reaches(hart, SBI_HSM_STOPPED), "it stops");
    order(IDLE);
    claim(call(SBI_HSM, SBI_HSM_START, hart, (uint32_t)other_start, 79).error ==
                  0 &&
              becomes(&other.opaque, 79),
          "and starts again");
}

static void check_other_harts(void)
{
    const struct result r = call(SBI_HSM, SBI_HSM_STATUS, 1, 0, 0);

    if (r.error) {
        print("one hart\n");
        return;
    }
    check_start(1);
    check_remote(1);
    check_sleep(1);
}

static void check_console(void)
{
    static const char text[] = "ok text by DBCN\n";
    char buffer[4];
    struct result r =
        call(SBI_DBCN, SBI_DBCN_WRITE, sizeof(text) - 1, (uint32_t)text, 0);

    claim(r.error == 0 && r.value == sizeof(text) - 1,
          "DBCN tells how much it wrote");
    for (const char *c = "ok text by single bytes\n"; *c; c++)
        call(SBI_DBCN, SBI_DBCN_WRITE_BYTE, (uint32_t)*c, 0, 0);
    for (const char *c = "ok text by the legacy call\n"; *c; c++)
        call(SBI_LEGACY_PUTCHAR, 0, (uint32_t)*c, 0, 0);
    claim(call(SBI_DBCN, SBI_DBCN_WRITE, 4, FIRMWARE_BASE, 0).error ==
                  SBI_ERR_INVALID_PARAM &&
              call(SBI_DBCN, SBI_DBCN_WRITE, 4, KERNEL_BASE, 1).error ==
                  SBI_ERR_INVALID_PARAM &&
              call(SBI_DBCN, SBI_DBCN_WRITE, 4, UART_BASE, 0).error ==
                  SBI_ERR_INVALID_PARAM &&
              call(SBI_DBCN, SBI_DBCN_WRITE, 4, 0xfffff000, 0).error ==
                  SBI_ERR_INVALID_PARAM &&
              call(SBI_DBCN, SBI_DBCN_READ, ~0u, KERNEL_BASE, 0).error ==
                  SBI_ERR_INVALID_PARAM,
          "buffers that are not the kernel's memory are refused");
    r = call(SBI_DBCN, SBI_DBCN_READ, sizeof(buffer), (uint32_t)buffer, 0);
    claim(r.error == 0 && r.value == 0, "reading finds nothing");
    claim(call(SBI_LEGACY_GETCHAR, 0, 0, 0, 0).error == -1,
          "getchar finds nothing either");
    claim(call(SBI_SRST, SBI_SRST_RESET, 77, 0, 0).error ==
              SBI_ERR_INVALID_PARAM,
          "an unknown kind of reset is refused");
}

static uint32_t big_endian(uint32_t word)
{
    return word << 24 | (word & 0xff00) << 8 | (word >> 8 & 0xff00) |
           word >> 24;
}

/* The tree still has its magic and ends, and the reservation is there. */
static bool is_reserved(const uint32_t *fdt)
{
    const uint32_t *entry = fdt + big_endian(fdt[4]) / 4;
    const uint32_t *node = fdt + big_endian(fdt[2]) / 4;

    if (big_endian(fdt[0]) != 0xd00dfeed || big_endian(node[0]) != 1)
        return false;
    for (; entry[2] | entry[3]; entry += 4)
        if (big_endian(entry[1]) == FIRMWARE_BASE &&
            big_endian(entry[3]) == FIRMWARE_SIZE)
            return true;
    return false;
}

static void check_memory(const uint32_t *fdt)
{
    claim(is_reserved(fdt), "the tree reserves the firmware");
    claim(load_cause(FIRMWARE_BASE) == 5 &&
              load_cause(FIRMWARE_BASE + FIRMWARE_SIZE - 4) == 5,
          "the firmware cannot be read");
    claim(load_cause(FIRMWARE_BASE + FIRMWARE_SIZE) == 0,
          "what follows it can");
    claim(load_cause(0x40) == 5 && illegal_cause() == 2,
          "faults reach the supervisor");
}

_Noreturn void check(uint32_t hart, const uint32_t *fdt);
void check(uint32_t hart, const uint32_t *fdt)
{
    claim(hart == 0, "a0 is the hart");
    check_memory(fdt);
    check_base();
    check_time();
    check_harts();
    check_other_harts();
    check_console();
    print("end\n");
    call(SBI_SRST, SBI_SRST_RESET, SBI_SRST_SHUTDOWN,
         has_failed ? SBI_SRST_FAILURE : SBI_SRST_NO_REASON, 0);
    for (;;)
        __asm__ volatile("wfi");
}
