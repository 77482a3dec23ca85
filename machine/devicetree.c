/*
 * The device tree, written in order by libfdt. Its writer keeps the first
 * error and refuses everything after it, so one look at the end suffices.
 */
#include "machine/devicetree.h"

#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/random.h"
#include "cpu/extension.h"
#include "machine/board.h"
#include "machine/machine.h"

#define FDT_CAPACITY ((size_t)64 << 10)
#define CHOSEN_CAPACITY ((size_t)8 << 10)
#define SEED_WORDS 8

/* Phandles. A hart's interrupt controller: PHANDLE_HARTS + its number. */
enum { PHANDLE_PLIC = 1, PHANDLE_FINISHER, PHANDLE_HARTS };

enum { INTC_MSI = 3, INTC_MTI = 7, INTC_SEI = 9, INTC_MEI = 11 };

static void put_string(void *fdt, const char *name, const char *value)
{
    fdt_property(fdt, name, value, (int)strlen(value) + 1);
}

static void put_u32(void *fdt, const char *name, uint32_t value)
{
    fdt_property_u32(fdt, name, value);
}

static void put_empty(void *fdt, const char *name)
{
    fdt_property(fdt, name, NULL, 0);
}

static void put_cells(void *fdt, const char *name, const uint32_t *cells,
                      unsigned n)
{
    fdt32_t out[4 * MACHINE_MAX_HARTS];

    for (unsigned i = 0; i < n; i++)
        out[i] = cpu_to_fdt32(cells[i]);
    fdt_property(fdt, name, out, (int)(n * sizeof out[0]));
}

/* Address and size, two cells each. */
static void put_reg(void *fdt, uint64_t base, uint64_t size)
{
    const uint32_t cells[] = {(uint32_t)(base >> 32), (uint32_t)base,
                              (uint32_t)(size >> 32), (uint32_t)size};

    put_cells(fdt, "reg", cells, 4);
}

static void put_address_cells(void *fdt, uint32_t address, uint32_t size)
{
    put_u32(fdt, "#address-cells", address);
    put_u32(fdt, "#size-cells", size);
}

static void begin_at(void *fdt, const char *name, uint64_t unit)
{
    char full[64];

    snprintf(full, sizeof full, "%s@%llx", name, (unsigned long long)unit);
    fdt_begin_node(fdt, full);
}

/* The table's names that the harts have: as one string of riscv,isa, or one
 * after the other for riscv,isa-extensions. Returns the size. */
static size_t list_extensions(const struct hart_config *config, bool is_string,
                              char *list, size_t capacity)
{
    unsigned set = extension_set(config);
    size_t size = 0;

    for (size_t i = 0; i < extension_table_rows; i++) {
        const struct extension_row *row = &extension_table[i];
        bool is_long = row->name[1];
        int n;

        if (row->bit && !(row->bit & set))
            continue;
        n = snprintf(list + size, capacity - size, "%s%s",
                     is_string && is_long ? "_" : "", row->name);
        size += (size_t)n + !is_string;
    }
    return size;
}

static void put_isa(void *fdt, const struct hart_config *config)
{
    unsigned set = extension_set(config);
    char list[256] = "rv32";
    size_t size;

    list_extensions(config, true, list + 4, sizeof list - 4);
    put_string(fdt, "riscv,isa", list);
    put_string(fdt, "riscv,isa-base", "rv32i");
    size = list_extensions(config, false, list, sizeof list);
    fdt_property(fdt, "riscv,isa-extensions", list, (int)size);
    if (set & EXT_ZICBOM)
        put_u32(fdt, "riscv,cbom-block-size", MMU_BLOCK_BYTES);
    if (set & EXT_ZICBOZ)
        put_u32(fdt, "riscv,cboz-block-size", MMU_BLOCK_BYTES);
    put_string(fdt, "mmu-type", "riscv,sv32");
}

/* Of the node of a cpu, which only cpu-map names. */
static uint32_t phandle_of_cpu(const struct machine *m, unsigned hart)
{
    return PHANDLE_HARTS + m->n_harts + hart;
}

static void put_cpu(void *fdt, const struct machine *m, unsigned hart)
{
    begin_at(fdt, "cpu", hart);
    put_string(fdt, "device_type", "cpu");
    put_u32(fdt, "reg", hart);
    put_string(fdt, "status", "okay");
    put_string(fdt, "compatible", "riscv");
    put_isa(fdt, &m->config.hart);
    if (m->n_harts > 1)
        put_u32(fdt, "phandle", phandle_of_cpu(m, hart));
    fdt_begin_node(fdt, "interrupt-controller");
    put_u32(fdt, "#address-cells", 0); /* of interrupt-map */
    put_u32(fdt, "#interrupt-cells", 1);
    put_empty(fdt, "interrupt-controller");
    put_string(fdt, "compatible", "riscv,cpu-intc");
    put_u32(fdt, "phandle", PHANDLE_HARTS + hart);
    fdt_end_node(fdt);
    fdt_end_node(fdt);
}

