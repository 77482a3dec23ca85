/*
 * The supervisor's views of machine registers: sip, sie and sstatus. Rows 30
 * and 31 of the list of corner cases.
 */
#include "roms/lib/rom.h"

#define S_SOFT (1u << IRQ_S_SOFT)
#define S_TIMER (1u << IRQ_S_TIMER)
#define S_EXT (1u << IRQ_S_EXT)
#define S_ALL (S_SOFT | S_TIMER | S_EXT)
#define M_ALL (1u << IRQ_M_SOFT | 1u << IRQ_M_TIMER | 1u << IRQ_M_EXT)

CASE(undelegated_interrupts_do_not_show_in_s)
{
    csr_write(mip, S_ALL);
    csr_write(mie, S_ALL);
    EXPECT(csr_read(sip), 0);
    EXPECT(csr_read(sie), 0);
    csr_write(sie, ~0u);
    EXPECT(csr_read(mie), S_ALL);
    csr_write(sie, 0);
    EXPECT(csr_read(mie), S_ALL);
    csr_write(sip, 0);
    EXPECT(csr_read(mip) & S_ALL, S_ALL);
}

CASE(delegated_interrupts_show_in_s)
{
    csr_write(mideleg, S_SOFT | S_EXT);
    csr_write(mip, S_ALL);
    EXPECT(csr_read(sip), S_SOFT | S_EXT);
    csr_write(sie, ~0u);
    EXPECT(csr_read(mie), S_SOFT | S_EXT);
    EXPECT(csr_read(sie), S_SOFT | S_EXT);
}

CASE(s_writes_only_the_software_bit_of_sip)
{
    csr_write(mideleg, S_ALL);
    csr_write(sip, ~0u);
    EXPECT(csr_read(mip), S_SOFT);
    csr_write(mip, S_ALL);
    csr_write(sip, 0);
    EXPECT(csr_read(sip), S_TIMER | S_EXT);
}

CASE(the_wires_of_mip_ignore_writes)
{
    csr_write(mip, M_ALL);
    EXPECT(csr_read(mip) & M_ALL, 0);
    *word_at(CLINT_BASE + CLINT_MSIP) = 1;
    EXPECT(csr_read(mip), 1u << IRQ_M_SOFT);
    csr_write(mip, 0);
    EXPECT(csr_read(mip), 1u << IRQ_M_SOFT);
    *word_at(CLINT_BASE + CLINT_MSIP) = ~1u;
    EXPECT(csr_read(mip), 0);
}

CASE(sstatus_shows_the_supervisors_fields_alone)
{
    const uint32_t own =
        MSTATUS_SIE | MSTATUS_SPIE | MSTATUS_SPP | MSTATUS_SUM | MSTATUS_MXR;

    csr_write(mstatus, ~0u);
    const uint32_t seen = csr_read(sstatus);
    csr_write(sstatus, 0);
    const uint32_t left = csr_read(mstatus);
    csr_write(mstatus, 0);
    csr_write(sstatus, ~0u);
    const uint32_t set = csr_read(mstatus);
    csr_write(mstatus, 0);

    EXPECT(seen & ~(1u << 31 | 3u << 15 | MSTATUS_FS | 3u << 9), own);
    EXPECT(left & own, 0);
    EXPECT(left & (MSTATUS_TVM | MSTATUS_TW | MSTATUS_TSR | MSTATUS_MPP),
           MSTATUS_TVM | MSTATUS_TW | MSTATUS_TSR | MSTATUS_MPP);
    EXPECT(set & ~(1u << 31 | 3u << 15 | MSTATUS_FS | 3u << 9), own);
}
