/*
 * The firmware's two ways to the outside: the UART, polled, and the finisher.
 */
#include "roms/firmware/firmware.h"
#include "abi/platform.h"

#define UART_DATA 0
#define UART_IER 1
#define UART_FCR 2
#define UART_LCR 3
#define UART_LSR 5
#define LCR_8N1 0x03
#define LCR_DLAB 0x80
#define LSR_READY 0x01
#define LSR_EMPTY 0x20
#define BAUD 115200

static volatile uint8_t *uart(unsigned reg)
{
    return (volatile uint8_t *)(uintptr_t)(UART_BASE + reg);
}

void console_init(void)
{
    const uint32_t divisor = UART_HZ / (16 * BAUD);

    *uart(UART_IER) = 0;
    *uart(UART_LCR) = LCR_DLAB;
    *uart(UART_DATA) = (uint8_t)divisor;
    *uart(UART_IER) = (uint8_t)(divisor >> 8);
    *uart(UART_LCR) = LCR_8N1;
    *uart(UART_FCR) = 1;
}

void console_put(uint8_t byte)
{
    while (!(*uart(UART_LSR) & LSR_EMPTY))
        ;
    *uart(UART_DATA) = byte;
}

int console_get(void)
{
    return *uart(UART_LSR) & LSR_READY ? *uart(UART_DATA) : -1;
}

void console_print(const char *text)
{
    for (; *text; text++)
        console_put((uint8_t)*text);
}

void console_print_hex(uint32_t value)
{
    console_print("0x");
    for (int shift = 28; shift >= 0; shift -= 4)
        console_put((uint8_t) "0123456789abcdef"[value >> shift & 15]);
}

void finish(uint32_t value)
{
    *(volatile uint32_t *)FINISHER_BASE = value;
    for (;;)
        __asm__ volatile("wfi");
}
