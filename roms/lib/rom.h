/*
 * The framework of the regression ROMs: a ROM is one file of CASE()s, which
 * run in source order, each from the same state: M-mode, no translation, PMP
 * open to all, no interrupt enabled, nothing delegated. The first EXPECT that
 * does not hold ends the ROM (abi/rom.h says how that is told).
 */
#ifndef QUIRE_ROMS_LIB_ROM_H
#define QUIRE_ROMS_LIB_ROM_H

#include "abi/platform.h"
#include "abi/rom.h"
#include "roms/lib/csr.h"

/* Offsets in struct trap, for start.S. */
#define TRAP_CAUSE 128
#define TRAP_EPC 132
#define TRAP_TVAL 136
#define TRAP_STATUS 140

/* Harts that a ROM can use; log2 of their stacks and of their struct trap. */
#define ROM_HARTS 4
#define ROM_STACK_SHIFT 12
#define ROM_TRAP_SHIFT 8

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum mode { U = 0, S = 1, M = 3 };

/* What was so when a trap reached M-mode. */
struct trap {
    uint32_t x[32]; /* registers; x[10] is a0 */
    uint32_t cause;
    uint32_t epc;
    uint32_t tval;
    uint32_t status; /* mstatus after the trap was taken */
} __attribute__((aligned(1 << ROM_TRAP_SHIFT)));

struct rom_case {
    const char *name;
    void (*run)(void);
};

/* Defines one case; its name is the claim that it checks. */
#define CASE(name)                                                             \
    static void name(void);                                                    \
    __attribute__((                                                            \
        used, no_reorder,                                                      \
        section(".rom_cases"))) static const struct rom_case case_##name = {   \
        #name, name};                                                          \
    static void name(void)

/*
 * What the machine must have beyond Quire's default, as its options: NEEDS ends
 * the ROM before its first case unless is_met(argument), called in the state
 * that cases begin with. MADE_FOR is for what a program cannot tell, once a
 * ROM: it is said where a case fails. Both stand at file scope; the options
 * are those of roms/options.tsv, if the ROM has a row there.
 */
struct rom_need {
    const char *options;
    bool (*is_met)(uint32_t argument); /* NULL: MADE_FOR */
    uint32_t argument;
};
#define NEEDS(options, is_met, argument)                                       \
    __attribute__((used, section(".rom_needs"))) static const struct rom_need  \
        need_##is_met = {options, is_met, argument}
#define MADE_FOR(options)                                                      \
    __attribute__((used, section(".rom_needs"))) static const struct rom_need  \
        made_for = {options, NULL, 0}

/* For NEEDS (roms/lib/needs.c): PMP; harts 0 to n - 1; anything at pa; a block
 * device on virtio-mmio of that version. */
bool rom_has_pmp(uint32_t unused);
bool rom_has_harts(uint32_t n);
bool rom_has_device(uint32_t pa);
bool rom_has_virtio_disk(uint32_t version);
#define NEEDS_PMP NEEDS("-cpu rv32,pmp=on", rom_has_pmp, 0)

/*
 * A piece of assembly that can run in any mode and at any address, and ends
 * with ECALL unless it traps before. `name` is its physical address.
 */
#define STUB(name, body)                                                       \
    __asm__(".pushsection .stubs, \"ax\"\n .balign 4\n .globl " #name "\n"     \
            ".option push\n .option norelax\n" #name ":\n" body                \
            "\n ecall\n .option pop\n .popsection");                           \
    extern const char name[]

/* Enters `mode` at `pc` with a0 .. a2 set, and stays until a trap reaches
 * M-mode. The result holds until the same hart's next call. mstatus keeps its
 * other bits, and so enters with MIE = MPIE. MPRV and MIE are clear
 * afterwards. */
const struct trap *rom_run(enum mode mode, const void *pc, uint32_t a0,
                           uint32_t a1, uint32_t a2);

/* Executes one instruction (2 bytes if its low bits are not 11) in `mode`,
 * without translation, then ECALL. It stands at rom_exec_pc(). */
const struct trap *rom_exec(enum mode mode, uint32_t insn, uint32_t a0,
                            uint32_t a1);
uint32_t rom_exec_pc(void);

