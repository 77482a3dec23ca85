/*
 * What a ROM can find out about its machine before its first case (NEEDS).
 */
#include "roms/lib/rom.h"

#define VIRTIO_VERSION 0x004
#define VIRTIO_DEVICE_ID 0x008
#define VIRTIO_ID_BLOCK 2

STUB(stub_read_pmpcfg0, "csrr a0, pmpcfg0");

bool rom_has_pmp(uint32_t unused)
{
    static enum { UNKNOWN, ABSENT, PRESENT } pmp;

    (void)unused;
    if (pmp == UNKNOWN)
        pmp = rom_run(M, stub_read_pmpcfg0, 0, 0, 0)->cause == CAUSE_ECALL_M
                  ? PRESENT
                  : ABSENT;
    return pmp == PRESENT;
}

/* A hart that is not there has no mtimecmp: what is written to it is lost. */
bool rom_has_harts(uint32_t n)
{
    volatile uint32_t *compare =
        word_at(CLINT_BASE + CLINT_MTIMECMP + 8 * (n - 1));
    const uint32_t old = *compare;
    bool is_there;

    *compare = ~old;
    is_there = *compare == ~old;
    *compare = old;
    return is_there;
}

bool rom_has_device(uint32_t pa)
{
    return rom_run(M, stub_lw, pa, 0, 0)->cause == CAUSE_ECALL_M;
}

bool rom_has_virtio_disk(uint32_t version)
{
    for (uint32_t i = 0; i < VIRTIO_SLOTS; i++) {
        const uint32_t pa = VIRTIO_BASE + i * VIRTIO_STRIDE;

        if (*word_at(pa + VIRTIO_DEVICE_ID) == VIRTIO_ID_BLOCK &&
            *word_at(pa + VIRTIO_VERSION) == version)
            return true;
    }
    return false;
}
