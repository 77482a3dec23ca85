/*
 * A reader of the flattened device tree. A node is the offset of its
 * FDT_BEGIN_NODE token in the structure block. The tree is checked once when
 * it is opened; every step stays within its bounds all the same.
 */
#include "errno.h"
#include "kernel.h"
#include "of.h"
#include "string.h"

#include "guestos/lib/fdt.h"

#define FDT_MAGIC 0xd00dfeedu
#define FDT_BEGIN_NODE 1u
#define FDT_END_NODE 2u
#define FDT_PROP 3u
#define FDT_NOP 4u
#define FDT_END 9u
#define HEADER_SIZE 40u
#define FDT_ROOT_DEPTH_MAX 16

/* Set once at boot, read-only afterwards. */
static const char *fdt_base;
static u32 struct_offset, struct_size, strings_offset, strings_size;

static u32 load_be32(const void *p)
{
    const u8 *b = p;

    return (u32)b[0] << 24 | (u32)b[1] << 16 | (u32)b[2] << 8 | b[3];
}

static u32 header(const void *fdt, unsigned word)
{
    return load_be32((const char *)fdt + 4 * word);
}

size_t fdt_total_size(const void *fdt)
{
    return header(fdt, 0) == FDT_MAGIC ? header(fdt, 1) : 0;
}

int fdt_open(const void *fdt)
{
    u32 total = (u32)fdt_total_size(fdt);

    if (total < HEADER_SIZE || header(fdt, 5) < 16) {
        return -EINVAL;
    }
    struct_offset = header(fdt, 2);
    struct_size = header(fdt, 9);
    strings_offset = header(fdt, 3);
    strings_size = header(fdt, 8);
    if (struct_offset > total || struct_size > total - struct_offset ||
        strings_offset > total || strings_size > total - strings_offset ||
        struct_size < 8) {
        return -EINVAL;
    }
    fdt_base = fdt;
    return 0;
}

/* The token at `at`; *next is what follows it with its name or value. */
static u32 token(int at, int *next)
{
    const char *p = fdt_base + struct_offset + at;
    u32 left = struct_size - (u32)at;
    u32 what, size = 4;

    if (at < 0 || (u32)at + 4 > struct_size) {
        return FDT_END;
    }
    what = load_be32(p);
    if (what == FDT_BEGIN_NODE) {
        size += (u32)strnlen(p + 4, left - 4) + 1;
    } else if (what == FDT_PROP) {
        if (left < 12 || load_be32(p + 4) > left - 12) {
            return FDT_END;
        }
        size += 8 + load_be32(p + 4);
    }
    size = (size + 3) & ~3u;
    if (size > left) {
        return FDT_END;
    }
    *next = at + (int)size;
    return what;
}

/* Whether the name at `offset` of the strings block is this one. */
static bool has_name(u32 offset, const char *name)
{
    size_t len = strlen(name) + 1;

    return offset < strings_size && len <= strings_size - offset &&
           memcmp(fdt_base + strings_offset + offset, name, len) == 0;
}

static const char *node_name(int node)
{
    return fdt_base + struct_offset + node + 4;
}

/* The next node in the order of the tree; *depth follows. */
static int next_node(int node, int *depth)
{
    int at = node < 0 ? 0 : node, next = 0;
    u32 what;

    if (node >= 0) {
        token(node, &at);
    }
    while ((what = token(at, &next)) != FDT_END) {
        if (what == FDT_BEGIN_NODE) {
            ++*depth;
            return at;
        }
        if (what == FDT_END_NODE) {
            --*depth;
        }
        at = next;
    }
    return -1;
}

const void *fdt_prop(int node, const char *name, size_t *len)
{
    int at, next = 0;
    u32 what;

    if (node < 0 || token(node, &at) != FDT_BEGIN_NODE) {
        return NULL;
    }
    while ((what = token(at, &next)) == FDT_PROP || what == FDT_NOP) {
        const char *p = fdt_base + struct_offset + at;

        if (what == FDT_PROP && has_name(load_be32(p + 8), name)) {
            if (len) {
                *len = load_be32(p + 4);
            }
            return p + 12;
        }
        at = next;
    }
    return NULL;
}

const char *fdt_prop_string(int node, const char *name)
{
    size_t len;
    const char *s = fdt_prop(node, name, &len);

    return s && len && s[len - 1] == 0 ? s : NULL;
}

bool fdt_prop_u32(int node, const char *name, unsigned index, u32 *value)
{
    size_t len;
    const char *p = fdt_prop(node, name, &len);

    if (!p || len < 4 * (index + 1)) {
        return false;
    }
    *value = load_be32(p + 4 * index);
    return true;
}

