/*
 * What the bare-metal benchmarks share: CSRs, Sv32 page tables and a way into
 * S-mode. They use standard hardware only, so that they run on any `virt`
 * board.
 */
#ifndef QUIRE_BENCH_GUEST_BENCH_H
#define QUIRE_BENCH_GUEST_BENCH_H

#include <stdint.h>

#define CSR_READ(name)                                                         \
    ({                                                                         \
        uint32_t v_;                                                           \
        __asm__ volatile("csrr %0, " #name : "=r"(v_));                        \
        v_;                                                                    \
    })
#define CSR_WRITE(name, value)                                                 \
    __asm__ volatile("csrw " #name ", %0" ::"r"((uint32_t)(value)) : "memory")

#define PTE_V 0x01u
#define PTE_R 0x02u
#define PTE_W 0x04u
#define PTE_X 0x08u
#define PTE_A 0x40u
#define PTE_D 0x80u
#define PTE_RWX (PTE_V | PTE_R | PTE_W | PTE_X | PTE_A | PTE_D)

#define PAGE_SIZE 4096u
/* Data of the benchmarks: mapped by 4 KiB pages, away from the code. */
#define HEAP_PA 0x80400000u
#define HEAP_VA 0x40000000u
#define HEAP_PAGES 1024u

extern uint32_t root_table[1024], heap_table[1024];

/* Each benchmark is one of these; the result says whether it computed what it
 * should: 0 for yes. */
int bench_main(void);

/* Opens all of memory to S-mode and turns Sv32 on there: DRAM identically by
 * megapages, HEAP_VA by heap_table, all of it valid; then calls f in S-mode
 * with traps going to `handler`, and ends the program with its result. */
void enter_supervisor(int (*f)(void), void (*handler)(void));

static inline void sfence_page(uint32_t va)
{
    __asm__ volatile("sfence.vma %0, zero" ::"r"(va) : "memory");
}

static inline void sfence_all(void)
{
    __asm__ volatile("sfence.vma" ::: "memory");
}

#endif
