/*
 * Vectored trap tables: interrupts by cause, exceptions to the base. Row 27 of
 * the list of corner cases.
 */
#include "roms/lib/rom.h"

STUB(spin, "1: j 1b");

/*
 * A table of 4-byte entries: entry n puts n in a7 and goes on to the ROM's
 * vector. (The register is lost to what was running, which does not mind.)
 */
__asm__(".pushsection .stubs, \"ax\"\n .balign 64\n"
        ".globl vector_table\n.option push\n.option norvc\n"
        "vector_table:\n"
        ".rept 16\n jal a7, 1f\n .endr\n"
        "1: j 2f\n"
        "2: .option pop\n"
        "   lla a6, vector_table + 4\n sub a7, a7, a6\n srli a7, a7, 2\n"
        "   tail rom_trap_vector\n"
        ".popsection");
extern const char vector_table[];

/* The same for S: a7 as above, then ECALL. */
__asm__(".pushsection .stubs, \"ax\"\n .balign 64\n"
        ".globl s_vector_table\n.option push\n.option norvc\n"
        "s_vector_table:\n"
        ".rept 16\n jal a7, 1f\n .endr\n"
        "1: .option pop\n"
        "   lla a6, s_vector_table + 4\n sub a7, a7, a6\n srli a7, a7, 2\n"
        "   ecall\n"
        ".popsection");
extern const char s_vector_table[];

#define A7 17

CASE(machine_interrupts_vector_by_cause)
{
    csr_write(mtvec, (uint32_t)vector_table + 1);
    csr_write(mip, 1u << IRQ_S_SOFT | 1u << IRQ_S_TIMER | 1u << IRQ_S_EXT);
    static const uint8_t irqs[] = {IRQ_S_SOFT, IRQ_S_TIMER, IRQ_S_EXT};

    for (unsigned i = 0; i < 3; i++) {
        csr_write(mie, 1u << irqs[i]);
        csr_write(mstatus, MSTATUS_MPIE);
        const struct trap *t = rom_run(M, spin, 0, 0, 0);

        EXPECT(t->cause, CAUSE_INTERRUPT(irqs[i]));
        EXPECT(t->x[A7], irqs[i]);
    }
}

CASE(machine_exceptions_go_to_the_base)
{
    csr_write(mtvec, (uint32_t)vector_table + 1);
    const struct trap *t = rom_run(M, stub_ecall, 0, 0, 0);

    EXPECT_TRAP(t, CAUSE_ECALL_M, stub_ecall, 0);
    EXPECT(t->x[A7], 0);
    t = rom_run(U, stub_lw, 0x40, 0, 0);
    EXPECT(t->cause, CAUSE_LOAD_ACCESS);
    EXPECT(t->x[A7], 0);
}

CASE(direct_mode_takes_interrupts_at_the_base)
{
    csr_write(mtvec, (uint32_t)vector_table);
    csr_write(mip, 1u << IRQ_S_EXT);
    csr_write(mie, 1u << IRQ_S_EXT);
    csr_write(mstatus, MSTATUS_MPIE);
    const struct trap *t = rom_run(M, spin, 0, 0, 0);

    EXPECT(t->cause, CAUSE_INTERRUPT(IRQ_S_EXT));
    EXPECT(t->x[A7], 0);
}

CASE(supervisor_tables_work_alike)
{
    csr_write(stvec, (uint32_t)s_vector_table + 1);
    csr_write(mideleg, 1u << IRQ_S_EXT);
    csr_write(medeleg, 1u << CAUSE_ILLEGAL);
    csr_write(mip, 1u << IRQ_S_EXT);
    csr_write(mie, 1u << IRQ_S_EXT);
    const struct trap *t = rom_run(U, spin, 0, 0, 0);

    EXPECT(csr_read(scause), CAUSE_INTERRUPT(IRQ_S_EXT));
    EXPECT(t->x[A7], IRQ_S_EXT);
    csr_write(mie, 0);
    t = rom_exec(U, 0xffffffff, 0, 0);
    EXPECT(csr_read(scause), CAUSE_ILLEGAL);
    EXPECT(t->x[A7], 0);
}