static bool is_compatible(int node, const char *compatible)
{
    size_t len, n;
    const char *s = fdt_prop(node, "compatible", &len);

    for (; s && len; s += n, len -= n) {
        n = min(strnlen(s, len) + 1, len);
        if (strncmp(s, compatible, len) == 0) {
            return true;
        }
    }
    return false;
}

int fdt_next_compatible(int node, const char *compatible)
{
    int depth = 0;

    while ((node = next_node(node, &depth)) >= 0) {
        const char *status = fdt_prop_string(node, "status");

        if (is_compatible(node, compatible) &&
            (!status || strcmp(status, "disabled") != 0)) {
            return node;
        }
    }
    return -1;
}

int fdt_next_child(int parent, int previous)
{
    int depth = 0, node = previous < 0 ? parent : previous;

    if (previous >= 0) {
        depth = 1;
    }
    while ((node = next_node(node, &depth)) >= 0) {
        if (depth < 1) {
            return -1;
        }
        if (depth == 1) {
            return node;
        }
        if (depth <= 0) {
            return -1;
        }
    }
    return -1;
}

const char *fdt_name(int node)
{
    return node_name(node);
}

int fdt_path(const char *path)
{
    int depth = 0, node = next_node(-1, &depth);

    while (*path == '/') {
        size_t len;
        int child = -1;

        path++;
        len = (size_t)(strchr(path, '/') ? strchr(path, '/') - path
                                         : (long)strlen(path));
        if (!len) {
            break;
        }
        while ((child = fdt_next_child(node, child)) >= 0) {
            const char *name = node_name(child);

            if (strncmp(name, path, len) == 0 &&
                (name[len] == 0 || name[len] == '@')) {
                break;
            }
        }
        if (child < 0) {
            return -1;
        }
        node = child;
        path += len;
    }
    return node;
}

int fdt_parent(int node)
{
    int path[FDT_ROOT_DEPTH_MAX], depth = 0, at = -1;

    while ((at = next_node(at, &depth)) >= 0) {
        if (depth < 1 || depth > FDT_ROOT_DEPTH_MAX) {
            return -1;
        }
        if (at == node) {
            return depth >= 2 ? path[depth - 2] : -1;
        }
        path[depth - 1] = at;
    }
    return -1;
}

static bool prop_cells(int node, const char *name, unsigned first,
                       unsigned cells, u64 *value)
{
    u32 cell;

    *value = 0;
    for (unsigned i = 0; i < cells; i++) {
        if (!fdt_prop_u32(node, name, first + i, &cell)) {
            return false;
        }
        *value = *value << 32 | cell;
    }
    return true;
}

bool fdt_reg(int node, unsigned index, phys_addr_t *pa, u64 *size)
{
    u32 address_cells = 2, size_cells = 1;
    int parent = fdt_parent(node);
    unsigned first;

    fdt_prop_u32(parent, "#address-cells", 0, &address_cells);
    fdt_prop_u32(parent, "#size-cells", 0, &size_cells);
    first = index * (address_cells + size_cells);
    return prop_cells(node, "reg", first, address_cells, pa) &&
           prop_cells(node, "reg", first + address_cells, size_cells, size);
}

bool fdt_dma_range(int node, u64 *start, u64 *size)
{
    u32 parent_cells = 2, cells = 2, size_cells = 2;
    u64 bus;

    fdt_prop_u32(fdt_parent(node), "#address-cells", 0, &parent_cells);
    fdt_prop_u32(node, "#address-cells", 0, &cells);
    fdt_prop_u32(node, "#size-cells", 0, &size_cells);
    return prop_cells(node, "dma-ranges", 0, cells, &bus) &&
           prop_cells(node, "dma-ranges", cells, parent_cells, start) &&
           prop_cells(node, "dma-ranges", cells + parent_cells, size_cells,
                      size);
}

bool fdt_reservation(unsigned index, u64 *base, u64 *size)
{
    u64 at = (u64)header(fdt_base, 4) + 16ull * index;
    const char *p = fdt_base + at;

    if (at + 16 > fdt_total_size(fdt_base)) {
        return false;
    }
    *base = (u64)load_be32(p) << 32 | load_be32(p + 4);
    *size = (u64)load_be32(p + 8) << 32 | load_be32(p + 12);
    return *base || *size;
}

unsigned fdt_irq(int node)
{
    u32 irq;

    return fdt_prop_u32(node, "interrupts", 0, &irq) ? irq : 0;
}
