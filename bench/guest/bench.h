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
/* Data of the benchmarks, away from the code: from HEAP_PA up to 16 MiB; its
 * first HEAP_PAGES also stand at HEAP_VA, under Sv32. */
#define HEAP_PA 0x80400000u
#define HEAP_VA 0x40000000u
#define HEAP_PAGES 1024u

extern uint32_t heap_table[1024];

/* Entered in M-mode; the result, which ends the program, says whether it
 * computed what it should: 0 for yes. */
int bench_main(void);

/* What runs both in M-mode without translation and, linked with paged.c in
 * place of bare.c, in S-mode under Sv32; the result as above. */
int bench_body(void);

/* A trap handler, in either mode, for programs that should have no traps: ends
 * the program with a failure. */
void bench_unexpected(void);

/* Opens all of memory to S-mode and turns Sv32 on there: 32 MiB of DRAM
 * identically and HEAP_VA by heap_table, in pages of 4 KiB, all of them valid;
 * then calls f in S-mode with traps going to `handler`, and ends the program
 * with its result. */
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
