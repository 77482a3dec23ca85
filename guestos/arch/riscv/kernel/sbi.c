/* Calls of the firmware. */
#include "asm/sbi.h"
#include "kernel.h"
#include "asm/setup.h"

#define NO_HART (~0ul)

static struct sbi_result sbi_call4(unsigned long ext, unsigned long func,
                                   unsigned long arg0, unsigned long arg1,
                                   unsigned long arg2, unsigned long arg3)
{
    register unsigned long a0 __asm__("a0") = arg0;
    register unsigned long a1 __asm__("a1") = arg1;
    register unsigned long a2 __asm__("a2") = arg2;
    register unsigned long a3 __asm__("a3") = arg3;
    register unsigned long a6 __asm__("a6") = func;
    register unsigned long a7 __asm__("a7") = ext;

    __asm__ volatile("ecall"
                     : "+r"(a0), "+r"(a1)
                     : "r"(a2), "r"(a3), "r"(a6), "r"(a7)
                     : "memory");
    return (struct sbi_result){(long)a0, a1};
}

struct sbi_result sbi_call(unsigned long ext, unsigned long func,
                           unsigned long arg0, unsigned long arg1,
                           unsigned long arg2)
{
    return sbi_call4(ext, func, arg0, arg1, arg2, 0);
}

void sbi_set_timer(u64 deadline)
{
    sbi_call(SBI_EXT_TIME, 0, (unsigned long)deadline,
             (unsigned long)(deadline >> 32), 0);
}

struct sbi_result sbi_hart_start(unsigned long hart, unsigned long start,
                                 unsigned long opaque)
{
    return sbi_call(SBI_EXT_HSM, 0, hart, start, opaque);
}

/* The call for the harts of the mask: as often as it takes masks of 32. */
static void call_on(const struct cpumask *mask, unsigned long ext,
                    unsigned long func, unsigned long start, unsigned long size)
{
    unsigned long left = cpumask_bits(mask);

    while (left) {
        struct cpumask rest = {left};
        unsigned long base = NO_HART, harts = 0;
        struct sbi_result result;
        int cpu;

        for_each_cpu(cpu, &rest) {
            base = min(base, cpu_to_hart[cpu]);
        }
        for_each_cpu(cpu, &rest) {
            if (cpu_to_hart[cpu] - base < 32) {
                harts |= 1ul << (cpu_to_hart[cpu] - base);
                left &= ~(1ul << cpu);
            }
        }
        result = sbi_call4(ext, func, harts, base, start, size);
        BUG_ON(result.error);
    }
}

void sbi_send_ipi(const struct cpumask *mask)
{
    call_on(mask, SBI_EXT_IPI, 0, 0, 0);
}

void sbi_remote_fence_i(const struct cpumask *mask)
{
    call_on(mask, SBI_EXT_RFENCE, 0, 0, 0);
}

void sbi_remote_sfence_vma(const struct cpumask *mask, unsigned long start,
                           unsigned long size)
{
    call_on(mask, SBI_EXT_RFENCE, 1, start, size);
}

void sbi_console_write(const char *s, size_t n)
{
    for (; n; n--, s++) {
        sbi_call(SBI_LEGACY_PUTCHAR, 0, (unsigned char)*s, 0, 0);
    }
}
