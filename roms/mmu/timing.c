/*
 * With -timing on misses take machine time: what docs/machine.md says under
 * "Time", seen through mcycle and mtime. Machine mode only: no TLB is asked.
 */
#include "abi/platform.h"
#include "roms/lib/rom.h"

#define LINE 64
#define L1_BYTES (32 << 10)
#define N_COLD 200

/* Memory that nobody has touched, the framework's zeroing of .bss included. */
static volatile uint8_t *const memory = (void *)(DRAM_BASE + (32 << 20));
static volatile uint8_t *const cold = (void *)(DRAM_BASE + (40 << 20));

/* Cycles from one instruction to the one behind the load. */
__attribute__((noinline, aligned(64))) static uint32_t
load_cycles(const volatile void *at)
{
    uint32_t before, after, value;

    __asm__ volatile("csrr %0, mcycle\n\t"
                     "lw %2, 0(%3)\n\t"
                     "csrr %1, mcycle"
                     : "=&r"(before), "=&r"(after), "=&r"(value)
                     : "r"(at)
                     : "memory");
    return after - before;
}

/* A device takes time, whatever the caches are. */
static bool takes_time(uint32_t device_pa)
{
    load_cycles(word_at(device_pa));
    return load_cycles(word_at(device_pa)) > 2;
}

NEEDS("-timing on -cache l1i=32K:8:64,l1d=32K:8:64,l2=512K:8:64 "
      "-tlb i=32,d=32,l2=512:4",
      takes_time, CLINT_BASE);

/* Two instructions, each of one cycle, once code and line are known. */
CASE(a_hit_takes_a_cycle)
{
    load_cycles(memory);
    EXPECT(load_cycles(memory), 2u);
    EXPECT(load_cycles(memory + LINE - 4), 2u);
}

CASE(memory_is_100_and_10_away)
{
    load_cycles(memory);
    EXPECT(load_cycles(memory + 64 * LINE), 112u);
    EXPECT(load_cycles(memory + 64 * LINE), 2u);
}

CASE(l2_is_10_away)
{
    load_cycles(memory);
    for (uint32_t i = 0; i < 4 * L1_BYTES; i += LINE)
        memory[i];
    EXPECT(load_cycles(memory), 12u); /* L1D has lost it, L2 has not */
}

CASE(a_device_is_20_away)
{
    load_cycles((void *)(CLINT_BASE));
    EXPECT(load_cycles((void *)(CLINT_BASE)), 22u);
}

CASE(time_follows_cycles)
{
    volatile const uint32_t *mtime = (void *)(CLINT_BASE + 0xbff8);
    uint32_t instret = csr_read(minstret), before = *mtime, ticks;

    for (uint32_t i = 0; i < N_COLD; i++)
        cold[i * LINE];
    ticks = *mtime - before;
    instret = csr_read(minstret) - instret;
    /* 110 cycles a line, 100 cycles a tick */
    EXPECT_TRUE(ticks >= N_COLD * 110 / 100);
    EXPECT_TRUE(ticks <= (N_COLD * 110 + instret + 1000) / 100);
}
