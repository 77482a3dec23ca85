/*
 * Sv32 and the way into S-mode.
 */
#include "bench/guest/bench.h"

#include "abi/platform.h"

#define DRAM_TABLES 8u /* of 4 MiB each */
#define TABLE_ENTRIES 1024u

uint32_t heap_table[TABLE_ENTRIES] __attribute__((aligned(4096)));
static uint32_t root_table[TABLE_ENTRIES] __attribute__((aligned(4096)));
static uint32_t dram_tables[DRAM_TABLES * TABLE_ENTRIES]
    __attribute__((aligned(4096)));

void bench_exit(int code);

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

static void map(uint32_t *tables, unsigned pages, uint32_t va, uint32_t pa)
{
    for (unsigned i = 0; i < pages; i++)
        tables[i] = pte(pa + i * PAGE_SIZE, PTE_RWX);
    for (unsigned i = 0; i < pages; i += TABLE_ENTRIES)
        root_table[(va >> 22) + i / TABLE_ENTRIES] =
            pte((uint32_t)(uintptr_t)&tables[i], PTE_V);
}

void enter_supervisor(int (*f)(void), void (*handler)(void))
{
    root_table[0] = pte(0, PTE_RWX);
    map(dram_tables, DRAM_TABLES * TABLE_ENTRIES, DRAM_BASE, DRAM_BASE);
    map(heap_table, HEAP_PAGES, HEAP_VA, HEAP_PA);

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
