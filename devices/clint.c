/*
 * The core-local interruptor. mtime is not stored: it is machine time plus an
 * offset, which only a write to mtime changes.
 */
#include "devices/clint.h"

#include <assert.h>

#include "abi/platform.h"
#include "base/bits.h"
#include "base/compiler.h"

static uint64_t ticks(const struct clint *c)
{
    const struct clock *clock = c->device.clock;

    return clock_to_ticks(clock, clock->now, MTIME_HZ);
}

uint64_t clint_mtime(const struct clint *c)
{
    return ticks(c) + c->mtime_offset;
}

/* When mtime will have moved on by `delta` ticks. */
static uint64_t time_after(const struct clint *c, uint64_t delta)
{
    uint64_t now = ticks(c);

    if (now + delta < now)
        return CLOCK_NEVER;
    return clock_from_ticks(c->device.clock, now + delta, MTIME_HZ);
}

/* Drives one wire: high while mtime >= when, low without a comparator.
 * Returns the earlier of `next` and of the time when it goes high. */
static uint64_t compare(const struct clint *c, const struct irq *wire,
                        bool is_there, uint64_t when, uint64_t next)
{
    uint64_t mtime = clint_mtime(c), rise;
    bool is_due = is_there && mtime >= when;

    irq_set(wire, is_due);
    if (!is_there || is_due)
        return next;
    rise = time_after(c, when - mtime);
    return rise < next ? rise : next;
}

/* Drives the timer wires; returns when one of them changes by itself: mtime
 * reaches an mtimecmp or stimecmp, or rolls over to 0. */
static uint64_t update(const struct clint *c)
{
    uint64_t mtime = clint_mtime(c);
    uint64_t next = mtime ? time_after(c, -mtime) : CLOCK_NEVER;

    for (unsigned i = 0; i < c->n_harts; i++) {
        const struct clint_supervisor *s = &c->supervisor[i];
        uint64_t when;
        bool has_stimecmp;

        next = compare(c, &c->mtip_wire[i], true, c->mtimecmp[i], next);
        if (!s->stimecmp)
            continue;
        has_stimecmp = s->stimecmp(s->ctx, &when);
        next = compare(c, &s->stip_wire, has_stimecmp, when, next);
    }
    return next;
}

static uint32_t read_word(const struct clint *c, uint32_t offset)
{
    unsigned shift = offset & 4 ? 32 : 0;
    uint32_t hart;

    if (offset < CLINT_MTIMECMP) {
        hart = (offset - CLINT_MSIP) / 4;
        return hart < c->n_harts ? c->msip >> hart & 1 : 0;
    }
    if ((offset & ~4u) == CLINT_MTIME)
        return (uint32_t)(clint_mtime(c) >> shift);
    hart = (offset - CLINT_MTIMECMP) / 8;
    return hart < c->n_harts ? (uint32_t)(c->mtimecmp[hart] >> shift) : 0;
}

static uint64_t clint_read(struct device *d, uint32_t offset, unsigned size)
{
    const struct clint *c = CONTAINER_OF(d, struct clint, device);
    uint64_t value = read_word(c, offset);

    if (size == 8)
        value |= (uint64_t)read_word(c, offset + 4) << 32;
    return value;
}

static void write_msip(struct clint *c, uint32_t hart, bool level)
{
    if (hart >= c->n_harts)
        return;
    c->msip = (c->msip & ~(1u << hart)) | (uint32_t)level << hart;
    irq_set(&c->msip_wire[hart], level);
}

/* `value` with the half that `offset` names, or all of it, replaced. */
static uint64_t merge(uint64_t old, uint32_t offset, unsigned size,
                      uint64_t value)
{
    if (size == 8)
        return value;
    return offset & 4 ? (uint32_t)old | value << 32
                      : (old & UINT64_C(0xffffffff00000000)) | value;
}

static void clint_write(struct device *d, uint32_t offset, unsigned size,
                        uint64_t value)
{
    struct clint *c = CONTAINER_OF(d, struct clint, device);
    uint32_t hart = (offset - CLINT_MTIMECMP) / 8;

    if (offset < CLINT_MTIMECMP) {
        write_msip(c, offset / 4, value & 1);
        if (size == 8)
            write_msip(c, offset / 4 + 1, value >> 32 & 1);
        return;
    }
    if ((offset & ~7u) == CLINT_MTIME)
        c->mtime_offset = merge(clint_mtime(c), offset, size, value) - ticks(c);
    else if (hart < c->n_harts)
        c->mtimecmp[hart] = merge(c->mtimecmp[hart], offset, size, value);
    clock_request(d->clock, update(c));
}

void clint_compare(struct clint *c)
{
    clock_request(c->device.clock, update(c));
}

static uint64_t clint_tick(struct device *d, uint64_t now)
{
    (void)now;
    return update(CONTAINER_OF(d, struct clint, device));
}

static void clint_reset(struct device *d)
{
    struct clint *c = CONTAINER_OF(d, struct clint, device);

    c->msip = 0;
    c->mtime_offset = 0;
    for (unsigned i = 0; i < c->n_harts; i++) {
        c->mtimecmp[i] = UINT64_MAX;
        irq_set(&c->msip_wire[i], false);
    }
    clock_request(d->clock, update(c));
}

static void clint_archive(struct device *d, struct archive *a)
{
    struct clint *c = CONTAINER_OF(d, struct clint, device);

    archive_u32(a, "msip", &c->msip);
    archive_check(a, !(c->msip >> c->n_harts), "msip of a hart that is not");
    archive_u64(a, "mtime_offset", &c->mtime_offset);
    for (unsigned i = 0; i < c->n_harts; i++)
        archive_u64(a, "mtimecmp", &c->mtimecmp[i]);
}

void clint_init(struct clint *c, uint64_t base_pa, struct clock *clock,
                unsigned n_harts)
{
    assert(n_harts >= 1 && n_harts <= CLINT_MAX_HARTS);
    *c = (struct clint){.n_harts = n_harts};
    device_init(&c->device, &clint_class, base_pa, clock);
    clint_reset(&c->device);
}

/* clang-format off */
static const struct device_reg clint_regs[] = {
    { CLINT_MSIP,     4, REG_RW, "msip",
      "Bit 0 drives the hart's MSIP; one register a hart.",
      CLINT_MAX_HARTS, 4 },
    { CLINT_MTIMECMP, 8, REG_RW, "mtimecmp",
      "MTIP is high while mtime >= mtimecmp; one register a hart. All ones "
      "after reset.", CLINT_MAX_HARTS, 8 },
    { CLINT_MTIME,    8, REG_RW, "mtime",
      "Ticks of 10 MHz machine time; the time CSR reads the same.", 0, 0 },
};
/* clang-format on */

const struct device_class clint_class = {
    .name = "clint",
    .compatible = "sifive,clint0",
    .summary = "Software and timer interrupts of each hart.",
    .window = CLINT_SIZE,
    .min_access = 4,
    .max_access = 8,
    .regs = clint_regs,
    .n_regs = ARRAY_SIZE(clint_regs),
    .reset = clint_reset,
    .read = clint_read,
    .write = clint_write,
    .tick = clint_tick,
    .archive = clint_archive,
};
