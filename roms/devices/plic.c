/*
 * The PLIC, with the UART's empty transmitter as the source. Rows 30, 59 and
 * 60 of the list of corner cases.
 */
#include "roms/lib/rom.h"

#define M_CONTEXT 0u
#define S_CONTEXT 1u
#define SOURCE ((uint32_t)UART_IRQ)
#define SOURCE_BIT (1u << UART_IRQ)
#define MEIP (1u << IRQ_M_EXT)
#define SEIP (1u << IRQ_S_EXT)

static volatile uint32_t *priority(uint32_t source)
{
    return word_at(PLIC_BASE + PLIC_PRIORITY + 4 * source);
}

static volatile uint32_t *enable(uint32_t context)
{
    return word_at(PLIC_BASE + PLIC_ENABLE + 0x80 * context);
}

static volatile uint32_t *threshold(uint32_t context)
{
    return word_at(PLIC_BASE + PLIC_CONTEXT + 0x1000 * context);
}

static volatile uint32_t *claim(uint32_t context)
{
    return word_at(PLIC_BASE + PLIC_CONTEXT + 0x1000 * context + 4);
}

static bool is_pending(void)
{
    return *word_at(PLIC_BASE + PLIC_PENDING) & SOURCE_BIT;
}

/* The UART's interrupt for an empty transmitter: on, and off again. */
static void raise_uart(void)
{
    *byte_at(UART_BASE + 1) = 0;
    *byte_at(UART_BASE + 1) = 2;
}

static void lower_uart(void)
{
    *byte_at(UART_BASE + 1) = 0;
}

/* All off, nothing pending. */
static void quiet(void)
{
    lower_uart();
    *priority(SOURCE) = 1;
    *threshold(M_CONTEXT) = 0;
    *threshold(S_CONTEXT) = 0;
    *enable(S_CONTEXT) = 0;
    *enable(M_CONTEXT) = SOURCE_BIT;
    while (*claim(M_CONTEXT))
        *claim(M_CONTEXT) = SOURCE;
    *enable(M_CONTEXT) = 0;
}

CASE(a_claim_with_nothing_pending_is_zero)
{
    quiet();
    *enable(M_CONTEXT) = SOURCE_BIT;
    EXPECT(*claim(M_CONTEXT), 0);
    EXPECT(csr_read(mip) & MEIP, 0);
}

CASE(a_source_interrupts_is_claimed_once_and_completed)
{
    quiet();
    *enable(M_CONTEXT) = SOURCE_BIT;
    raise_uart();
    EXPECT(is_pending(), 1);
    EXPECT(csr_read(mip) & MEIP, MEIP);
    EXPECT(*claim(M_CONTEXT), SOURCE);
    EXPECT(is_pending(), 0);
    EXPECT(csr_read(mip) & MEIP, 0);
    EXPECT(*claim(M_CONTEXT), 0);
    lower_uart();
    *claim(M_CONTEXT) = SOURCE;
    EXPECT(*claim(M_CONTEXT), 0);
    raise_uart();
    EXPECT(*claim(M_CONTEXT), SOURCE);
    lower_uart();
    *claim(M_CONTEXT) = SOURCE;
}

CASE(a_claimed_source_waits_for_its_completion)
{
    quiet();
    *enable(M_CONTEXT) = SOURCE_BIT;
    raise_uart();
    EXPECT(*claim(M_CONTEXT), SOURCE);
    lower_uart();
    raise_uart();
    EXPECT(*claim(M_CONTEXT), 0);
    /* Completing another source helps nothing. */
    *claim(M_CONTEXT) = SOURCE + 1;
    *claim(M_CONTEXT) = 0;
    EXPECT(*claim(M_CONTEXT), 0);
    *claim(M_CONTEXT) = SOURCE;
    EXPECT(*claim(M_CONTEXT), SOURCE);
    lower_uart();
    *claim(M_CONTEXT) = SOURCE;
}

