/*
 * From reset to the next stage: opens memory, counters and traps to S-mode,
 * closes the firmware's own memory, and enters what fw_dynamic_info names.
 */
#include "roms/firmware/firmware.h"
#include "abi/platform.h"
#include "abi/sbi.h"

#define PMP_RWX 7u
#define PMP_NAPOT (3u << 3)

/* All that S or U can cause, but for ECALL from S. */
#define DELEGATED_EXCEPTIONS 0xb1ffu
#define DELEGATED_INTERRUPTS (MIP_SSIP | MIP_STIP | MIP_SEIP)

#define MENVCFG_CBIE_INVAL (3u << 4)
#define MENVCFG_CBCFE (1u << 6)
#define MENVCFG_CBZE (1u << 7)

/* fw_dynamic_info, in words. */
enum { INFO_MAGIC, INFO_VERSION, INFO_NEXT, INFO_MODE };

static _Noreturn void refuse(const char *why)
{
    console_print("firmware: ");
    console_print(why);
    console_print("\n");
    finish(1u << 16 | FINISHER_FAIL);
}

/* Entry 0 closes the firmware to S and U, entry 1 opens all else. A hart
 * without PMP has no such registers and lets everything pass. */
static void protect_memory(void)
{
    csr_try_write(pmpaddr0, FIRMWARE_BASE >> 2 | (FIRMWARE_SIZE / 8 - 1));
    csr_try_write(pmpaddr1, ~0u);
    csr_try_write(pmpcfg0, (PMP_NAPOT | PMP_RWX) << 8 | PMP_NAPOT);
}

static void delegate_traps(void)
{
    csr_write(medeleg, DELEGATED_EXCEPTIONS);
    csr_write(mideleg, DELEGATED_INTERRUPTS);
    csr_write(mcounteren, ~0u);
    /* 0x30a: menvcfg; S may manage and zero cache blocks. */
    csr_try_write(0x30a, MENVCFG_CBIE_INVAL | MENVCFG_CBCFE | MENVCFG_CBZE);
    csr_write(satp, 0);
}

void hart_open(void)
{
    protect_memory();
    delegate_traps();
    timer_init();
    csr_set(mie, MIP_MSIP);
}

void boot(uint32_t hart, uint32_t fdt, const uint32_t *info)
{
    console_init();
    if (info == NULL || info[INFO_MAGIC] != FW_DYNAMIC_MAGIC ||
        info[INFO_VERSION] < FW_DYNAMIC_VERSION)
        refuse("a2 does not point at fw_dynamic_info, version 2");
    if (info[INFO_NEXT] == 0)
        refuse("no next stage: start the machine with -kernel");
    if (info[INFO_MODE] != FW_DYNAMIC_MODE_S)
        refuse("the next stage wants another mode than S");
    hart_open();
    harts_init(hart, fdt_harts((const void *)fdt));
    fdt_reserve((void *)fdt, FIRMWARE_BASE, FIRMWARE_SIZE);
    enter_supervisor(hart, fdt, info[INFO_NEXT]);
}
