/*
 * The test finisher. It has no state: a store is a message to the board.
 */
#include "devices/finisher.h"

#include "abi/platform.h"
#include "base/compiler.h"

static uint64_t finisher_read(struct device *d, uint32_t offset, unsigned size)
{
    (void)d;
    (void)offset;
    (void)size;
    return 0;
}

static void finish(const struct finisher *f, enum finish how, unsigned code)
{
    clock_request(f->device.clock, f->device.clock->now);
    if (f->finish)
        f->finish(f->finish_ctx, how, code);
}

static void finisher_write(struct device *d, uint32_t offset, unsigned size,
                           uint64_t value)
{
    const struct finisher *f = CONTAINER_OF(d, struct finisher, device);

    (void)size;
    if (offset)
        return;
    switch (value & 0xffff) {
    case FINISHER_PASS:
        finish(f, FINISH_PASS, 0);
        break;
    case FINISHER_FAIL:
        finish(f, FINISH_FAIL, (unsigned)(value >> 16) & 0xffff);
        break;
    case FINISHER_RESET:
        finish(f, FINISH_RESET, 0);
        break;
    default:
        break;
    }
}

static void finisher_reset(struct device *d)
{
    (void)d;
}

static void finisher_archive(struct device *d, struct archive *a)
{
    (void)d;
    (void)a;
}

void finisher_init(struct finisher *f, uint64_t base_pa, struct clock *clock)
{
    *f = (struct finisher){.finish = NULL};
    device_init(&f->device, &finisher_class, base_pa, clock);
}

/* clang-format off */
static const struct device_reg finisher_regs[] = {
    { 0, 4, REG_WO, "finish",
      "0x5555 ends the run well, code << 16 | 0x3333 with a failure, 0x7777 "
      "resets the machine; anything else is ignored. Reads 0.", 0, 0 },
};
/* clang-format on */

const struct device_class finisher_class = {
    .name = "finisher",
    .compatible = "sifive,test1",
    .summary = "Ends the run with a verdict, or resets the machine.",
    .window = FINISHER_SIZE,
    .min_access = 2,
    .max_access = 4,
    .regs = finisher_regs,
    .n_regs = ARRAY_SIZE(finisher_regs),
    .reset = finisher_reset,
    .read = finisher_read,
    .write = finisher_write,
    .archive = finisher_archive,
};
