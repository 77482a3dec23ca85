/* Calls of the firmware. */
#include "asm/sbi.h"

struct sbi_result sbi_call(unsigned long ext, unsigned long func,
                           unsigned long arg0, unsigned long arg1,
                           unsigned long arg2)
{
    register unsigned long a0 __asm__("a0") = arg0;
    register unsigned long a1 __asm__("a1") = arg1;
    register unsigned long a2 __asm__("a2") = arg2;
    register unsigned long a6 __asm__("a6") = func;
    register unsigned long a7 __asm__("a7") = ext;

    __asm__ volatile("ecall"
                     : "+r"(a0), "+r"(a1)
                     : "r"(a2), "r"(a6), "r"(a7)
                     : "memory");
    return (struct sbi_result){(long)a0, a1};
}

void sbi_set_timer(u64 deadline)
{
    sbi_call(SBI_EXT_TIME, 0, (unsigned long)deadline,
             (unsigned long)(deadline >> 32), 0);
}

void sbi_console_write(const char *s, size_t n)
{
    for (; n; n--, s++) {
        sbi_call(SBI_LEGACY_PUTCHAR, 0, (unsigned char)*s, 0, 0);
    }
}
