/*
 * The 16550A's registers. The transmitter is always empty, for a byte that is
 * written has left; the receiver's character timeout runs in machine time.
 * Not emulated: parity and framing errors, break, DMA mode, and a gate of
 * the interrupt by OUT2.
 */
#include "devices/uart.h"

#include <libfdt.h>

#include "abi/platform.h"
#include "base/bits.h"
#include "base/compiler.h"

enum {
    RBR = 0, /* THR on a write, DLL with DLAB */
    IER = 1, /* DLM with DLAB */
    IIR = 2, /* FCR on a write */
    LCR = 3,
    MCR = 4,
    LSR = 5,
    MSR = 6,
    SCR = 7,
};

#define IER_RX 0x01
#define IER_THRE 0x02
#define IER_LINE 0x04
#define IER_MODEM 0x08

#define IIR_NONE 0x01
#define IIR_MODEM 0x00
#define IIR_THRE 0x02
#define IIR_RX 0x04
#define IIR_LINE 0x06
#define IIR_TIMEOUT 0x0c
#define IIR_FIFOS 0xc0

#define FCR_ENABLE 0x01
#define FCR_CLEAR_RX 0x02
#define FCR_KEPT 0xc9 /* trigger level, DMA mode, enable */

#define LCR_DLAB 0x80
#define MCR_LOOP 0x10
#define MCR_BITS 0x1f

#define LSR_READY 0x01
#define LSR_OVERRUN 0x02
#define LSR_EMPTY 0x60 /* THRE, TEMT: always */

#define MSR_DELTAS 0x0f
#define MSR_TERI 0x04
#define MSR_RI 0x40
#define MSR_IDLE 0xb0 /* carrier, data set ready, clear to send */

#define RESET_DIVISOR 12
#define CHARACTER_BITS 10
#define TIMEOUT_CHARACTERS 4

/* The transmitter is always empty, so who reads LSR twice in a row without
 * sending waits for input. */
#define POLLS_FOR_INPUT 2

static bool has_fifos(const struct uart *u)
{
    return u->fcr & FCR_ENABLE;
}

static unsigned capacity(const struct uart *u)
{
    return has_fifos(u) ? UART_FIFO : 1;
}

static unsigned trigger(const struct uart *u)
{
    static const uint8_t levels[] = {1, 4, 8, 14};

    return has_fifos(u) ? levels[u->fcr >> 6] : 1;
}

/* The identification of the most urgent enabled interrupt. */
static uint8_t identify(const struct uart *u)
{
    if ((u->ier & IER_LINE) && u->lsr_errors)
        return IIR_LINE;
    if ((u->ier & IER_RX) && u->n >= trigger(u))
        return IIR_RX;
    if ((u->ier & IER_RX) && u->is_timed_out)
        return IIR_TIMEOUT;
    if ((u->ier & IER_THRE) && u->is_thre_pending)
        return IIR_THRE;
    if ((u->ier & IER_MODEM) && (u->msr & MSR_DELTAS))
        return IIR_MODEM;
    return IIR_NONE;
}

static void update(const struct uart *u)
{
    irq_set(&u->device.irq, identify(u) != IIR_NONE);
}

/* Starts the character timeout anew: after each byte in or out. */
static void restart_timeout(struct uart *u)
{
    uint64_t divisor = u->divisor ? u->divisor : 1;
    uint64_t ticks = 16 * divisor * CHARACTER_BITS * TIMEOUT_CHARACTERS;

    u->is_timed_out = false;
    u->timeout = CLOCK_NEVER;
    if (!u->n || !has_fifos(u))
        return;
    u->timeout = u->device.clock->now +
                 clock_from_ticks(u->device.clock, ticks, UART_HZ);
    clock_request(u->device.clock, u->timeout);
}

static void push(struct uart *u, uint8_t byte)
{
    if (u->n < capacity(u))
        u->fifo[(u->first + u->n++) % UART_FIFO] = byte;
    else
        u->lsr_errors |= LSR_OVERRUN;
    restart_timeout(u);
    update(u);
}

unsigned uart_can_receive(const struct uart *u)
{
    return u->mcr & MCR_LOOP ? 0 : capacity(u) - u->n;
}

bool uart_is_listening(const struct uart *u)
{
    return (u->ier & IER_RX) || u->polls >= POLLS_FOR_INPUT;
}

void uart_receive(struct uart *u, uint8_t byte)
{
    if (!(u->mcr & MCR_LOOP))
        push(u, byte);
}