/* What the CSRs held when the ROM began. */
struct reset_state {
    uint32_t mstatus, mcause, mip;
    uint32_t pmpcfg1; /* 0 without PMP */
};
extern struct reset_state rom_reset_state;

/* The one trap vector; cases that change mtvec need not restore it. */
void rom_trap_vector(void);

/* 16 zeroed pages for whatever a case needs; zeroed before each case. */
#define ROM_FRAMES 16
extern uint8_t rom_frames[ROM_FRAMES][4096];

static inline volatile uint32_t *frame_words(unsigned i)
{
    return (volatile uint32_t *)rom_frames[i];
}

static inline uint32_t frame_pa(unsigned i)
{
    return (uint32_t)rom_frames[i];
}

/* A word of device or memory at a physical address. */
static inline volatile uint32_t *word_at(uint32_t pa)
{
    return (volatile uint32_t *)(uintptr_t)pa;
}

static inline volatile uint8_t *byte_at(uint32_t pa)
{
    return (volatile uint8_t *)(uintptr_t)pa;
}

/* Other harts (roms/lib/harts.c): hart_call lets hart 1 .. ROM_HARTS - 1 call
 * run(arg) in M-mode, each time from the state that a case begins with;
 * hart_join waits until it has returned, hart_do does both. EXPECT works on
 * any hart. */
void hart_call(unsigned hart, void (*run)(uint32_t arg), uint32_t arg);
void hart_join(unsigned hart);
void hart_do(unsigned hart, void (*run)(uint32_t arg), uint32_t arg);
/* Ends the ROM if `condition`, which another hart makes true, stays false. */
#define WAIT_FOR(condition)                                                    \
    do {                                                                       \
        uint32_t patience_ = 20000000;                                         \
        while (!(condition))                                                   \
            rom_check(__FILE__, __LINE__, "waiting for " #condition,           \
                      patience_-- == 0, 0);                                    \
    } while (0)

static inline unsigned hart_id(void)
{
    return csr_read(mhartid);
}

static inline void fence(void)
{
    __asm__ volatile("fence" ::: "memory");
}

/* The hart's CLINT registers. */
static inline volatile uint32_t *msip_of(unsigned hart)
{
    return (volatile uint32_t *)(CLINT_BASE + CLINT_MSIP + 4 * hart);
}

/* The state that cases begin with, as far as it is the hart's own. */
void rom_reset_hart(void);

uint64_t mtime_now(void);
void mtimecmp_set(uint64_t when);

/* PMP: sets entry i, address given as the register holds it; does nothing on a
 * machine without PMP, on which all is open (NEEDS_PMP). */
void pmp_set(unsigned i, uint32_t cfg, uint32_t addr);
static inline uint32_t pmp_napot(uint32_t base, uint32_t size)
{
    return base >> 2 | (size / 8 - 1);
}

void rom_check(const char *file, int line, const char *what, uint32_t got,
               uint32_t want);
void rom_check_trap(const char *file, int line, const struct trap *t,
                    uint32_t cause, uint32_t epc, uint32_t tval);

/* Ends the ROM unless got == want. */
#define EXPECT(got, want)                                                      \
    rom_check(__FILE__, __LINE__, #got, (uint32_t)(got), (uint32_t)(want))
#define EXPECT_TRUE(condition)                                                 \
    rom_check(__FILE__, __LINE__, #condition, !!(condition), 1)
/* Ends the ROM unless the trap has this cause, epc and tval. */
#define EXPECT_TRAP(trap, cause, epc, tval)                                    \
    rom_check_trap(__FILE__, __LINE__, trap, (uint32_t)(cause),                \
                   (uint32_t)(epc), (uint32_t)(tval))
/* Ends the ROM unless the stub ran to its end. */
#define EXPECT_DONE(trap, mode) EXPECT((trap)->cause, CAUSE_ECALL_U + (mode))

/* Stubs that most ROMs need; the register with the address is a0. */
extern const char stub_ecall[];
extern const char stub_lw[]; /* a0 = word; 4 bytes */
extern const char stub_lb[]; /* a0 = byte */
extern const char stub_sw[]; /* a1 is stored; 4 bytes */
extern const char stub_sb[];
extern const char stub_call[]; /* jalr ra, a0: 4 bytes */
#endif

#endif
