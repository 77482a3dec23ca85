/*
 * The memory map of the quire32 board, once, for the emulator, the firmware,
 * the regression ROMs and Octavo alike. It is QEMU's `virt` board wherever
 * that has the device, so that guests for `virt` run unmodified. Usable from
 * assembly: integers only.
 */
#ifndef QUIRE_ABI_PLATFORM_H
#define QUIRE_ABI_PLATFORM_H

#define BOOTROM_BASE 0x00001000
#define BOOTROM_SIZE 0x0000f000

#define FINISHER_BASE 0x00100000
#define FINISHER_SIZE 0x1000
#define FINISHER_FAIL 0x3333 /* code << 16 | FINISHER_FAIL */
#define FINISHER_PASS 0x5555
#define FINISHER_RESET 0x7777

#define RTC_BASE 0x00101000
#define RTC_SIZE 0x1000
#define RTC_IRQ 11

#define CLINT_BASE 0x02000000
#define CLINT_SIZE 0x10000
#define CLINT_MSIP 0x0000     /* + 4 * hart, bit 0 */
#define CLINT_MTIMECMP 0x4000 /* + 8 * hart */
#define CLINT_MTIME 0xbff8
#define MTIME_HZ 10000000

#define PLIC_BASE 0x0c000000
#define PLIC_SIZE 0x00600000
#define PLIC_PRIORITY 0x000000 /* + 4 * source */
#define PLIC_PENDING 0x001000  /* + 4 * (source / 32) */
#define PLIC_ENABLE 0x002000   /* + 0x80 * context + 4 * (source / 32) */
#define PLIC_CONTEXT 0x200000  /* + 0x1000 * context: threshold, claim */
#define PLIC_SOURCES 96        /* sources 1 .. 95, as on QEMU's virt */
/* Context of a hart: M-mode 2 * hart, S-mode 2 * hart + 1. */

#define UART_BASE 0x10000000
#define UART_SIZE 0x100
#define UART_IRQ 10
#define UART_HZ 3686400

#define VIRTIO_BASE 0x10001000
#define VIRTIO_STRIDE 0x1000
#define VIRTIO_SIZE 0x1000
#define VIRTIO_SLOTS 8
#define VIRTIO_IRQ 1 /* + slot */

#define QDMA_BASE 0x10200000
#define QDMA_SIZE 0x1000
#define QDMA_IRQ 16

#define QDISK_BASE 0x10201000
#define QDISK_SIZE 0x1000
#define QDISK_IRQ 17

#define DRAM_BASE 0x80000000

/* Where images start: the firmware or ROM, and what the firmware enters. */
#define FIRMWARE_BASE 0x80000000
#define KERNEL_BASE 0x80400000

#endif
