/*
 * A guest that speaks to the host through HTIF alone. It reads a letter from
 * the console, does what that stands for, and ends.
 */
#include <stdint.h>

#define HALVES __attribute__((section(".tohost"), aligned(64)))

volatile uint64_t tohost HALVES, fromhost HALVES;

static volatile uint64_t block[8] __attribute__((aligned(64)));

static volatile uint32_t *half(volatile uint64_t *word, unsigned i)
{
    return (volatile uint32_t *)word + i;
}

static void send(uint32_t device, uint32_t command, uint32_t payload)
{
    while (tohost)
        ;
    *half(&tohost, 0) = payload;
    *half(&tohost, 1) = device << 24 | command << 16;
}

static uint32_t receive(void)
{
    uint32_t low;

    while (!fromhost)
        ;
    low = *half(&fromhost, 0);
    *half(&fromhost, 1) = 0;
    *half(&fromhost, 0) = 0;
    return low;
}

static void put(char c)
{
    send(1, 1, (uint8_t)c);
}

static char get(void)
{
    send(1, 0, 0);
    return (char)receive();
}

static void end(uint32_t code)
{
    send(0, 0, code << 1 | 1);
    for (;;)
        ;
}

static int32_t call(uint32_t number, uint32_t a, uint32_t b, uint32_t c)
{
    block[0] = number;
    block[1] = a;
    block[2] = b;
    block[3] = c;
    send(0, 0, (uint32_t)block);
    receive();
    return (int32_t)block[0];
}

static void expect(int32_t got, int32_t want, uint32_t code)
{
    if (got != want)
        end(code);
}

/* The host has more than a console, but not for a guest. */
static void try_what_is_forbidden(void)
{
    static const char path[] = "htif-was-here", hello[] = "hello";

    expect(call(56, (uint32_t)-100, (uint32_t)path, 0101), -38, 1); /* openat */
    expect(call(1024, (uint32_t)path, 0101, 0777), -38, 2);         /* open */
    expect(call(63, 0, (uint32_t)block, 8), -38, 3);                /* read */
    expect(call(64, 3, (uint32_t)hello, 5), -9, 4);
    expect(call(64, 0, (uint32_t)hello, 5), -9, 5);
    expect(call(64, 1, 0x1000, 16), -14, 6);      /* the boot ROM */
    expect(call(64, 1, 0x10000000, 1), -14, 7);   /* the UART */
    expect(call(64, 1, 0x80000000, ~0u), -14, 8); /* beyond DRAM */
    send(0, 0, 0x10000000); /* a block that is no memory: no answer */
    send(0, 9, 1);          /* commands and devices that are not there */
    send(1, 7, 'X');
    send(200, 1, 'X');
    expect(call(64, 2, (uint32_t)hello, 5), 5, 9);
}

static void act(char letter)
{
    static const char text[] = "written\n";

    switch (letter) {
    case 'p':
        end(0);
        break;
    case 'f':
        end(7);
        break;
    case 'l': /* the lower half alone */
        *half(&tohost, 0) = 5 << 1 | 1;
        break;
    case 'h': /* the upper half first */
        *half(&tohost, 1) = 0;
        *half(&tohost, 0) = 6 << 1 | 1;
        break;
    case 'm': /* in pieces that are aligned to nothing */
        __asm__ volatile(
            "sh %1, 6(%0)\n sw %1, 2(%0)\n sh %2, 0(%0)" ::"r"(&tohost), "r"(0),
            "r"(8 << 1 | 1)
            : "memory");
        break;
    case 'w':
        expect(call(64, 1, (uint32_t)text, sizeof text - 1), sizeof text - 1,
               1);
        call(93, 0, 0, 0);
        break;
    case 'e':
        call(93, 9, 0, 0);
        break;
    case 'c': /* two letters come back doubled */
        for (unsigned i = 0; i < 2; i++) {
            char c = get();

            put(c);
            put(c);
        }
        end(0);
        break;
    case 'x':
        try_what_is_forbidden();
        end(0);
        break;
    default:
        end(99);
    }
    for (;;)
        __asm__ volatile("wfi");
}

__attribute__((used)) static void start(void)
{
    act(get());
}

__asm__(".section .text.init, \"ax\"\n .globl _start\n"
        "_start: la sp, stack_end\n j start\n .previous");
