/*
 * The host-target interface. A command is looked at once all 8 bytes of
 * tohost were stored since the last look, in any order, so that RV32 may
 * write it in halves; or after a while, for programs that write one half.
 */
#include "devices/htif.h"

#include "base/bits.h"
#include "base/compiler.h"

#define DEVICE_SHIFT 56
#define COMMAND_SHIFT 48
#define PAYLOAD_MASK UINT64_C(0xffffffffffff)

enum { DEVICE_SYSCALL, DEVICE_CONSOLE };
enum { CONSOLE_READ, CONSOLE_WRITE };

/* A system call is a block of eight doublewords: number, then arguments; the
 * result replaces the number. */
#define BLOCK_WORDS 8
#define SYS_WRITE 64
#define SYS_EXIT 93
/* A longer write is cut short: the run cannot stop inside it. */
#define MAX_WRITE 4096

#define ERROR_BADF 9
#define ERROR_FAULT 14
#define ERROR_NOSYS 38

static void ask_for_tick(struct htif *h, uint64_t when)
{
    if (when < h->due)
        h->due = when;
    clock_request(h->device.clock, h->due);
}

static uint64_t poll_time(const struct htif *h)
{
    const struct clock *clock = h->device.clock;

    return clock->now + clock_from_ns(clock, HTIF_POLL_NS);
}

static uint64_t read_word(const struct htif *h, uint64_t pa)
{
    return load_le(bus_ram(h->bus, pa, HTIF_WORD), HTIF_WORD);
}

static void write_word(struct htif *h, uint64_t pa, uint64_t value)
{
    uint8_t bytes[HTIF_WORD];

    store_le(bytes, sizeof bytes, value);
    /* It lies in DRAM: htif_init's caller has checked it. */
    (void)!bus_dma_write(h->bus, pa, bytes, sizeof bytes);
}

/* Gives the response, unless the program has still to take the last one. */
static void deliver(struct htif *h)
{
    if (!h->has_response || read_word(h, h->fromhost_pa))
        return;
    write_word(h, h->fromhost_pa, h->response);
    h->has_response = false;
}

static void respond(struct htif *h, uint64_t command, uint64_t payload)
{
    if (!h->fromhost_pa)
        return;
    h->has_response = true;
    h->response = (command & ~PAYLOAD_MASK) | payload;
    deliver(h);
}

static void end_run(const struct htif *h, uint64_t code)
{
    h->exit(h->exit_ctx, code > UINT32_MAX ? UINT32_MAX : (unsigned)code);
}

static uint64_t sys_write(const struct htif *h, const uint64_t *block)
{
    uint64_t fd = block[1], len = block[3];
    const uint8_t *from = bus_ram(h->bus, block[2], len);

    if (fd != 1 && fd != 2)
        return (uint64_t)-ERROR_BADF;
    if (!from)
        return (uint64_t)-ERROR_FAULT;
    len = len < MAX_WRITE ? len : MAX_WRITE;
    for (uint64_t i = 0; i < len; i++)
        h->put(h->put_ctx, from[i]);
    return len;
}

/* Only what stays on this side of the host is there. */
static void system_call(struct htif *h, uint64_t command)
{
    uint64_t pa = command & PAYLOAD_MASK, block[BLOCK_WORDS];
    const uint8_t *bytes = bus_ram(h->bus, pa, sizeof block);

    if (!bytes)
        return;
    for (unsigned i = 0; i < BLOCK_WORDS; i++)
        block[i] = load_le(bytes + i * HTIF_WORD, HTIF_WORD);
    if (block[0] == SYS_EXIT) {
        end_run(h, (uint32_t)block[1]);
        return;
    }
    write_word(h, pa,
               block[0] == SYS_WRITE ? sys_write(h, block)
                                     : (uint64_t)-ERROR_NOSYS);
    respond(h, command, 1);
}

static void perform(struct htif *h, uint64_t command)
{
    unsigned device = (unsigned)(command >> DEVICE_SHIFT);
    unsigned number = command >> COMMAND_SHIFT & 0xff;
    uint64_t payload = command & PAYLOAD_MASK;

    if (device == DEVICE_SYSCALL && !number) {
        if (payload & 1)
            end_run(h, payload >> 1);
        else
            system_call(h, command);
    } else if (device == DEVICE_CONSOLE && number == CONSOLE_WRITE) {
        h->put(h->put_ctx, (uint8_t)payload);
    } else if (device == DEVICE_CONSOLE && number == CONSOLE_READ) {
        h->reads += h->reads < UINT32_MAX;
    }
}

/* While a response waits, so does the next command. */
static uint64_t htif_tick(struct device *d, uint64_t now)
{
    struct htif *h = CONTAINER_OF(d, struct htif, device);
    uint64_t command;

    if (h->due > now)
        return h->due;
    h->due = CLOCK_NEVER;
    deliver(h);
    if (h->has_response)
        return h->due;
    h->written = 0;
    command = read_word(h, h->tohost_pa);
    if (command) {
        write_word(h, h->tohost_pa, 0);
        perform(h, command);
    }
    return h->due;
}

static bool touches(uint64_t pa, uint64_t len, uint64_t word_pa)
{
    return word_pa && pa < word_pa + HTIF_WORD && word_pa < pa + len;
}

void htif_stored(struct htif *h, uint64_t pa, uint64_t len)
{
    if (touches(pa, len, h->fromhost_pa) && h->has_response)
        ask_for_tick(h, poll_time(h));
    if (!touches(pa, len, h->tohost_pa))
        return;
    for (unsigned i = 0; i < HTIF_WORD; i++)
        if (h->tohost_pa + i - pa < len)
            h->written |= (uint8_t)(1u << i);
    ask_for_tick(h, h->written == 0xff ? h->device.clock->now : poll_time(h));
}

bool htif_is_reading(const struct htif *h)
{
    return h->reads && !h->has_response && h->fromhost_pa;
}

void htif_receive(struct htif *h, uint8_t byte)
{
    const uint64_t command = (uint64_t)DEVICE_CONSOLE << DEVICE_SHIFT |
                             (uint64_t)CONSOLE_READ << COMMAND_SHIFT;

    if (!htif_is_reading(h))
        return;
    h->reads--;
    respond(h, command, 0x100 | byte);
}

static void htif_reset(struct device *d)
{
    struct htif *h = CONTAINER_OF(d, struct htif, device);

    h->due = CLOCK_NEVER;
    h->written = 0;
    h->reads = 0;
    h->has_response = false;
    h->response = 0;
}

static void htif_archive(struct device *d, struct archive *a)
{
    struct htif *h = CONTAINER_OF(d, struct htif, device);

    archive_u64(a, "due", &h->due);
    archive_u8(a, "written", &h->written);
    archive_u32(a, "reads", &h->reads);
    archive_bool(a, "has_response", &h->has_response);
    archive_u64(a, "response", &h->response);
    archive_check(a, !h->has_response || h->fromhost_pa, "has_response");
}

void htif_init(struct htif *h, struct clock *clock, struct bus *bus,
               uint64_t tohost_pa, uint64_t fromhost_pa)
{
    *h = (struct htif){
        .bus = bus, .tohost_pa = tohost_pa, .fromhost_pa = fromhost_pa};
    device_init(&h->device, &htif_class, 0, clock);
    htif_reset(&h->device);
}

const struct device_class htif_class = {
    .name = "htif",
    .compatible = "ucb,htif0",
    .summary = "Exit codes and a console through two words of memory.",
    .reset = htif_reset,
    .tick = htif_tick,
    .archive = htif_archive,
};
