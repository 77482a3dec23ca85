/* Calls of the firmware (SBI). */
#ifndef QUIRE_GUESTOS_ASM_SBI_H
#define QUIRE_GUESTOS_ASM_SBI_H

#include "types.h"

#define SBI_EXT_BASE 0x10
#define SBI_EXT_TIME 0x54494d45
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
/* Usable from the first instruction on. */
void sbi_console_write(const char *s, size_t n);

#endif
