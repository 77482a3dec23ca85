/*
 * The loader. Addresses are those of QEMU's `virt` board, so that the same
 * images run on both; programs start at the first byte of their lowest
 * segment, whatever e_entry says.
 */
#include "machine/loader.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "abi/platform.h"
#include "base/alloc.h"
#include "base/bits.h"
#include "base/elf.h"
#include "base/file.h"
#include "base/log.h"
#include "machine/board.h"
#include "machine/devicetree.h"
#include "machine/machine.h"

#define MAX_BLOBS (2 * ELF_MAX_SEGMENTS + 4)
#define MAX_FILE ((size_t)1 << 34)

/* A raw kernel image starts as linux/Documentation/riscv/boot-image-header
 * lays down. */
#define IMAGE_HEADER 64
#define IMAGE_SIZE_AT 16
#define IMAGE_MAGIC_AT 48
#define IMAGE_MAGIC "RISCV\0\0\0"
#define IMAGE_MAGIC2_AT 56
#define IMAGE_MAGIC2 "RSC\x05"

#define MEGAPAGE (UINT64_C(4) << 20)
#define INITRD_MAX_DISTANCE (UINT64_C(128) << 20)
/* QEMU puts a tree of 1 MiB at an even 2 MiB below this line or DRAM's end. */
#define FDT_LINE UINT64_C(0xc0000000)
#define FDT_ALIGN (UINT64_C(2) << 20)
/* Room behind the tree: firmware adds a memory reservation in place. */
#define FDT_ROOM 4096

/* Bytes for memory: `size` of them, then zeros up to `mem_size`. */
struct blob {
    const char *name; /* of the file, or what it is */
    uint64_t pa, size, mem_size;
    uint8_t *data; /* owned */
};

struct loader {
    struct blob blobs[MAX_BLOBS];
    unsigned n_blobs;
    uint8_t rom[BOOTROM_SIZE];
    struct elf_htif htif;
    unsigned tree; /* the blob that is the device tree */
};

/* The lowest address and the end of a program. */
struct extent {
    uint64_t start, end;
};

static void die_outside(const char *name, uint64_t pa, uint64_t size,
                        const struct bus *bus)
{
    const char *mend =
        pa < bus->ram_base_pa
            ? "link it to DRAM, its ELF header left out (ld -n, gcc -Wl,-n)"
            : "use a larger -m";

    die(EXIT_INPUT,
        "%s: %" PRIu64 " bytes at 0x%" PRIx64 " lie outside DRAM (0x%" PRIx64
        " to 0x%" PRIx64 "): %s",
        name, size, pa, bus->ram_base_pa, bus->ram_base_pa + bus->ram_size - 1,
        mend);
}

/* Takes a copy of `data`, to stand at pa. */
static void add(struct loader *l, const struct bus *bus, struct blob blob,
                const uint8_t *data)
{
    if (!bus_ram(bus, blob.pa, blob.mem_size))
        die_outside(blob.name, blob.pa, blob.mem_size, bus);
    for (unsigned i = 0; i < l->n_blobs; i++) {
        const struct blob *b = &l->blobs[i];

        if (blob.pa < b->pa + b->mem_size && b->pa < blob.pa + blob.mem_size)
            die(EXIT_INPUT, "%s: overlaps %s at 0x%" PRIx64, blob.name,
                b->name == blob.name ? "another segment of its own" : b->name,
                blob.pa > b->pa ? blob.pa : b->pa);
    }
    blob.data = alloc_zeroed(blob.size, 1);
    memcpy(blob.data, data, blob.size);
    l->blobs[l->n_blobs++] = blob;
}

static struct extent add_elf(struct loader *l, const struct machine *m,
                             const char *path, const uint8_t *file, size_t size)
{
    struct extent extent = {UINT64_MAX, 0};
    struct elf_program program;
    char error[160];

    if (!elf_read(file, size, m->config.hart.xlen, &program, error,
                  sizeof error))
        die(EXIT_INPUT, "%s: %s", path, error);
    if (!l->htif.tohost_pa)
        l->htif = elf_find_htif(file, size, &program);
    for (unsigned i = 0; i < program.n_segments; i++) {
        const struct elf_segment *s = &program.segments[i];
        uint64_t end = s->pa + s->mem_size;

        add(l, &m->bus,
            (struct blob){path, s->pa, s->file_size, s->mem_size, NULL},
            s->data);
        extent.start = s->pa < extent.start ? s->pa : extent.start;
        extent.end = end > extent.end ? end : extent.end;
    }
    if (program.entry_pa && program.entry_pa != extent.start)
        log_error("%s: starts at its first byte, 0x%" PRIx64
                  ", as on QEMU's virt, not at its entry, 0x%" PRIx64,
                  path, extent.start, program.entry_pa);
    return extent;
}

