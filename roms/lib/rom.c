/*
 * Runs the cases of a ROM and tells the verdict.
 */
#include "roms/lib/rom.h"

extern const struct rom_case rom_cases[], rom_cases_end[];
extern const struct rom_need rom_needs[], rom_needs_end[];

/* Filled by the trap vector. */
struct trap rom_traps[ROM_HARTS];
uint8_t rom_frames[ROM_FRAMES][4096] __attribute__((aligned(4096)));

struct reset_state rom_reset_state;

static const struct rom_case *current = rom_cases;

STUB(stub_ecall, "");
STUB(stub_lw, ".option norvc\n lw a0, 0(a0)");
STUB(stub_lb, "lb a0, 0(a0)");
STUB(stub_sw, ".option norvc\n sw a1, 0(a0)");
STUB(stub_sb, "sb a1, 0(a0)");
STUB(stub_call, ".option norvc\n jalr ra, a0");
STUB(stub_buffer, ".space 16");

static void put(char c)
{
    while (!(*byte_at(UART_BASE + 5) & 0x20))
        ;
    *byte_at(UART_BASE) = (uint8_t)c;
}

static void print(const char *text)
{
    while (*text)
        put(*text++);
}

static void print_decimal(unsigned value)
{
    if (value >= 10)
        print_decimal(value / 10);
    put((char)('0' + value % 10));
}

static void print_hex(uint32_t value)
{
    print("0x");
    for (int shift = 28; shift >= 0; shift -= 4)
        put("0123456789abcdef"[value >> shift & 15]);
}

static _Noreturn void finish(uint32_t value)
{
    *word_at(FINISHER_BASE) = value;
    for (;;)
        __asm__ volatile("wfi");
}

/* A case may have left the UART in any state. */
static void uart_restore(void)
{
    *byte_at(UART_BASE + 3) = 3; /* 8N1, no DLAB */
    *byte_at(UART_BASE + 4) = 0; /* no loopback */
    *byte_at(UART_BASE + 1) = 0;
    *byte_at(UART_BASE + 2) = 0;
}

static void begin_failure(const char *file, int line)
{
    const char *base = file;

    for (; *file; file++)
        if (*file == '/')
            base = file + 1;
    uart_restore();
    print("case ");
    print_decimal((unsigned)(current - rom_cases) + 1);
    print(" (");
    print(current->name);
    print(") at ");
    print(base);
    print(":");
    print_decimal((unsigned)line);
    print(": ");
}

static _Noreturn void end_failure(void)
{
    for (const struct rom_need *n = rom_needs; n < rom_needs_end; n++)
        if (!n->is_met) {
            print("; made for ");
            print(n->options);
        }
    print("\n");
    finish((uint32_t)(current - rom_cases + 1) << 16 | FINISHER_FAIL);
}

void rom_check(const char *file, int line, const char *what, uint32_t got,
               uint32_t want)
{
    if (got == want)
        return;
    begin_failure(file, line);
    print(what);
    print(": expected ");
    print_hex(want);
    print(", got ");
    print_hex(got);
    end_failure();
}

static void print_trap(uint32_t cause, uint32_t epc, uint32_t tval)
{
    print_hex(cause);
    print("/");
    print_hex(epc);
    print("/");
    print_hex(tval);
}

void rom_check_trap(const char *file, int line, const struct trap *t,
                    uint32_t cause, uint32_t epc, uint32_t tval)
{
    if (t->cause == cause && t->epc == epc && t->tval == tval)
        return;
    begin_failure(file, line);
    print("cause/epc/tval: expected ");
    print_trap(cause, epc, tval);
    print(", got ");
    print_trap(t->cause, t->epc, t->tval);
    end_failure();
}

void rom_unexpected_trap(void);
void rom_unexpected_trap(void)
{
    begin_failure("-", 0);
    print("unexpected trap, cause/epc/tval: ");
    print_trap(csr_read(mcause), csr_read(mepc), csr_read(mtval));
    end_failure();
}

uint32_t rom_exec_pc(void)
{
    return (uint32_t)stub_buffer;
}