/* All harts are cores of one cluster. */
static void put_cpu_map(void *fdt, const struct machine *m)
{
    fdt_begin_node(fdt, "cpu-map");
    fdt_begin_node(fdt, "cluster0");
    for (unsigned i = 0; i < m->n_harts; i++) {
        char name[16];

        snprintf(name, sizeof name, "core%u", i);
        fdt_begin_node(fdt, name);
        put_u32(fdt, "cpu", phandle_of_cpu(m, i));
        fdt_end_node(fdt);
    }
    fdt_end_node(fdt);
    fdt_end_node(fdt);
}

static void put_cpus(void *fdt, const struct machine *m)
{
    fdt_begin_node(fdt, "cpus");
    put_address_cells(fdt, 1, 0);
    put_u32(fdt, "timebase-frequency", MTIME_HZ);
    for (unsigned i = 0; i < m->n_harts; i++)
        put_cpu(fdt, m, i);
    if (m->n_harts > 1)
        put_cpu_map(fdt, m);
    fdt_end_node(fdt);
}

static void put_memory(void *fdt, const struct bus *bus)
{
    begin_at(fdt, "memory", bus->ram_base_pa);
    put_string(fdt, "device_type", "memory");
    put_reg(fdt, bus->ram_base_pa, bus->ram_size);
    fdt_end_node(fdt);
}

/* A wire of each kind to each hart's own controller. */
static void put_hart_wires(void *fdt, unsigned n_harts, uint32_t first,
                           uint32_t second)
{
    uint32_t cells[4 * MACHINE_MAX_HARTS];

    for (unsigned i = 0; i < n_harts; i++) {
        cells[4 * i] = cells[4 * i + 2] = PHANDLE_HARTS + i;
        cells[4 * i + 1] = first;
        cells[4 * i + 3] = second;
    }
    put_cells(fdt, "interrupts-extended", cells, 4 * n_harts);
}

/* What the board, not the device, knows about it. */
static void put_role(void *fdt, const struct machine *m, const struct device *d)
{
    if (d->class == &clint_class) {
        put_hart_wires(fdt, m->n_harts, INTC_MSI, INTC_MTI);
    } else if (d->class == &plic_class) {
        put_hart_wires(fdt, m->n_harts, INTC_MEI, INTC_SEI);
        put_u32(fdt, "phandle", PHANDLE_PLIC);
    } else if (d->class == &finisher_class) {
        put_u32(fdt, "phandle", PHANDLE_FINISHER);
    }
}

/* The class's own name first, then the further ones of the table. */
static void put_compatible(void *fdt, const struct board_row *row)
{
    char all[128];
    size_t n = strlen(row->class->compatible) + 1;

    memcpy(all, row->class->compatible, n);
    for (const char *s = row->compatible; s && *s; s += strlen(s) + 1) {
        memcpy(all + n, s, strlen(s) + 1);
        n += strlen(s) + 1;
    }
    fdt_property(fdt, "compatible", all, (int)n);
}

static void put_device(void *fdt, const struct machine *m,
                       const struct board_row *row, const struct device *d)
{
    if (d->class->window)
        begin_at(fdt, row->node, d->base_pa);
    else
        fdt_begin_node(fdt, row->node);
    put_compatible(fdt, row);
    if (d->class->window)
        put_reg(fdt, d->base_pa, d->class->window);
    if (d->irq_number) {
        put_u32(fdt, "interrupts", d->irq_number);
        put_u32(fdt, "interrupt-parent", PHANDLE_PLIC);
    }
    put_role(fdt, m, d);
    if (d->class->describe)
        d->class->describe(d, fdt);
    fdt_end_node(fdt);
}

static void put_devices(void *fdt, const struct machine *m,
                        enum board_parent parent)
{
    for (size_t r = 0; r < n_board_rows; r++) {
        const struct board_row *row = &board_rows[r];

        for (unsigned i = 0; row->parent == parent && i < row->count; i++) {
            const struct device *d = board_device(m->board, row, i);

            if (d)
                put_device(fdt, m, row, d);
        }
    }
}

/* The masters that reach DRAM's first bytes only stand on a bus of their own
 * whose dma-ranges say so. */
static void put_dma_bus(void *fdt, const struct machine *m)
{
    uint64_t base = m->bus.ram_base_pa, reach = m->config.dma_reach;
    const uint32_t cells[] = {
        (uint32_t)(base >> 32), (uint32_t)base,          (uint32_t)(base >> 32),
        (uint32_t)base,         (uint32_t)(reach >> 32), (uint32_t)reach,
    };

    fdt_begin_node(fdt, "dma-bus");
    put_address_cells(fdt, 2, 2);
    put_string(fdt, "compatible", "simple-bus");
    put_empty(fdt, "ranges");
    put_cells(fdt, "dma-ranges", cells, ARRAY_SIZE(cells));
    put_devices(fdt, m, PARENT_DMA_BUS);
    fdt_end_node(fdt);
}

