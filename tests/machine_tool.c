/*
 * Keeps the register tables of docs/machine.md true: copies the page from
 * stdin to stdout and writes each part between `<!-- registers of X -->` and
 * `<!-- end -->` anew from the device's own rows. `make update-machine-doc`.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "cpu/hpm.h"
#include "devices/clint.h"
#include "devices/disk.h"
#include "devices/dma.h"
#include "devices/finisher.h"
#include "devices/plic.h"
#include "devices/rtc.h"
#include "devices/uart.h"
#include "devices/virtio_mmio.h"

static const struct device_class *const classes[] = {
    &finisher_class, &rtc_class, &clint_class, &plic_class,
    &uart_class,     &dma_class, &disk_class,  &virtio_mmio_class,
};

static const char *access_name(uint8_t access)
{
    static const char *const names[] = {
        [REG_RO] = "ro",   [REG_WO] = "wo",     [REG_RW] = "rw",
        [REG_W1C] = "w1c", [REG_RW1C] = "rw1c",
    };

    return access < ARRAY_SIZE(names) ? names[access] : "?";
}

static void print_row(const struct device_reg *reg)
{
    printf("| 0x%03" PRIx32, reg->offset);
    if (reg->count)
        printf(" + 0x%" PRIx32 "·n, n < %" PRIu32, reg->stride, reg->count);
    printf(" | %u | %s | %s | %s |\n", reg->size, access_name(reg->access),
           reg->name, reg->meaning);
}

static void print_table(const struct device_class *class)
{
    printf("\nWindow: 0x%" PRIx32 " bytes. Accesses: ", class->window);
    if (class->min_access == class->max_access)
        printf("%u bytes.\n\n", class->min_access);
    else
        printf("%u to %u bytes.\n\n", class->min_access, class->max_access);
    printf("| offset | bytes | access | name | meaning |\n"
           "|---|---|---|---|---|\n");
    for (size_t i = 0; i < class->n_regs; i++)
        print_row(&class->regs[i]);
    printf("\n");
}

static void print_events(void)
{
    printf("\n| mhpmevent | counts | meaning |\n|---|---|---|\n");
    for (size_t i = 0; i < n_hpm_events; i++)
        printf("| 0x%02x | %s | %s |\n", hpm_events[i].number,
               hpm_events[i].name, hpm_events[i].meaning);
    printf("\n");
}

static const struct device_class *class_of(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(classes); i++)
        if (!strcmp(classes[i]->name, name))
            return classes[i];
    return NULL;
}

/* Skips the old table; false if it has no end. */
static bool skip(void)
{
    char line[1024];

    while (fgets(line, sizeof line, stdin))
        if (!strcmp(line, "<!-- end -->\n")) {
            fputs(line, stdout);
            return true;
        }
    return false;
}

int main(void)
{
    char line[1024], name[32];
    size_t tables = 0;

    while (fgets(line, sizeof line, stdin)) {
        const struct device_class *class;

        fputs(line, stdout);
        if (!strcmp(line, "<!-- events -->\n")) {
            print_events();
            if (!skip())
                return 1;
            continue;
        }
        if (sscanf(line, "<!-- registers of %31[a-z] -->", name) != 1)
            continue;
        class = class_of(name);
        if (!class) {
            fprintf(stderr, "no device is called %s\n", name);
            return 1;
        }
        print_table(class);
        tables++;
        if (!skip())
            return 1;
    }
    if (tables == ARRAY_SIZE(classes))
        return 0;
    fprintf(stderr, "%zu tables for %zu devices\n", tables,
            ARRAY_SIZE(classes));
    return 1;
}
