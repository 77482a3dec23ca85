/*
 * `sifive,test1`: how the guest ends the run or resets the machine.
 */
#ifndef QUIRE_DEVICES_FINISHER_H
#define QUIRE_DEVICES_FINISHER_H

#include <stdint.h>

#include "devices/device.h"

enum finish { FINISH_PASS, FINISH_FAIL, FINISH_RESET };

struct finisher {
    struct device device;
    /* Called inside the store that asks for it; the finisher also pulls the
     * deadline to now, so that the hart stops after that store. `code` is 0
     * but for FINISH_FAIL. */
    void (*finish)(void *ctx, enum finish how, unsigned code);
    void *finish_ctx;
};

extern const struct device_class finisher_class;

void finisher_init(struct finisher *f, uint64_t base_pa, struct clock *clock);

#endif
