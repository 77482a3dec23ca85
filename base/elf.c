/*
 * Segments of ELF executables, through libelf.
 */
#include "base/elf.h"

#include <gelf.h>
#include <stdio.h>
#include <string.h>

bool elf_is_elf(const void *file, size_t size)
{
    return size >= SELFMAG && !memcmp(file, ELFMAG, SELFMAG);
}

/* NULL, or what is wrong with the file as a whole. */
static const char *check_header(const GElf_Ehdr *h, size_t size, unsigned xlen)
{
    uint64_t sections = (uint64_t)h->e_shnum * h->e_shentsize;
    uint64_t programs = (uint64_t)h->e_phnum * h->e_phentsize;

    if (h->e_machine != EM_RISCV)
        return "a program for another machine than RISC-V";
    if (h->e_ident[EI_CLASS] != (xlen == 32 ? ELFCLASS32 : ELFCLASS64))
        return xlen == 32 ? "a 64-bit program for a 32-bit machine"
                          : "a 32-bit program for a 64-bit machine";
    if (h->e_ident[EI_DATA] != ELFDATA2LSB)
        return "big-endian; this machine is little-endian";
    if (h->e_type != ET_EXEC)
        return "not an executable with fixed addresses (ET_EXEC)";
    if (h->e_phoff > size || programs > size - h->e_phoff ||
        h->e_shoff > size || sections > size - h->e_shoff)
        return "truncated: it ends before its own tables";
    return NULL;
}

static const char *check_segment(const GElf_Phdr *p, size_t size)
{
    if (p->p_offset > size || p->p_filesz > size - p->p_offset)
        return "truncated: it ends within a segment";
    if (p->p_filesz > p->p_memsz)
        return "a segment is larger in the file than in memory";
    if (p->p_paddr + p->p_memsz < p->p_paddr)
        return "a segment wraps around the end of the address space";
    return NULL;
}

static const char *read_segments(Elf *elf, const void *file, size_t size,
                                 struct elf_program *out)
{
    size_t n;

    out->n_segments = 0;
    if (elf_getphdrnum(elf, &n) < 0)
        return "its program headers cannot be read";
    for (size_t i = 0; i < n; i++) {
        GElf_Phdr p;
        const char *wrong;

        if (!gelf_getphdr(elf, (int)i, &p))
            return "its program headers cannot be read";
        if (p.p_type != PT_LOAD || !p.p_memsz)
            continue;
        wrong = check_segment(&p, size);
        if (wrong)
            return wrong;
        if (out->n_segments == ELF_MAX_SEGMENTS)
            return "too many segments";
        out->segments[out->n_segments++] = (struct elf_segment){
            .pa = p.p_paddr,
            .va = p.p_vaddr,
            .mem_size = p.p_memsz,
            .file_size = p.p_filesz,
            .data = (const uint8_t *)file + p.p_offset,
        };
    }
    return out->n_segments ? NULL : "no loadable segment";
}

/* Where the entry lies in memory, 0 if it is in no segment. */
static uint64_t entry_pa(const struct elf_program *p, uint64_t entry)
{
    for (unsigned i = 0; i < p->n_segments; i++) {
        const struct elf_segment *s = &p->segments[i];

        if (entry >= s->va && entry - s->va < s->mem_size)
            return s->pa + (entry - s->va);
    }
    return 0;
}

bool elf_read(const void *file, size_t size, unsigned xlen,
              struct elf_program *out, char *error, size_t error_size)
{
    const char *wrong = "damaged: its ELF header cannot be read";
    GElf_Ehdr header;
    Elf *elf;

    if (!elf_is_elf(file, size)) {
        snprintf(error, error_size, "not an ELF file");
        return false;
    }
    elf_version(EV_CURRENT);
    /* libelf wants a writable pointer, but writes only on elf_update. */
    elf = elf_memory((char *)(uintptr_t)file, size);
    if (elf && elf_kind(elf) == ELF_K_ELF && gelf_getehdr(elf, &header)) {
        wrong = check_header(&header, size, xlen);
        if (!wrong)
            wrong = read_segments(elf, file, size, out);
        if (!wrong)
            out->entry_pa = entry_pa(out, header.e_entry);
    }
    elf_end(elf);
    if (wrong)
        snprintf(error, error_size, "%s", wrong);
    return !wrong;
}

/* Where 8 bytes at `va` lie in memory, 0 if they are in no segment. */
static uint64_t physical(const struct elf_program *program, uint64_t va)
{
    for (unsigned i = 0; i < program->n_segments; i++) {
        const struct elf_segment *s = &program->segments[i];

        if (s->mem_size >= 8 && va - s->va <= s->mem_size - 8)
            return s->pa + (va - s->va);
    }
    return 0;
}

static void look_at_symbol(Elf *elf, const GElf_Shdr *table,
                           const GElf_Sym *symbol,
                           const struct elf_program *program,
                           struct elf_htif *out)
{
    const char *name = elf_strptr(elf, table->sh_link, symbol->st_name);

    if (!name || symbol->st_shndx == SHN_UNDEF)
        return;
    if (!strcmp(name, "tohost"))
        out->tohost_pa = physical(program, symbol->st_value);
    else if (!strcmp(name, "fromhost"))
        out->fromhost_pa = physical(program, symbol->st_value);
}

struct elf_htif elf_find_htif(const void *file, size_t size,
                              const struct elf_program *program)
{
    struct elf_htif out = {0, 0};
    Elf_Scn *section = NULL;
    Elf *elf;

    elf_version(EV_CURRENT);
    elf = elf_memory((char *)(uintptr_t)file, size);
    while (elf && (section = elf_nextscn(elf, section))) {
        Elf_Data *data = elf_getdata(section, NULL);
        GElf_Shdr header;
        GElf_Sym symbol;

        if (!data || !gelf_getshdr(section, &header) ||
            header.sh_type != SHT_SYMTAB)
            continue;
        for (int i = 0; gelf_getsym(data, i, &symbol); i++)
            look_at_symbol(elf, &header, &symbol, program, &out);
    }
    elf_end(elf);
    return out;
}