const struct trap *rom_exec(enum mode mode, uint32_t insn, uint32_t a0,
                            uint32_t a1)
{
    volatile uint16_t *at = (volatile uint16_t *)(uintptr_t)stub_buffer;
    const uint32_t ecall = 0x00000073;

    *at++ = (uint16_t)insn;
    if ((insn & 3) == 3)
        *at++ = (uint16_t)(insn >> 16);
    *at++ = (uint16_t)ecall;
    *at = (uint16_t)(ecall >> 16);
    fence_i();
    return rom_run(mode, stub_buffer, a0, a1, 0);
}

uint64_t mtime_now(void)
{
    const uint32_t base = CLINT_BASE + CLINT_MTIME;
    uint32_t high, low;

    do {
        high = *word_at(base + 4);
        low = *word_at(base);
    } while (high != *word_at(base + 4));
    return (uint64_t)high << 32 | low;
}

void mtimecmp_set(uint64_t when)
{
    const uint32_t base = CLINT_BASE + CLINT_MTIMECMP;

    *word_at(base + 4) = ~0u;
    *word_at(base) = (uint32_t)when;
    *word_at(base + 4) = (uint32_t)(when >> 32);
}

#define PMP_ADDR(n)                                                            \
    case n:                                                                    \
        csr_write(pmpaddr##n, addr);                                           \
        break

/* The entry is off while its address changes. Without PMP all is open
 * as it is. */
void pmp_set(unsigned i, uint32_t cfg, uint32_t addr)
{
    const unsigned shift = 8 * (i % 4);

    if (!rom_has_pmp(0))
        return;
    if (i < 4)
        csr_clear(pmpcfg0, 0xffu << shift);
    else
        csr_clear(pmpcfg1, 0xffu << shift);
    switch (i) {
        PMP_ADDR(0);
        PMP_ADDR(1);
        PMP_ADDR(2);
        PMP_ADDR(3);
        PMP_ADDR(4);
        PMP_ADDR(5);
        PMP_ADDR(6);
        PMP_ADDR(7);
    }
    if (i < 4)
        csr_set(pmpcfg0, cfg << shift);
    else
        csr_set(pmpcfg1, cfg << shift);
    sfence_all();
}

/* Locked PMP entries stay; so cases that lock come last in their ROM. */
void rom_reset_hart(void)
{
    csr_write(mie, 0);
    csr_write(mtvec, (uint32_t)rom_trap_vector);
    csr_write(mscratch, 0);
    csr_write(mstatus, 0);
    csr_write(medeleg, 0);
    csr_write(mideleg, 0);
    csr_write(mip, 0);
    csr_write(satp, 0);
    csr_write(mcounteren, 0);
    csr_write(scounteren, 0);
    csr_write(mcountinhibit, 0);
    for (unsigned i = 1; i < 8; i++)
        pmp_set(i, 0, 0);
    pmp_set(0, PMP_NAPOT | PMP_RWX, ~0u);
    __asm__ volatile("sc.w zero, zero, (%0)" ::"r"(rom_frames) : "memory");
}

/* Every case starts alike. */
static void reset_state(void)
{
    uart_restore();
    rom_reset_hart();
    mtimecmp_set(~0ull);
    for (unsigned i = 0; i < sizeof(rom_frames) / 4; i++)
        ((volatile uint32_t *)rom_frames)[i] = 0;
}

/* Ends the ROM on a machine that lacks what it needs. */
static void check_needs(void)
{
    for (const struct rom_need *n = rom_needs; n < rom_needs_end; n++) {
        reset_state();
        if (!n->is_met || n->is_met(n->argument))
            continue;
        print("needs ");
        print(n->options);
        print("\n");
        finish(ROM_NEEDS_CODE << 16 | FINISHER_FAIL);
    }
}

_Noreturn void rom_main(void);
void rom_main(void)
{
    rom_reset_state = (struct reset_state){
        .mstatus = csr_read(mstatus),
        .mcause = csr_read(mcause),
        .mip = csr_read(mip),
    };
    if (rom_has_pmp(0))
        rom_reset_state.pmpcfg1 = csr_read(pmpcfg1);
    check_needs();
    for (current = rom_cases; current < rom_cases_end; current++) {
        reset_state();
        current->run();
    }
    finish(FINISHER_PASS);
}
