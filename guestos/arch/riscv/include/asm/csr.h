/* Control and status registers of S-mode. Usable from assembly. */
#ifndef QUIRE_GUESTOS_ASM_CSR_H
#define QUIRE_GUESTOS_ASM_CSR_H

#define SR_SIE 0x2
#define SR_SPIE 0x20
#define SR_SPP 0x100
#define SR_FS 0x6000
#define SR_SUM 0x40000
#define SR_MXR 0x80000

#define IE_SSIE 0x2
#define IE_STIE 0x20
#define IE_SEIE 0x200

#define SATP_MODE_SV32 0x80000000
#define SATP_ASID_SHIFT 22
#define SATP_ASID_MASK 0x1ff

#define CAUSE_INTERRUPT 0x80000000u
#define IRQ_S_SOFT 1
#define IRQ_S_TIMER 5
#define IRQ_S_EXT 9

#define EXC_INST_MISALIGNED 0
#define EXC_INST_ACCESS 1
#define EXC_INST_ILLEGAL 2
#define EXC_BREAKPOINT 3
#define EXC_LOAD_MISALIGNED 4
#define EXC_LOAD_ACCESS 5
#define EXC_STORE_MISALIGNED 6
#define EXC_STORE_ACCESS 7
#define EXC_SYSCALL 8
#define EXC_INST_PAGE_FAULT 12
#define EXC_LOAD_PAGE_FAULT 13
#define EXC_STORE_PAGE_FAULT 15

#ifndef __ASSEMBLER__
#define csr_read(csr)                                                          \
    __extension__({                                                            \
        unsigned long csr_v;                                                   \
        __asm__ volatile("csrr %0, " #csr : "=r"(csr_v) : : "memory");         \
        csr_v;                                                                 \
    })
#define csr_write(csr, v)                                                      \
    __asm__ volatile("csrw " #csr ", %0"                                       \
                     :                                                         \
                     : "rK"((unsigned long)(v))                                \
                     : "memory")
#define csr_set(csr, v)                                                        \
    __asm__ volatile("csrs " #csr ", %0"                                       \
                     :                                                         \
                     : "rK"((unsigned long)(v))                                \
                     : "memory")
#define csr_clear(csr, v)                                                      \
    __asm__ volatile("csrc " #csr ", %0"                                       \
                     :                                                         \
                     : "rK"((unsigned long)(v))                                \
                     : "memory")
#define csr_read_clear(csr, v)                                                 \
    __extension__({                                                            \
        unsigned long csr_v;                                                   \
        __asm__ volatile("csrrc %0, " #csr ", %1"                              \
                         : "=r"(csr_v)                                         \
                         : "rK"((unsigned long)(v))                            \
                         : "memory");                                          \
        csr_v;                                                                 \
    })
#endif

#endif