static bool is_linux_image(const uint8_t *file, size_t size)
{
    return size >= IMAGE_HEADER &&
           (!memcmp(file + IMAGE_MAGIC2_AT, IMAGE_MAGIC2, 4) ||
            !memcmp(file + IMAGE_MAGIC_AT, IMAGE_MAGIC, 8));
}

static uint8_t *read_file(const char *option, const char *path, size_t *size)
{
    char error[160];
    uint8_t *file = file_read(path, MAX_FILE, size, error, sizeof error);

    if (!file)
        die(EXIT_INPUT, "%s %s: %s", option, path, error);
    return file;
}

/* The kernel; a raw image goes to the first megapage at or after `free_pa`. */
static struct extent load_kernel(struct loader *l, const struct machine *m,
                                 uint64_t free_pa)
{
    const char *path = m->config.kernel;
    struct extent extent = {0, 0};
    size_t size;
    uint8_t *file;

    if (!path)
        return extent;
    file = read_file("-kernel", path, &size);
    if (elf_is_elf(file, size)) {
        extent = add_elf(l, m, path, file, size);
    } else if (is_linux_image(file, size)) {
        uint64_t mem_size = load_le(file + IMAGE_SIZE_AT, 8);

        extent.start = (free_pa + MEGAPAGE - 1) & ~(MEGAPAGE - 1);
        mem_size = mem_size > size ? mem_size : size;
        add(l, &m->bus, (struct blob){path, extent.start, size, mem_size, NULL},
            file);
        extent.end = extent.start + mem_size;
    } else {
        die(EXIT_INPUT,
            "%s: neither an ELF file nor a Linux Image; -bios runs a raw "
            "program",
            path);
    }
    free(file);
    return extent;
}

/* An ELF file, or bytes for the start of DRAM. */
static struct extent load_firmware(struct loader *l, const struct machine *m)
{
    struct extent extent = {DRAM_BASE, DRAM_BASE};
    size_t size;
    uint8_t *file;

    if (!m->config.bios)
        return extent;
    file = read_file("-bios", m->config.bios, &size);
    if (!size)
        die(EXIT_INPUT, "-bios %s: empty", m->config.bios);
    if (elf_is_elf(file, size)) {
        extent = add_elf(l, m, m->config.bios, file, size);
    } else {
        add(l, &m->bus,
            (struct blob){m->config.bios, DRAM_BASE, size, size, NULL}, file);
        extent.end = DRAM_BASE + size;
    }
    free(file);
    return extent;
}

static struct extent load_initrd(struct loader *l, const struct machine *m,
                                 uint64_t kernel_pa)
{
    uint64_t distance = m->bus.ram_size / 2;
    struct extent extent = {0, 0};
    size_t size;
    uint8_t *file;

    if (!m->config.initrd)
        return extent;
    if (!m->config.kernel)
        die(EXIT_USAGE, "-initrd needs a -kernel");
    file = read_file("-initrd", m->config.initrd, &size);
    if (!size)
        die(EXIT_INPUT, "-initrd %s: empty", m->config.initrd);
    distance = distance < INITRD_MAX_DISTANCE ? distance : INITRD_MAX_DISTANCE;
    extent.start = kernel_pa + distance;
    extent.end = extent.start + size;
    add(l, &m->bus,
        (struct blob){m->config.initrd, extent.start, size, size, NULL}, file);
    free(file);
    return extent;
}

static bool is_free(const struct loader *l, uint64_t pa, uint64_t size)
{
    for (unsigned i = 0; i < l->n_blobs; i++) {
        const struct blob *b = &l->blobs[i];

        if (pa < b->pa + b->mem_size && b->pa < pa + size)
            return false;
    }
    return true;
}

/* Where a tree of `size` bytes goes: as QEMU does, or in a small DRAM as high
 * as it fits. */
static uint64_t find_fdt_place(const struct loader *l, const struct bus *bus,
                               uint64_t size)
{
    uint64_t top = bus->ram_base_pa + bus->ram_size, pa;

    top = top < FDT_LINE ? top : FDT_LINE;
    pa = (top - size) & ~(FDT_ALIGN - 1);
    if (pa > bus->ram_base_pa && is_free(l, pa, size))
        return pa;
    for (pa = (top - size) & ~MMU_PAGE_MASK; pa >= bus->ram_base_pa && pa < top;
         pa -= MMU_PAGE_SIZE)
        if (is_free(l, pa, size))
            return pa;
    die(EXIT_INPUT,
        "no room for a device tree of %" PRIu64 " bytes: use a larger -m",
        size);
}

