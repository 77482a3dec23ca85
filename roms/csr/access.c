/*
 * Which CSRs may be read and written by whom. Rows 21, 22, 23, 38 and 46 of
 * the list of corner cases.
 */
#include "roms/lib/rom.h"

/* csrrw, csrrs, csrrc and their immediate forms: rd, csr, rs1. */
#define CSRRW(rd, csr, rs) ((csr) << 20 | (rs) << 15 | 0x1073u | (rd) << 7)
#define CSRRS(rd, csr, rs) ((csr) << 20 | (rs) << 15 | 0x2073u | (rd) << 7)
#define CSRRC(rd, csr, rs) ((csr) << 20 | (rs) << 15 | 0x3073u | (rd) << 7)
#define CSRRWI(rd, csr, n) ((csr) << 20 | (n) << 15 | 0x5073u | (rd) << 7)
#define CSRRSI(rd, csr, n) ((csr) << 20 | (n) << 15 | 0x6073u | (rd) << 7)
#define CSRRCI(rd, csr, n) ((csr) << 20 | (n) << 15 | 0x7073u | (rd) << 7)
#define A0 10u
#define A1 11u

#define MVENDORID 0xf11u
#define MARCHID 0xf12u
#define MIMPID 0xf13u
#define MHARTID 0xf14u
#define MCONFIGPTR 0xf15u
#define MSCRATCH 0x340u
#define SSCRATCH 0x140u
#define CYCLE 0xc00u

static void expect_illegal(enum mode mode, uint32_t insn)
{
    const struct trap *t = rom_exec(mode, insn, 0x5a5a, 0);

    EXPECT_TRAP(t, CAUSE_ILLEGAL, rom_exec_pc(), insn);
    EXPECT(t->x[A0], 0x5a5a);
}

CASE(writing_a_read_only_csr_is_illegal_in_every_form)
{
    const uint32_t csrs[] = {MVENDORID, MARCHID, MIMPID, MHARTID, CYCLE};

    for (unsigned i = 0; i < 5; i++) {
        expect_illegal(M, CSRRW(A0, csrs[i], 0));
        expect_illegal(M, CSRRS(A0, csrs[i], A0));
        expect_illegal(M, CSRRC(A0, csrs[i], A0));
        expect_illegal(M, CSRRWI(A0, csrs[i], 0));
        expect_illegal(M, CSRRSI(A0, csrs[i], 1));
        expect_illegal(M, CSRRCI(A0, csrs[i], 1));
    }
}

CASE(reading_a_read_only_csr_is_legal)
{
    EXPECT_DONE(rom_exec(M, CSRRS(A0, MHARTID, 0), 1, 0), M);
    EXPECT_DONE(rom_exec(M, CSRRC(A0, MVENDORID, 0), 1, 0), M);
    EXPECT_DONE(rom_exec(M, CSRRSI(A0, MARCHID, 0), 1, 0), M);
    EXPECT_DONE(rom_exec(M, CSRRCI(A0, MIMPID, 0), 1, 0), M);
    EXPECT(csr_read(mhartid), 0);
}

CASE(mconfigptr_reads_zero)
{
    EXPECT(rom_exec(M, CSRRS(A0, MCONFIGPTR, 0), 1, 0)->x[A0], 0);
    expect_illegal(M, CSRRW(A0, MCONFIGPTR, A1));
}

CASE(set_and_clear_by_x0_do_not_write_and_the_immediate_write_of_zero_does)
{
    csr_write(sscratch, 0x1234);
    rom_exec(M, CSRRS(A0, SSCRATCH, 0), 0, 0);
    EXPECT(csr_read(sscratch), 0x1234);
    EXPECT(rom_exec(M, CSRRCI(A0, SSCRATCH, 0), 0, 0)->x[A0], 0x1234);
    EXPECT(csr_read(sscratch), 0x1234);
    EXPECT(rom_exec(M, CSRRWI(A0, SSCRATCH, 0), 0, 0)->x[A0], 0x1234);
    EXPECT(csr_read(sscratch), 0);
    EXPECT(rom_exec(M, CSRRSI(A0, SSCRATCH, 31), 0, 0)->x[A0], 0);
    EXPECT(csr_read(sscratch), 31);
    EXPECT(rom_exec(M, CSRRCI(A0, SSCRATCH, 5), 0, 0)->x[A0], 31);
    EXPECT(csr_read(sscratch), 26);
    EXPECT(rom_exec(M, CSRRW(0, SSCRATCH, A1), 7, 99)->x[A0], 7);
    EXPECT(csr_read(sscratch), 99);
}

CASE(a_csr_write_sees_its_source_before_its_destination)
{
    csr_write(sscratch, 1);
    EXPECT(rom_exec(M, CSRRW(A0, SSCRATCH, A0), 2, 0)->x[A0], 1);
    EXPECT(csr_read(sscratch), 2);
    EXPECT(rom_exec(M, CSRRS(A0, SSCRATCH, A0), 4, 0)->x[A0], 2);
    EXPECT(csr_read(sscratch), 6);
}

CASE(lower_modes_cannot_reach_higher_csrs)
{
    expect_illegal(S, CSRRS(A0, MSCRATCH, 0));
    expect_illegal(S, CSRRW(A0, MSCRATCH, A1));
    expect_illegal(S, CSRRS(A0, MHARTID, 0));
    expect_illegal(U, CSRRS(A0, MSCRATCH, 0));
    expect_illegal(U, CSRRS(A0, SSCRATCH, 0));
    expect_illegal(U, CSRRW(A0, SSCRATCH, A1));
    EXPECT_DONE(rom_exec(S, CSRRS(A0, SSCRATCH, 0), 0, 0), S);
}

CASE(absent_csrs_are_illegal)
{
    const uint32_t csrs[] = {0x0c0, 0x1c0, 0x5c0,  0x7c0, 0xbc0,
                             0xcc0, 0xfc0, 0x0044, 0x3ff};

    for (unsigned i = 0; i < sizeof(csrs) / 4; i++) {
        expect_illegal(M, CSRRS(A0, csrs[i], 0));
        expect_illegal(M, CSRRW(A0, csrs[i], A1));
    }
}

CASE(debug_csrs_are_out_of_reach_outside_debug_mode)
{
    for (uint32_t csr = 0x7b0; csr <= 0x7b3; csr++)
        expect_illegal(M, CSRRS(A0, csr, 0));
}
