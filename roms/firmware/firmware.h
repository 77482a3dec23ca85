/*
 * What the files of the firmware share: the trap frame, which start.S builds,
 * CSR access, and the functions. M-mode, physical addresses. Each hart
 * has a stack of its own; harts beyond MAX_HARTS sleep for ever.
 */
#ifndef QUIRE_ROMS_FIRMWARE_FIRMWARE_H
#define QUIRE_ROMS_FIRMWARE_FIRMWARE_H

#define MAX_HARTS 8
#define STACK_SHIFT 11

#define FRAME_SP 8
#define FRAME_PC 128
#define FRAME_STATUS 132
#define FRAME_SIZE 144

#define MSTATUS_SIE (1u << 1)
#define MSTATUS_SPIE (1u << 5)
#define MSTATUS_SPP (1u << 8)
#define MSTATUS_MPP_SHIFT 11
#define MSTATUS_MPP (3u << MSTATUS_MPP_SHIFT)

#define MIP_SSIP (1u << 1)
#define MIP_MSIP (1u << 3)
#define MIP_STIP (1u << 5)
#define MIP_MTIP (1u << 7)
#define MIP_SEIP (1u << 9)

#define MSTATUS_MPP_S (1 << 11)

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct trap_frame {
    uint32_t x[32];
    uint32_t pc;
    uint32_t status;
};

#define csr_read(csr)                                                          \
    ({                                                                         \
        uint32_t value_;                                                       \
        __asm__ volatile("csrr %0, " #csr : "=r"(value_));                     \
        value_;                                                                \
    })
#define csr_write(csr, value)                                                  \
    __asm__ volatile("csrw " #csr ", %0" ::"rK"(value) : "memory")
#define csr_set(csr, value)                                                    \
    __asm__ volatile("csrs " #csr ", %0" ::"rK"(value) : "memory")
#define csr_clear(csr, value)                                                  \
    __asm__ volatile("csrc " #csr ", %0" ::"rK"(value) : "memory")

/*
 * For CSRs that this hart may not have, at boot: the trap lands behind the
 * access. A read yields `absent` then.
 */
#define csr_try_write(csr, value)                                              \
    __asm__ volatile("la t0, 1f\n csrrw t0, mtvec, t0\n csrw " #csr ", %0\n"   \
                     ".balign 4\n 1: csrw mtvec, t0" ::"r"(value)              \
                     : "t0", "memory")
#define csr_try_read(csr, absent)                                              \
    ({                                                                         \
        uint32_t value_ = (absent);                                            \
        __asm__ volatile("la t0, 1f\n csrrw t0, mtvec, t0\n csrr %0, " #csr    \
                         "\n .balign 4\n 1: csrw mtvec, t0"                    \
                         : "+r"(value_)::"t0", "memory");                      \
        value_;                                                                \
    })

/*
 * One byte of memory that S-mode has named and that may not be there. False
 * if it is not. Inside a call only: the trap overwrites what the frame keeps.
 */
static inline bool memory_try_load(uint32_t pa, uint8_t *byte)
{
    uint32_t is_good = 0, value = 0;

    __asm__ volatile("la t0, 1f\n csrrw t0, mtvec, t0\n lbu %1, 0(%2)\n"
                     "li %0, 1\n .balign 4\n 1: csrw mtvec, t0"
                     : "+&r"(is_good), "+&r"(value)
                     : "r"(pa)
                     : "t0", "memory");
    *byte = (uint8_t)value;
    return is_good;
}

static inline bool memory_try_store(uint32_t pa, uint8_t byte)
{
    uint32_t is_good = 0;

    __asm__ volatile("la t0, 1f\n csrrw t0, mtvec, t0\n sb %1, 0(%2)\n"
                     "li %0, 1\n .balign 4\n 1: csrw mtvec, t0"
                     : "+&r"(is_good)
                     : "r"(byte), "r"(pa)
                     : "t0", "memory");
    return is_good;
}

/* start.S */
/* To S-mode at `next`, without translation or interrupts. */
_Noreturn void enter_supervisor(uint32_t hart, uint32_t a1, uint32_t next);
/* Empties the stack and goes to hart_wait. */
_Noreturn void hart_idle(void);

/* boot.c, called by start.S */
_Noreturn void boot(uint32_t hart, uint32_t fdt, const uint32_t *info);
/* What each hart does before S-mode: memory, traps, counters, its timer. */
void hart_open(void);

/* trap.c, called by start.S */
void trap_handle(struct trap_frame *frame);
_Noreturn void own_trap_report(void);

/* sbi.c: serves the ECALL in `frame`; leaves pc to the caller. */
void sbi_call(struct trap_frame *frame);

/* harts.c. A set of harts is a mask by number. */
struct fence {
    uint32_t function, start, size, asid; /* SBI_RFENCE_*, as S-mode gave it */
};
void harts_init(uint32_t self, uint32_t mask);
/* Serves this hart's software interrupt. */
void harts_receive(void);
/* Those that SBI's mask and base name and that run, false if a hart is named
 * that is not there. */
bool harts_named(uint32_t mask, uint32_t base, uint32_t *named);
void harts_interrupt(uint32_t mask);
void harts_fence(uint32_t mask, const struct fence *f);
/* The calls of HSM; the result is an SBI error. */
int32_t hart_start(uint32_t hart, uint32_t next, uint32_t opaque);
_Noreturn void hart_stop(void);
int32_t hart_suspend(uint32_t type, uint32_t next, uint32_t opaque);
/* False: there is no such hart. */
bool hart_status(uint32_t hart, uint32_t *state);

/* timer.c: the S timer interrupt, through stimecmp where the hart has it,
 * else by forwarding the CLINT's. */
void timer_init(void);
void timer_set(uint64_t when);
void timer_expired(void);

/* console.c: the UART, polled. A line of text comes without its newline. */
void console_init(void);
void console_put(uint8_t byte);
int console_get(void); /* -1: nothing there */
void console_print(const char *text);
void console_print_hex(uint32_t value);

/* The finisher: `value` is one of FINISHER_*. */
_Noreturn void finish(uint32_t value);

/* fdt.c: names [base, base + size) in the tree's memory reservation block.
 * Grows the tree by 16 bytes in place; leaves what is no tree alone. */
void fdt_reserve(void *fdt, uint64_t base, uint64_t size);
/* The harts that the tree has, of the first MAX_HARTS; 0 if it is no tree. */
uint32_t fdt_harts(const void *fdt);
#endif

#endif