static uint64_t load_fdt(struct loader *l, const struct machine *m,
                         struct extent initrd)
{
    const struct devicetree_chosen chosen = {
        .bootargs = m->config.append,
        .initrd_start = initrd.start,
        .initrd_end = initrd.end,
        .seed = m->config.seed,
    };
    size_t size;
    uint64_t pa;
    uint8_t *fdt;

    if (m->config.dtb) {
        uint8_t *file = read_file("-dtb", m->config.dtb, &size);

        fdt = devicetree_adopt(file, &size, &chosen);
        if (!fdt)
            die(EXIT_INPUT, "-dtb %s: not a valid flattened device tree",
                m->config.dtb);
        free(file);
    } else {
        fdt = devicetree_build(m, &chosen, &size);
    }
    pa = find_fdt_place(l, &m->bus, size + FDT_ROOM);
    l->tree = l->n_blobs;
    add(l, &m->bus, (struct blob){"the device tree", pa, size, size, NULL},
        fdt);
    free(fdt);
    return pa;
}

/* The reset code at BOOTROM_BASE, with its data behind it. */
static void make_rom(struct loader *l, uint64_t start_pa, uint64_t fdt_pa,
                     uint64_t next_pa)
{
    const uint32_t words[] = {
        0x00000297,                  /* auipc t0, 0 */
        0x02828613,                  /* addi a2, t0, 40 */
        0xf1402573,                  /* csrr a0, mhartid */
        0x0202a583,                  /* lw a1, 32(t0) */
        0x0182a283,                  /* lw t0, 24(t0) */
        0x00028067,                  /* jr t0 */
        (uint32_t)start_pa, 0,       /* 24 */
        (uint32_t)fdt_pa,   0,       /* 32 */
        0x4942534f,         2,       /* 40: fw_dynamic_info */
        (uint32_t)next_pa,  1, 0, 0, /* next, S-mode, options, hart */
    };

    memcpy(l->rom, words, sizeof words);
}

struct loader *loader_create(struct machine *m)
{
    struct loader *l = alloc_zeroed(1, sizeof *l);
    struct extent firmware = load_firmware(l, m);
    struct extent kernel = load_kernel(l, m, firmware.end);
    struct extent initrd = load_initrd(l, m, kernel.start);
    uint64_t fdt_pa;

    if (!m->config.bios && m->config.kernel && kernel.start != DRAM_BASE)
        die(EXIT_INPUT,
            "%s: starts at 0x%" PRIx64 "; without firmware it must start at "
            "0x%" PRIx64,
            m->config.kernel, kernel.start, (uint64_t)DRAM_BASE);
    if (l->htif.tohost_pa)
        board_add_htif(m, l->htif.tohost_pa, l->htif.fromhost_pa);
    fdt_pa = load_fdt(l, m, initrd);

    make_rom(l, firmware.start, fdt_pa, kernel.start);
    return l;
}

void loader_free(struct loader *l)
{
    if (!l)
        return;
    for (unsigned i = 0; i < l->n_blobs; i++)
        free(l->blobs[i].data);
    free(l);
}

void loader_place(const struct loader *l, struct bus *bus)
{
    for (unsigned i = 0; i < l->n_blobs; i++) {
        const struct blob *b = &l->blobs[i];
        uint8_t *to = bus_ram(bus, b->pa, b->mem_size);

        memcpy(to, b->data, b->size);
        memset(to + b->size, 0, b->mem_size - b->size);
        bus_mark_written(bus, b->pa, b->mem_size);
    }
    memcpy(bus->rom, l->rom, sizeof l->rom);
    page_sum_mark(&bus->rom_sum, 0, sizeof l->rom);
}

void loader_archive_shape(const struct loader *l, struct archive *a)
{
    archive_same_u64(a, "images in memory", l->n_blobs);
    for (unsigned i = 0; i < l->n_blobs; i++) {
        const struct blob *b = &l->blobs[i];

        archive_same_u64(a, "address of an image in memory", b->pa);
        archive_same_u64(a, "bytes of an image in memory", b->mem_size);
        archive_same_bytes(a, "image in memory", b->data, b->size);
    }
}

const uint8_t *loader_device_tree(const struct loader *l, size_t *size)
{
    *size = l->blobs[l->tree].size;
    return l->blobs[l->tree].data;
}
