/*
 * Looks into a running kernel through its symbols and its DWARF, for those
 * who print what it does: members of its structures, strings, the number of
 * a frame, the task that runs. No look has an effect. Octavo's names, which
 * are Linux's; what a kernel lacks is not found.
 */
#ifndef QUIRE_MACHINE_KERNEL_PEEK_H
#define QUIRE_MACHINE_KERNEL_PEEK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "machine/symbols.h"

struct machine;

struct kernel_peek {
    const struct machine *machine;
    unsigned hart; /* whose view of memory; to be set before a look */

    /* Of task_struct; size 0: not found. */
    struct symbol_member pid, comm, cpu, preempt_count, thread_flags, state;
    struct symbol_member exit_state, mm;
    uint64_t mem_map_va; /* of the variable; 0: not found */
    uint64_t one_type_va; /* page_group_by_mobility_disabled, likewise */
    uint32_t page_bytes;  /* of a struct page */
};

/* What of a task the first columns of a trace tell. */
struct kernel_task {
    char comm[64];
    int32_t pid;
    unsigned cpu;           /* the kernel's number of the hart */
    uint64_t preempt_count; /* 0 where there is none */
    uint64_t thread_flags;  /* TIF_* bits */
    uint64_t state, exit_state;
    uint64_t mm; /* the address space, 0: a thread of the kernel */
};

/* `m` and `s` must outlive it. */
void kernel_peek_init(struct kernel_peek *k, const struct machine *m,
                      struct symbols *s);

/* Kernel memory by virtual address. */
MUST_USE bool kernel_peek_bytes(const struct kernel_peek *k, uint64_t va,
                                void *to, size_t len);
/* A member of at most 8 bytes of the structure at va. */
MUST_USE bool kernel_peek_member(const struct kernel_peek *k, uint64_t va,
                                 const struct symbol_member *m,
                                 uint64_t *value);
/* Text of at most size - 1 bytes, which ends at a NUL or at `max` bytes; what
 * is not printable becomes '?'. False: it is not there. */
MUST_USE bool kernel_peek_text(const struct kernel_peek *k, uint64_t va,
                               size_t max, char *to, size_t size);
/* The frame that the struct page at va describes. */
MUST_USE bool kernel_peek_pfn(const struct kernel_peek *k, uint64_t page_va,
                              uint64_t *pfn);
/* Whether pageblocks have migrate types, for all that is known. */
MUST_USE bool kernel_peek_has_types(const struct kernel_peek *k);
/* The task whose structure is at va. */
MUST_USE bool kernel_peek_task(const struct kernel_peek *k, uint64_t va,
                               struct kernel_task *task);
/* The task that runs on k->hart: its structure is in tp while the kernel
 * runs. */
MUST_USE bool kernel_peek_current(const struct kernel_peek *k,
                                  struct kernel_task *task);

#endif
