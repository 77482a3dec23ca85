/*
 * ELF through libelf: the file as a whole and its symbol table. The DWARF
 * half is in machine/dwarf.c.
 */
#include "machine/symbols.h"

#include <elf.h>
#include <gelf.h>
#include <libelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "machine/dwarf.h"
#include "machine/tracepoints.h"

#define FILE_MAX ((size_t)1 << 30)

struct symbol {
    const char *name;
    uint64_t address, size;
    bool is_code;
};

struct symbols {
    char *data;
    size_t len;
    Elf *elf;
    struct dwarf_types *types;           /* NULL until asked for */
    struct symbol *by_name, *by_address; /* by_address: code only */
    size_t n_names, n_code;
    struct tracepoint *tracepoints; /* as they were read first */
    size_t n_tracepoints;
    bool has_tracepoints;
    bool has_tables;
};

static int compare_names(const void *a, const void *b)
{
    const struct symbol *x = a, *y = b;
    int order = strcmp(x->name, y->name);

    if (order)
        return order;
    return (x->address > y->address) - (x->address < y->address);
}

/* Functions with a size before bare labels at the same address, so that the
 * last one at an address is a label only if nothing better is there. */
static int compare_addresses(const void *a, const void *b)
{
    const struct symbol *x = a, *y = b;

    if (x->address != y->address)
        return x->address < y->address ? -1 : 1;
    if (!x->size != !y->size)
        return x->size ? 1 : -1;
    return strcmp(x->name, y->name);
}

static bool section_is_code(Elf *elf, unsigned index)
{
    GElf_Shdr header;
    Elf_Scn *section = elf_getscn(elf, index);

    return section && gelf_getshdr(section, &header) &&
           header.sh_flags & SHF_EXECINSTR;
}

/* Mapping symbols ($x) and the assembler's own labels (.L1) are noise. */
static bool is_wanted(const GElf_Sym *sym, const char *name)
{
    unsigned type = GELF_ST_TYPE(sym->st_info);

    if (!name || !*name || *name == '$' || *name == '.' ||
        sym->st_shndx == SHN_UNDEF)
        return false;
    return type == STT_NOTYPE || type == STT_OBJECT || type == STT_FUNC;
}

/* Fills by_name with the wanted symbols of a table's `n` entries. */
static void read_table(struct symbols *s, Elf_Data *data, size_t strings,
                       size_t n)
{
    s->by_name = alloc_zeroed(n, sizeof *s->by_name);
    for (size_t i = 0; i < n; i++) {
        GElf_Sym sym;
        const char *name;

        if (!gelf_getsym(data, (int)i, &sym))
            break;
        name = elf_strptr(s->elf, strings, sym.st_name);
        if (is_wanted(&sym, name))
            s->by_name[s->n_names++] =
                (struct symbol){name, sym.st_value, sym.st_size,
                                sym.st_shndx < SHN_LORESERVE &&
                                    GELF_ST_TYPE(sym.st_info) != STT_OBJECT &&
                                    section_is_code(s->elf, sym.st_shndx)};
    }
}

static void build_tables(struct symbols *s)
{
    Elf_Scn *section = NULL;

    if (s->has_tables)
        return;
    s->has_tables = true;
    while ((section = elf_nextscn(s->elf, section)) && !s->by_name) {
        GElf_Shdr header;
        Elf_Data *data;

        if (!gelf_getshdr(section, &header) || header.sh_type != SHT_SYMTAB ||
            !(data = elf_getdata(section, NULL)) || !header.sh_entsize)
            continue;
        read_table(s, data, header.sh_link, data->d_size / header.sh_entsize);
    }
    s->by_address = alloc_zeroed(s->n_names, sizeof *s->by_address);
    for (size_t i = 0; i < s->n_names; i++)
        if (s->by_name[i].is_code)
            s->by_address[s->n_code++] = s->by_name[i];
    if (s->n_names)
        qsort(s->by_name, s->n_names, sizeof *s->by_name, compare_names);
    if (s->n_code)
        qsort(s->by_address, s->n_code, sizeof *s->by_address,
              compare_addresses);
}

