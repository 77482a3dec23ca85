/*
 * HTIF: two doublewords of DRAM, `tohost` and `fromhost` in a program's ELF,
 * through which test programs speak to the host: exit codes, a console, and
 * the system calls write and exit. It has no window: the board tells it of
 * stores to the words, and it writes them as DMA does.
 *
 * What the guest reaches of the host is the console and the end of the run.
 */
#ifndef QUIRE_DEVICES_HTIF_H
#define QUIRE_DEVICES_HTIF_H

#include <stdbool.h>
#include <stdint.h>

#include "devices/bus.h"

/* A word that was not written as a whole is looked at so much later. */
#define HTIF_POLL_NS 5000
#define HTIF_WORD 8

struct htif {
    struct device device;
    struct bus *bus;
    uint64_t tohost_pa;
    uint64_t fromhost_pa; /* 0: the program has none */
    void (*put)(void *ctx, uint8_t byte);
    void *put_ctx;
    void (*exit)(void *ctx, unsigned code); /* 0 is good */
    void *exit_ctx;

    uint64_t due;      /* of the next look, or CLOCK_NEVER */
    uint8_t written;   /* a bit a byte of tohost, since the last look */
    uint32_t reads;    /* console reads that wait for input */
    bool has_response; /* that waits for fromhost to be 0 */
    uint64_t response;
};

extern const struct device_class htif_class;

/* Both words lie in DRAM; the second may be 0. */
void htif_init(struct htif *h, struct clock *clock, struct bus *bus,
               uint64_t tohost_pa, uint64_t fromhost_pa);

/* A hart has stored to [pa, pa + len), which touches one of the words. */
void htif_stored(struct htif *h, uint64_t pa, uint64_t len);

/* Whether the program waits for a byte of input; and the byte. */
bool htif_is_reading(const struct htif *h);
void htif_receive(struct htif *h, uint8_t byte);

#endif
