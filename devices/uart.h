/*
 * A 16550A. What is sent leaves at once, through `put`; what is received
 * waits in a FIFO of 16 bytes (1 without FIFO mode).
 */
#ifndef QUIRE_DEVICES_UART_H
#define QUIRE_DEVICES_UART_H

#include <stdint.h>

#include "devices/device.h"

#define UART_FIFO 16

struct uart {
    struct device device;
    void (*put)(void *ctx, uint8_t byte); /* to the front end, or NULL */
    void *put_ctx;

    uint8_t fifo[UART_FIFO]; /* received: from `first`, `n` bytes */
    uint8_t first, n;
    uint8_t ier, fcr, lcr, mcr, lsr_errors, msr, scr;
    uint16_t divisor;
    bool is_thre_pending; /* the transmitter's interrupt */
    bool is_timed_out;    /* bytes below the trigger level have waited */
    uint64_t timeout;     /* when they will have, or CLOCK_NEVER */

    /* Not state: reads of LSR since the last byte went out, at most 2. */
    unsigned polls;
};

extern const struct device_class uart_class;

void uart_init(struct uart *u, uint64_t base_pa, struct clock *clock);
/* How many bytes uart_receive would take now without loss. */
unsigned uart_can_receive(const struct uart *u);
/* Whether the guest looks for input: it has enabled the interrupt, or reads
 * LSR again and again with nothing to send. Before that a byte is likely to
 * be lost to the guest's initialisation. */
bool uart_is_listening(const struct uart *u);
/* A byte arrives from outside; only at a step boundary, when the machine is
 * not inside the device. A byte too many is lost and sets LSR's overrun. */
void uart_receive(struct uart *u, uint8_t byte);

#endif