bool symbols_find(struct symbols *s, const char *name, uint64_t *address,
                  uint64_t *size)
{
    size_t low = 0, high;

    build_tables(s);
    high = s->n_names;
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(s->by_name[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == s->n_names || strcmp(s->by_name[low].name, name) != 0)
        return false;
    *address = s->by_name[low].address;
    *size = s->by_name[low].size;
    return true;
}

const char *symbols_nearest(struct symbols *s, uint64_t pc, uint64_t *offset)
{
    size_t low = 0, high;

    build_tables(s);
    high = s->n_code;
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (s->by_address[middle].address <= pc)
            low = middle + 1;
        else
            high = middle;
    }
    if (!low)
        return NULL;
    *offset = pc - s->by_address[low - 1].address;
    return s->by_address[low - 1].name;
}

const char *symbols_code(struct symbols *s, size_t i, uint64_t *address)
{
    build_tables(s);
    if (i >= s->n_code)
        return NULL;
    *address = s->by_address[i].address;
    return s->by_address[i].name;
}

bool symbols_physical(const struct symbols *s, uint64_t va, uint64_t *pa)
{
    size_t n;

    if (elf_getphdrnum(s->elf, &n))
        return false;
    for (size_t i = 0; i < n; i++) {
        GElf_Phdr segment;

        if (!gelf_getphdr(s->elf, (int)i, &segment) ||
            segment.p_type != PT_LOAD || va < segment.p_vaddr ||
            va - segment.p_vaddr >= segment.p_filesz)
            continue;
        *pa = va - segment.p_vaddr + segment.p_paddr;
        return true;
    }
    return false;
}

bool symbols_tracepoints(struct symbols *s, const struct tracepoint **list,
                         size_t *n, char *error, size_t size)
{
    if (!s->has_tracepoints &&
        !tracepoints_read(s->elf, &s->tracepoints, &s->n_tracepoints, error,
                          size)) {
        free(s->tracepoints);
        s->tracepoints = NULL;
        return false;
    }
    s->has_tracepoints = true;
    *list = s->tracepoints;
    *n = s->n_tracepoints;
    return true;
}

static struct dwarf_types *types(struct symbols *s)
{
    if (!s->types)
        s->types = dwarf_types_open(s->elf);
    return s->types;
}

bool symbols_member(struct symbols *s, const char *type, const char *path,
                    struct symbol_member *m)
{
    return dwarf_types_member(types(s), type, path, m);
}

bool symbols_variable(struct symbols *s, const char *name,
                      struct symbol_member *m)
{
    return dwarf_types_variable(types(s), name, m);
}

bool symbols_type_size(struct symbols *s, const char *type, uint32_t *size)
{
    return dwarf_types_size(types(s), type, size);
}

bool symbols_enumerator(struct symbols *s, const char *name, int64_t *value)
{
    return dwarf_types_enumerator(types(s), name, value);
}

bool symbols_parameter(struct symbols *s, const char *function, unsigned i,
                       const char **name, uint64_t *size)
{
    return dwarf_types_parameter(types(s), function, i, name, size);
}

bool symbols_caller(struct symbols *s, uint64_t pc, unsigned *base,
                    int64_t *offset)
{
    return dwarf_types_caller(types(s), pc, base, offset);
}

/* Takes over `data`. */
static struct symbols *open_data(char *data, size_t len, char *error,
                                 size_t size)
{
    struct symbols *s;
    Elf *elf = NULL;
    GElf_Ehdr header;

    if (elf_version(EV_CURRENT) != EV_NONE)
        elf = elf_memory(data, len);
    if (!elf || elf_kind(elf) != ELF_K_ELF || !gelf_getehdr(elf, &header)) {
        snprintf(error, size, "not an ELF file");
        elf_end(elf);
        free(data);
        return NULL;
    }
    s = alloc_zeroed(1, sizeof *s);
    s->data = data;
    s->len = len;
    s->elf = elf;
    return s;
}

struct symbols *symbols_open_memory(const void *data, size_t len, char *error,
                                    size_t size)
{
    char *copy = alloc_zeroed(len, 1);

    memcpy(copy, data, len);
    return open_data(copy, len, error, size);
}

struct symbols *symbols_open(const char *path, char *error, size_t size)
{
    size_t len;
    char *data = (char *)file_read(path, FILE_MAX, &len, error, size);

    return data ? open_data(data, len, error, size) : NULL;
}

void symbols_close(struct symbols *s)
{
    if (!s)
        return;
    dwarf_types_close(s->types);
    elf_end(s->elf);
    free(s->by_name);
    free(s->by_address);
    free(s->tracepoints);
    free(s->data);
    free(s);
}
