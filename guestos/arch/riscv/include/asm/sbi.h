/* Calls of the firmware (SBI). */
#ifndef QUIRE_GUESTOS_ASM_SBI_H
#define QUIRE_GUESTOS_ASM_SBI_H

#include "cpumask.h"
#include "types.h"

#define SBI_EXT_BASE 0x10
#define SBI_EXT_TIME 0x54494d45
#define SBI_EXT_IPI 0x00735049
#define SBI_EXT_RFENCE 0x52464e43
#define SBI_EXT_HSM 0x0048534d
#define SBI_EXT_SRST 0x53525354
#define SBI_EXT_DBCN 0x4442434e
#define SBI_LEGACY_PUTCHAR 1

struct sbi_result {
    long error; /* 0: done */
    unsigned long value;
};

struct sbi_result sbi_call(unsigned long ext, unsigned long func,
                           unsigned long a0, unsigned long a1,
                           unsigned long a2);
void sbi_set_timer(u64 deadline);
/* Starts a stopped hart with the MMU off, a0 = hart, a1 = opaque. */
struct sbi_result sbi_hart_start(unsigned long hart, unsigned long start,
                                 unsigned long opaque);
/* Harts by CPU. A fence has been done when the call returns, whatever the
 * others were at; start 0 and size ~0: everything. */
void sbi_send_ipi(const struct cpumask *mask);
void sbi_remote_fence_i(const struct cpumask *mask);
void sbi_remote_sfence_vma(const struct cpumask *mask, unsigned long start,
                           unsigned long size);
/* Usable from the first instruction on. */
void sbi_console_write(const char *s, size_t n);

#endif
