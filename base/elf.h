/*
 * What a loader needs of an ELF file: the segments of a RISC-V executable.
 * The file is hostile: everything that is handed out has been checked to lie
 * within it.
 */
#ifndef QUIRE_BASE_ELF_H
#define QUIRE_BASE_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

#define ELF_MAX_SEGMENTS 64

/* A PT_LOAD segment that takes memory. */
struct elf_segment {
    uint64_t pa, va;     /* p_paddr, p_vaddr */
    uint64_t mem_size;   /* bytes in memory, > 0; what the file lacks is 0 */
    uint64_t file_size;  /* <= mem_size */
    const uint8_t *data; /* file_size bytes inside the file */
};

/* The words through which a test program speaks to the host (devices/htif.h):
 * physical addresses, 0 for none. */
struct elf_htif {
    uint64_t tohost_pa, fromhost_pa;
};

struct elf_program {
    struct elf_segment segments[ELF_MAX_SEGMENTS]; /* in the file's order */
    unsigned n_segments;                           /* > 0 */
    uint64_t entry_pa; /* e_entry's, or 0 if no segment has it */
};

/* Whether the bytes begin as an ELF file does. */
bool elf_is_elf(const void *file, size_t size);

/* Reads a little-endian RISC-V executable of `xlen` (32 or 64) bits; false,
 * and why in `error`, if it is none or is damaged. `out` points into `file`,
 * which is not changed. */
MUST_USE bool elf_read(const void *file, size_t size, unsigned xlen,
                       struct elf_program *out, char *error, size_t error_size);

/* The symbols `tohost` and `fromhost` of a file that elf_read took: 8 bytes
 * each, inside a segment of `program`. A file without symbols has none. */
struct elf_htif elf_find_htif(const void *file, size_t size,
                              const struct elf_program *program);

#endif