static void put_soc(void *fdt, const struct machine *m)
{
    fdt_begin_node(fdt, "soc");
    if (m->config.is_dma_incoherent)
        put_empty(fdt, "dma-noncoherent");
    put_address_cells(fdt, 2, 2);
    put_string(fdt, "compatible", "simple-bus");
    put_empty(fdt, "ranges");
    put_devices(fdt, m, PARENT_SOC);
    put_dma_bus(fdt, m);
    fdt_end_node(fdt);
}

/* How a kernel uses the finisher without a driver of its own. */
static void put_syscon(void *fdt, const char *name, const char *compatible,
                       uint32_t value)
{
    fdt_begin_node(fdt, name);
    put_string(fdt, "compatible", compatible);
    put_u32(fdt, "regmap", PHANDLE_FINISHER);
    put_u32(fdt, "offset", 0);
    put_u32(fdt, "value", value);
    fdt_end_node(fdt);
}

/* /chosen in a finished tree; false if it has become too large. */
static bool set_chosen(void *fdt, const struct devicetree_chosen *chosen)
{
    int node = fdt_path_offset(fdt, "/chosen");
    uint32_t seed[SEED_WORDS];
    struct random r;
    int bad = 0;

    if (node == -FDT_ERR_NOTFOUND)
        node = fdt_add_subnode(fdt, 0, "chosen");
    if (node < 0)
        return false;
    random_seed(&r, chosen->seed);
    for (unsigned i = 0; i < SEED_WORDS; i++)
        seed[i] = (uint32_t)(random_next(&r) >> 32);
    bad |= fdt_setprop(fdt, node, "rng-seed", seed, sizeof seed);
    if (chosen->bootargs)
        bad |= fdt_setprop(fdt, node, "bootargs", chosen->bootargs,
                           (int)strlen(chosen->bootargs) + 1);
    if (chosen->initrd_end > chosen->initrd_start) {
        bad |= fdt_setprop_u64(fdt, node, "linux,initrd-start",
                               chosen->initrd_start);
        bad |=
            fdt_setprop_u64(fdt, node, "linux,initrd-end", chosen->initrd_end);
    }
    return !bad;
}

static size_t chosen_capacity(const struct devicetree_chosen *chosen)
{
    return CHOSEN_CAPACITY + (chosen->bootargs ? strlen(chosen->bootargs) : 0);
}

uint8_t *devicetree_build(const struct machine *m,
                          const struct devicetree_chosen *chosen, size_t *size)
{
    size_t capacity = FDT_CAPACITY + chosen_capacity(chosen);
    uint8_t *fdt = alloc_zeroed(capacity, 1);

    fdt_create(fdt, (int)capacity);
    fdt_finish_reservemap(fdt);
    fdt_begin_node(fdt, "");
    put_address_cells(fdt, 2, 2);
    put_string(fdt, "compatible", "riscv-virtio");
    put_string(fdt, "model", "quire32");
    fdt_begin_node(fdt, "chosen");
    put_string(fdt, "stdout-path", "/soc/serial@10000000");
    fdt_end_node(fdt);
    put_memory(fdt, &m->bus);
    put_cpus(fdt, m);
    put_devices(fdt, m, PARENT_ROOT);
    put_soc(fdt, m);
    put_syscon(fdt, "poweroff", "syscon-poweroff", FINISHER_PASS);
    put_syscon(fdt, "reboot", "syscon-reboot", FINISHER_RESET);
    fdt_end_node(fdt);
    if (fdt_finish(fdt) || fdt_open_into(fdt, fdt, (int)capacity) ||
        !set_chosen(fdt, chosen) || fdt_pack(fdt))
        die(EXIT_BUG, "the device tree outgrew its %zu bytes", capacity);
    *size = fdt_totalsize(fdt);
    return fdt;
}

uint8_t *devicetree_adopt(const uint8_t *file, size_t *size,
                          const struct devicetree_chosen *chosen)
{
    size_t capacity = *size + chosen_capacity(chosen);
    uint8_t *fdt;

    if (capacity > INT32_MAX || fdt_check_full(file, *size))
        return NULL;
    fdt = alloc_zeroed(capacity, 1);
    if (fdt_open_into(file, fdt, (int)capacity) || !set_chosen(fdt, chosen) ||
        fdt_pack(fdt)) {
        free(fdt);
        return NULL;
    }
    *size = fdt_totalsize(fdt);
    return fdt;
}
