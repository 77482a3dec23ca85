/*
 * Sv32 and the way into S-mode.
 */
#include "bench/guest/bench.h"

#include "abi/platform.h"

uint32_t root_table[1024] __attribute__((aligned(4096)));
uint32_t heap_table[1024] __attribute__((aligned(4096)));

void bench_exit(int code);
void bench_unexpected(void);

static int (*body)(void);

/* S-mode reaches the finisher through the identity map of the first 4 MiB. */
static void run_body(void)
{
    bench_exit(body());
}

static uint32_t pte(uint32_t pa, uint32_t flags)
{
    return pa >> 12 << 10 | flags;
}

void enter_supervisor(int (*f)(void), void (*handler)(void))
{
    for (unsigned i = 0; i < 16; i++) {
        uint32_t at = DRAM_BASE + (i << 22);

        root_table[at >> 22] = pte(at, PTE_RWX);
    }
    root_table[0] = pte(0, PTE_RWX);
    root_table[HEAP_VA >> 22] = pte((uint32_t)(uintptr_t)heap_table, PTE_V);
    for (unsigned i = 0; i < HEAP_PAGES; i++)
        heap_table[i] = pte(HEAP_PA + i * PAGE_SIZE, PTE_RWX);

    body = f;
    CSR_WRITE(pmpaddr0, UINT32_MAX);
    CSR_WRITE(pmpcfg0, 0x1f);
    CSR_WRITE(medeleg, 0xb1ff);
    CSR_WRITE(stvec, (uintptr_t)handler);
    CSR_WRITE(satp, 1u << 31 | (uint32_t)(uintptr_t)root_table >> 12);
    sfence_all();
    CSR_WRITE(mepc, (uintptr_t)run_body);
    CSR_WRITE(mstatus, 1u << 11);
    __asm__ volatile("mret");
    __builtin_unreachable();
}