/* An empty receiver gives the byte that it gave last. */
static uint8_t pull(struct uart *u)
{
    uint8_t byte;

    if (!u->n)
        return u->fifo[(u->first + UART_FIFO - 1) % UART_FIFO];
    byte = u->fifo[u->first];
    u->first = (uint8_t)((u->first + 1) % UART_FIFO);
    u->n--;
    restart_timeout(u);
    return byte;
}

static void clear_receiver(struct uart *u)
{
    u->first = 0;
    u->n = 0;
    restart_timeout(u);
}

static uint8_t read_iir(struct uart *u)
{
    uint8_t id = identify(u);

    if (id == IIR_THRE)
        u->is_thre_pending = false;
    return id | (has_fifos(u) ? IIR_FIFOS : 0);
}

static uint8_t read_lsr(struct uart *u)
{
    uint8_t value = LSR_EMPTY | u->lsr_errors | (u->n ? LSR_READY : 0);

    u->lsr_errors = 0;
    if (u->polls < POLLS_FOR_INPUT)
        u->polls++;
    return value;
}

static uint8_t read_msr(struct uart *u)
{
    uint8_t value = u->msr;

    u->msr &= (uint8_t)~MSR_DELTAS;
    return value;
}

static uint8_t read_register(struct uart *u, uint32_t offset)
{
    bool dlab = u->lcr & LCR_DLAB;

    switch (offset) {
    case RBR:
        return dlab ? (uint8_t)u->divisor : pull(u);
    case IER:
        return dlab ? (uint8_t)(u->divisor >> 8) : u->ier;
    case IIR:
        return read_iir(u);
    case LCR:
        return u->lcr;
    case MCR:
        return u->mcr;
    case LSR:
        return read_lsr(u);
    case MSR:
        return read_msr(u);
    case SCR:
        return u->scr;
    default:
        return 0;
    }
}

static uint64_t uart_read(struct device *d, uint32_t offset, unsigned size)
{
    struct uart *u = CONTAINER_OF(d, struct uart, device);
    uint8_t value = read_register(u, offset);

    (void)size;
    update(u);
    return value;
}

static void transmit(struct uart *u, uint8_t byte)
{
    u->polls = 0;
    if (u->mcr & MCR_LOOP)
        push(u, byte);
    else if (u->put)
        u->put(u->put_ctx, byte);
    u->is_thre_pending = true;
}

static void write_ier(struct uart *u, uint8_t value)
{
    uint8_t was = u->ier;

    u->ier = value & 0x0f;
    if (u->ier & ~was & IER_THRE)
        u->is_thre_pending = true;
}

static void write_fcr(struct uart *u, uint8_t value)
{
    bool is_switch = (value ^ u->fcr) & FCR_ENABLE;

    /* The other bits count only together with the enable (16550D). */
    u->fcr = value & FCR_ENABLE ? value & FCR_KEPT : 0;
    if (is_switch || (value & FCR_CLEAR_RX))
        clear_receiver(u);
}

/* The modem lines: those of MCR in loopback, else steady ones. */
static void write_mcr(struct uart *u, uint8_t value)
{
    uint8_t lines = MSR_IDLE, was = u->msr, changed;

    u->mcr = value & MCR_BITS;
    if (u->mcr & MCR_LOOP) /* RTS, DTR, OUT1, OUT2 as CTS, DSR, RI, DCD */
        lines = (uint8_t)((value & 2) << 3 | (value & 1) << 5 |
                          (value & 4) << 4 | (value & 8) << 4);
    changed = (was ^ lines) & 0xf0;
    if (!(was & MSR_RI) || (lines & MSR_RI)) /* the trailing edge alone */
        changed &= (uint8_t)~MSR_RI;
    u->msr = lines | (was & MSR_DELTAS) | changed >> 4;
}

static void set_divisor(struct uart *u, unsigned shift, uint8_t value)
{
    u->divisor = (uint16_t)((u->divisor & ~(0xff << shift)) | value << shift);
}

static void write_register(struct uart *u, uint32_t offset, uint8_t value)
{
    bool dlab = u->lcr & LCR_DLAB;

    switch (offset) {
    case RBR:
        dlab ? set_divisor(u, 0, value) : transmit(u, value);
        break;
    case IER:
        dlab ? set_divisor(u, 8, value) : write_ier(u, value);
        break;
    case IIR:
        write_fcr(u, value);
        break;
    case LCR:
        u->lcr = value;
        break;
    case MCR:
        write_mcr(u, value);
        break;
    case SCR:
        u->scr = value;
        break;
    default:
        break;
    }
}

static void uart_write(struct device *d, uint32_t offset, unsigned size,
                       uint64_t value)
{
    struct uart *u = CONTAINER_OF(d, struct uart, device);

    (void)size;
    write_register(u, offset, (uint8_t)value);
    update(u);
}

