/*
 * menvcfg and senvcfg: which fields exist, and how they gate cbo.* in each
 * mode (CMO 1.0, 2.4); STCE: with it STIP is read-only and rises at the very
 * step. Our choices: a write of the reserved CBIE = 2 keeps the old value;
 * stimecmp is all ones after reset; software's STIP is 0 when STCE is cleared
 * again.
 */
#include "roms/lib/rom.h"
#include "roms/lib/sstc.h"

#define CBIE(v) ((uint32_t)(v) << 4)
#define CBCFE (1u << 6)
#define CBZE (1u << 7)

/* cbo.inval, clean, flush, zero (a0) */
static const uint32_t cbo[] = {0x0005200f, 0x0015200f, 0x0025200f, 0x0045200f};
enum { INVAL, CLEAN, FLUSH, ZERO };

static void set_both(uint32_t m, uint32_t s)
{
    csr_write(0x30a, m); /* menvcfg */
    csr_write(0x10a, s); /* senvcfg */
}

static bool is_legal(enum mode mode, uint32_t insn)
{
    const struct trap *t = rom_exec(mode, insn, frame_pa(0), 0);

    if (t->cause == CAUSE_ECALL_U + (uint32_t)mode)
        return true;
    EXPECT_TRAP(t, CAUSE_ILLEGAL, rom_exec_pc(), insn);
    return false;
}

CASE(the_fields_can_be_written_and_nothing_else)
{
    set_both(CBIE(3) | CBCFE | CBZE | 1, CBIE(1) | CBCFE | CBZE | 1);
    EXPECT(csr_read(0x30a), CBIE(3) | CBCFE | CBZE | 1);
    EXPECT(csr_read(0x10a), CBIE(1) | CBCFE | CBZE | 1);
    set_both(~0u, ~0u);
    EXPECT(csr_read(0x30a), CBIE(3) | CBCFE | CBZE | 1);
    EXPECT(csr_read(0x10a), CBIE(3) | CBCFE | CBZE | 1);
    set_both(0, 0);
    EXPECT(csr_read(0x30a), 0);
    EXPECT(csr_read(0x10a), 0);
}

CASE(m_needs_no_permission)
{
    set_both(0, 0);
    for (unsigned i = 0; i < 4; i++)
        EXPECT_TRUE(is_legal(M, cbo[i]));
}

CASE(s_needs_menvcfg_and_u_both)
{
    static const uint32_t field[] = {CBIE(3), CBCFE, CBCFE, CBZE};

    for (unsigned i = 0; i < 4; i++)
        for (unsigned on = 0; on < 4; on++) {
            const uint32_t others = (CBIE(3) | CBCFE | CBZE) & ~field[i];
            const bool in_m = on & 1, in_s = on >> 1;

            set_both(others | (in_m ? field[i] : 0),
                     others | (in_s ? field[i] : 0));
            EXPECT(is_legal(S, cbo[i]), in_m);
            EXPECT(is_legal(U, cbo[i]), in_m && in_s);
        }
}

CASE(inval_is_legal_as_a_flush_too)
{
    for (uint32_t m = 0; m < 4; m++)
        for (uint32_t s = 0; s < 4; s++) {
            if (m == 2 || s == 2)
                continue;
            set_both(CBIE(m), CBIE(s));
            EXPECT(is_legal(S, cbo[INVAL]), m != 0);
            EXPECT(is_legal(U, cbo[INVAL]), m != 0 && s != 0);
        }
}

CASE(a_reserved_cbie_is_ignored)
{
    for (uint32_t old = 0; old < 4; old++) {
        if (old == 2)
            continue;
        csr_write(0x30a, old << 4);
        csr_write(0x10a, old << 4);
        csr_write(0x30a, 2u << 4 | 1u << 6);
        csr_write(0x10a, 2u << 4 | 1u << 6);
        EXPECT(csr_read(0x30a), old << 4 | 1u << 6);
        EXPECT(csr_read(0x10a), old << 4 | 1u << 6);
    }
}

/* Returns the time when mip.STIP has risen. */
STUB(wait_for_stip, "li a2, 0x20\n"
                    "1: csrr a3, mip\n and a3, a3, a2\n bnez a3, 2f\n"
                    "j 1b\n 2: csrr a0, time");

CASE(stimecmp_is_all_ones_after_reset)
{
    EXPECT(csr_read(0x14d), ~0u);
    EXPECT(csr_read(0x15d), ~0u);
}

CASE(software_has_stip_while_stce_is_clear_only)
{
    set_stce(false);
    set_stimecmp(0);
    EXPECT(csr_read(mip) & STIP, 0);
    csr_set(mip, STIP);
    EXPECT(csr_read(mip) & STIP, STIP);
    set_stimecmp(~UINT64_C(0));
    set_stce(true);
    EXPECT(csr_read(mip) & STIP, 0);
    csr_set(mip, STIP);
    EXPECT(csr_read(mip) & STIP, 0);
    set_stimecmp(0);
    csr_clear(mip, STIP);
    EXPECT(csr_read(mip) & STIP, STIP);
    set_stce(false);
    EXPECT(csr_read(mip) & STIP, 0);
    set_stce(true);
    EXPECT(csr_read(mip) & STIP, STIP);
    set_stimecmp(~UINT64_C(0));
}

CASE(mtime_moves_it)
{
    volatile uint32_t *mtime = word_at(CLINT_BASE + CLINT_MTIME);

    set_stce(true);
    set_stimecmp(UINT64_C(1) << 40);
    EXPECT(csr_read(mip) & STIP, 0);
    mtime[1] = 1u << 8;
    EXPECT(csr_read(mip) & STIP, STIP);
    mtime[1] = 0;
    EXPECT(csr_read(mip) & STIP, 0);
}

CASE(stip_rises_when_time_reaches_it)
{
    set_stce(true);
    for (unsigned i = 0; i < 50; i++) {
        const uint64_t when = mtime_now() + 40 + i;

        set_stimecmp(when);
        EXPECT(rom_run(M, wait_for_stip, 0, 0, 0)->x[10], (uint32_t)when);
    }
    set_stimecmp(~UINT64_C(0));
}
