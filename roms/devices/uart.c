/*
 * The 16550A, mostly in loopback so that nothing is printed. Rows 120 and 121
 * of the list of corner cases.
 */
#include "roms/lib/rom.h"

enum { RBR, IER, IIR, LCR, MCR, LSR, MSR, SCR };

#define LOOP 0x10
#define DLAB 0x80
#define READY 0x01
#define OVERRUN 0x02
#define EMPTY 0x60

static uint8_t get(unsigned reg)
{
    return *byte_at(UART_BASE + reg);
}

static void set(unsigned reg, unsigned value)
{
    *byte_at(UART_BASE + reg) = (uint8_t)value;
}

static void loop(bool has_fifos)
{
    set(MCR, LOOP);
    set(IIR, has_fifos ? 0x07 : 0x00);
    while (get(LSR) & READY)
        get(RBR);
    get(IIR);
}

CASE(an_idle_line_is_empty_and_ready_to_send)
{
    EXPECT(get(LSR) & (READY | EMPTY), EMPTY);
}

CASE(dlab_shows_the_divisor_in_place_of_data_and_enables)
{
    set(IER, 0x04);
    set(LCR, DLAB | 3);
    set(RBR, 0x34);
    set(IER, 0x12);
    EXPECT(get(RBR), 0x34);
    EXPECT(get(IER), 0x12);
    EXPECT(get(LSR) & EMPTY, EMPTY);
    set(RBR, 2);
    set(IER, 0);
    set(LCR, 3);
    EXPECT(get(IER), 0x04);
    EXPECT(get(LCR), 3);
}

CASE(the_scratch_register_keeps_a_byte)
{
    set(SCR, 0xa5);
    EXPECT(get(SCR), 0xa5);
    set(SCR, 0x5a);
    EXPECT(get(SCR), 0x5a);
}

CASE(only_four_interrupts_can_be_enabled)
{
    set(IER, 0xff);
    EXPECT(get(IER), 0x0f);
    set(IER, 0);
}

CASE(loopback_returns_what_is_sent)
{
    loop(false);
    set(RBR, 0x42);
    EXPECT(get(LSR) & READY, READY);
    EXPECT(get(RBR), 0x42);
    EXPECT(get(LSR) & READY, 0);
}

CASE(the_fifo_keeps_sixteen_bytes_in_order)
{
    loop(true);
    for (unsigned i = 0; i < 16; i++)
        set(RBR, 0x30 + i);
    EXPECT(get(LSR) & (READY | OVERRUN), READY);
    for (unsigned i = 0; i < 16; i++)
        EXPECT(get(RBR), 0x30 + i);
    EXPECT(get(LSR) & READY, 0);
}

CASE(one_byte_too_many_is_an_overrun_that_is_told_once)
{
    loop(true);
    for (unsigned i = 0; i < 17; i++)
        set(RBR, 0x30 + i);
    EXPECT(get(LSR) & OVERRUN, OVERRUN);
    EXPECT(get(LSR) & OVERRUN, 0);
    EXPECT(get(RBR), 0x30);
    loop(true);
}

CASE(clearing_the_fifo_empties_it)
{
    loop(true);
    set(RBR, 1);
    set(RBR, 2);
    set(IIR, 0x03);
    EXPECT(get(LSR) & READY, 0);
}

CASE(reading_iir_ends_the_transmitters_interrupt)
{
    loop(false);
    EXPECT(get(IIR) & 0x0f, 1);
    set(IER, 0x02);
    EXPECT(get(IIR) & 0x0f, 2);
    EXPECT(get(IIR) & 0x0f, 1);
    set(RBR, 0x55);
    EXPECT(get(IIR) & 0x0f, 2);
    EXPECT(get(IIR) & 0x0f, 1);
}

CASE(received_data_interrupts_until_it_is_read)
{
    loop(false);
    set(IER, 0x03);
    get(IIR);
    set(RBR, 0x55);
    /* Data come before the transmitter. */
    EXPECT(get(IIR) & 0x0f, 4);
    EXPECT(get(IIR) & 0x0f, 4);
    EXPECT(get(RBR), 0x55);
    EXPECT(get(IIR) & 0x0f, 2);
    EXPECT(get(IIR) & 0x0f, 1);
}

CASE(iir_tells_whether_fifos_are_on)
{
    set(IIR, 0x01);
    EXPECT(get(IIR) & 0xc0, 0xc0);
    set(IIR, 0x00);
    EXPECT(get(IIR) & 0xc0, 0);
}

CASE(loopback_turns_modem_outputs_into_inputs)
{
    set(MCR, LOOP | 0x0f);
    EXPECT(get(MSR) & 0xf0, 0xf0);
    set(MCR, LOOP | 0x02); /* RTS comes back as CTS */
    EXPECT(get(MSR) & 0xf0, 0x10);
    set(MCR, LOOP | 0x01); /* DTR as DSR */
    EXPECT(get(MSR) & 0xf0, 0x20);
}

/* A driver may use `sw` and `lw`, with the byte in the lowest bits; the
 * registers behind it are not touched. */
CASE(a_wide_access_is_one_to_its_first_register)
{
    loop(true);
    set(SCR, 0x77);
    set(IER, 0x05);
    *word_at(UART_BASE + RBR) = 0xffff0041;
    EXPECT(get(IER), 0x05);
    EXPECT(*word_at(UART_BASE + LSR - 1) & 0xff, LOOP);
    EXPECT(get(LSR) & READY, READY);
    EXPECT(*word_at(UART_BASE + RBR), 0x41);
    EXPECT(get(LSR) & READY, 0);
    *(volatile uint16_t *)byte_at(UART_BASE + RBR) = 0xff42;
    EXPECT(*(volatile uint16_t *)byte_at(UART_BASE + RBR), 0x42);
    EXPECT(get(SCR), 0x77);
    set(IER, 0);
}