static uint64_t uart_tick(struct device *d, uint64_t now)
{
    struct uart *u = CONTAINER_OF(d, struct uart, device);

    if (now >= u->timeout) {
        u->timeout = CLOCK_NEVER;
        u->is_timed_out = true;
        update(u);
    }
    return u->timeout;
}

static void uart_reset(struct device *d)
{
    struct uart *u = CONTAINER_OF(d, struct uart, device);

    for (unsigned i = 0; i < UART_FIFO; i++)
        u->fifo[i] = 0;
    u->ier = u->fcr = u->lcr = u->mcr = u->lsr_errors = u->scr = 0;
    u->msr = MSR_IDLE;
    u->divisor = RESET_DIVISOR;
    u->is_thre_pending = false;
    u->polls = 0;
    clear_receiver(u);
    update(u);
}

static void uart_archive(struct device *d, struct archive *a)
{
    struct uart *u = CONTAINER_OF(d, struct uart, device);

    archive_bytes(a, "fifo", u->fifo, sizeof u->fifo);
    archive_u8(a, "first", &u->first);
    archive_u8(a, "n", &u->n);
    archive_u8(a, "ier", &u->ier);
    archive_u8(a, "fcr", &u->fcr);
    archive_u8(a, "lcr", &u->lcr);
    archive_u8(a, "mcr", &u->mcr);
    archive_u8(a, "lsr_errors", &u->lsr_errors);
    archive_u8(a, "msr", &u->msr);
    archive_u8(a, "scr", &u->scr);
    archive_u16(a, "divisor", &u->divisor);
    archive_bool(a, "thre_pending", &u->is_thre_pending);
    archive_bool(a, "timed_out", &u->is_timed_out);
    archive_u64(a, "timeout", &u->timeout);
    archive_check(a, u->first < UART_FIFO && u->n <= capacity(u), "fifo");
    archive_check(
        a, !(u->ier & ~0x0f) && !(u->fcr & ~FCR_KEPT) && !(u->mcr & ~MCR_BITS),
        "reserved bits");
}

static void uart_describe(const struct device *d, void *fdt)
{
    (void)d;
    fdt_property_u32(fdt, "clock-frequency", UART_HZ);
}

void uart_init(struct uart *u, uint64_t base_pa, struct clock *clock)
{
    *u = (struct uart){.put = NULL};
    device_init(&u->device, &uart_class, base_pa, clock);
    uart_reset(&u->device);
}

/* clang-format off */
static const struct device_reg uart_regs[] = {
    { RBR, 1, REG_RW, "RBR/THR/DLL",
      "Read: the next byte received. Write: a byte to send. With LCR.DLAB "
      "the divisor's low byte.", 0, 0 },
    { IER, 1, REG_RW, "IER/DLM",
      "Interrupt enables: 0 received data, 1 transmitter empty, 2 line "
      "status, 3 modem status. With LCR.DLAB the divisor's high byte.", 0, 0 },
    { IIR, 1, REG_RW, "IIR/FCR",
      "Read: bits 3..0 name the most urgent interrupt (6 line, 4 data, c "
      "timeout, 2 transmitter, 0 modem, 1 none), 7..6 FIFOs on; reading ends "
      "the transmitter's. Write: 0 FIFOs on, 1 clear receiver, 2 clear "
      "transmitter, 7..6 trigger level 1, 4, 8, 14.", 0, 0 },
    { LCR, 1, REG_RW, "LCR", "Line control; bit 7 is DLAB.", 0, 0 },
    { MCR, 1, REG_RW, "MCR",
      "Modem control: 0 DTR, 1 RTS, 2 OUT1, 3 OUT2, 4 loopback.", 0, 0 },
    { LSR, 1, REG_RO, "LSR",
      "Line status: 0 data ready, 1 overrun (reading clears it), 5 and 6 "
      "transmitter empty, always set.", 0, 0 },
    { MSR, 1, REG_RO, "MSR",
      "Modem status: 7..4 DCD, RI, DSR, CTS, 3..0 their changes (reading "
      "clears these).", 0, 0 },
    { SCR, 1, REG_RW, "SCR", "Scratch.", 0, 0 },
};
/* clang-format on */

const struct device_class uart_class = {
    .name = "uart",
    .compatible = "ns16550a",
    .summary = "The console: a 16550A with a FIFO of 16 bytes.",
    .window = UART_SIZE,
    .min_access = 1,
    .max_access = 4,
    .regs = uart_regs,
    .n_regs = ARRAY_SIZE(uart_regs),
    .reset = uart_reset,
    .read = uart_read,
    .write = uart_write,
    .tick = uart_tick,
    .archive = uart_archive,
    .describe = uart_describe,
};