CASE(priority_zero_never_interrupts)
{
    quiet();
    *enable(M_CONTEXT) = SOURCE_BIT;
    *priority(SOURCE) = 0;
    raise_uart();
    EXPECT(is_pending(), 1);
    EXPECT(csr_read(mip) & MEIP, 0);
    EXPECT(*claim(M_CONTEXT), 0);
    *priority(SOURCE) = 1;
    EXPECT(csr_read(mip) & MEIP, MEIP);
}

CASE(the_threshold_must_be_exceeded)
{
    quiet();
    *enable(M_CONTEXT) = SOURCE_BIT;
    *priority(SOURCE) = 3;
    raise_uart();
    *threshold(M_CONTEXT) = 3;
    EXPECT(csr_read(mip) & MEIP, 0);
    *threshold(M_CONTEXT) = 2;
    EXPECT(csr_read(mip) & MEIP, MEIP);
    *threshold(M_CONTEXT) = 7;
    EXPECT(csr_read(mip) & MEIP, 0);
    *threshold(M_CONTEXT) = 0;
    EXPECT(csr_read(mip) & MEIP, MEIP);
}

CASE(contexts_are_apart)
{
    quiet();
    *enable(S_CONTEXT) = SOURCE_BIT;
    raise_uart();
    EXPECT(csr_read(mip) & (MEIP | SEIP), SEIP);
    EXPECT(*claim(M_CONTEXT), 0);
    EXPECT(*claim(S_CONTEXT), SOURCE);
    EXPECT(csr_read(mip) & (MEIP | SEIP), 0);
    lower_uart();
    *claim(S_CONTEXT) = SOURCE;
}

CASE(a_claim_in_one_context_takes_it_from_the_other)
{
    quiet();
    *enable(S_CONTEXT) = SOURCE_BIT;
    *enable(M_CONTEXT) = SOURCE_BIT;
    raise_uart();
    EXPECT(csr_read(mip) & (MEIP | SEIP), MEIP | SEIP);
    EXPECT(*claim(S_CONTEXT), SOURCE);
    EXPECT(csr_read(mip) & (MEIP | SEIP), 0);
    EXPECT(*claim(M_CONTEXT), 0);
    lower_uart();
    *claim(S_CONTEXT) = SOURCE;
}

CASE(there_is_no_source_zero)
{
    quiet();
    *priority(0) = 7;
    EXPECT(*claim(M_CONTEXT), 0);
    EXPECT(*word_at(PLIC_BASE + PLIC_PENDING) & 1, 0);
}

STUB(spin, "1: j 1b");

CASE(the_external_interrupt_reaches_m_and_s)
{
    quiet();
    *enable(M_CONTEXT) = SOURCE_BIT;
    *enable(S_CONTEXT) = SOURCE_BIT;
    raise_uart();
    csr_write(mie, MEIP | SEIP);
    EXPECT(rom_run(U, spin, 0, 0, 0)->cause, CAUSE_INTERRUPT(IRQ_M_EXT));
    csr_write(mie, SEIP);
    csr_write(mideleg, SEIP);
    csr_write(stvec, (uint32_t)stub_ecall);
    EXPECT(rom_run(U, spin, 0, 0, 0)->cause, CAUSE_ECALL_S);
    EXPECT(csr_read(scause), CAUSE_INTERRUPT(IRQ_S_EXT));
}

CASE(writing_mip_back_does_not_keep_the_wire)
{
    quiet();
    *enable(S_CONTEXT) = SOURCE_BIT;
    raise_uart();
    EXPECT(csr_read(mip) & SEIP, SEIP);
    /* A read-modify-write of another bit while the wire is high. */
    csr_set(mip, 1u << IRQ_S_SOFT);
    EXPECT(*claim(S_CONTEXT), SOURCE);
    EXPECT(csr_read(mip) & SEIP, 0);
    /* And the software bit stays without the wire. */
    csr_set(mip, SEIP);
    lower_uart();
    *claim(S_CONTEXT) = SOURCE;
    EXPECT(csr_read(mip) & SEIP, SEIP);
    csr_clear(mip, SEIP);
    EXPECT(csr_read(mip) & SEIP, 0);
}
