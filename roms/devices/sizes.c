/*
 * The sizes of accesses that a device takes, as QEMU 7.2 takes them. Row 61 of
 * the list of corner cases; ROM devices/strict has what QEMU is lax about.
 */
#include "abi/rtc.h"
#include "roms/lib/rom.h"

STUB(do_lh, "lh a0, 0(a0)");
STUB(do_sh, "sh a1, 0(a0)");

#define VIRTIO_CONFIG 0x100
#define UART_LINE 4 /* four registers that reading does not change */

CASE(clint_plic_and_rtc_have_words)
{
    const uint32_t places[] = {
        CLINT_BASE + CLINT_MSIP, PLIC_BASE + 4 * UART_IRQ,
        PLIC_BASE + PLIC_ENABLE, PLIC_BASE + PLIC_CONTEXT,
        RTC_BASE + RTC_IRQ_ENABLED};

    for (unsigned i = 0; i < 5; i++) {
        const uint32_t pa = places[i];

        *word_at(pa) = 0;
        EXPECT_TRAP(rom_run(M, stub_lb, pa, 0, 0), CAUSE_LOAD_ACCESS, stub_lb,
                    pa);
        EXPECT_TRAP(rom_run(M, do_lh, pa, 0, 0), CAUSE_LOAD_ACCESS, do_lh, pa);
        EXPECT_TRAP(rom_run(M, stub_sb, pa, 1, 0), CAUSE_STORE_ACCESS, stub_sb,
                    pa);
        EXPECT_TRAP(rom_run(M, do_sh, pa, 1, 0), CAUSE_STORE_ACCESS, do_sh, pa);
        EXPECT(*word_at(pa), 0);
        EXPECT_DONE(rom_run(M, stub_sw, pa, 0, 0), M);
        EXPECT_DONE(rom_run(M, stub_lw, pa, 0, 0), M);
    }
}

CASE(the_finisher_has_halves_and_words)
{
    EXPECT_TRAP(rom_run(M, stub_lb, FINISHER_BASE, 0, 0), CAUSE_LOAD_ACCESS,
                stub_lb, FINISHER_BASE);
    EXPECT_TRAP(rom_run(M, stub_sb, FINISHER_BASE, FINISHER_PASS, 0),
                CAUSE_STORE_ACCESS, stub_sb, FINISHER_BASE);
    EXPECT_DONE(rom_run(M, do_lh, FINISHER_BASE, 0, 0), M);
    EXPECT_DONE(rom_run(M, do_sh, FINISHER_BASE, 0, 0), M);
    EXPECT_DONE(rom_run(M, stub_lw, FINISHER_BASE, 0, 0), M);
}

CASE(uart_and_virtio_take_every_size)
{
    const uint32_t places[] = {UART_BASE + UART_LINE,
                               VIRTIO_BASE + VIRTIO_CONFIG};

    for (unsigned i = 0; i < 2; i++) {
        EXPECT_DONE(rom_run(M, stub_lb, places[i], 0, 0), M);
        EXPECT_DONE(rom_run(M, do_lh, places[i], 0, 0), M);
        EXPECT_DONE(rom_run(M, stub_lw, places[i], 0, 0), M);
    }
}
