/*
 * CSR access by name and the bits that ROMs use, in the manual's words.
 * The first part is usable from assembly.
 */
#ifndef QUIRE_ROMS_LIB_CSR_H
#define QUIRE_ROMS_LIB_CSR_H

#define MSTATUS_SIE (1 << 1)
#define MSTATUS_MIE (1 << 3)
#define MSTATUS_SPIE (1 << 5)
#define MSTATUS_MPIE (1 << 7)
#define MSTATUS_SPP (1 << 8)
#define MSTATUS_MPP_SHIFT 11
#define MSTATUS_MPP (3 << MSTATUS_MPP_SHIFT)
#define MSTATUS_MPP_S (1 << MSTATUS_MPP_SHIFT)
#define MSTATUS_FS (3 << 13)
#define MSTATUS_MPRV (1 << 17)
#define MSTATUS_SUM (1 << 18)
#define MSTATUS_MXR (1 << 19)
#define MSTATUS_TVM (1 << 20)
#define MSTATUS_TW (1 << 21)
#define MSTATUS_TSR (1 << 22)

#define IRQ_S_SOFT 1
#define IRQ_M_SOFT 3
#define IRQ_S_TIMER 5
#define IRQ_M_TIMER 7
#define IRQ_S_EXT 9
#define IRQ_M_EXT 11

#define CAUSE_FETCH_MISALIGNED 0
#define CAUSE_FETCH_ACCESS 1
#define CAUSE_ILLEGAL 2
#define CAUSE_BREAKPOINT 3
#define CAUSE_LOAD_MISALIGNED 4
#define CAUSE_LOAD_ACCESS 5
#define CAUSE_STORE_MISALIGNED 6
#define CAUSE_STORE_ACCESS 7
#define CAUSE_ECALL_U 8
#define CAUSE_ECALL_S 9
#define CAUSE_ECALL_M 11
#define CAUSE_FETCH_PAGE 12
#define CAUSE_LOAD_PAGE 13
#define CAUSE_STORE_PAGE 15

#define PMP_R 1
#define PMP_W 2
#define PMP_X 4
#define PMP_RWX 7
#define PMP_TOR (1 << 3)
#define PMP_NA4 (2 << 3)
#define PMP_NAPOT (3 << 3)
#define PMP_L (1 << 7)

#ifndef __ASSEMBLER__
#include <stdint.h>

#define CAUSE_INTERRUPT(irq) (1u << 31 | (irq))

#define csr_read(csr)                                                          \
    ({                                                                         \
        uint32_t value_;                                                       \
        __asm__ volatile("csrr %0, " #csr : "=r"(value_)::"memory");           \
        value_;                                                                \
    })
#define csr_write(csr, value)                                                  \
    __asm__ volatile("csrw " #csr ", %0" ::"r"(value) : "memory")
#define csr_set(csr, bits)                                                     \
    __asm__ volatile("csrs " #csr ", %0" ::"r"(bits) : "memory")
#define csr_clear(csr, bits)                                                   \
    __asm__ volatile("csrc " #csr ", %0" ::"r"(bits) : "memory")
#define csr_swap(csr, value)                                                   \
    ({                                                                         \
        uint32_t value_;                                                       \
        __asm__ volatile("csrrw %0, " #csr ", %1"                              \
                         : "=r"(value_)                                        \
                         : "r"(value)                                          \
                         : "memory");                                          \
        value_;                                                                \
    })

static inline void sfence_all(void)
{
    __asm__ volatile("sfence.vma" ::: "memory");
}

static inline void fence_i(void)
{
    __asm__ volatile("fence.i" ::: "memory");
}

/* The result of a two-operand instruction, given by its mnemonic. */
#define op2(insn, a, b)                                                        \
    ({                                                                         \
        uint32_t value_;                                                       \
        __asm__ volatile(insn " %0, %1, %2" : "=r"(value_) : "r"(a), "r"(b));  \
        value_;                                                                \
    })
#endif

#endif
