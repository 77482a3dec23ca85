/*
 * The 16550A: the console. Output goes into a ring that the transmitter's
 * interrupt empties; the kernel's own messages wait for the transmitter
 * instead, so that they come out whatever happens.
 */
#include "console.h"
#include "errno.h"
#include "init.h"
#include "interrupt.h"
#include "io.h"
#include "kernel.h"
#include "of.h"
#include "spinlock.h"
#include "tty.h"

/* Registers, bytes. */
#define UART_DATA 0
#define UART_IER 1
#define UART_FCR 2
#define UART_LCR 3
#define UART_MCR 4
#define UART_LSR 5
#define IER_RECEIVED 1
#define IER_TRANSMITTED 2
#define FCR_ENABLE 1
#define LCR_8N1 3
#define MCR_OUT2 8
#define LSR_READY 1
#define LSR_IDLE 0x20
#define FIFO_SIZE 16
#define RING_SIZE 4096

static u8 *regs;                   /* set once at boot */
static DEFINE_SPINLOCK(uart_lock); /* guards the rest; interrupts off */
static char ring[RING_SIZE];
static size_t ring_start, ring_count;

static u8 uart_in(unsigned reg)
{
    return readb(regs + reg);
}

static void uart_out(unsigned reg, u8 value)
{
    writeb(value, regs + reg);
}

/* As much of the ring as the transmitter takes. */
static void transmit(void)
{
    if (uart_in(UART_LSR) & LSR_IDLE) {
        for (unsigned i = 0; i < FIFO_SIZE && ring_count; i++) {
            uart_out(UART_DATA, (u8)ring[ring_start]);
            ring_start = (ring_start + 1) % RING_SIZE;
            ring_count--;
        }
    }
    uart_out(UART_IER, (u8)(IER_RECEIVED | (ring_count ? IER_TRANSMITTED : 0)));
}

static void wait_idle(void)
{
    while (!(uart_in(UART_LSR) & LSR_IDLE)) {
    }
}

/* What programs have written comes first. */
static void uart_console_write(const char *s, size_t n)
{
    unsigned long flags;
    bool is_locked = true;

    local_irq_save(flags);
    if (oops_in_progress) {
        is_locked = spin_trylock(&uart_lock);
    } else {
        spin_lock(&uart_lock);
    }
    while (ring_count) {
        wait_idle();
        transmit();
    }
    for (; n; n--, s++) {
        wait_idle();
        uart_out(UART_DATA, (u8)*s);
    }
    if (is_locked) {
        spin_unlock(&uart_lock);
    }
    local_irq_restore(flags);
}

static size_t uart_tty_write(const char *s, size_t n)
{
    unsigned long flags;
    size_t i;

    spin_lock_irqsave(&uart_lock, flags);
    for (i = 0; i < n && ring_count < RING_SIZE; i++) {
        ring[(ring_start + ring_count++) % RING_SIZE] = s[i];
    }
    transmit();
    spin_unlock_irqrestore(&uart_lock, flags);
    return i;
}

static bool receive(void)
{
    bool had_some = false;

    while (uart_in(UART_LSR) & LSR_READY) {
        tty_receive(uart_in(UART_DATA));
        had_some = true;
    }
    return had_some;
}

static bool uart_interrupt(unsigned irq, void *dev)
{
    bool had_work = receive(), was_full;

    (void)irq, (void)dev;
    spin_lock(&uart_lock);
    was_full = ring_count != 0;
    transmit();
    was_full = was_full && ring_count <= RING_SIZE / 2;
    spin_unlock(&uart_lock);
    if (was_full) {
        tty_wakeup_writers();
        had_work = true;
    }
    return had_work;
}

static const struct tty_driver uart_driver = {.write = uart_tty_write};

static int __init uart_init(void)
{
    int node = fdt_next_compatible(-1, "ns16550a");
    phys_addr_t pa;
    u64 size;
    int error;

    if (node < 0 || !fdt_reg(node, 0, &pa, &size)) {
        return -ENODEV;
    }
    regs = ioremap(pa, (size_t)size);
    if (!regs) {
        return -ENOMEM;
    }
    tty_register(&uart_driver);
    uart_out(UART_IER, 0);
    uart_out(UART_LCR, LCR_8N1);
    receive(); /* what was typed before; turning the FIFOs on drops it */
    uart_out(UART_FCR, FCR_ENABLE);
    uart_out(UART_MCR, MCR_OUT2);
    error = request_irq(fdt_irq(node), uart_interrupt, "ttyS0", NULL);
    if (error) {
        return error;
    }
    uart_out(UART_IER, IER_RECEIVED);
    console_set_write(uart_console_write);
    return 0;
}
module_init(uart_init);
