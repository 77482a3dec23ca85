/*
 * A plugin for QEMU's TCG that writes what a program of one hart fetches,
 * loads and stores, as lines of our own trace without what only a model knows:
 *
 *     <i|r|w> <va> <pa> <size>
 *
 * It starts with the first instruction in DRAM, as the boot ROMs differ, and
 * ends the run after `n` lines. Arguments: out=FILE,n=LINES. QEMU's header is
 * not packaged in Debian; these are the parts of its plugin interface,
 * version 1, that are needed.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))
#define DRAM_BASE UINT64_C(0x80000000)
#define PAGE_SIZE 4096u

typedef uint64_t plugin_id;

struct plugin_block;
struct plugin_insn;
struct plugin_address;
struct plugin_machine;

enum plugin_registers { PLUGIN_NO_REGISTERS };
enum plugin_direction { PLUGIN_LOADS = 1, PLUGIN_STORES, PLUGIN_BOTH };

void qemu_plugin_register_vcpu_tb_trans_cb(
    plugin_id id, void (*call)(plugin_id id, struct plugin_block *block));
size_t qemu_plugin_tb_n_insns(const struct plugin_block *block);
struct plugin_insn *qemu_plugin_tb_get_insn(const struct plugin_block *block,
                                            size_t i);
uint64_t qemu_plugin_insn_vaddr(const struct plugin_insn *insn);
void *qemu_plugin_insn_haddr(const struct plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct plugin_insn *insn);
void qemu_plugin_register_vcpu_insn_exec_cb(
    struct plugin_insn *insn, void (*call)(unsigned hart, void *data),
    enum plugin_registers registers, void *data);
void qemu_plugin_register_vcpu_mem_cb(
    struct plugin_insn *insn,
    void (*call)(unsigned hart, uint32_t info, uint64_t va, void *data),
    enum plugin_registers registers, enum plugin_direction direction,
    void *data);
unsigned qemu_plugin_mem_size_shift(uint32_t info);
bool qemu_plugin_mem_is_store(uint32_t info);
struct plugin_address *qemu_plugin_get_hwaddr(uint32_t info, uint64_t va);
bool qemu_plugin_hwaddr_is_io(const struct plugin_address *address);
uint64_t qemu_plugin_hwaddr_phys_addr(const struct plugin_address *address);
EXPORT int qemu_plugin_install(plugin_id id,
                               const struct plugin_machine *machine, int argc,
                               char **argv);

EXPORT int qemu_plugin_version = 1;

/* An instruction of a translated block; blocks are never freed. */
struct insn {
    uint64_t va;
    const uint8_t *host;
    unsigned size;
};

static FILE *out;
static uint64_t left;
static const uint8_t *ram; /* host address of DRAM's first byte, once known */

static void line(char kind, uint64_t va, uint64_t pa, unsigned size)
{
    fprintf(out, "%c %" PRIx64 " %" PRIx64 " %u\n", kind, va, pa, size);
    if (--left)
        return;
    fclose(out);
    _exit(0);
}

/* An access in one line, or in two where a page ends. */
static void lines(char kind, uint64_t va, uint64_t pa, unsigned size)
{
    unsigned room = PAGE_SIZE - (unsigned)(va & (PAGE_SIZE - 1));

    if (size > room) {
        line(kind, va, pa, room);
        va += room;
        pa += room;
        size -= room;
    }
    line(kind, va, pa, size);
}

static void executed(unsigned hart, void *data)
{
    const struct insn *insn = data;

    (void)hart;
    if (!ram && insn->va == DRAM_BASE) /* the first one is not translated */
        ram = insn->host;
    if (ram)
        lines('i', insn->va, (uint64_t)(insn->host - ram) + DRAM_BASE,
              insn->size);
}

static void accessed(unsigned hart, uint32_t info, uint64_t va, void *data)
{
    const struct plugin_address *address = qemu_plugin_get_hwaddr(info, va);
    uint64_t pa = va; /* devices: only mapped to themselves here */

    (void)hart;
    (void)data;
    if (!ram)
        return;
    if (address && !qemu_plugin_hwaddr_is_io(address))
        pa = qemu_plugin_hwaddr_phys_addr(address);
    lines(qemu_plugin_mem_is_store(info) ? 'w' : 'r', va, pa,
          1u << qemu_plugin_mem_size_shift(info));
}

static void translated(plugin_id id, struct plugin_block *block)
{
    size_t n = qemu_plugin_tb_n_insns(block);

    (void)id;
    for (size_t i = 0; i < n; i++) {
        struct plugin_insn *from = qemu_plugin_tb_get_insn(block, i);
        struct insn *insn = malloc(sizeof *insn);

        if (!insn)
            abort();
        *insn = (struct insn){qemu_plugin_insn_vaddr(from),
                              qemu_plugin_insn_haddr(from),
                              (unsigned)qemu_plugin_insn_size(from)};
        qemu_plugin_register_vcpu_insn_exec_cb(from, executed,
                                               PLUGIN_NO_REGISTERS, insn);
        qemu_plugin_register_vcpu_mem_cb(from, accessed, PLUGIN_NO_REGISTERS,
                                         PLUGIN_BOTH, NULL);
    }
}

int qemu_plugin_install(plugin_id id, const struct plugin_machine *machine,
                        int argc, char **argv)
{
    (void)machine;
    for (int i = 0; i < argc; i++) {
        if (!strncmp(argv[i], "out=", 4))
            out = fopen(argv[i] + 4, "w");
        else if (!strncmp(argv[i], "n=", 2))
            left = strtoull(argv[i] + 2, NULL, 10);
    }
    if (!out || !left)
        return 1;
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    return 0;
}
